"""Growth flags: a year compared with the year before it, for every active household, in one statement (growth.sql)."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, Max, Q, QuerySet, When
from django.utils import timezone

from core import formats, jobs
from core.history import origin
from core.models import Job, JobState
from district.models import CampaignYear
from district.policy import current_campaign, policy_for
from district.register import when_assessed_anew
from households.models import Enrolment, EnrolmentState, GrowthAssessment, IncomeStatement, Reason, Verdict

KIND = "assess_growth"
REASON_LENGTH = 100  # of a history row
SQL: dict[str, str] = {
    name.strip(): text
    for part in Path(__file__).with_name("growth.sql").read_text(encoding="utf-8").split("-- part:")[1:]
    for name, _newline, text in [part.partition("\n")]
}


@dataclass(frozen=True, slots=True)
class Transition:
    """So many households went from one verdict to another; '' where there was none before, or is none now.

    The same verdict twice: the figures or the reason changed.
    """

    before: str
    after: str
    households: int


@dataclass(frozen=True, slots=True)
class GrowthResult:
    """What a run found and what it changed. `changed` counts new, changed and removed flags."""

    year: int
    households: int
    verdicts: dict[str, int]
    transitions: tuple[Transition, ...]
    seconds: float

    @property
    def changed(self) -> int:
        return sum(transition.households for transition in self.transitions)

    def as_json(self) -> dict[str, Any]:
        """The document of `manage.py assess_growth --json`."""
        return {
            "year": self.year,
            "households": self.households,
            "verdicts": self.verdicts,
            "changed": self.changed,
            "seconds": self.seconds,
        }

    def as_job_result(self) -> dict[str, Any]:
        """The document and what changed, for the page."""
        return self.as_json() | {"transitions": [asdict(transition) for transition in self.transitions]}


@transaction.atomic
def assess(year: int, *, household_ids: Iterable[int] | None = None, job: Job | None = None) -> GrowthResult:
    """Compare `year` with the year before it for all active households of its campaign, or for these alone.

    Idempotent: only flags that changed are written, each with its history. PolicyMissing without a policy of the year.
    """
    began = time.perf_counter()
    # one run a year at a time, and the target stays as it is meanwhile (SQLite: the transaction is alone anyway)
    policy = CampaignYear.objects.select_for_update().get(pk=policy_for(year).pk)
    ids = None if household_ids is None else sorted({int(pk) for pk in household_ids})
    params = _parameters(policy, _time_of_run(), job)
    for part in ("assess", "record", "record_stale", "remove_stale"):
        _run(part, params, ids)
    return GrowthResult(
        year=year,
        **_count(year, ids),
        transitions=tuple(Transition(*row) for row in _run("transitions", params, ids)),
        seconds=round(time.perf_counter() - began, 3),
    )


def _parameters(policy: CampaignYear, at: datetime, job: Job | None) -> dict[str, Any]:
    who = origin()
    due = timezone.localdate() >= policy.statements_due_on
    return {
        "year": policy.year,
        "base_year": policy.year - 1,
        "campaign": policy.campaign_id,
        "target_bp": policy.growth_target_bp,
        "unanswered": Verdict.NO_STATEMENT.value if due else Verdict.NOT_DUE.value,
        "at": connection.ops.adapt_datetimefield_value(at),
        "job": job.pk if job else None,
        "by": who.by.pk if who.by is not None else None,
        "through": who.reason[:REASON_LENGTH] or None,
    }


def _time_of_run() -> datetime:
    """Now, but later than all history of flags: the rows that a run wrote are known by their time."""
    latest = GrowthAssessment.history.aggregate(at=Max("history_date"))["at"]
    now = timezone.now()
    return now if latest is None or latest < now else latest + timedelta(microseconds=1)


def _run(part: str, params: dict[str, Any], ids: list[int] | None) -> list[tuple[Any, ...]]:
    # whole numbers stand in the text: a parameter each would pass SQLite's limit
    among = "IS NOT NULL" if ids is None else f"IN ({', '.join(map(str, ids)) or 'NULL'})"
    with connection.cursor() as cursor:
        cursor.execute(SQL[part].replace("{among}", among), params)
        return cursor.fetchall() if part == "transitions" else []


def _count(year: int, ids: list[int] | None) -> dict[str, Any]:
    flags = GrowthAssessment.objects.filter(year=year)
    if ids is not None:
        flags = flags.filter(household__in=ids)
    counted = dict(flags.order_by().values_list("verdict").annotate(households=Count("pk")))
    verdicts = {verdict.value: counted.get(verdict.value, 0) for verdict in Verdict}
    return {"households": sum(verdicts.values()), "verdicts": verdicts}


def households_to_assess(year: int) -> int:
    """How many households a run of the year compares; PolicyMissing without a policy of the year."""
    active = Enrolment.objects.filter(campaign=policy_for(year).campaign, state=EnrolmentState.ACTIVE)
    return active.filter(household__closed_on__isnull=True).count()


# --- When it runs ---


def start(year: int, *, by: Any = None) -> Job:
    """Queue an assessment of the year; one that waits already will see the same data and is returned instead."""
    waiting = Job.objects.filter(kind=KIND, state=JobState.QUEUED, args={"year": year}).first()
    return waiting or jobs.start(KIND, by=by, args={"year": year})


@when_assessed_anew
def follow_policy(policy: CampaignYear) -> None:
    """Queue an assessment of a year whose target or due day was changed."""
    start(policy.year, by=origin().by)


def start_by_hand(year: int, *, by: Any) -> tuple[Job, bool]:
    """Queue an assessment unless one of the year waits or runs: that one then, and False.

    A change of policy waits for the run that holds the year's row, so one that still runs reads what was saved before.
    """
    active = Job.objects.active().filter(kind=KIND, args={"year": year}).first()
    return (active, False) if active else jobs.start_once(KIND, str(year), by=by, args={"year": year})


def latest_run(year: int) -> Job | None:
    """The newest job on the year, in whatever state."""
    return Job.objects.filter(kind=KIND, args={"year": year}).first()


def closed_years(today: date | None = None) -> list[int]:
    """Years of the current campaign whose statements are due by today; PolicyMissing without a campaign."""
    due = Q(statements_due_on__lte=today or timezone.localdate())
    rows = CampaignYear.objects.filter(due, campaign=current_campaign())
    return list(rows.order_by("year").values_list("year", flat=True))


def start_after_change(year: int, *, by: Any = None) -> list[Job]:
    """Queue what statements of this year bear on: the year itself and the next one, whose base it is."""
    years = CampaignYear.objects.filter(year__in=(year, year + 1)).order_by("year").values_list("year", flat=True)
    return [start(affected, by=by) for affected in dict.fromkeys(years)]


def reassess(household_id: int, year: int) -> None:
    """Bring one household's flags up to date after a statement of this year changed (2 ms a year).

    Years that have never been assessed wait for their first run.
    """
    assessed = GrowthAssessment.objects.filter(year__in=(year, year + 1)).values_list("year", flat=True)
    for affected in sorted(set(assessed.order_by().distinct())):
        assess(affected, household_ids=[household_id])


# --- The sum behind a flag ---

ATTENTION = (Verdict.MISSED, Verdict.NO_STATEMENT, Verdict.BASE_NOT_POSITIVE, Verdict.NO_BASE, Verdict.NOT_DUE)


def target_label(basis_points: int) -> str:
    """1000 → 10%, 1050 → 10.5%, 1234 → 12.34%"""
    return formats.percent(basis_points, basis_points).replace(".0%", "%")


def in_order_of_attention(assessments: QuerySet) -> QuerySet:
    """What somebody has to look at first, then by village and household."""
    order = Case(*(When(verdict=verdict, then=place) for place, verdict in enumerate(ATTENTION)), default=len(Verdict))
    return assessments.order_by(order, "household__village__code", "household__code")


@dataclass(frozen=True, slots=True)
class Fall:
    """A source of income that fell, by so many yuan a year for the whole household."""

    source: str  # a Reason
    yuan: Decimal

    @property
    def label(self) -> str:
        return str(Reason(self.source).label)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A flag with the target that it was compared with (basis points) and the sources that fell, most first."""

    assessment: GrowthAssessment
    target_bp: int
    falls: tuple[Fall, ...]

    @property
    def target(self) -> str:
        return target_label(self.target_bp)

    @property
    def reason(self) -> str:
        """The reason in words, unless the falls say it already."""
        flag = self.assessment
        return "" if flag.reason in {fall.source for fall in self.falls} else str(flag.get_reason_display())

    @property
    def missing_yuan(self) -> Decimal | None:
        """By how much the year's total missed the target, to the fen; None if it did not."""
        flag = self.assessment
        if flag.verdict != Verdict.MISSED:
            return None
        facts = (flag.base_total, flag.base_people, flag.result_total, flag.result_people)
        base, base_people, result, people = (int(fact * 100) for fact in facts if fact is not None)
        needed = -(-base * people * (10_000 + self.target_bp) // (base_people * 10_000))  # rounded up to the fen
        return Decimal(needed - result) / 100


def explain(
    assessments: Sequence[GrowthAssessment], policies: Sequence[CampaignYear] | None = None
) -> list[Explanation]:
    """The sum behind each flag, in the same order. One query however many there are, one more without policies."""
    years = {flag.year for flag in assessments}
    rows = IncomeStatement.objects.filter(
        household__in={flag.household_id for flag in assessments},
        year__in=years | {flag.base_year for flag in assessments},
    )
    statements = {(statement.household_id, statement.year): statement for statement in rows}
    if policies is None:  # the latest campaign's last, as policy_for() has it
        policies = list(CampaignYear.objects.filter(year__in=years).order_by("campaign__starts_on"))
    targets = {policy.year: policy.growth_target_bp for policy in policies}
    return [Explanation(flag, targets[flag.year], _falls(flag, statements)) for flag in assessments]


def _falls(flag: GrowthAssessment, statements: dict[tuple[int, int], IncomeStatement]) -> tuple[Fall, ...]:
    base = statements.get((flag.household_id, flag.base_year))
    result = statements.get((flag.household_id, flag.year))
    if flag.growth_bp is None or base is None or result is None:
        return ()
    before, after = _by_source(base), _by_source(result)
    if not before or not after:
        return ()
    falls = [Fall(source, before[source] - after[source]) for source in before if before[source] > after[source]]
    return tuple(sorted(falls, key=lambda fall: -fall.yuan))


def _by_source(statement: IncomeStatement) -> dict[str, Decimal]:
    """Yuan by source, costs taken off; empty where only a total is given."""
    given = dict(statement.sources)
    if all(amount is None for amount in given.values()):
        return {}
    known = {name: amount or Decimal(0) for name, amount in given.items()}
    return {
        Reason.WAGE: known["wage"],
        Reason.BUSINESS: known["business"] + known["business_cost"],
        Reason.PROPERTY: known["property_income"],
        Reason.TRANSFER: known["transfer"] + known["transfer_paid"],
    }
