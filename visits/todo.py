"""What waits for somebody: needs that are due, households that nobody has reached for long. A list for help."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.roles import Role
from households.conditions import Frame, frame_of, narrowed
from households.models import Household
from visits.logging import can_be_visited
from visits.models import Need, NeedQuerySet
from visits.rising import risen_for

SOON = timedelta(days=7)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Todo:
    """The first of each, and how many there are in all."""

    needs: Sequence[Need]
    needs_count: int
    households: Sequence[Household]
    households_count: int
    interval: int  # days between contacts by this year's policy; 0: no policy
    today: date


def due_needs(user: Any, today: date) -> NeedQuerySet:
    """Needs that are overdue or due within a week, of households the user visits, of the own department or followed
    up by the user; of all others those that are overdue and have risen to the user.
    """
    units = [grant.unit_id for grant in user.live_grants if grant.role == Role.DEPARTMENT_OFFICER]
    mine = Q(household__in=Household.objects.allowed(user, "watch_needs_due")) | Q(owner=user)
    own = mine | Q(department__in=units) | Q(pk__in=risen_for(user).order_by().values("pk"))
    return Need.objects.allowed(user, "handle_need").pending().filter(own, due_on__lte=today + SOON)


def not_contacted(user: Any, frame: Frame) -> QuerySet[Household]:
    """Active households the user visits of which nobody was reached within the policy's interval."""
    rows = Household.objects.allowed(user, "log_visit")
    return narrowed(rows, {"state": "active", "contacted": "not_within"}, frame)


def todo_of(user: Any) -> Todo:
    """What waits for this user today: six queries, whatever the number of households."""
    frame = frame_of()
    needs = (
        due_needs(user, frame.today)
        .with_privacy(user)
        .select_related("household__village__parent", "department", "owner")
    )
    rows = not_contacted(user, frame)
    rows_shown = rows.select_related("village__parent").annotate(can_be_visited=can_be_visited())
    longest = rows_shown.order_by(F("last_contact").asc(nulls_first=True), "code")
    return Todo(
        needs=list(needs.order_by("due_on", "pk")[:SHOWN]),
        needs_count=needs.count(),
        households=list(longest[:SHOWN]),
        households_count=rows.count(),
        interval=frame.contact_days,
        today=frame.today,
    )
