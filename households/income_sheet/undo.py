"""Take a saved upload back, while its statements stand as it left them: new ones go, changed ones are as before.

The history keeps what was uploaded, with a last row "undo income sheet N".
"""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from core import bulk, jobs
from core.history import through
from core.models import Job
from households import growth
from households.models import Household, IncomeStatement, IncomeUpload, UploadState
from households.roster.known import gather
from households.undoing import Dependant, UndoRefused, by_what, former_rows, in_words, kept_names

from .acts import Effect, lock, places_for, plan_shown
from .plan import reason_of, reasons_of_undone

KIND = "income_sheet_undo"
NOT_SAVED = gettext_noop("This sheet is not saved, or was undone already. Nothing was changed.")
DEPENDED_ON = gettext_noop(
    "This sheet can't be undone: its statements were changed or checked since. Nothing was undone."
)


def may_undo(row: IncomeUpload, user: User) -> bool:
    """Whose hand uploaded it, and who may check the statements of its place."""
    checks = places_for(user, "check_statement").filter(pk=row.sheet.division_id)
    return row.uploaded_by_id == user.pk or checks.exists()


def ask(row: IncomeUpload, *, by: User) -> Job | None:
    """Queue the undo, or the one that waits or runs already; None if the upload is not saved."""
    if row.state != UploadState.SAVED:
        return None
    return jobs.start_once(KIND, str(row.pk), by=by, args={"upload": row.pk})[0]


def latest_job(row: IncomeUpload) -> Job | None:
    """The newest attempt at undoing it, in whatever state."""
    return Job.objects.filter(kind=KIND, key=str(row.pk)).first()


def undo(row: IncomeUpload, *, by: User | None, effect: Effect) -> None:
    """Bring back what was before this upload, in one transaction. UndoRefused if its statements moved on since."""
    with through(f"undo {reason_of(row)}", by=by), effect():
        saved = IncomeUpload.objects.filter(pk=row.pk, state=UploadState.SAVED)
        if not saved.update(state=UploadState.UNDONE, undone_at=timezone.now(), undone_by=by):
            raise UndoRefused(NOT_SAVED)
        versions = _written(row)
        lock(version["household_id"] for version in versions)
        if found := dependants(row):
            raise UndoRefused(DEPENDED_ON, found)
        made = [version["id"] for version in versions if version["history_type"] == "+"]
        changed = {version["id"]: version["history_id"] for version in versions if version["history_type"] == "~"}
        bulk.remove(gather(IncomeStatement.objects.all(), "pk", made))
        bulk.change(former_rows(IncomeStatement, changed), kept_names(IncomeStatement))
        growth.start_after_change(row.sheet.year, by=by)


def counts(row: IncomeUpload) -> dict[str, int]:
    """How many statements would go, and how many be as before."""
    kinds = [version["history_type"] for version in _written(row)]
    return {"made": kinds.count("+"), "changed": kinds.count("~")}


def dependants(row: IncomeUpload) -> list[Dependant]:
    """What was done since with what it wrote, in words; growth does not count: it is computed again."""
    return in_words(_done_since(row))


def _done_since(row: IncomeUpload) -> Iterator[tuple[str, int]]:
    """(what, household) of each later change of its statements, and of households that were closed."""
    own = {version["household_id"]: version["history_id"] for version in _written(row)}
    neither = reasons_of_undone(row.sheet.year)
    for version in _versions(row):
        household, reason = version["household_id"], version["history_change_reason"]
        if version["history_id"] > own.get(household, 0) and household in own and reason not in neither:
            yield by_what(reason or ""), household
    closed = Household.objects.filter(pk__in=own, closed_on__isnull=False).order_by("pk")
    for number in closed.values_list("pk", flat=True):
        yield _("The household was closed since"), number


def _written(row: IncomeUpload) -> list[dict[str, Any]]:
    """The upload's own rows of the history, one for each statement that it wrote."""
    return [version for version in _versions(row) if version["history_change_reason"] == reason_of(row)]


def _versions(row: IncomeUpload) -> list[dict[str, Any]]:
    """All versions of the statements that its preview named, the oldest first. One query."""
    ids = [change.household for change in plan_shown(row).changes]
    rows = IncomeStatement.history.filter(household_id__in=ids, year=row.sheet.year)  # type: ignore[attr-defined]
    names = ("id", "household_id", "history_id", "history_type", "history_change_reason")
    return list(rows.order_by("history_id").values(*names))
