"""Overdue needs rise one level: from who follows them up to the township, then to the district.

A need rises to the township on the day after it was due, and to the district when it has been overdue for as long as
it had been given; one level a night at most, once each. The level stands on the need, each step in its history. A
later due date lets it start anew (needs.follow_up). Households that are not helped any more have no open needs.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from core import bulk
from households.models import Household
from visits.codes import NeedLevel
from visits.models import Need

AT_ONCE = 500
ABOVE_OWNER = (NeedLevel.TOWNSHIP, NeedLevel.DISTRICT)


def raise_overdue(today: date) -> int:
    """Let what is overdue rise by one level; returns how many did. Run again on the same day it finds nothing."""
    waiting = Q(level=NeedLevel.OWNER) | Q(level=NeedLevel.TOWNSHIP, rises_on__lte=today)
    keys = list(Need.objects.overdue(today).filter(waiting).order_by().values_list("pk", flat=True))
    return sum(_rise(keys[start : start + AT_ONCE], waiting, today) for start in range(0, len(keys), AT_ONCE))


def risen_for(user: Any) -> QuerySet[Need]:
    """Overdue needs that have risen to the user: to officials of the township, then to admins of the district too."""
    in_township = Household.objects.allowed(user, "oversee_township_needs")
    in_district = Household.objects.allowed(user, "oversee_district_needs")
    risen = Q(level__in=ABOVE_OWNER, household__in=in_township) | Q(level=NeedLevel.DISTRICT, household__in=in_district)
    return Need.objects.pending().filter(risen)


@transaction.atomic
def _rise(keys: list[int], waiting: Q, today: date) -> int:
    needs = list(Need.objects.overdue(today).filter(waiting, pk__in=keys).select_for_update())
    for need in needs:
        if need.level == NeedLevel.OWNER:
            given = max(need.due_on - need.raised_on, timedelta(days=1))
            need.level, need.rises_on = NeedLevel.TOWNSHIP, max(need.due_on + given, today) + timedelta(days=1)
        else:
            need.level, need.rises_on = NeedLevel.DISTRICT, None
    bulk.change(needs, ["level", "rises_on"])
    return len(needs)
