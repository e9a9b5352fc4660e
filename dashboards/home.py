"""The home of each role: which one a person comes to, and what stands on the phone of who visits households."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.roles import Role
from cadres.models import Pairing
from core.counting import counted
from core.models import Job, JobState
from households import conditions
from households.conditions import Frame
from households.models import GrowthAssessment, Household, ImportState, Member, RosterImport
from visits.complaints import waiting_for
from visits.models import Need, PlannedVisit
from visits.referrals import answers_waiting
from visits.todo import due_needs, plans_ahead

ORDER = (  # who holds several roles comes to the first of them, until another is chosen
    Role.DISTRICT_ADMIN,
    Role.TOWNSHIP_OFFICIAL,
    Role.VILLAGE_CLERK,
    Role.INSPECTOR,
    Role.DEPARTMENT_OFFICER,
    Role.CADRE,
    Role.UNIT_LIAISON,
    Role.LOG_AUDITOR,
    Role.SYSTEM_ADMIN,
)
FIRST_TO_DO = 3


def roles_of(user: User) -> list[Role]:
    """The user's live roles, the one whose home comes first in front."""
    return [role for role in ORDER if role in user.roles]


def role_shown(user: User, *wanted: str | None) -> Role | None:
    """The first of the wanted roles that the user holds, else the user's first; None without any."""
    held = roles_of(user)
    return next((role for want in wanted for role in held if role == want), held[0] if held else None)


def my_households(user: User, role: str, frame: Frame) -> QuerySet[Household]:
    """Households that the user helps, or for a liaison those of the unit's cadres, with what their cards say."""
    pairs = Pairing.objects.active()
    if role == Role.CADRE:
        pairs = pairs.filter(cadre__user=user)
    else:
        units = [grant.unit_id for grant in user.live_grants if grant.role == Role.UNIT_LIAISON]
        pairs = pairs.filter(cadre__unit__in=units)
    seen = Household.objects.visible_to(user).filter(pk__in=pairs.order_by().values("household"))
    rows = conditions.joined(seen, frame, ["state", "growth", "contacted", "paired"])
    return (
        rows.filter(conditions.where({"state": "active"}, frame))
        .select_related("village")
        .prefetch_related(
            Prefetch("assessments", GrowthAssessment.objects.filter(year=frame.year), to_attr="growth_of_year")
        )
        .annotate(
            people=_count(Member.objects.filter(active=True)),
            open_needs=_count(Need.objects.pending()),
            cadre_name=F("pairing_now__cadre__name"),
            cadre_pk=F("pairing_now__cadre"),
        )
        .order_by("village__code", "code")
    )


def _count(rows: QuerySet) -> Coalesce:
    counted = rows.filter(household=OuterRef("pk")).order_by().values("household").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class ToDo:
    """The next planned visits, the most urgent needs, how many are due, how many of the own households nobody has
    reached for long (a liaison is not told that), and how many answers the households wait for."""

    plans: list[PlannedVisit]
    needs: list[Need]
    needs_due: int
    not_contacted: int
    answers: int

    @property
    def more(self) -> int:
        return self.needs_due - len(self.needs)


def to_do(user: User, role: str, mine: QuerySet[Household], frame: Frame) -> ToDo:
    """What waits today on the households of this home: three statements."""
    plans = plans_ahead(user, frame.today).select_related("household__village")
    needs = list(
        due_needs(user, frame.today)
        .filter(household__in=mine.order_by().values("pk"))
        .select_related("household")
        .order_by("due_on", "pk")
    )
    late = mine.filter(conditions.where({"contacted": "not_within"}, frame)) if role == Role.CADRE else mine.none()
    late_count, answers_count = counted(late, answers_waiting(user))
    return ToDo(list(plans[:FIRST_TO_DO]), needs[:FIRST_TO_DO], len(needs), late_count, answers_count)


@dataclass(frozen=True)
class Department:
    """Needs that were passed to a department: how they stand, and the most urgent."""

    units: list[int]
    counts: dict[str, int]
    needs: list[Need]


def department_needs(user: User, frame: Frame, *, shown: int = 25) -> Department:
    """Needs of the user's departments, the most urgent first: two statements."""
    units = [g.unit_id for g in user.live_grants if g.role == Role.DEPARTMENT_OFFICER and g.unit_id]
    rows = Need.objects.visible_to(user).pending().filter(department__in=units)
    counts = rows.order_by().aggregate(open=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=frame.today)))
    needs = rows.select_related("household__village__parent", "owner").order_by("due_on", "pk")
    return Department(units, counts, list(needs[:shown]))


@dataclass(frozen=True)
class Waiting:
    """What waits for an admin; for an official the complaints alone."""

    imports: int
    jobs: int
    failed: int
    complaints: int
    may_decide: bool = True


def waiting_for_official(user: User) -> Waiting:
    """Complaints to answer: one statement."""
    return Waiting(0, 0, 0, waiting_for(user).count(), may_decide=False)


def waiting_for_admin(user: User) -> Waiting:
    """Imports to confirm, jobs under way and jobs that failed, complaints to answer: one statement."""
    jobs = Job.objects.order_by()
    imports, running, failed, complaints = counted(
        RosterImport.objects.filter(state=ImportState.CHECKED),
        jobs.filter(state__in=[JobState.QUEUED, JobState.RUNNING]),
        jobs.filter(state=JobState.FAILED),
        waiting_for(user),
    )
    return Waiting(imports, running, failed, complaints)


def first_growth(households: Iterable[Any]) -> None:
    """Put the assessment of the year on each household as `growth` (None without one)."""
    for household in households:
        household.growth = household.growth_of_year[0] if household.growth_of_year else None
