"""Verbs on planned visits: plan, change, drop, take up again. The caller has asked scope whether the user may."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core.dates import Span, years_from
from households.models import Household
from visits.codes import PlanProblem
from visits.models import PlannedVisit, Visit


class PlanRefused(Exception):
    """A visit that cannot be planned so; the code is one of PlanProblem."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        sentence = str(PlanProblem(self.code).label)
        return sentence % self.params if self.params else sentence


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned."""

    planned_on: date
    planned_at: time | None = None
    purpose: str = ""
    promised: bool = False


def plan_visit(
    household: Household, plan: Plan, *, by: User, after: Visit | None = None, client_id: UUID | None = None
) -> PlannedVisit:
    """Plan a visit; `after` is the visit on which it was promised. The same client id again returns the first plan.

    PlanRefused for a closed household or a day outside of plan_days().
    """
    client_id = client_id or uuid4()
    first = planned(client_id, household=household, by=by)
    if first is not None:
        return first
    if household.closed_on is not None:
        raise PlanRefused(PlanProblem.CLOSED)
    _must_be_a_day(plan.planned_on, since=after.visited_on if after is not None else None)
    row = PlannedVisit(
        household=household,
        client_id=client_id,
        planned_on=plan.planned_on,
        planned_at=plan.planned_at,
        purpose=plan.purpose.strip(),
        promised=plan.promised or after is not None,
        after=after,
        planned_by=by,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        first = planned(client_id, household=household, by=by)  # a double tap: the other request was faster
        if first is None:
            raise
        return first
    return row


def planned(client_id: UUID, *, household: Household, by: User) -> PlannedVisit | None:
    """The plan that already carries this id. PlanRefused if it is another person's or another household's."""
    first = PlannedVisit.objects.filter(client_id=client_id).first()
    if first is not None and (first.planned_by_id != by.pk or first.household_id != household.pk):
        raise PlanRefused(PlanProblem.CLIENT_ID)
    return first


def change_plan(row: PlannedVisit, plan: Plan) -> PlannedVisit:
    """Another day, time or purpose. PlanRefused for one that was dropped or made, or whose household has closed."""
    _must_be_open(row)
    if plan.planned_on != row.planned_on:
        _must_be_a_day(plan.planned_on)
    row.planned_on, row.planned_at, row.purpose = plan.planned_on, plan.planned_at, plan.purpose.strip()
    row.promised = plan.promised or row.after_id is not None
    row.save(update_fields=["planned_on", "planned_at", "purpose", "promised"])
    return row


def drop_plan(row: PlannedVisit) -> PlannedVisit:
    """The visit is not made; the plan stays in the history. PlanRefused for one that was made."""
    _must_be_open(row)
    row.dropped_on = timezone.localdate()
    row.save(update_fields=["dropped_on"])
    return row


def take_up(row: PlannedVisit) -> PlannedVisit:
    """Take back that a plan was dropped. PlanRefused for a closed household."""
    if row.household.closed_on is not None:
        raise PlanRefused(PlanProblem.CLOSED)
    row.dropped_on = None
    row.save(update_fields=["dropped_on"])
    return row


def plan_days() -> Span:
    """When a visit can be planned: from today on, within a year."""
    today = timezone.localdate()
    return Span(today, years_from(today, 1))


def promise_days(visited_on: date) -> Span:
    """When a visit can lie that was promised on a visit: after it. One that is entered late may be late already."""
    return Span(visited_on + timedelta(days=1), plan_days().last)


def _must_be_a_day(day: date, *, since: date | None = None) -> None:
    if day not in (span := plan_days() if since is None else promise_days(since)):
        raise PlanRefused(PlanProblem.DAY, **span.params)


def _must_be_open(row: PlannedVisit) -> None:
    if row.household.closed_on is not None:
        raise PlanRefused(PlanProblem.CLOSED)
    if row.dropped_on is not None:
        raise PlanRefused(PlanProblem.DROPPED)
    if not PlannedVisit.objects.open().filter(pk=row.pk).exists():
        raise PlanRefused(PlanProblem.DONE)
