"""What was told on visits, in words: before → after. Phones are masked and diseases hidden, as everywhere."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.formats import yuan
from core.masking import mask_name, mask_phone
from households.codes import GuaranteeItem, GuaranteeState, Health, Relation, Sex, StudentStatus
from programs.codes import MeasureSource
from visits.changes import EVENTS, read
from visits.codes import FACTS, HOLDING, Fact, FactState, LeaveReason
from visits.models import VisitFact

NOTHING = "—"
LABELS = dict(FACTS)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing told on a visit as a page prints it."""

    row: VisitFact
    label: str
    who: str
    before: str
    after: str

    @property
    def is_open(self) -> bool:
        return self.row.state == FactState.OPEN

    @property
    def can_be_taken_back(self) -> bool:
        return self.row.state in HOLDING and self.row.fact not in EVENTS


def lines(rows: Iterable[VisitFact], *, masked: bool) -> list[Line]:
    """Names and birth dates are masked for who sees persons masked."""
    name = mask_name if masked else str
    return [
        Line(
            row=row, label=str(LABELS[row.fact]), who=name(row.member.name) if row.member else "",
            before=_before(row, masked=masked),
            after=in_words(row.fact, read(row.after), masked=masked),
        )
        for row in rows
    ]  # fmt: skip


def _before(row: VisitFact, *, masked: bool) -> str:
    return _("In the household") if row.fact == Fact.LEFT else in_words(row.fact, read(row.before), masked=masked)


def in_words(fact: str, value: Any, *, masked: bool) -> str:
    """A value for people."""
    if not value:
        return NOTHING
    if fact == Fact.BIRTH:
        return _birth(value, masked=masked)
    if fact == Fact.HEAD:
        return str(mask_name(value) if masked else value)
    if fact in GuaranteeItem.values:
        return _guarantee(value)
    return _WORDS.get(fact, str)(value)


def _birth(value: dict[str, str], *, masked: bool) -> str:
    born = "" if masked else date_format(date.fromisoformat(value["birth_date"]))
    name = mask_name(value["name"]) if masked else value["name"]
    return _together(name, str(Sex(value["sex"]).label), str(Relation(value["relation"]).label), born)


def _guarantee(value: dict[str, str]) -> str:
    return _together(str(GuaranteeState(value["state"]).label), value["evidence"])


def _job(value: dict[str, str]) -> str:
    wage = _("%(yuan)s yuan a month") % {"yuan": yuan(Decimal(value["wage"]))} if "wage" in value else ""
    since = date.fromisoformat(value["since"]) if "since" in value else None
    begun = _("since %(month)s") % {"month": date_format(since, "YEAR_MONTH_FORMAT")} if since else ""
    return _together(value.get("employer", ""), wage, begun)


def _left(value: dict[str, str]) -> str:
    return _together(str(LeaveReason(value["reason"]).label), date_format(date.fromisoformat(value["on"])))


def _repair(value: dict[str, str]) -> str:
    return _together(value["note"], str(MeasureSource(value["source"]).label))


def _health(value: list[str]) -> str:
    return _(", ").join(str(Health(code).label) for code in value if code in Health.values)


def _together(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


_WORDS: dict[str, Callable[[Any], str]] = {
    Fact.PHONE: mask_phone,
    Fact.DISEASE: lambda _value: "******",
    Fact.HEALTH: _health,
    Fact.STUDENT: lambda value: str(StudentStatus(value).label),
    Fact.JOB: _job,
    Fact.LEFT: _left,
    Fact.REPAIR: _repair,
}
