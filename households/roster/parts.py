"""A large roster on SQLite: one transaction for each township, so that others can write in between.

What is done is marked on the import in the same transaction. A job that is killed leaves whole townships, and the next
attempt does the rest: done townships are left alone, the others must still be as the preview showed them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection

from core.history import through
from district.models import Campaign
from households.growth import start_after_change
from households.models import Household, ImportState, Member, RosterImport

from . import commit
from .compare import Plan
from .differences import Outcome

SAVED = "saved"  # in RosterImport.mapping: townships that were written before the preview was made anew
MARK = "parts"  # in RosterImport.mapping: {"done": [townships], "years": [...], "shown": {township: counts}}

Transaction = Callable[[], AbstractContextManager[None]]


def is_needed(plan: Plan) -> bool:
    """SQLite has one writer: a long transaction makes everybody else wait."""
    return connection.vendor == "sqlite" and plan.reading.rows > settings.ROSTER_ROWS_ONE_TRANSACTION


def as_shown(plan: Plan, roster_import: RosterImport) -> bool:
    """Whether what is still to be done is as the preview showed it."""
    marks = roster_import.mapping.get(MARK)
    if marks is None:
        return commit.same_as_shown(plan, roster_import.report)
    left = {key: _counts(part) for key, part in _by_township(plan).items() if key not in marks["done"]}
    expected = {key: counts for key, counts in marks["shown"].items() if key not in marks["done"]}
    return left == expected and plan.rejected_names == roster_import.report["rejected_households"]


def write(
    plan: Plan, *, roster_import: RosterImport, document: dict[str, Any], seen: tuple[int, ...], part: Transaction,
    effect: Transaction, progress: Callable[[int, int], None],
) -> None:  # fmt: skip
    """Write township after township, then what belongs to the whole file.

    Raises as commit.write() does; townships that are written by then are marked and stay.
    """
    townships = _by_township(plan)
    if MARK not in roster_import.mapping:
        shown = {key: _counts(one) for key, one in townships.items()}
        roster_import.mapping[MARK] = {"done": [], "years": [], "shown": shown}
    marks = roster_import.mapping[MARK]
    for done, (key, township) in enumerate(townships.items()):
        progress(done, len(townships))
        if key not in marks["done"]:
            seen = _write_township(key, township, roster_import, seen, part())
    rows = commit.for_the_file(plan)
    rows.years |= set(roster_import.mapping[MARK]["years"])  # as marked by the last township
    commit.write(rows, roster_import=roster_import, document=document, seen=None, effect=effect())


def done_of(roster_import: RosterImport) -> int:
    """How many townships are written since the present preview was confirmed."""
    return len(roster_import.mapping.get(MARK, {}).get("done", ()))


def saved_of(roster_import: RosterImport) -> int:
    """How many townships are written at all, of an import that is not saved whole."""
    marks = roster_import.mapping
    return len({*marks.get(SAVED, ()), *marks.get(MARK, {}).get("done", ())})


def forget(roster_import: RosterImport) -> None:
    """What is done stays; the rest is shown anew, and compared anew when it is confirmed."""
    marks = roster_import.mapping.pop(MARK, None)
    if marks is not None:
        roster_import.mapping[SAVED] = sorted({*roster_import.mapping.get(SAVED, ()), *marks["done"]})
        RosterImport.objects.filter(pk=roster_import.pk).update(mapping=roster_import.mapping)
        for year in marks["years"]:
            start_after_change(year, by=roster_import.created_by)


def _write_township(
    key: str, township: Plan, roster_import: RosterImport, seen: tuple[int, ...],
    transaction: AbstractContextManager[None],
) -> tuple[int, ...]:  # fmt: skip
    """Write and mark it; the state of the database after it. DataMoved if others changed what it writes."""
    rows = commit.Rows()
    commit.fill(rows, township)
    marks = roster_import.mapping[MARK]
    after = {**marks, "done": [*marks["done"], key], "years": sorted({*marks["years"], *rows.years})}
    with through(f"import {roster_import.pk}", by=roster_import.created_by), transaction:
        Campaign.objects.select_for_update(no_key=True).get(pk=roster_import.campaign_id)
        if _is_touched(township, since=seen):
            raise commit.DataMoved
        commit.put(rows)
        mapping = {**roster_import.mapping, MARK: after}
        saving = RosterImport.objects.filter(pk=roster_import.pk, state=ImportState.COMMITTING)
        if not saving.update(mapping=mapping):
            raise commit.ImportEnded
        seen = commit.watermark()
    roster_import.mapping = mapping
    return seen


def _is_touched(plan: Plan, *, since: tuple[int, ...]) -> bool:
    """Whether anybody changed a household or a person of this plan since then; what else changed does not matter."""
    now = commit.watermark()
    if now == since:
        return False
    outcomes = _outcomes(plan)
    households = {o.household.pk for o in outcomes if o.household}
    codes = {o.code for o in outcomes if not o.household}
    hashes = {plan.hashes[m.id_no] for o in outcomes for m in o.family.members if m.id_no}
    for model, last in zip(commit.WRITTEN, since, strict=True):
        column = "id" if model is Household else "household_id"
        more = {Household: ("code",), Member: ("id_no_hash",)}.get(model, ())
        for pk, *others in model.history.filter(history_id__gt=last).values_list(column, *more).iterator():
            if pk in households or not (codes | hashes).isdisjoint(others):
                return True
    return False


def _counts(plan: Plan) -> dict[str, Any]:
    counts = plan.counts()
    return {key: counts[key] for key in ("households", "members")}


def _by_township(plan: Plan) -> dict[str, Plan]:
    """The plan of each township by its code; townships between which somebody moves are one."""
    outcomes = _outcomes(plan)
    heads = _together(outcomes, plan)
    parts: dict[str, dict[str, Any]] = defaultdict(lambda: {"created": [], "updated": [], "unchanged": []})
    for name in ("created", "updated", "unchanged"):
        for outcome in getattr(plan, name):
            parts[heads.get(_township(outcome), _township(outcome))][name].append(outcome)
    return {key: replace(plan, rejected=[], findings=[], **part) for key, part in sorted(parts.items())}


def _together(outcomes: Iterable[Outcome], plan: Plan) -> dict[str, str]:
    """Township → the one under whose code it is written, where somebody leaves one for the other."""
    outcomes = list(outcomes)
    leaving = {m.id_no_hash: _township(o) for o in outcomes for m in o.leaving if not m.active}
    if not leaving:
        return {}
    heads: dict[str, str] = {}
    for outcome in outcomes:
        for row in outcome.new_members:
            origin = leaving.get(plan.hashes.get(row.id_no, ""))
            if origin is not None:
                one, two = (_head(heads, t) for t in (origin, _township(outcome)))
                heads[max(one, two)] = min(one, two)
    return {township: _head(heads, township) for township in heads}


def _head(heads: dict[str, str], township: str) -> str:
    while heads.get(township, township) != township:
        township = heads[township]
    return township


def _outcomes(plan: Plan) -> list[Outcome]:
    return [*plan.created, *plan.updated, *plan.unchanged]


def _township(outcome: Outcome) -> str:
    return outcome.village.code[:9]
