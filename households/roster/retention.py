"""Uploaded files are kept, encrypted, for ROSTER_FILE_DAYS after their import ended; then they are removed."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_noop

from core.jobs import JobRefused
from core.models import JobState
from households.models import ImportState, RosterImport

from . import sealed

log = logging.getLogger(__name__)
FOLDER = "imports"
STRAY_DAYS = 2  # until a file that no import names is removed: its upload may still be under way
REMOVED = gettext_noop("The uploaded file is no longer kept. Upload it again.")


class FileRemoved(JobRefused):
    """The file of this import is no longer kept; a job that needs it fails with the sentence."""

    def __init__(self) -> None:
        super().__init__(REMOVED)


def is_kept(roster_import: RosterImport) -> bool:
    """Whether the uploaded file is still there."""
    return roster_import.file_removed_at is None and default_storage.exists(roster_import.file_path)


def sealed_bytes(roster_import: RosterImport) -> bytes:
    """The uploaded file as it is stored. FileRemoved if it is no longer."""
    if roster_import.file_removed_at is not None:
        raise FileRemoved
    try:
        with default_storage.open(roster_import.file_path) as file:
            return bytes(file.read())
    except FileNotFoundError as error:  # removed this moment: its row says so in a moment
        raise FileRemoved from error


def remove_old_files(now: datetime | None = None) -> int:
    """Remove what was kept long enough; returns how many files. An upload that nobody confirmed ends with it.

    The file goes first, its row says so afterwards: after a crash in between the next run finds no file and says so.
    """
    now = now or timezone.now()
    until = now - timedelta(days=settings.ROSTER_FILE_DAYS)
    _give_up(until)
    removed = 0
    for number, path in _ended(until).values_list("pk", "file_path"):
        default_storage.delete(path)
        removed += RosterImport.objects.filter(pk=number, file_removed_at=None).update(file_removed_at=now)
    removed += _remove_strays(now - timedelta(days=STRAY_DAYS))
    sealed.drop_ended()
    if removed:
        log.info("%s roster files removed", removed)
    return removed


def _ended(until: datetime) -> QuerySet[RosterImport]:
    """Ended imports whose file is still kept and whose last act was before then."""
    states = (ImportState.COMMITTED, ImportState.UNDONE, ImportState.CANCELLED, ImportState.REFUSED)
    return _last_act_before(until).filter(state__in=states, file_removed_at=None)


def _last_act_before(until: datetime) -> QuerySet[RosterImport]:
    last = Coalesce("undone_at", "committed_at", "job__finished_at", "created_at")
    return RosterImport.objects.annotate(last_act=last).filter(last_act__lt=until).order_by("pk")


def _give_up(until: datetime) -> None:
    """Cancel what waits for a confirmation or an attempt that nobody makes."""
    stopped = Q(job__state__in=(JobState.FAILED, JobState.CANCELLED))
    waits = Q(state=ImportState.CHECKED) | Q(state__in=(ImportState.CHECKING, ImportState.COMMITTING)) & stopped
    for row in _last_act_before(until).filter(waits).only("state", "job"):
        # by its job too: somebody may begin again at this very moment
        same = RosterImport.objects.filter(pk=row.pk, state=row.state, job=row.job_id)
        same.update(state=ImportState.CANCELLED)


def _remove_strays(until: datetime) -> int:
    """Remove files that no import names: the upload broke off after the file was written."""
    if not default_storage.exists(FOLDER):
        return 0
    named = set(RosterImport.objects.values_list("file_path", flat=True))
    paths = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    paths = [path for path in paths if not path.endswith(sealed.ENDING)]
    strays = [path for path in paths if path not in named and default_storage.get_modified_time(path) < until]
    for path in strays:
        default_storage.delete(path)
    return len(strays)
