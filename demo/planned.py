"""Fictitious plans for the days around a date, a leave with a deputy, and the digests of the day."""

from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cadres.leave import deputies_of
from cadres.models import Cadre, Leave, Pairing
from core import bulk
from visits import reminders
from visits.models import PlannedVisit, Visit

LATE, AHEAD = 4, 24  # days
PURPOSES = ("送助学金申请表", "看望老人", "陪同去镇卫生院复查", "看果园剪枝", "核对收入", "", "", "")
TIMES = (None, None, time(9, 0), time(9, 30), time(14, 0), time(15, 30))


@transaction.atomic
def write(shown: Cadre, *, as_of: date, seed: int) -> int:
    """Plans for a third of the households and all of the cadre whom the demo shows, a colleague of his on leave, and
    what a night makes of it; returns how many visits are planned."""
    random = Random(seed + 11)  # noqa: S311 fictitious, no secret
    last = {visit.household_id: visit for visit in Visit.objects.order_by("visited_on", "pk")}
    plans = [
        _plan(pairing, last.get(pairing.household_id), as_of, random)
        for pairing in Pairing.objects.active().select_related("cadre__user").order_by("household")
        if random.random() < 0.35 or pairing.cadre_id == shown.pk
    ]
    bulk.insert(plans)
    _leave_beside(shown, as_of)
    if as_of == timezone.localdate():
        reminders.write(reminders.digests_for(as_of))
    return len(plans)


def _plan(pairing: Pairing, visit: Visit | None, as_of: date, random: Random) -> PlannedVisit:
    """A day soon after or before the date, always after the last visit, on which it may have been promised."""
    promised = visit is not None and random.random() < 0.5
    day = as_of + timedelta(days=random.randint(-LATE, AHEAD))
    made = datetime.combine(as_of - timedelta(days=7), time(10, 0), timezone.get_current_timezone())
    if visit is not None:
        made = visit.entered_at
        if day <= visit.visited_on:
            day = visit.visited_on + timedelta(days=random.randint(1, AHEAD))
    return PlannedVisit(
        client_id=UUID(int=random.getrandbits(128), version=4), household_id=pairing.household_id, planned_on=day,
        planned_at=random.choice(TIMES), purpose=random.choice(PURPOSES), promised=promised,
        after=visit if promised else None, planned_by=pairing.cadre.user, made_at=made,
    )  # fmt: skip


def _leave_beside(cadre: Cadre, as_of: date) -> None:
    soon = PlannedVisit.objects.open().filter(planned_on__lte=as_of + timedelta(days=1))
    paired = Pairing.objects.active().filter(household__in=soon.values("household")).values("cadre")
    away = deputies_of(cadre).filter(pk__in=paired).first()
    if away is not None and away.user is not None:
        first, last = as_of - timedelta(days=2), as_of + timedelta(days=5)
        Leave(cadre=away, starts_on=first, ends_on=last, deputy=cadre, entered_by=away.user).save()
