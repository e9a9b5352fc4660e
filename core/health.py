"""Whether this process can do its work: its database, its tables, its queue."""

import logging
from collections.abc import Callable

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import KombuError

log = logging.getLogger(__name__)
BROKER_SECONDS = 2


def readiness() -> dict[str, bool]:
    """Each need by name, true if it is met. What fails is logged, not told: the page is open to all."""
    return {"database": _holds(database_answers), "migrations": _holds(is_migrated), "queue": _holds(_queue)}


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, OSError, KombuError) as error:
        log.warning("not ready: %s", error)
        return False


def database_answers() -> bool:
    """True; a DatabaseError where the database is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def is_migrated() -> bool:
    """Whether every migration has been applied."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _queue() -> bool:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    return True
