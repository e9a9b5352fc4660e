"""What waits for somebody: planned and promised visits, needs that are due, households not reached for long.

A list for help. Whom nobody reached is told to who goes there, never to a cadre's superior.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db.models import Count, F, Model, Q, QuerySet, Value, Window

from accounts.roles import Role
from households.conditions import Frame, frame_of, narrowed
from households.models import Household
from visits.conditions import last_contact
from visits.logging import can_be_visited
from visits.models import Need, NeedQuerySet, PlannedVisit
from visits.rising import risen_for

SOON = timedelta(days=7)
SHOWN = 20
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Todo:
    """The first of each, and how many there are in all."""

    plans: Sequence[PlannedVisit]
    plans_count: int
    needs: Sequence[Need]
    needs_count: int
    households: Sequence[Household]
    households_count: int
    interval: int  # days between contacts by this year's policy; 0: no policy
    today: date
    visitable: frozenset[int]  # of these households: where the user can log a visit
    callable: frozenset[int]  # and whom he may call, with a phone

    @property
    def count(self) -> int:
        return self.plans_count + self.needs_count + self.households_count


def plans_ahead(user: Any, today: date) -> QuerySet[PlannedVisit]:
    """The user's own plans that still wait: late ones, and those of the next week."""
    return PlannedVisit.objects.of(user).open().filter(planned_on__lte=today + SOON)


def due_needs(user: Any, today: date) -> NeedQuerySet:
    """Needs that are overdue or due within a week, of households the user visits, of the own department or followed
    up by the user; of all others those that are overdue and have risen to the user.
    """
    units = [grant.unit_id for grant in user.live_grants if grant.role == Role.DEPARTMENT_OFFICER]
    mine = Q(household__in=Household.objects.allowed(user, "watch_needs_due")) | Q(owner=user)
    own = mine | Q(department__in=units) | Q(pk__in=risen_for(user).order_by().values("pk"))
    return Need.objects.allowed(user, "handle_need").pending().filter(own, due_on__lte=today + SOON)


def not_contacted(user: Any, frame: Frame) -> QuerySet[Household]:
    """Active households the user goes to, of which nobody was reached within the policy's interval."""
    rows = Household.objects.allowed(user, "reach_out")
    return narrowed(rows, {"state": "active", "contacted": "not_within"}, frame)


def todo_of(user: Any) -> Todo:
    """What waits for this user today: six queries, whatever the number of rows."""
    frame = frame_of()
    plans, plans_count = first_of(plans_ahead(user, frame.today).select_related("household__village__parent"))
    due = due_needs(user, frame.today).with_privacy(user)
    due = due.select_related("household__village__parent", "department", "owner")
    needs, needs_count = first_of(due.order_by("due_on", "pk"))
    quiet = not_contacted(user, frame).select_related("village__parent").annotate(last_contact=last_contact())
    households, households_count = first_of(quiet.order_by(F("last_contact").asc(nulls_first=True), "code"))
    shown = {plan.household_id for plan in plans} | {need.household_id for need in needs} | {h.pk for h in households}
    offered = _offered(user, shown)
    return Todo(
        plans=plans,
        plans_count=plans_count,
        needs=needs,
        needs_count=needs_count,
        households=households,
        households_count=households_count,
        interval=frame.contact_days,
        today=frame.today,
        visitable=frozenset(pk for act, pk in offered if act == "log_visit"),
        callable=frozenset(pk for act, pk in offered if act == "call"),
    )


def _offered(user: Any, shown: Collection[int]) -> set[tuple[str, int]]:
    """On which of these households the user can log a visit, and whom he may call: one query."""
    shown_here = Household.objects.filter(pk__in=shown).order_by()
    visitable = shown_here.allowed(user, "log_visit").filter(can_be_visited()).values_list(Value("log_visit"), "pk")
    with_phone = shown_here.allowed(user, "call").exclude(phone_hash=None).values_list(Value("call"), "pk")
    return set(visitable.union(with_phone))


def first_of(rows: QuerySet[Row]) -> tuple[list[Row], int]:
    """The first rows, and how many there are in all: one query."""
    first = list(rows.annotate(in_all=Window(Count("pk")))[:SHOWN])
    return first, first[0].in_all if first else 0  # type: ignore[attr-defined]
