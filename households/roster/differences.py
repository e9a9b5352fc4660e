"""One family against its household: what a commit would create or change. An empty cell takes nothing away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone
from msgspec.structs import replace

from core.crypto import keyed_hash
from core.masking import mask_id, mask_phone
from district.models import Campaign, CampaignYear, Division
from district.policy import is_below_line
from households.codes import Relation
from households.models import SOURCES, Definition, Household, IncomeStatement, Member, StatementState
from households.models.statement import COSTS

from .incomes import TOLERANCE
from .known import Known
from .rows import Family, Income, MemberRow

HOUSEHOLD_FIELDS = ("attribute", "main_cause", "phone", "address", "bank_card")
HASHED = {"phone": "phone_hash", "bank_card": "bank_card_hash"}
MEMBER_FIELDS = (
    "name", "relation", "sex", "birth_date", "education", "health", "labour", "student_status", "phone", "disease",
    "disability_no",
)  # fmt: skip
INCOME_FIELDS = (
    "wage", "business", "business_cost", "property_income", "transfer", "stated_total", "stated_other",
    "medical_refund",
)  # fmt: skip
MASKED = {
    "id_no": mask_id,
    "phone": mask_phone,
    "bank_card": mask_id,
    "disability_no": mask_id,
    "disease": lambda value: "***",
}


@dataclass(slots=True)
class Change:
    """One field of a household, a member or a statement that the file changes; secrets are masked already."""

    field: str
    before: str
    after: str
    who: str = ""


@dataclass(slots=True)
class Outcome:
    """What a commit would do with one family: household None = created."""

    family: Family
    household: Household | None
    village: Division
    code: str = ""  # of a created household
    pending: bool = False
    enrol: bool = False
    changes: list[Change] = field(default_factory=list)
    changed: dict[Any, set[str]] = field(default_factory=dict)  # existing row → its changed fields, values set
    leaving: list[Member] = field(default_factory=list)  # heads no more, and people who move: written first
    new_members: list[MemberRow] = field(default_factory=list)
    new_statement: Income | None = None
    new_guarantees: dict[str, str] = field(default_factory=dict)
    members_changed: int = 0
    members_unchanged: int = 0
    members_left_out: int = 0

    @property
    def is_changed(self) -> bool:
        return bool(self.changes or self.new_members or self.new_statement or self.new_guarantees or self.enrol)


def created(family: Family, village: Division, policies: Mapping[int, CampaignYear]) -> Outcome:
    """A household that the database does not hold. Only here the income line of the entry year is asked."""
    return Outcome(
        family, None, village, pending=is_over_line(family, policy_at(policies, family.year)), enrol=True,
        new_members=list(family.members), new_statement=family.income, new_guarantees=dict(family.guarantees),
    )  # fmt: skip


def compared(
    family: Family, household: Household, known: Known, *, campaign: Campaign, moving: Mapping[int, str]
) -> Outcome:
    """A known household. `moving`: members (keys) whom the file shows in another household, named by its code."""
    if not family.members_complete and family.stated_people is None:  # who lives there is known only to the system
        family = replace(family, people=max(len(known.members.get(household.pk, [])), 1))
    outcome = Outcome(family, household, known.villages.get(family.village_code, household.village))
    _compare_household(outcome, household)
    _compare_members(outcome, known, household, moving)
    _compare_statement(outcome, known, household)
    _compare_guarantees(outcome, known, household)
    outcome.enrol = (household.pk, campaign.pk) not in known.enrolled
    return outcome


def policy_at(policies: Mapping[int, CampaignYear], year: int | None) -> CampaignYear:
    """The policy of the year; of the campaign's year nearest to it for a roster of the year before it began."""
    if year is not None and year in policies:
        return policies[year]
    return policies[min(policies, key=lambda y: abs(y - (year or min(policies))))]


def is_over_line(family: Family, policy: CampaignYear) -> bool:
    """Whether the stated income is at or over the line; False if none is stated."""
    total = family.income.total if family.income else None
    return total is not None and not is_below_line(policy, total=total, people=max(family.people, 1))


def statement_values(statement: IncomeStatement, family: Family) -> dict[str, Any]:
    """The fields of a known statement that the file changes, with their new values.

    A net total never replaces a disposable one: it is kept as the figure of the other definition, and the other way
    round, so that a year stays comparable with its base.
    """
    income = family.income
    assert income is not None
    values: dict[str, Any] = {n: getattr(income, n) for n in INCOME_FIELDS if getattr(income, n) is not None}
    if income.definition == "net" and statement.definition == Definition.DISPOSABLE:
        values["stated_other"] = values.pop("stated_total")
    elif income.definition != statement.definition:
        values["definition"] = income.definition
        values = {"stated_total": None, "stated_other": statement.stated_total} | values
    if family.people and (family.members_complete or family.stated_people):
        values["people"] = family.people
    return {name: value for name, value in values.items() if getattr(statement, name) != value}


def income_of_file(income: Income) -> Decimal:
    """The total that the file states, else the sum of its sources."""
    found = income.total if income.stated_total is None else income.stated_total
    assert found is not None  # an income has a source or a total
    return found


def counted_besides(statement: IncomeStatement, family: Family) -> Decimal | None:
    """What a known statement comes to after the import, where this rests on figures that the file does not bring.

    None if all that counts is the file's, or if the file's own total says the same to a yuan.
    """
    income = family.income
    assert income is not None
    after = {n: getattr(statement, n) for n in (*SOURCES, "stated_total")} | statement_values(statement, family)
    sources = {n: after[n] for n in SOURCES if after[n] is not None}
    counting = sources or {"stated_total": after["stated_total"]}
    if all(getattr(income, name, None) == amount for name, amount in counting.items()):
        return None
    total = sum((-v if n in COSTS else v for n, v in counting.items()), Decimal())
    return total if abs(total - income_of_file(income)) > TOLERANCE else None


def _set(outcome: Outcome, row: Any, name: str, value: Any, *, label: str = "", who: str = "") -> bool:
    before = getattr(row, name)
    if value == before:
        return False
    setattr(row, name, value)
    outcome.changed.setdefault(row, set()).add(name)
    outcome.changes.append(Change(label or name, _shown(name, before), _shown(name, value), who))
    return True


def _compare_household(outcome: Outcome, household: Household) -> None:
    family = outcome.family
    _set(outcome, household, "village", outcome.village)
    for name in HOUSEHOLD_FIELDS:
        value = getattr(family, name)
        if value and _set(outcome, household, name, value) and name in HASHED:
            setattr(household, HASHED[name], keyed_hash(value))
            outcome.changed[household].add(HASHED[name])
    if family.head is not None:
        _set(outcome, household, "head_name", family.head.name)


def _compare_members(outcome: Outcome, known: Known, household: Household, moving: Mapping[int, str]) -> None:
    current = list(known.members.get(household.pk, []))
    for row, member in _matched(outcome.family.members, current, known):
        if member is None:
            outcome.new_members.append(row)
            continue
        current.remove(member)
        was_head = member.relation == Relation.HEAD
        changed = [_set_member(outcome, member, name, getattr(row, name)) for name in MEMBER_FIELDS]
        changed.append(_give_number(outcome, member, row))
        if was_head and member.relation != Relation.HEAD:
            outcome.leaving.append(member)
        outcome.members_changed += any(changed)
        outcome.members_unchanged += not any(changed)
    if outcome.family.members_complete:
        outcome.members_left_out = sum(m.pk not in moving for m in current)
    _leave(outcome, current, moving)


def _matched(
    rows: Iterable[MemberRow], current: Iterable[Member], known: Known
) -> list[tuple[MemberRow, Member | None]]:
    """Each row with its member: by the ID number; where one of the two has none, by a name that fits only one.

    Of several with one name (two babies without one) each is the one of its relation, so that nobody is doubled.
    """
    rows, by_hash = list(rows), {m.id_no_hash: m for m in current if m.id_no_hash}
    found = {i: by_hash[h] for i, row in enumerate(rows) if (h := known.hashes.get(row.id_no)) in by_hash}
    free = [m for m in current if m not in found.values()]
    for i, row in enumerate(rows):
        if i in found:
            continue
        same = [m for m in free if m.name == row.name and not (row.id_no and m.id_no_hash)]
        if len(same) > 1:
            alike = [m for m in same if m.relation == row.relation]
            same = alike if row.id_no else alike[:1]
        if len(same) == 1:
            found[i] = same[0]
            free.remove(same[0])
    return [(row, found.get(i)) for i, row in enumerate(rows)]


def _give_number(outcome: Outcome, member: Member, row: MemberRow) -> bool:
    """A member without ID number gets the one that the file has."""
    if not row.id_no or member.id_no_hash:
        return False
    member.id_no_hash, member.no_id_reason = keyed_hash(row.id_no), ""
    outcome.changed.setdefault(member, set()).update({"id_no_hash", "no_id_reason"})
    return _set(outcome, member, "id_no", row.id_no, who=member.name)


def _set_member(outcome: Outcome, member: Member, name: str, value: Any) -> bool:
    value = list(value) if name == "health" else value
    return value not in ("", None, []) and _set(outcome, member, name, value, who=member.name)


def _leave(outcome: Outcome, missing: Iterable[Member], moving: Mapping[int, str]) -> None:
    """Who moves leaves; an old head whom the file lacks stays as another relative; others stay as they are."""
    for member in missing:
        if member.pk in moving:
            member.active, member.left_on, member.left_reason = False, timezone.localdate(), moving[member.pk]
            outcome.changes.append(Change("moved", member.name, moving[member.pk]))
            outcome.leaving.append(member)
        elif member.relation == Relation.HEAD:
            _set(outcome, member, "relation", Relation.OTHER.value, who=member.name)
            outcome.leaving.append(member)


def _compare_statement(outcome: Outcome, known: Known, household: Household) -> None:
    family = outcome.family
    if family.income is None or family.year is None:
        return
    statement = known.statements.get((household.pk, family.year))
    if statement is None:
        outcome.new_statement = family.income
        return
    values = statement_values(statement, family)
    if statement.state == StatementState.DRAFT and counted_besides(statement, family) is None:
        values["state"] = StatementState.CHECKED.value
    for name, value in sorted(values.items()):
        _set(outcome, statement, name, value, who=str(family.year))


def _compare_guarantees(outcome: Outcome, known: Known, household: Household) -> None:
    for item, state in outcome.family.guarantees.items():
        status = known.guarantees.get((household.pk, item))
        if status is None:
            outcome.new_guarantees[item] = state
        elif _set(outcome, status, "state", state, label=item):
            status.as_of = timezone.localdate()
            outcome.changed[status].add("as_of")


def _shown(name: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if name in MASKED:
        return MASKED[name](str(value))
    return ",".join(value) if isinstance(value, list) else str(value)
