"""One digest a day for each user: what is planned, which needs are due, whom nobody reached for long. Numbers alone.

Made at night for the whole district by a few statements. It goes to the cadre of the households, to the deputy when he
is on leave, and needs also to the department they were passed to. Never to a cadre's superior, and never of a household
that has left the campaign.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import RoleGrant
from accounts.roles import Role
from cadres.models import Cadre, Leave, Pairing
from households.conditions import frame_of, narrowed
from households.models import Household
from visits.models import Digest, Need, PlannedVisit, ReminderChoices
from visits.todo import SOON

TOMORROW = timedelta(days=1)  # a visit is told of on its day and on the day before
AT_ONCE = 500


@dataclass
class Numbers:
    """What waits on the households of one cadre, or in one department."""

    planned: int = 0
    needs: int = 0
    quiet: int = 0
    for_others: list[dict[str, Any]] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.planned or self.needs or self.quiet or self.for_others)


def digests_for(day: date) -> list[Digest]:
    """What to write for this day, unsaved: twelve queries, whatever the number of users."""
    by_cadre = _by_cadre(day)
    paused = set(_paused(day).values_list("user", flat=True))
    working = dict(_helping().values_list("pk", "user"))
    leaves = {leave.cadre_id: leave for leave in Leave.objects.on(day).order_by("pk")}
    numbers: dict[int, Numbers] = defaultdict(Numbers)
    for cadre, found in by_cadre.items():
        leave = leaves.get(cadre)
        if leave is None and cadre in working:
            mine = numbers[working[cadre]]
            mine.planned, mine.needs, mine.quiet = found.planned, found.needs, found.quiet
        elif leave is not None and leave.deputy_id in working and leave.deputy_id not in leaves:
            numbers[working[leave.deputy_id]].for_others.append(_of_another(cadre, leave, found))
    for user, count in _by_officer(day).items():
        numbers[user].needs += count
    return [
        Digest(user_id=user, day=day, planned=n.planned, needs=n.needs, quiet=n.quiet, for_others=n.for_others)
        for user, n in sorted(numbers.items())
        if n.any and user not in paused
    ]


def write(digests: list[Digest]) -> None:
    """Write them; a user who has one of that day keeps it as it is, read or not."""
    Digest.objects.bulk_create(digests, ignore_conflicts=True, batch_size=AT_ONCE)


def forget_old(day: date) -> int:
    """Digests are of their day: remove those that nobody looks at any more; returns how many."""
    return Digest.objects.filter(day__lt=day - timedelta(days=settings.REMINDER_KEEP_DAYS)).delete()[0]


def digest_of(user: Any, today: date) -> Digest | None:
    """Today's digest, unless it was read or the user has paused reminders. One query."""
    return Digest.objects.shown_to(user, today).first()


def mark_read(user: Any, day: date) -> bool:
    """The user has seen the digest of this day; False if there is none that was not."""
    return bool(Digest.objects.filter(user=user, day=day, read_at=None).update(read_at=timezone.now()))


def to_mail(day: date) -> QuerySet[Digest]:
    """Digests of this day that are still to be sent, of users who chose e-mail and have not paused."""
    choices = ReminderChoices.objects.filter(by_mail=True).exclude(pk__in=_paused(day).values("pk"))
    rows = Digest.objects.filter(day=day, read_at=None, mailed_at=None, user__is_active=True)
    return rows.filter(user__in=choices.values("user")).select_related("user__reminder_choices").order_by("pk")


def take_for_mail(digest: Digest) -> bool:
    """Mark as sent, before it is: a mail may be lost, the digest stands in the app; no mail comes twice."""
    return bool(Digest.objects.filter(pk=digest.pk, mailed_at=None).update(mailed_at=timezone.now()))


def _by_cadre(day: date) -> dict[int, Numbers]:
    """What waits on the active households of each cadre: three statements, one for each kind."""
    frame = frame_of(today=day)
    active = narrowed(Household.objects.all(), {"state": "active"}, frame)
    pairs = Pairing.objects.active().filter(household__in=active.values("pk")).order_by()
    quiet = narrowed(Household.objects.all(), {"contacted": "not_within"}, frame)
    plans = PlannedVisit.objects.open().filter(planned_on__lte=day + TOMORROW)
    numbers: dict[int, Numbers] = defaultdict(Numbers)
    for row in pairs.filter(household__in=quiet.values("pk")).values("cadre").annotate(n=Count("pk")):
        numbers[row["cadre"]].quiet = row["n"]
    for name, path, rows in (("planned", "planned_visits", plans), ("needs", "needs", _due(day))):
        found = pairs.filter(**{f"household__{path}__in": rows.order_by().values("pk")})
        for row in found.values("cadre").annotate(n=Count(f"household__{path}")):
            setattr(numbers[row["cadre"]], name, row["n"])
    return numbers


def _due(day: date) -> QuerySet[Need]:
    return Need.objects.pending().filter(due_on__lte=day + SOON, household__closed_on=None)


def _by_officer(day: date) -> dict[int, int]:
    """How many needs are due that were passed to the departments of each officer."""
    due = _due(day).exclude(department=None).order_by().values("department").annotate(n=Count("pk"))
    by_unit = {row["department"]: row["n"] for row in due}
    grants = RoleGrant.objects.live().filter(role=Role.DEPARTMENT_OFFICER, unit__in=by_unit, user__is_active=True)
    found: dict[int, int] = defaultdict(int)
    for user, unit in set(grants.values_list("user", "unit")):
        found[user] += by_unit[unit]
    return found


def _helping() -> QuerySet[Cadre]:
    """Cadres whose account is live and has the role."""
    holders = RoleGrant.objects.live().filter(role=Role.CADRE).values("user")
    return Cadre.objects.active().filter(user__is_active=True, user__in=holders)


def _paused(day: date) -> QuerySet[ReminderChoices]:
    return ReminderChoices.objects.filter(paused_from__lte=day, paused_until__gte=day)


def _of_another(cadre: int, leave: Leave, found: Numbers) -> dict[str, Any]:
    return {
        "cadre": cadre,
        "until": leave.ends_on.isoformat(),
        "planned": found.planned,
        "needs": found.needs,
        "quiet": found.quiet,
    }
