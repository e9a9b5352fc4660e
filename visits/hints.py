"""What the writer alone is told after saving: nothing is stored, nobody else sees it, nothing follows from it."""

from collections.abc import Iterable
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from visits.codes import Mode
from visits.models import Visit

SAME_TEXT_WITHIN = timedelta(days=30)
SHORTEST_TEXT = 10  # characters: "all is well" may be true of every household
SHOWN_FOR = timedelta(hours=1)  # after saving; later it would only nag
AT_ONE_TIME = timedelta(minutes=15)
NAMED, MOST_READ = 3, 20


def hints_for(visit: Visit, reader: User) -> list[str]:
    """Sentences for who wrote this visit; none for anybody else. One query at most, of the writer's last weeks."""
    asked = _asked(visit)
    if asked is None or visit.entered_by_id != reader.pk or timezone.now() - visit.entered_at > SHOWN_FOR:
        return []
    rows = Visit.objects.standing().filter(entered_by=reader, visited_on__gte=visit.visited_on - SAME_TEXT_WITHIN)
    rows = rows.filter(asked).exclude(household=visit.household_id).select_related("household__village")
    others = list(rows.order_by("-visited_on", "-pk")[:MOST_READ])
    return [hint for hint in (_same_text(visit, others), _two_villages(visit, others)) if hint]


def on_same_day(visit: Visit) -> QuerySet[Visit]:
    """Other visits to the household on that day, in their last version: each stands by itself."""
    rows = Visit.objects.standing().filter(household=visit.household_id, visited_on=visit.visited_on)
    return rows.exclude(pk=visit.pk).order_by("pk")


def _asked(visit: Visit) -> Q | None:
    """Which other visits there is something to say about; None: none, whatever they are."""
    asked = [Q(text=visit.text)] if len(visit.text) >= SHORTEST_TEXT else []
    if visit.mode == Mode.HOME and timezone.localdate(visit.entered_at) == visit.visited_on:
        near = (visit.entered_at - AT_ONE_TIME, visit.entered_at + AT_ONE_TIME)
        same = Q(visited_on=visit.visited_on, mode=Mode.HOME, visitor=visit.visitor_id, entered_at__range=near)
        asked.append(same & ~Q(household__village=visit.household.village_id))
    return reduce(or_, asked) if asked else None


def _same_text(visit: Visit, others: Iterable[Visit]) -> str:
    names = list(dict.fromkeys(other.household.head_name for other in others if other.text == visit.text))[:NAMED]
    if not names or len(visit.text) < SHORTEST_TEXT:
        return ""
    return _(
        "You wrote the same words about %(names)s in the last 30 days. If each household has news of its own, you can"
        " add it by “Correct”. Only you see this note."
    ) % {"names": _(", ").join(names)}


def _two_villages(visit: Visit, others: Iterable[Visit]) -> str:
    """Two visits at home, in two villages, entered within a quarter of an hour on the day of both."""
    village = next((str(other.household.village) for other in others if _elsewhere_then(visit, other)), "")
    if not village:
        return ""
    return _(
        "You entered a home visit in %(village)s at the same time. If one of the two was on another day or by phone,"
        " you can put it right by “Correct”. Only you see this note."
    ) % {"village": village}


def _elsewhere_then(visit: Visit, other: Visit) -> bool:
    return (
        visit.mode == other.mode == Mode.HOME
        and visit.visited_on == other.visited_on == timezone.localdate(visit.entered_at)
        and visit.visitor_id == other.visitor_id
        and abs(visit.entered_at - other.entered_at) <= AT_ONE_TIME
        and visit.household.village_id != other.household.village_id
    )
