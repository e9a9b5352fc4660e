"""The calendar of planned visits as iCalendar: no name, no number of a person, no illness.

What a visit is for is free text and stays inside too.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from visits.models import PlannedVisit

PAST, AHEAD = timedelta(days=60), timedelta(days=366)
LASTS = timedelta(hours=1)


def calendar_of(user: Any) -> bytes:
    """The user's plans, from two months ago on: one query beside that of the grants."""
    today = timezone.localdate()
    plans = PlannedVisit.objects.of(user).standing().filter(planned_on__range=(today - PAST, today + AHEAD))
    return _written(plans.select_related("household__village"))


def _written(plans: Iterable[PlannedVisit]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Bangfu//Planned visits//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Planned visits"))
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    for plan in plans:
        calendar.add_component(_event(plan))
    written: bytes = calendar.to_ical()
    return written


def _event(plan: PlannedVisit) -> Event:
    """A whole day, or an hour from the time that was given (in UTC: no time zone has to be described)."""
    household = plan.household
    event = Event()
    event.add("uid", f"{plan.client_id}@bangfu")
    event.add("dtstamp", plan.made_at)
    words = {"village": household.village.name, "code": household.code}
    event.add("summary", _("Visit: %(village)s %(code)s") % words)
    if plan.planned_at is None:
        event.add("dtstart", plan.planned_on)
        event.add("dtend", plan.planned_on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        here = datetime.combine(plan.planned_on, plan.planned_at, ZoneInfo(settings.TIME_ZONE))
        event.add("dtstart", here.astimezone(ZoneInfo("UTC")))
        event.add("duration", LASTS)
    return event
