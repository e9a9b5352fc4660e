"""Figures: a label, a condition, and the address of the list that the same condition opens.

A figure counts a household once. It counts active enrolments in sight; those that await a decision stand apart. All
figures over households of a page, for each place in it, are one aggregate with Count(filter=…).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Count, F, Min, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from dashboards.places import Place
from households import conditions
from households.codes import GuaranteeState
from households.conditions import Frame
from households.models import GrowthAssessment, GuaranteeStatus, Household, Member, Verdict
from visits.models import Need

ACTIVE = {"state": "active"}
COMPARED = (Verdict.MET, Verdict.MISSED)


@dataclass(frozen=True)
class Kind:
    """What a figure is: `asked` is both its condition and its list's address."""

    key: str
    label: str | Promise
    asked: Mapping[str, str]
    hot: bool = False
    short: str | Promise = ""  # in a table's head


KINDS = (
    Kind("households", pgettext_lazy("figure", "Households"), {}),
    Kind("missed", _("Growth target missed"), {"growth": "missed"}, hot=True, short=pgettext_lazy("growth", "Missed")),
    Kind("met", _("Growth target met"), {"growth": "met"}, short=pgettext_lazy("growth", "Met")),
    Kind("growth_unknown", _("Growth unknown"), {"growth": "unknown"}, short=pgettext_lazy("growth", "Unknown")),
    Kind("below", _("Below the income line"), {"income": "below"}),
    Kind("above", _("Above the income line"), {"income": "above"}),
    Kind("income_unknown", _("Income unknown"), {"income": "unknown"}),
    Kind("no_statement", _("No income statement"), {"statement": "none"}),
    Kind("paired", pgettext_lazy("figure", "Paired"), {"paired": "yes"}),
    Kind("unpaired", pgettext_lazy("figure", "Not paired"), {"paired": "no"}),
    Kind("contacted", _("Contacted in time"), {"contacted": "within"}),
    Kind("not_contacted", _("Not contacted in time"), {"contacted": "not_within"}),
    Kind("never_contacted", _("Never contacted"), {"contacted": "never"}),
    Kind("with_needs", _("Households with open needs"), {"needs": "open"}),
    Kind("with_overdue", _("Households with overdue needs"), {"needs": "overdue"}),
    Kind("pending", _("Awaiting decision"), {"state": "pending"}),
)
KIND = {kind.key: kind for kind in KINDS}


@dataclass(frozen=True)
class Question:
    """Whose sight, which place and cause, relative to which year."""

    user: User
    frame: Frame
    place: Place
    cause: str = ""

    @property
    def narrowing(self) -> dict[str, str]:
        """The place and the cause, as conditions of a list of households."""
        return {**self.place.asked, **({"cause": self.cause} if self.cause else {})}

    def asked(self, kind: Kind) -> dict[str, str]:
        """Everything that the list behind a figure asks."""
        return {**ACTIVE, **self.narrowing, **kind.asked}

    def households(self, asked: Mapping[str, str] | None = None) -> QuerySet[Household]:
        """The list: households in sight for which all of this holds; without it, the active ones of the place."""
        rows = Household.objects.visible_to(self.user).order_by()
        return conditions.narrowed(rows, {**ACTIVE, **self.narrowing} if asked is None else asked, self.frame)


@dataclass
class Growth:
    """Sums over assessed households, in fen and people."""

    result: int = 0
    result_people: int = 0
    base: int = 0
    base_people: int = 0
    compared: int = 0
    compared_people: int = 0

    @property
    def per_head(self) -> Any:
        """Yuan a head, cut; None without a result."""
        return self.result // self.result_people // 100 if self.result_people else None

    @property
    def bp(self) -> int | None:
        """Growth per head of the households that can be compared, in basis points, cut."""
        if not self.compared_people or self.base <= 0:
            return None
        return self.compared * self.base_people * 10_000 // (self.base * self.compared_people) - 10_000

    def add(self, other: "Growth") -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Line:
    """The figures of one place."""

    counts: Counter = field(default_factory=Counter)  # by a kind's key
    growth: Growth = field(default_factory=Growth)


@dataclass
class Answer:
    """All figures of a page: for each place below (by key), and their sum."""

    lines: dict[int, Line]
    total: Line
    causes: Counter
    reasons: Counter
    gaps: Counter
    people: int
    needs: dict[str, Any]


def ask(question: Question) -> Answer:
    """All figures of a page, in five statements."""
    lines, causes = _households(question)
    reasons = _growth(question, lines)
    total = Line()
    for line in lines.values():
        total.counts.update(line.counts)
        total.growth.add(line.growth)
    inside = question.households().values("pk")
    return Answer(
        lines=lines,
        total=total,
        causes=causes,
        reasons=reasons,
        gaps=_gaps(inside),
        people=Member.objects.filter(active=True, household__in=inside).count(),
        needs=_needs(question),
    )


def counted(question: Question, keys: Iterable[str]) -> dict[str, Any]:
    """The aggregate expressions of these figures over a queryset joined for them."""
    return {
        f"n_{key}": Count("pk", filter=conditions.where({**ACTIVE, **KIND[key].asked}, question.frame)) for key in keys
    }


def _households(question: Question) -> tuple[dict[int, Line], Counter]:
    names = {"state"}.union(*(kind.asked for kind in KINDS))
    seen = Household.objects.visible_to(question.user).order_by()
    joined = conditions.joined(seen, question.frame, [*sorted(names), *question.narrowing])
    inside = joined.filter(conditions.where(question.narrowing, question.frame))
    rows = inside.values(place=F(question.place.by), cause=F("main_cause")).annotate(**counted(question, KIND))
    lines: dict[int, Line] = {}
    causes: Counter = Counter()
    for row in rows:
        line = lines.setdefault(row["place"], Line())
        line.counts.update({key: row[f"n_{key}"] for key in KIND})
        causes[row["cause"]] += row["n_households"]
    return lines, +causes


def _fen(name: str, **when: Any) -> Sum:
    return Sum(name, filter=Q(**when) if when else None, default=0, output_field=BigIntegerField())


def _growth(question: Question, lines: dict[int, Line]) -> Counter:
    """Add sums to the lines; returns how many missed the target, by reason."""
    rows = (
        GrowthAssessment.objects.filter(year=question.frame.year, household__in=question.households().values("pk"))
        .order_by()
        .values("verdict", "reason", place=F(f"household__{question.place.by}"))
        .annotate(
            n=Count("pk"),
            result=_fen("result_total"),
            result_people=_fen("result_people", result_total__isnull=False),
            base=_fen("base_total"),
            base_people=_fen("base_people"),
        )
    )
    reasons: Counter = Counter()
    for row in rows:
        both = row["result"], row["result_people"]
        growth = Growth(*both)
        if row["verdict"] in COMPARED:
            growth = Growth(
                row["result"],
                row["result_people"],
                row["base"],
                row["base_people"],
                row["result"],
                row["result_people"],
            )
        lines[row["place"]].growth.add(growth)
        if row["verdict"] == Verdict.MISSED:
            reasons[row["reason"]] += row["n"]
    return reasons


def _gaps(inside: QuerySet) -> Counter:
    rows = GuaranteeStatus.objects.filter(state=GuaranteeState.GAP, household__in=inside).order_by().values("item")
    return Counter({row["item"]: row["n"] for row in rows.annotate(n=Count("pk"))})


def _needs(question: Question) -> dict[str, Any]:
    """Needs in sight of the place, also of households that have left since: somebody still waits."""
    today = question.frame.today
    needs = Need.objects.pending().filter(household__in=question.households(question.narrowing).values("pk"))
    late = Q(due_on__lt=today)
    sums = needs.order_by().aggregate(
        open=Count("pk"), overdue=Count("pk", filter=late), oldest=Min("due_on", filter=late)
    )
    sums["days"] = (today - sums["oldest"]).days if sums["oldest"] else 0
    return sums
