"""A month of planned visits, by weeks that begin on Monday."""

import datetime as dt
from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from visits.models import PlannedVisit

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 1)


@dataclass(frozen=True)
class Day:
    """A day in the grid; `outside`: of the month before or after."""

    date: dt.date
    plans: list[PlannedVisit]
    outside: bool
    today: dt.date

    @property
    def is_today(self) -> bool:
        return self.date == self.today

    @property
    def can_be_planned(self) -> bool:
        return self.date >= self.today


@dataclass(frozen=True)
class Month:
    first: dt.date
    weeks: list[list[Day]]

    @property
    def before(self) -> date:
        return max(FIRST, (self.first - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> date:
        return min(LAST, (self.first + timedelta(days=31)).replace(day=1))

    @property
    def days_with_plans(self) -> list[Day]:
        return [day for week in self.weeks for day in week if day.plans and not day.outside]


def month_in(asked: str) -> date:
    """The first day of the month that an address names (2026-11); of this month for anything else."""
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return timezone.localdate().replace(day=1)
    return min(max(first, FIRST), LAST)


def month_of(user: Any, first: date) -> Month:
    """The user's plans of a month, those that were made too: one query."""
    dates = Calendar().monthdatescalendar(first.year, first.month)
    plans = PlannedVisit.objects.of(user).standing().with_visit().select_related("household__village")
    by_day = _by_day(plans.filter(planned_on__range=(dates[0][0], dates[-1][-1])))
    today = timezone.localdate()
    weeks = [[Day(day, by_day[day], day.month != first.month, today) for day in week] for week in dates]
    return Month(first, weeks)


def _by_day(plans: Iterable[PlannedVisit]) -> dict[date, list[PlannedVisit]]:
    found: dict[date, list[PlannedVisit]] = defaultdict(list)
    for plan in plans:
        found[plan.planned_on].append(plan)
    return found
