"""What is told on a visit changes the case at once: apply, decide between two values, take back.

A value that somebody else has changed since the writer saw it is never overwritten: it stands, and what was told waits
beside it until a person decides. The caller has asked scope whether the user may.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.crypto import keyed_hash
from core.history import through
from households.codes import GuaranteeItem, GuaranteeState
from households.guarantees import set_guarantee
from households.members import add_member, change_member, leave_member, new_head
from households.models import Household, Member
from households.register import change_household
from programs.codes import MeasureKind
from programs.measures import record_measure
from visits.codes import HOLDING, Fact, FactState, LeaveReason, VisitProblem
from visits.models import Visit, VisitFact

OF_MEMBERS = {Fact.HEALTH: "health", Fact.DISEASE: "disease", Fact.STUDENT: "student_status"}  # → field of Member
TOLD_ALONE = (Fact.JOB, Fact.SCHOOL)  # no other table has them: the latest one holds
EVENTS = (Fact.BIRTH, Fact.LEFT, Fact.HEAD, Fact.REPAIR, Fact.INCOME)  # added, so that nothing can be overwritten
HASH_SHOWN = 12


class DecisionRefused(Exception):
    """A decision that cannot be made; the code is one of VisitProblem."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(VisitProblem(self.code).label)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told on a visit. `seen`: the version of the value that the writer had before him ("": none)."""

    fact: str
    value: Any  # as JSON holds it: text, list or dict; dates as 2026-11-29, yuan as "3000.00"
    member: Member | None = None
    seen: str = ""

    @property
    def key(self) -> str:
        return key_of(self.fact, self.member.pk if self.member else None)


def key_of(fact: str, member: int | None) -> str:
    """How forms name a value: "phone", "health-12"."""
    return fact if member is None else f"{fact}-{member}"


def standing(household: Household) -> dict[str, Any]:
    """Every value that a visit can change, as it stands, by its key. Three queries."""
    values: dict[str, Any] = {Fact.PHONE.value: household.phone}
    for member in Member.objects.filter(household=household):
        for fact, field in OF_MEMBERS.items():
            values[key_of(fact, member.pk)] = getattr(member, field)
    values |= dict.fromkeys(GuaranteeItem.values)
    for status in household.guarantees.all():  # type: ignore[attr-defined]
        values[status.item] = {"state": status.state, "evidence": status.evidence}
    told = VisitFact.objects.holding().filter(visit__household=household, fact__in=TOLD_ALONE)
    for row in told.order_by("settled_at", "pk"):
        values[key_of(row.fact, row.member_id)] = read(row.after)
    return values


def version(key: str, value: Any) -> str:
    """Short, tells nothing of the value, and another one as soon as somebody has changed it."""
    return keyed_hash(f"{key} {json.dumps(value or None, sort_keys=True)}")[:HASH_SHOWN]


def read(stored: str) -> Any:
    """A value of VisitFact.before or .after; None for none."""
    return json.loads(stored) if stored else None


def written(value: Any) -> str:
    """A value as VisitFact keeps it; nothing for none."""
    return json.dumps(value, sort_keys=True) if value else ""


def apply_changes(visit: Visit, told: Sequence[Told]) -> list[VisitFact]:
    """Bring what was told into the case file, in the visit's transaction; the history names the visit.

    What is known already makes no row. RegisterRefused or MeasureRefused for what cannot be.
    """
    if not told:
        return []
    household = _held(visit.household_id)
    values = standing(household)
    with through(f"visit {visit.pk}"):
        rows = [_apply(visit, household, one, values.get(one.key)) for one in told]
    return [row for row in rows if row is not None]


def decide(row: VisitFact, *, take: bool, seen: str, by: User) -> VisitFact:
    """Of two values one holds: what was told on the visit (`take`) or what stands. DecisionRefused if it was decided
    already, or if the standing value is no more the one that was shown (`seen`)."""
    with transaction.atomic():
        household = _held(row.visit.household_id)
        row = VisitFact.objects.select_related("visit", "member").get(pk=row.pk)
        if row.state != FactState.OPEN:
            raise DecisionRefused(VisitProblem.DECIDED)
        stands = standing(household).get(key := key_of(row.fact, row.member_id))
        if version(key, stands) != seen:
            raise DecisionRefused(VisitProblem.CHANGED_AGAIN)
        row.before = written(stands)
        if take:
            with through(f"visit {row.visit_id}"):
                _write(row.visit, household, Told(row.fact, read(row.after), row.member))
        return _settle(row, FactState.TAKEN if take else FactState.KEPT, by)


def take_back(row: VisitFact, *, by: User) -> VisitFact:
    """The value before holds again. DecisionRefused if this is not the last word on it: then edit the case file."""
    with transaction.atomic():
        household = _held(row.visit.household_id)
        row = VisitFact.objects.select_related("visit", "member").get(pk=row.pk)
        if row.state not in HOLDING or row.fact in EVENTS:
            raise DecisionRefused(VisitProblem.DECIDED)
        stands = standing(household).get(key_of(row.fact, row.member_id))
        if (stands or None) != read(row.after):
            raise DecisionRefused(VisitProblem.NOT_LAST)
        with through(f"visit {row.visit_id}"):
            _write(row.visit, household, Told(row.fact, read(row.before) or _nothing(row.fact), row.member))
        return _settle(row, FactState.UNDONE, by)


def last_told(household: Household) -> list[VisitFact]:
    """What stands nowhere but here: each member's work and school, and news of income; the newest first. One query."""
    rows = VisitFact.objects.holding().filter(visit__household=household, fact__in=(*TOLD_ALONE, Fact.INCOME))
    newest: dict[str, VisitFact] = {}
    for row in rows.select_related("visit", "member").order_by("-settled_at", "-pk"):
        newest.setdefault(key_of(row.fact, row.member_id), row)
    return [row for row in newest.values() if row.member is None or row.member.active]


def _held(pk: int) -> Household:
    """The household as it stands, kept until the transaction ends: two at once come one after the other."""
    return Household.objects.select_for_update(no_key=True).get(pk=pk)


def _apply(visit: Visit, household: Household, told: Told, before: Any) -> VisitFact | None:
    if told.fact not in EVENTS:
        if (before or None) == (told.value or None):
            return None
        if version(told.key, before) != told.seen and (told.seen or before):
            return _kept(visit, told, before, FactState.OPEN)
    if told.fact == Fact.LEFT and told.member is not None and not told.member.active:
        return None  # somebody has said so already
    _write(visit, household, told)
    return _kept(visit, told, before, FactState.APPLIED)


def _kept(visit: Visit, told: Told, before: Any, state: str) -> VisitFact:
    row = VisitFact(
        visit=visit, member=told.member, fact=told.fact, before=written(before), after=written(told.value), state=state
    )
    if state != FactState.OPEN:
        row.settled_at, row.settled_by = timezone.now(), visit.entered_by
    row.save(force_insert=True)
    return row


def _settle(row: VisitFact, state: str, by: User) -> VisitFact:
    row.state, row.settled_at, row.settled_by = state, timezone.now(), by
    row.save()
    return row


def _nothing(fact: str) -> Any:
    """What stands where nothing is known."""
    if fact in GuaranteeItem.values:
        return {"state": GuaranteeState.UNVERIFIED.value, "evidence": ""}
    return [] if fact == Fact.HEALTH else ""


def _write(visit: Visit, household: Household, told: Told) -> None:
    """The value into its table, by the verbs that the pages of the case file use too."""
    value, member = told.value, told.member
    if told.fact == Fact.PHONE:
        change_household(household, phone=value)
    elif told.fact in OF_MEMBERS and member is not None:
        change_member(_fresh(member), **{OF_MEMBERS[Fact(told.fact)]: value})
    elif told.fact in GuaranteeItem.values:
        set_guarantee(household, item=told.fact, as_of=visit.visited_on, **value)
    elif told.fact == Fact.BIRTH:
        add_member(household, **{**value, "birth_date": date.fromisoformat(value["birth_date"])})
    elif told.fact == Fact.HEAD and member is not None:
        new_head(_fresh(member))
    elif told.fact == Fact.LEFT and member is not None:
        reason = str(LeaveReason(value["reason"]).label)
        leave_member(_fresh(member), on=date.fromisoformat(value["on"]), reason=reason)
    elif told.fact == Fact.REPAIR:
        _record_repair(visit, household, value)


def _fresh(member: Member) -> Member:
    """As the row stands now: only the one field is changed."""
    return Member.objects.select_related("household").get(pk=member.pk)


def _record_repair(visit: Visit, household: Household, value: dict[str, str]) -> None:
    measure = record_measure(
        household=household, kind=MeasureKind.HOUSING, source=value["source"], starts_on=visit.visited_on,
        note=value["note"], responsible=visit.visitor,
    )  # fmt: skip
    visit.measures.add(measure)


def job(*, employer: str, wage: Decimal | None, since: date | None) -> dict[str, str]:
    """A job as a value: what is not known is left out."""
    known = {"employer": employer, "wage": str(wage or ""), "since": since.isoformat() if since else ""}
    return {name: text for name, text in known.items() if text}
