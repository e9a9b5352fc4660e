"""Take a saved import back, while nothing later depends on it: made rows go, changed rows are as they were before.

One that is saved in part (`parts.py`) and that nobody goes on with can be taken back as well.
An import by mistake is no fact, so its rows are deleted; the history keeps them with a last row "undo N".
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from core import bulk, jobs
from core.history import through
from core.models import Job
from district.models import Campaign, CampaignYear, Division
from households.codes import Relation
from households.growth import start_after_change
from households.models import (
    Enrolment,
    GrowthAssessment,
    GuaranteeStatus,
    Household,
    ImportState,
    IncomeStatement,
    Member,
    RosterImport,
)
from households.undoing import Dependant, UndoRefused, by_what, former_rows, in_words, kept_names

from . import leftovers, parts
from .commit import WRITTEN, DataMoved, watermark
from .known import gather
from .loading import has_stopped

KIND = "roster_undo"
HANGING: tuple[Any, ...] = (GuaranteeStatus, IncomeStatement, Member, Enrolment, Household)  # what hangs goes first
MOST_TRIES = 3
NOT_SAVED = gettext_noop("This import is not saved, or was undone already. Nothing was changed.")
DEPENDED_ON = gettext_noop("This import can't be undone: later facts depend on it. Its page says which.")
BUSY = gettext_noop("Other people were changing households again and again. Nothing was undone. Please try again.")

Progress = Callable[[int, int], None]
Effect = Callable[[], AbstractContextManager[None]]


@dataclass(slots=True)
class Back:
    """Rows to take back, and rows with their former values, as they are to be written."""

    made: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    former: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    flags: list[GrowthAssessment] = field(default_factory=list)
    years: set[int] = field(default_factory=set)  # whose statements change


def ask(roster_import: RosterImport, *, by: Any) -> Job | None:
    """Queue the undo, or the one that waits or runs already; None if there is nothing to undo."""
    if not can_undo(roster_import):
        return None
    return jobs.start_once(KIND, str(roster_import.pk), by=by, args={"import": roster_import.pk})[0]


def can_undo(roster_import: RosterImport) -> bool:
    """Whether it is saved, or some townships of it are and nobody is at work on it."""
    if roster_import.state == ImportState.COMMITTED:
        return True
    idle = roster_import.state in (ImportState.CHECKED, ImportState.REFUSED, ImportState.CANCELLED)
    return bool(parts.saved_of(roster_import)) and (idle or has_stopped(roster_import))


def latest_job(roster_import: RosterImport) -> Job | None:
    """The newest attempt at undoing it, in whatever state."""
    return Job.objects.filter(kind=KIND, key=str(roster_import.pk)).first()


def undo(
    roster_import: RosterImport, *, by: Any, progress: Progress = lambda done, total: None,
    effect: Effect = transaction.atomic,
) -> None:  # fmt: skip
    """Bring back what was before this import, in one transaction. UndoRefused if something stands on it."""
    for _attempt in range(MOST_TRIES):
        seen = watermark()
        now = _as_it_is(roster_import)
        refuse_if_depended_on(now)
        back = _prepare(now, progress)
        try:
            with through(f"undo {roster_import.pk}", by=by), effect():
                _begin(now, by=by, seen=seen)
                _write(back)
                leftovers.reopen(roster_import)
                for year in sorted(back.years):
                    start_after_change(year, by=by)
        except (DataMoved, IntegrityError):  # somebody was faster: what he did may stand on the import now
            continue
        return
    raise UndoRefused(BUSY)


def _as_it_is(roster_import: RosterImport) -> RosterImport:
    return RosterImport.objects.select_related("job").defer("report", "helpers").get(pk=roster_import.pk)


def refuse_if_depended_on(roster_import: RosterImport) -> None:
    """UndoRefused if there is nothing to undo, or something stands on it."""
    if not can_undo(roster_import):
        raise UndoRefused(NOT_SAVED)
    if found := dependants(roster_import):
        raise UndoRefused(DEPENDED_ON, found)


def _begin(roster_import: RosterImport, *, by: Any, seen: tuple[int, ...]) -> None:
    """Mark it undone, hold what it touched, and look once more whether anything stands on it.

    The locks do not stop a visit to be logged: then its foreign key or ours fails when the later one commits.
    """
    same = RosterImport.objects.filter(pk=roster_import.pk, state=roster_import.state, job=roster_import.job_id)
    if not can_undo(_as_it_is(roster_import)) or not same.update(
        state=ImportState.UNDONE, undone_at=timezone.now(), undone_by=by
    ):
        raise UndoRefused(NOT_SAVED)
    Campaign.objects.select_for_update(no_key=True).get(pk=roster_import.campaign_id)  # one import or undo at a time
    for model in WRITTEN:
        rows = model.objects.filter(pk__in=_written(model, roster_import).values("id")).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))
    # no run of growth gives a flag to a household that goes
    list(CampaignYear.objects.select_for_update().order_by("pk").values_list("pk"))
    if watermark() != seen:
        raise DataMoved
    if found := dependants(roster_import):
        raise UndoRefused(DEPENDED_ON, found)


# --- What the import did, by the history ---


def _written(model: Any, roster_import: RosterImport) -> QuerySet:
    """The import's rows of this history."""
    rows = model.history.filter(history_change_reason=f"import {roster_import.pk}").order_by()
    if roster_import.committed_at is None:  # saved in part
        return rows
    return rows.filter(history_date__lte=roster_import.committed_at)


def _made(model: Any, roster_import: RosterImport) -> QuerySet:
    """Keys of the rows that it created."""
    return _written(model, roster_import).filter(history_type="+").values("id")


def counts(roster_import: RosterImport) -> dict[str, dict[str, int]]:
    """How many rows of each kind would go, and how many be as before; by the model's name."""
    found: dict[str, dict[str, int]] = {}
    for model in WRITTEN:
        rows = _written(model, roster_import)
        made = rows.filter(history_type="+").values("id").distinct().count()
        touched = rows.values("id").distinct().count()
        found[str(model._meta.model_name)] = {"made": made, "changed": touched - made}
    return found


def places(roster_import: RosterImport) -> list[str]:
    """Townships of the households that it wrote, in the order of their codes. One query."""
    written = Q(pk__in=_written(Household, roster_import).values("id"))
    for model in (Member, IncomeStatement):
        written |= Q(pk__in=_written(model, roster_import).values("household_id"))
    codes = Household.objects.filter(written).order_by().values("village__parent")
    return list(Division.objects.filter(pk__in=codes).order_by("code").values_list("name", flat=True))


def _prepare(roster_import: RosterImport, progress: Progress) -> Back:
    """Read everything that will be written. A handful of queries for each 900 rows."""
    back = Back()
    for done, model in enumerate(HANGING):
        progress(done, len(HANGING))
        made = set(_made(model, roster_import).values_list("id", flat=True))
        back.made[model] = gather(model.objects.all(), "pk", made)
        first = _written(model, roster_import).values("id").annotate(first=Min("history_id"))
        changed = {row["id"]: row["first"] for row in first if row["id"] not in made}
        back.former[model] = former_rows(model, changed)
        if model is IncomeStatement:
            back.years = {row.year for row in [*back.made[model], *back.former[model]]}
    households = [row.pk for row in back.made[Household]]
    back.flags = gather(GrowthAssessment.objects.all(), "household", households)
    return back


def _write(back: Back) -> None:
    """Rows go before others take their places."""
    bulk.remove(back.flags)
    for model in HANGING:
        bulk.remove(back.made[model])
    for model, rows in back.former.items():
        for order in range(3):
            bulk.change([row for row in rows if _order(row) == order], kept_names(model))


def _order(row: Any) -> int:
    """Of members: who left, then who lives there, then heads: the other way round two heads would meet."""
    if not isinstance(row, Member) or not row.active:
        return 0
    return 2 if row.relation == Relation.HEAD else 1


# --- What stands on it ---


def dependants(roster_import: RosterImport) -> list[Dependant]:
    """What came later and stands on this import, in words; growth flags do not: they are computed again."""
    return in_words((*_changed_since(roster_import), *_hanging(roster_import), *_since_enrolled(roster_import)))


def _changed_since(roster_import: RosterImport) -> Iterator[tuple[str, int]]:
    """(by what, household) of each later change of a row that the import wrote."""
    undone = RosterImport.objects.filter(state=ImportState.UNDONE).values_list("pk", flat=True)
    neither = {f"{what} {number}" for number in undone for what in ("import", "undo")}
    for model in WRITTEN:
        written = _written(model, roster_import).filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
        later = model.history.exclude(history_change_reason=f"import {roster_import.pk}").order_by()
        household = "id" if model is Household else "household_id"
        rows = later.filter(id__in=_written(model, roster_import).values("id")).filter(Exists(written))
        for reason, number in rows.values_list("history_change_reason", household).distinct():
            if reason not in neither:
                yield by_what(reason or ""), number


def _hanging(roster_import: RosterImport) -> Iterator[tuple[str, int]]:
    """(what, household) of the rows that hang on what the import made, and were not made by it."""
    for model in HANGING:
        for relation in _relations_to(model):
            rows = relation.related_model._base_manager.filter(
                **{f"{relation.field.name}__in": _made(model, roster_import)}
            )
            if relation.related_model in WRITTEN:
                rows = rows.exclude(pk__in=_made(relation.related_model, roster_import))
            holder = relation.field.name if model is Household else f"{relation.field.name}__household"
            for household in rows.order_by().values_list(holder, flat=True).distinct():
                yield str(relation.related_model._meta.verbose_name), household


def _since_enrolled(roster_import: RosterImport) -> Iterator[tuple[str, int]]:
    """(what, household) of what was begun with households that were known before and entered the campaign by it."""
    since = _written(Enrolment, roster_import).aggregate(first=Min("history_date"))["first"]
    if since is None:
        return
    entered = (
        _written(Enrolment, roster_import).filter(history_type="+")
        .exclude(household_id__in=_made(Household, roster_import)).values("household_id")
    )  # fmt: skip
    for relation in _relations_to(Household):
        model, name = relation.related_model, f"{relation.field.name}_id"
        if model not in WRITTEN:
            begun = model.history.filter(history_type="+", history_date__gt=since)
            for household in begun.filter(**{f"{name}__in": entered}).order_by().values_list(name, flat=True):
                yield str(model._meta.verbose_name), household


def _relations_to(model: Any) -> list[Any]:
    """Foreign keys of other tables to this one, of apps above too; histories and growth flags aside."""
    fields = model._meta.get_fields(include_hidden=True)
    keys = [f for f in fields if f.auto_created and not f.concrete and (f.one_to_many or f.one_to_one)]
    return [
        f for f in keys
        if f.related_model is not GrowthAssessment and not hasattr(f.related_model, "tracked_fields")
    ]  # fmt: skip
