"""What a case file shows of a household: basics, income by year, members, guarantees, history. Reads only."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.masking import mask_card, mask_id, mask_name, mask_phone
from district.policy import PolicyMissing, is_below_line, policy_for
from households import growth
from households.codes import Cause, GuaranteeItem, GuaranteeState, Health
from households.models import (
    COUNTED,
    SOURCES,
    GrowthAssessment,
    Household,
    IncomeStatement,
    Member,
    StatementState,
    Verdict,
)

REVEALED = ("id_no", "disability_no", "phone", "disease", "bank_card")


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the page prints one: no full number anywhere; `no_id`: why there is none, in words."""

    member: Member
    name: str
    age: int | None
    id_no: str
    no_id: str
    phone: str
    health: str
    has_disease: bool


def people(household: Household) -> list[Person]:
    """Active members, the head first, then those who left. One query."""
    masked = bool(getattr(household, "masked", False))
    rows = sorted(household.members.all(), key=lambda m: (not m.active, m.relation != "head", m.pk))  # type: ignore[attr-defined]
    return [
        Person(
            member=m,
            name=mask_name(m.name) if masked else m.name,
            age=age_of(m),
            id_no=mask_id(m.id_no),
            no_id=str(m.get_no_id_reason_display()),
            phone=mask_phone(m.phone) if m.phone else "",
            health=_(", ").join(str(Health(code).label) for code in m.health if code in Health.values),
            has_disease=bool(m.disease),
        )
        for m in rows
    ]


def age_of(member: Member) -> int | None:
    """Full years today."""
    if member.birth_date is None:
        return None
    today, born = timezone.localdate(), member.birth_date
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def basics(household: Household) -> list[tuple[str, str]]:
    """(term, value) of the first part; the phone and the bank card masked."""
    return [
        *basics_without_secrets(household),
        (_("Phone"), mask_phone(household.phone) if household.phone else "—"),
        (_("Bank card"), mask_card(household.bank_card) if household.bank_card else "—"),
    ]


def basics_without_secrets(household: Household) -> list[tuple[str, str]]:
    """The first part as a phone may keep it: nothing that is encrypted here."""
    causes = [Cause(c).label for c in household.other_causes if c in Cause.values]
    address = household.address if not getattr(household, "masked", False) else household.village.name
    return [
        (_("Household code"), household.code),
        (_("Village"), f"{household.village.parent or ''} {household.village}"),
        (_("Household attribute"), str(household.get_attribute_display())),  # type: ignore[attr-defined]
        (_("Main cause"), str(household.get_main_cause_display() or "—")),  # type: ignore[attr-defined]
        (_("Other causes"), _(", ").join(map(str, causes)) or "—"),
        (_("Address"), address or "—"),
    ]


@dataclass(frozen=True, slots=True)
class IncomeRow:
    """One source over the years; amounts in yuan, None where not given."""

    label: str
    amounts: list[Decimal | None]
    total: bool = False


def income(household: Household) -> dict[str, Any]:
    """Statements by year (oldest first), table by source, chart, last year over the line, growth flags. Five queries.

    A draft stands in the table; the chart shows what has been checked, as growth compares no other.
    """
    statements = list(household.statements.order_by("year"))  # type: ignore[attr-defined]
    flags = list(household.assessments.order_by("-year"))  # type: ignore[attr-defined]
    return {
        "statements": statements,
        "rows": income_rows(statements),
        "chart": _chart(statements),
        "year_over_line": _year_over_line(statements),
        "drafts": [s.year for s in statements if s.state == StatementState.DRAFT],
        "explanations": growth.explain(flags) if flags else [],
    }


def income_rows(statements: list[IncomeStatement]) -> list[IncomeRow]:
    """The sources that are given in any of the years, the totals, then what stands in no total."""

    def given(*names: str) -> list[IncomeRow]:
        found = [n for n in names if any(getattr(s, n) is not None for s in statements)]
        return [IncomeRow(IncomeStatement.label_of(n), [getattr(s, n) for s in statements]) for n in found]

    return [
        *given(*SOURCES, "stated_total"),
        IncomeRow(_("Income of the household"), [s.disposable_total for s in statements], total=True),
        IncomeRow(_("Income per head"), [s.disposable_per_head for s in statements], total=True),
        *given("stated_other", "medical_refund"),
    ]


def _year_over_line(statements: list[IncomeStatement]) -> int | None:
    """The last year whose income has been checked, if that reaches the year's line; else None. One query."""
    last = next((s for s in reversed(statements) if s.state in COUNTED and s.disposable_total is not None), None)
    if last is None:
        return None
    try:
        policy = policy_for(last.year)
    except PolicyMissing:
        return None
    return None if is_below_line(policy, total=last.disposable_total, people=last.people) else last.year


def _chart(statements: list[IncomeStatement]) -> dict[str, Any] | None:
    known = [s for s in statements if s.disposable_per_head is not None and s.state in COUNTED]
    if not known:
        return None
    return {
        "kind": "bar",
        "labels": [str(s.year) for s in known],
        "series": [{"name": _("Income per head"), "data": [math.floor(s.disposable_per_head) for s in known]}],
        "unit": _("yuan"),
    }


def guarantees(household: Household) -> list[dict[str, Any]]:
    """The six items with their state; not verified where nothing is known. One query."""
    known = {g.item: g for g in household.guarantees.all()}  # type: ignore[attr-defined]
    return [
        {
            "label": str(label),
            "state": known[item].state if item in known else GuaranteeState.UNVERIFIED.value,
            "word": str(GuaranteeState(known[item].state if item in known else "unverified").label),
            "as_of": known[item].as_of if item in known else None,
            "evidence": known[item].evidence if item in known else "",
        }
        for item, label in GuaranteeItem.choices
    ]


def latest_flag(household: Household) -> GrowthAssessment | None:
    """The newest growth flag that is due, else the newest."""
    flags = list(household.assessments.order_by("-year"))
    return next((f for f in flags if f.verdict != Verdict.NOT_DUE), flags[0] if flags else None)


def masked(what: str, value: str) -> str:
    """A secret as it stands on the page until it is revealed."""
    masks = {"phone": mask_phone, "bank_card": mask_card, "disease": lambda _value: "******"}
    return masks.get(what, mask_id)(value)


def label_of(household: Household, row: Any, what: str) -> str:
    """What the log calls a secret: the household's code, the person (masked), the field."""
    person = "" if row == household else mask_name(row.name)
    return " ".join(filter(None, (household.code, person, str(row._meta.get_field(what).verbose_name))))


def secret(household: Household, what: str, member: int | None) -> tuple[Any, str] | None:
    """The row and the full value of what may be revealed; None if there is no such thing on this household."""
    if what not in REVEALED:
        return None
    row: Any = household
    if what in ("id_no", "disability_no", "disease") or member is not None:
        row = household.members.filter(pk=member or 0).first()  # type: ignore[attr-defined]
    value = getattr(row, what, "") if row is not None else ""
    return (row, value) if value else None
