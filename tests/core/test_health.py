"""Health for who runs it: open without sign-in, and honest."""

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder


def test_live_asks_no_database(client):
    answer = client.get("/health/live")  # a test without the mark `django_db` fails at the first query
    assert (answer.status_code, answer.json()) == (200, {"live": True})


@pytest.mark.django_db
@pytest.mark.both_engines
def test_ready_when_database_tables_and_queue_are_there(client, queue):
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        200, {"ready": True, "database": True, "migrations": True, "queue": True},
    )  # fmt: skip
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client, queue):
    MigrationRecorder(connection).record_unapplied("core", "0002_job_key")  # the last one of its app
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["migrations"], answer.json()["database"]) == (503, False, True)


@pytest.mark.django_db
def test_not_ready_without_a_database(client, queue, monkeypatch):
    def gone(*_args, **_kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        503, {"ready": False, "database": False, "migrations": False, "queue": True},
    )  # fmt: skip


@pytest.mark.django_db
def test_not_ready_without_a_queue(client, queue, monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["queue"]) == (503, False)
