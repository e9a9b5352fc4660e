"""What a list of households can be narrowed by and what a figure counts: one condition for both, so they agree.

A condition reads columns that `Condition.join` adds to the queryset, at most one row a household, so that a whole page
of figures is one aggregate with Count(filter=…). Apps above add theirs by `register` in a conditions.py of their own,
which their AppConfig.ready() loads.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, FilteredRelation, Q, QuerySet, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from district.models import Campaign, CampaignYear, LineBasis
from district.policy import default_of, policies_now
from households.codes import Attribute, Cause, GuaranteeItem, GuaranteeState
from households.models import COUNTED, UNKNOWN, EnrolmentState, GuaranteeStatus, Verdict


@dataclass(frozen=True)
class Frame:
    """What conditions are relative to: the campaign, an income year with its policy, and today."""

    campaign: Campaign | None
    year: int
    policy: CampaignYear | None
    today: date
    contact_days: int = 0  # how long a contact counts, by the policy of today's year
    years: tuple[int, ...] = ()  # that have a policy


def frame_of(year: int | str | None = None, *, today: date | None = None) -> Frame:
    """The frame of an income year, the default year if none or no known one is asked for: one query."""
    today = today or timezone.localdate()
    policies = policies_now(today)
    campaign = policies[0].campaign if policies else None
    by_year = {policy.year: policy for policy in policies}
    fallback = default_of(policies, today) or today.year - 1
    chosen = int(year) if year is not None and str(year) in map(str, by_year) else fallback
    now = by_year.get(today.year) or by_year.get(chosen)
    days = now.visit_interval_days if now else 0
    return Frame(campaign, chosen, by_year.get(chosen), today, days, tuple(by_year))


Join = Callable[[QuerySet, Frame], QuerySet]


@dataclass(frozen=True)
class Condition:
    """A parameter of the address, its values with their words, and what each asks of a joined queryset."""

    name: str
    label: str | Promise
    choices: tuple[tuple[str, str | Promise], ...]  # empty: any text
    where: Callable[[str, Frame], Q]
    join: Join | None = None


_conditions: dict[str, Condition] = {}


def register(condition: Condition) -> Condition:
    """Add a condition; the same name from two apps is a mistake."""
    if condition.name in _conditions:
        raise ValueError(f"two conditions {condition.name}")
    _conditions[condition.name] = condition
    return condition


def condition(name: str) -> Condition:
    return _conditions[name]


def all_conditions() -> tuple[Condition, ...]:
    return tuple(_conditions.values())


def joined(rows: QuerySet, frame: Frame, names: Iterable[str]) -> QuerySet:
    """The queryset with the columns that these conditions read, each join once."""
    done: list[Join] = []
    for name in names:
        join = _conditions[name].join
        if join is not None and join not in done:
            rows = join(rows, frame)
            done.append(join)
    return rows


def where(asked: Mapping[str, str], frame: Frame) -> Q:
    """All of {name: value} as one Q over a queryset joined for these names."""
    q = Q()
    for name, value in asked.items():
        q &= _conditions[name].where(value, frame)
    return q


def narrowed(rows: QuerySet, asked: Mapping[str, str], frame: Frame) -> QuerySet:
    """The rows for which all of {name: value} hold; a name or value that nobody knows holds for none."""
    for name, value in asked.items():
        known = _conditions.get(name)
        if known is None or (known.choices and value not in dict(known.choices)):
            return rows.none()
    return joined(rows, frame, asked).filter(where(asked, frame))


def enrolled(rows: QuerySet, frame: Frame) -> QuerySet:
    return rows.annotate(enrolment_now=FilteredRelation("enrolments", condition=Q(enrolments__campaign=frame.campaign)))


def with_assessment(rows: QuerySet, frame: Frame) -> QuerySet:
    return rows.annotate(growth_now=FilteredRelation("assessments", condition=Q(assessments__year=frame.year)))


def with_statement(rows: QuerySet, frame: Frame) -> QuerySet:
    return rows.annotate(
        statement_now=FilteredRelation(
            "statements", condition=Q(statements__year=frame.year, statements__state__in=COUNTED)
        )
    )


def with_any_statement(rows: QuerySet, frame: Frame) -> QuerySet:
    return rows.annotate(statement_any=FilteredRelation("statements", condition=Q(statements__year=frame.year)))


def _state(value: str, frame: Frame) -> Q:
    if value == "closed":
        return Q(closed_on__isnull=False)
    return Q(enrolment_now__state=value, closed_on__isnull=True)


def _growth(value: str, frame: Frame) -> Q:
    if value == "unknown":  # not assessed is not known either
        return Q(growth_now__isnull=True) | Q(growth_now__verdict__in=UNKNOWN)
    return Q(growth_now__verdict=value)


def _income(value: str, frame: Frame) -> Q:
    known = Q(statement_now__disposable_total__isnull=False)
    policy = frame.policy
    if policy is None or value == "unknown":
        return ~known if value == "unknown" else Q(pk__isnull=True)
    line: Any = policy.income_line
    if policy.line_basis == LineBasis.PER_HEAD:
        fen = Value(int(policy.income_line * 100), output_field=BigIntegerField())
        line = ExpressionWrapper(F("statement_now__people") * fen, output_field=BigIntegerField())
    low = "lte" if policy.line_included else "lt"
    high = "gt" if policy.line_included else "gte"
    return Q(**{f"statement_now__disposable_total__{low if value == 'below' else high}": line})


def _statement(value: str, frame: Frame) -> Q:
    return Q(statement_any__isnull=value == "none")


def _guarantee(value: str, frame: Frame) -> Q:
    gaps = GuaranteeStatus.objects.filter(state=GuaranteeState.GAP).order_by()
    return Q(pk__in=(gaps if value == "any" else gaps.filter(item=value)).values("household"))


def _attribute(value: str, frame: Frame) -> Q:
    return Q(attribute=value)


def _cause(value: str, frame: Frame) -> Q:
    return Q(main_cause="" if value == "none" else value)


STATES = (*EnrolmentState.choices, ("closed", _("Closed")))
GROWTH = (*Verdict.choices, ("unknown", _("Unknown (all kinds)")))
INCOME = (("below", _("Below the line")), ("above", _("Above the line")), ("unknown", _("Unknown")))
STATEMENTS = (("none", _("Not given")), ("given", _("Given")))
GUARANTEES = (("any", _("Any gap")), *GuaranteeItem.choices)
CAUSES = (*Cause.choices, ("none", _("No cause given")))

register(Condition("state", _("State"), STATES, _state, enrolled))
register(Condition("township", _("Township"), (), lambda value, frame: Q(village__parent__code=value)))
register(Condition("village", _("Village"), (), lambda value, frame: Q(village__code=value)))
register(Condition("attribute", _("Household attribute"), tuple(Attribute.choices), _attribute))
register(Condition("cause", _("Main cause"), CAUSES, _cause))
register(Condition("growth", _("Growth"), GROWTH, _growth, with_assessment))
register(Condition("income", _("Income"), INCOME, _income, with_statement))
register(Condition("statement", _("Statement of the year"), STATEMENTS, _statement, with_any_statement))
register(Condition("guarantee", _("Guarantee gap"), GUARANTEES, _guarantee))
