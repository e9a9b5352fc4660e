"""Saving a checked file from a command: at once, or township after township as a job does where the file is large."""

import time
from typing import Any

from django.db import transaction

from core import jobs
from core.jobs import JobRefused
from district.models import Campaign
from households.models import ImportState, RosterImport

from . import loading, parts, sealed
from .loading import MOST_TRIES, Checked, DataBusy
from .rows import Answers


def save(
    data: bytes, checked: Checked, *, campaign: Campaign | None = None, year: int | None, answers: Answers
) -> dict[str, Any]:
    """Write a checked file; its document. DataBusy if others write again and again, JobRefused if it can't be saved.

    A large one on SQLite is saved by a job of its own, done here: if this process is killed a worker goes on with it.
    """
    if checked.plan is None or not parts.is_needed(checked.plan):
        return loading.commit_bytes(data, checked, campaign=campaign, year=year, answers=answers)
    document, began = checked.document("committed"), time.monotonic()
    roster_import = _kept(data, checked, year=year, answers=answers)
    for _attempt in range(MOST_TRIES):
        job = _begun(roster_import)
        jobs.do(job)
        job.refresh_from_db()
        roster_import.refresh_from_db()
        if roster_import.state == ImportState.COMMITTED:
            document["seconds"]["commit"] = round(time.monotonic() - began, 3)
            return document | {"counts": roster_import.counts}
        if roster_import.state != ImportState.CHECKED:  # else others changed what it writes: it was compared anew
            raise JobRefused(job.message, **job.message_params)
    raise DataBusy


def _kept(data: bytes, checked: Checked, *, year: int | None, answers: Answers) -> RosterImport:
    """The import with its preview, waiting to be confirmed."""
    assert checked.plan is not None
    with transaction.atomic():
        roster_import = loading.store(
            data, checked.reading.file_name, campaign=checked.plan.campaign, year=year, by=None,
            accept_proposed=answers.accept_proposed,
        )  # fmt: skip
        loading.keep_preview(roster_import, checked, transaction.atomic())
    made_of = sealed.made_of(roster_import, **loading.given_for(roster_import))
    sealed.keep(roster_import, checked.reading, made_of)
    roster_import.refresh_from_db()
    return roster_import


def _begun(roster_import: RosterImport) -> Any:
    """The job that saves it, claimed by this process."""
    with transaction.atomic():
        job = jobs.start_here("roster_commit", args={"import": roster_import.pk})
        RosterImport.objects.filter(pk=roster_import.pk).update(state=ImportState.COMMITTING, job=job)
    return job
