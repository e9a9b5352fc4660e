"""What the pages of a place show: figures with the address of their list, rows of places, bars."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from dashboards.figures import ACTIVE, KIND, Answer, Kind, Line, Question
from dashboards.home import Department
from dashboards.places import Place, asked_of, is_shown
from district.models import Division, Level
from households.codes import Cause, GuaranteeItem
from households.models import Reason

ATTENTION = ("missed", "not_contacted", "with_overdue", "unpaired", "no_statement")
STANDING = (
    ("paired", "contacted", "never_contacted", "with_needs"),
    ("met", "growth_unknown", "below", "above", "income_unknown"),
)
TOWNSHIP_COLUMNS = ("households", "met", "missed", "growth_unknown")
DISTRICT_COLUMNS = (
    "households", "unpaired", "met", "missed", "growth_unknown", "below", "not_contacted", "with_needs",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A figure as it is drawn; `url` opens exactly what it counts."""

    label: str | Promise
    value: int
    url: str = ""
    note: str = ""
    hot: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """A place in a table, or the sum."""

    name: str
    url: str
    figures: list[Figure]
    line: Line


def list_address(asked: Mapping[str, str], year: int) -> str:
    """The list of households for which all of this holds."""
    return f"{reverse('households:list')}?{urlencode({**asked, 'year': str(year)})}"


def needs_address(**asked: str | int) -> str:
    """The list of needs for which all of this holds."""
    return f"{reverse('visits:needs')}?{urlencode(asked)}"


def place_address(division: Division, question: Question) -> str:
    """The dashboard of a township; a village narrows its township's page."""
    kept: dict[str, Any] = {"year": question.frame.year, **({"cause": question.cause} if question.cause else {})}
    if division.level == Level.VILLAGE and division.parent:
        kept["village"] = division.code
        division = division.parent
    return f"{reverse('dashboards:township', args=[division.code])}?{urlencode(kept)}"


def figure(question: Question, answer: Answer, key: str) -> Figure:
    """One figure over the whole page."""
    kind, notes = KIND[key], _notes(question, answer)
    return Figure(
        kind.label, answer.total.counts[key], list_address(question.asked(kind), question.frame.year),
        notes.get(key, ""), kind.hot,
    )  # fmt: skip


def _notes(question: Question, answer: Answer) -> dict[str, str]:
    year = _("Income year %(year)d") % {"year": question.frame.year}
    days = question.frame.contact_days
    interval = ngettext("at least once in %(days)d day", "at least once in %(days)d days", days) % {"days": days}
    late = answer.needs["days"]
    oldest = ngettext("the oldest by %(days)d day", "the oldest by %(days)d days", late) % {"days": late}
    return {
        **dict.fromkeys(("missed", "met", "growth_unknown", "no_statement", "below", "above", "income_unknown"), year),
        "contacted": interval,
        "not_contacted": interval,
        "with_overdue": oldest if late else "",
    }


def attention(question: Question, answer: Answer) -> list[Figure]:
    """What somebody has to look at."""
    return [figure(question, answer, key) for key in ATTENTION]


def standing(question: Question, answer: Answer) -> list[list[Figure]]:
    """How things stand, in rows of figures."""
    rows = [[figure(question, answer, key) for key in keys] for keys in STANDING]
    rows[0] += needs_figures(question, answer)
    return rows


def needs_figures(question: Question, answer: Answer) -> list[Figure]:
    """Needs themselves; their list knows townships, but neither villages nor causes."""
    division = question.place.division
    if question.cause or division.level == Level.VILLAGE:
        return []
    place = {"township": division.pk} if division.level == Level.TOWNSHIP else {}
    return [
        Figure(label, n, needs_address(**asked, **place), unit=npgettext("unit", "need", "needs", n or 0))
        for label, n, asked in (
            (_("Open needs"), answer.needs["open"], {"state": "pending"}),
            (_("Overdue needs"), answer.needs["overdue"], {"overdue": "yes"}),
        )
    ]


def department_figures(department: Department) -> list[Figure]:
    """How the needs of a department stand; the list knows one department at a time."""
    one = {"department": department.units[0]} if len(department.units) == 1 else None
    return [
        Figure(label, department.counts[key], needs_address(**asked, **one) if one else "", hot=key == "overdue")
        for key, label, asked in (
            ("open", _("Open needs"), {"state": "pending"}),
            ("overdue", _("Overdue needs"), {"overdue": "yes"}),
        )
    ]


def rows_of(question: Question, answer: Answer, keys: Iterable[str], place: Place) -> list[Row]:
    """One row for each place below, by division code: never a ranking."""
    rows = []
    for division in place.below or (place.division,):
        line = answer.lines.get(division.pk, Line())
        if is_shown(division, line.counts["households"]):
            cells = [_cell(question, KIND[key], line, asked_of(division)) for key in keys]
            rows.append(Row(division.name, place_address(division, question) if place.below else "", cells, line))
    return rows


def total_of(question: Question, answer: Answer, keys: Iterable[str]) -> Row:
    return Row(_("Total"), "", [_cell(question, KIND[key], answer.total, {}) for key in keys], answer.total)


def _cell(question: Question, kind: Kind, line: Line, place: Mapping[str, str]) -> Figure:
    value = line.counts[kind.key]
    address = list_address({**question.asked(kind), **place}, question.frame.year) if value else ""
    return Figure(kind.label, value, address, hot=kind.hot)


def causes(question: Question, answer: Answer) -> list[Figure]:
    """Main causes, the most frequent first."""
    names: dict[str, str | Promise] = {"": _("Not given"), **dict(Cause.choices)}
    return [
        Figure(
            names[code],
            n,
            list_address({**question.asked(KIND["households"]), "cause": code or "none"}, question.frame.year),
        )
        for code, n in _by_number(answer.causes)
    ]


def gaps(question: Question, answer: Answer) -> list[Figure]:
    """Guarantees with a gap, in the order of the list that everybody knows."""
    names: dict[str, str | Promise] = dict(GuaranteeItem.choices)
    return [
        Figure(
            label,
            answer.gaps[code],
            list_address({**ACTIVE, **question.narrowing, "guarantee": code}, question.frame.year)
            if answer.gaps[code]
            else "",
        )
        for code, label in names.items()
    ]


def reasons(question: Question, answer: Answer) -> list[Figure]:
    """Why households missed the target, the most frequent first."""
    names: dict[str, str | Promise] = dict(Reason.choices)
    asked = {"year": str(question.frame.year), "verdict": "missed", **question.place.asked}
    address = "" if question.cause else f"{reverse('households:growth')}?{urlencode(asked)}&reason="
    return [Figure(names[code], n, f"{address}{code}" if address else "") for code, n in _by_number(answer.reasons)]


def _by_number(counts: Counter) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def top(figures: Iterable[Figure]) -> int:
    """The longest bar."""
    return max((figure.value for figure in figures), default=0)


def context(question: Question, answer: Answer, place: Place) -> dict[str, Any]:
    """Everything that a page of a place shows."""
    district = place.division.level == Level.DISTRICT
    keys = DISTRICT_COLUMNS if district else TOWNSHIP_COLUMNS
    bars = {"causes": causes(question, answer), "reasons": reasons(question, answer), "gaps": gaps(question, answer)}
    return {
        "attention": attention(question, answer),
        "standing": standing(question, answer),
        "pending": figure(question, answer, "pending"),
        "columns": [KIND[key].short or KIND[key].label for key in keys],
        "rows": rows_of(question, answer, keys, place),
        "sum": total_of(question, answer, keys),
        "households": answer.total.counts["households"],
        "households_url": _cell(question, KIND["households"], answer.total, {}).url,
        "people": answer.people,
        **bars,
        **{f"{name}_top": top(figures) for name, figures in bars.items()},
    }
