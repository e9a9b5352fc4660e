"""The one job runner. A Job row is written with what it belongs to; the message carries only its id.

A handler prepares outside any transaction (`run.progress` renews the lease and shows how far it is), then writes in
`with run.effect():`, one short transaction whose last statement sets `done` on condition that the attempt still holds
the lease. A worker that dies leaves the row; the sweep sends it again; an attempt that lost its lease writes nothing.
Work too large for one transaction writes in several `with run.part():`, marks what it did, and ends with effect().
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from celery import current_app, shared_task
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_noop

from core.history import through
from core.models import ROLES_OF_KIND, Job, JobState

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
IN_PART = {"saved": "in part"}  # the result of a job that has written some of its transactions, until its last
SWEPT_AT_ONCE = 500


class JobLost(Exception):
    """Another attempt has the job, or somebody ended it: write nothing."""


class JobCancelled(Exception):
    """Somebody asked to cancel."""


class JobRefused(Exception):
    """The work can't be done; the message id (with params) says why, in words for people."""

    def __init__(self, message: str, **params: str | int) -> None:
        super().__init__(message)
        self.message, self.params = message, params


Handler = Callable[["Run"], None]
_handlers: dict[str, Handler] = {}
_titles: dict[str, str | Promise] = {}
_addresses: dict[str, Callable[[Job], str]] = {}


def handles(
    kind: str,
    *,
    title: str | Promise = "",
    address: Callable[[Job], str] | None = None,
    roles: frozenset[str] = frozenset(),
) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind; `title` and `address` (of what it works on) are for pages.

    `roles` may start such jobs: who holds none of them any longer sees no job of this kind, not even his own.
    """

    def register(handler: Handler) -> Handler:
        if _handlers.get(kind, handler).__qualname__ != handler.__qualname__:
            raise ValueError(f"two handlers for {kind}")
        _handlers[kind] = handler
        _titles[kind] = title or kind
        ROLES_OF_KIND[kind] = roles
        if address:
            _addresses[kind] = address
        return handler

    return register


def title_of(job: Job) -> str:
    """What a job does, in the reader's language."""
    return str(_titles.get(job.kind, job.kind))


def address_of(job: Job) -> str:
    """The page of what the job works on; '' if it has none."""
    return _addresses[job.kind](job) if job.kind in _addresses else ""


def start(kind: str, *, by: Any = None, args: dict[str, Any] | None = None) -> Job:
    """Queue a job in the caller's transaction; its id is sent after commit."""
    job = Job.objects.create(kind=kind, started_by=by, args=args or {})
    transaction.on_commit(lambda: send(job.pk))
    return job


def start_once(kind: str, key: str, *, by: Any = None, args: dict[str, Any] | None = None) -> tuple[Job, bool]:
    """Queue a job unless one of this kind and key waits or runs: that one is returned then, and False.

    The constraint job_once_while_active decides, also between two requests at once.
    """
    job, created = Job.objects.active().get_or_create(
        kind=kind, key=key, defaults={"started_by": by, "args": args or {}}
    )
    if created:
        transaction.on_commit(lambda: send(job.pk))
    return job, created


def send(job_id: int) -> None:
    """Send the id to the queue. A queue that can't be reached is no error: the sweep sends again."""
    Job.objects.filter(pk=job_id).update(sent_at=timezone.now())
    try:
        run_job.delay(job_id)
    except (OSError, run_job.OperationalError) as error:
        log.warning("job %s not sent, the sweep will: %s", job_id, error)


def cancel(job: Job) -> bool:
    """Ask a job to stop; at once if nobody has begun it. False if it is too late."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.QUEUED)
    if waiting.update(state=JobState.CANCELLED, finished_at=timezone.now(), message=gettext_noop("Cancelled.")):
        return True
    running = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, saving=False)
    return bool(running.update(cancel_requested=True))


def retry(job: Job) -> bool:
    """Queue a failed or cancelled job again; False if it is neither, or another of its key waits or runs."""
    ended = Job.objects.filter(pk=job.pk, state__in=(JobState.FAILED, JobState.CANCELLED))
    try:
        with transaction.atomic():
            again = ended.update(
                state=JobState.QUEUED, attempt=0, cancel_requested=False, saving=False, finished_at=None, message="",
                message_params={}, progress_done=0, progress_total=0, lease_until=None,
            )  # fmt: skip
    except IntegrityError:  # job_once_while_active
        return False
    if again:
        transaction.on_commit(lambda: send(job.pk))
    return bool(again)


class Run:
    """One attempt at a job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.args: dict[str, Any] = job.args
        self.result: dict[str, Any] = {}
        self.ended = False
        self._writing = False

    def _mine(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, attempt=self.job.attempt)

    def progress(self, done: int, total: int, /, message: str = "", **params: str | int) -> None:
        """Show how far it is and renew the lease; JobCancelled or JobLost if it should stop. Never in effect()."""
        if self._writing:
            raise RuntimeError("progress is written outside the effect's transaction")
        if self._mine().filter(cancel_requested=True).exists():
            raise JobCancelled
        changes: dict[str, Any] = {"progress_done": done, "progress_total": total, "lease_until": lease()}
        if message:
            changes |= {"message": message, "message_params": params}
        if not self._mine().update(**changes):
            raise JobLost

    @contextmanager
    def part(self) -> Iterator[None]:
        """A transaction that leaves whole what it wrote, of several; it renews the lease. Mark what is done in it."""
        with self._write():
            yield
            if not self._mine().update(lease_until=lease(), result=IN_PART):
                raise JobLost

    @contextmanager
    def effect(self) -> Iterator[None]:
        """The transaction of the effect: what is written inside and `done` are one; nothing slow belongs in it.

        `run.result` is kept as it stands at the end of the block.
        """
        with self._write():
            yield
            ended = self._mine().update(
                state=JobState.DONE, result=self.result, finished_at=timezone.now(), lease_until=None, saving=False,
                progress_done=F("progress_total"), message="", message_params={},
            )  # fmt: skip
            if not ended:
                raise JobLost
        self.ended = True

    @contextmanager
    def _write(self) -> Iterator[None]:
        """From here on it is too late to cancel; JobCancelled or JobLost if it should not begin."""
        if self._writing or self.ended:
            raise RuntimeError("one transaction at a time, and none after the effect")
        if not self._mine().filter(Q(cancel_requested=False) | Q(saving=True)).update(saving=True, lease_until=lease()):
            raise JobCancelled if self._mine().exists() else JobLost
        self._writing = True
        try:
            with transaction.atomic():
                yield
        finally:
            self._writing = False


def lease() -> datetime:
    """The time until which a running job may be silent."""
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claim(job_id: int) -> Job | None:
    """Take the job, or None: another worker has it, it has ended, or it was lost too often."""
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=timezone.now())
    taken = Job.objects.filter(free, pk=job_id, attempt__lt=MOST_ATTEMPTS).update(
        state=JobState.RUNNING, attempt=F("attempt") + 1, lease_until=lease(), saving=False
    )
    return Job.objects.get(pk=job_id) if taken else None


@shared_task(name="core.run_job")
def run_job(job_id: int) -> None:
    """Do one job. The boundary where any error becomes a failed job with a sentence."""
    job = claim(job_id)
    if job is not None:
        do(job)


def start_here(kind: str, *, by: Any = None, args: dict[str, Any] | None = None) -> Job:
    """A job for this process to `do()` next, in the caller's transaction; if it is killed, a worker goes on with it."""
    current_app.loader.import_default_modules()  # the tasks of all apps, which register their handlers
    job = claim(Job.objects.create(kind=kind, started_by=by, args=args or {}).pk)
    assert job is not None  # nobody else has seen it
    return job


def do(job: Job) -> None:
    """Do a claimed job."""
    run = Run(job)
    try:
        with through(f"job {job.pk}", by=job.started_by):
            _handlers[job.kind](run)
            if not run.ended:  # nothing to write
                with run.effect():
                    pass
    except JobLost:
        log.warning("job %s attempt %s lost its lease", job.pk, job.attempt)
    except JobCancelled:
        _end(job, JobState.CANCELLED, gettext_noop("Cancelled."))
    except JobRefused as refusal:
        _end(job, JobState.FAILED, refusal.message, refusal.params)
    except (OperationalError, InterfaceError):
        log.exception("job %s: the database was not there; the sweep takes it again", job.pk)
    except Exception:
        log.exception("job %s failed", job.pk)
        if Job.objects.filter(pk=job.pk, result=IN_PART).exists():
            _end(job, JobState.FAILED, gettext_noop("The work stopped with an error. A part of it is saved."))
            return
        _end(job, JobState.FAILED, gettext_noop("The work stopped with an error. Nothing was saved. Please try again."))


def _end(job: Job, state: str, message: str, params: dict[str, str | int] | None = None) -> None:
    Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt).update(
        state=state, message=message, message_params=params or {}, finished_at=timezone.now(), lease_until=None,
        saving=False,
    )  # fmt: skip


@shared_task(name="core.sweep")
def sweep() -> int:
    """Send again what was queued too long or lost its lease; fail what was lost three times. Returns how many sent."""
    now = timezone.now()
    lost = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=now, attempt__gte=MOST_ATTEMPTS)
    for rows, message in (
        (lost.filter(result=IN_PART), gettext_noop("The work was interrupted three times. A part of it is saved.")),
        (lost, gettext_noop("The work was interrupted three times. Nothing was saved. Please try again later.")),
    ):
        rows.update(state=JobState.FAILED, finished_at=now, lease_until=None, saving=False, message=message)
    long_ago = now - timedelta(seconds=settings.JOB_RESEND_SECONDS)
    silent = Q(sent_at__lt=long_ago) | Q(sent_at__isnull=True, created_at__lt=long_ago)
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)
    ids = list(Job.objects.filter(silent, free).order_by("pk").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    for job_id in ids:
        send(job_id)
    return len(ids)
