"""Uploaded files are kept for a set time after the import ended, then removed; a crash on the way leaves nothing."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from config.celery import app
from core import jobs
from core.models import Job, JobState
from district.models import Campaign
from households.models import RosterImport
from households.roster import loading, retention

from .conftest import line
from .test_at_once import checked, confirmed

Roster = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("campaign")
FAMILY = [line("1001", "赵一", "户主"), line("1001", "李二", "配偶")]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ROSTER_FILE_DAYS = 90


@pytest.fixture
def committed(roster: Roster) -> RosterImport:
    row = confirmed(checked(roster(*FAMILY)))
    jobs.run_job(row.job_id)
    return RosterImport.objects.get(pk=row.pk)


def later(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


def test_a_file_is_kept_as_long_as_was_set(committed: RosterImport) -> None:
    assert retention.remove_old_files(later(89.9)) == 0
    assert loading.file_of(committed)
    now = later(90.1)
    assert retention.remove_old_files(now) == 1
    committed.refresh_from_db()
    assert (committed.file_removed_at, default_storage.exists(committed.file_path)) == (now, False)
    assert retention.remove_old_files(later(200)) == 0


def test_the_time_begins_with_the_last_act(committed: RosterImport) -> None:
    RosterImport.objects.update(committed_at=later(-100), undone_at=later(-10), state="undone")
    assert retention.remove_old_files() == 0


@pytest.mark.parametrize("state", ["cancelled", "refused", "undone"])
def test_however_it_ended(committed: RosterImport, state: str) -> None:
    RosterImport.objects.update(state=state, committed_at=None)
    Job.objects.update(finished_at=later(-91))
    assert retention.remove_old_files() == 1


def test_what_nobody_confirmed_is_given_up(roster: Roster) -> None:
    row = checked(roster(*FAMILY))
    assert retention.remove_old_files(later(91)) == 1
    row.refresh_from_db()
    assert (row.state, row.file_removed_at is not None, loading.ask_commit(row, by=None)) == ("cancelled", True, False)


def test_what_is_being_saved_is_left_alone(roster: Roster) -> None:
    row = confirmed(checked(roster(*FAMILY)))
    assert retention.remove_old_files(later(91)) == 0
    Job.objects.filter(pk=row.job_id).update(state=JobState.FAILED, finished_at=timezone.now())
    assert retention.remove_old_files(later(91)) == 1
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_a_crash_between_file_and_row_is_mended_by_the_next_run(committed: RosterImport) -> None:
    default_storage.delete(committed.file_path)
    with pytest.raises(retention.FileRemoved):
        loading.file_of(committed)
    assert retention.remove_old_files(later(91)) == 1
    committed.refresh_from_db()
    assert committed.file_removed_at is not None


def test_a_file_without_a_row_goes_too_but_not_at_once(committed: RosterImport) -> None:
    stray = Path(default_storage.path("imports/stray.sealed"))
    stray.write_bytes(b"x")
    assert (retention.remove_old_files(), stray.exists()) == (0, True)
    old = later(-3).timestamp()
    os.utime(stray, (old, old))
    assert (retention.remove_old_files(), stray.exists()) == (1, False)
    assert default_storage.exists(committed.file_path)


def test_a_check_that_is_tried_again_says_that_the_file_is_gone(roster: Roster) -> None:
    path = roster(*FAMILY)
    row = loading.upload(path.read_bytes(), path.name, campaign=Campaign.objects.get(), year=None, by=None)
    default_storage.delete(row.file_path)
    jobs.run_job(row.job_id)
    job = Job.objects.get(pk=row.job_id)
    assert (job.state, job.message) == (JobState.FAILED, retention.REMOVED)


def test_it_runs_every_night() -> None:
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {"households.remove_roster_files", "households.assess_closed_years"} <= names
    assert "households.remove_roster_files" in app.tasks
