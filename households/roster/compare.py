"""Families of a file against the database: what a commit would create, change, leave, reject. Writes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from core.crypto import keyed_hash
from core.masking import mask_id, mask_phone
from district.models import Campaign, CampaignYear, Division
from district.policy import is_below_line
from households.codes import Relation
from households.models import (
    Enrolment,
    EnrolmentState,
    GuaranteeStatus,
    Household,
    IncomeStatement,
    Member,
    StatementState,
)

from .codes import severity_of
from .rows import ERROR, Family, Finding, Income, MemberRow, Reading

CHUNK = 900
OWN_PREFIX = "H"  # begins the codes that we make: no office's 户编号 looks like them
HOUSEHOLD_FIELDS = ("attribute", "main_cause", "phone", "address", "bank_card")
MEMBER_FIELDS = (
    "name", "relation", "sex", "birth_date", "education", "health", "labour", "student_status", "phone", "disease",
    "disability_no",
)  # fmt: skip
INCOME_FIELDS = (
    "wage", "business", "business_cost", "property_income", "transfer", "stated_total", "stated_other",
    "medical_refund",
)  # fmt: skip
MASKED = {"phone": mask_phone, "bank_card": mask_id, "disability_no": mask_id, "disease": lambda value: "***"}


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
    changes: list[Change] = field(default_factory=list)
    changed: dict[Any, set[str]] = field(default_factory=dict)  # existing row → its changed fields, values set
    demoted: list[Member] = field(default_factory=list)
    new_members: list[MemberRow] = field(default_factory=list)
    new_statement: Income | None = None
    new_guarantees: dict[str, str] = field(default_factory=dict)
    enrol: bool = False
    members_changed: int = 0
    members_unchanged: int = 0
    members_left_out: int = 0

    @property
    def is_changed(self) -> bool:
        return bool(self.changes or self.new_members or self.new_statement or self.new_guarantees or self.enrol)


@dataclass(slots=True)
class Plan:
    """What a commit would do with the whole file."""

    reading: Reading
    campaign: Campaign
    created: list[Outcome] = field(default_factory=list)
    updated: list[Outcome] = field(default_factory=list)
    unchanged: list[Outcome] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)  # of the file and of the comparison
    rejected: dict[str, str] = field(default_factory=dict)  # family key → household code
    not_in_file: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, Any]:
        """The `counts` of `import_roster --json`."""
        taken = [*self.created, *self.updated, *self.unchanged]
        return {
            "rows": self.reading.rows,
            "rows_skipped": self.reading.rows_skipped,
            "households": {
                "created": len(self.created),
                "updated": len(self.updated),
                "unchanged": len(self.unchanged),
                "rejected": len(self.rejected),
                "pending": sum(o.pending for o in self.created),
            },
            "members": {
                "created": sum(len(o.new_members) for o in taken),
                "updated": sum(o.members_changed for o in taken),
                "unchanged": sum(o.members_unchanged for o in taken),
                "left_out": sum(o.members_left_out for o in taken),
            },
        }


def compare(reading: Reading, *, campaign: Campaign) -> Plan:
    """Compare every family without an error with the database. A handful of queries for each 900 households."""
    known = _Known.of(reading.families)
    plan = Plan(reading, campaign, findings=list(reading.findings))
    policies = {p.year: p for p in campaign.years.all()}
    rejected = set(reading.rejected_keys)
    for family in reading.families:
        if family.key in rejected:
            continue
        household, findings = known.match(family)
        findings += known.conflicts(family, household)
        if any(f.severity == ERROR for f in findings):
            rejected.add(family.key)
        plan.findings += findings
        if family.key in rejected:
            continue
        if household is None:
            outcome, more = _created(family, known.villages[family.village_code], policies)
            plan.created.append(outcome)
            plan.findings += more
        else:
            outcome = _Comparison(family, household, known).outcome(policies)
            (plan.updated if outcome.is_changed else plan.unchanged).append(outcome)
    _make_codes(plan.created)
    plan.rejected = {f.key: f.code for f in reading.families if f.key in rejected}
    plan.not_in_file = _not_in_file(reading, campaign)
    return plan


def _finding(
    family: Family, code: str, /, *, row: int | None = None, name: str = "", value: str = "", **params: str | int
) -> Finding:
    return Finding(
        sheet=family.sheet, row=row or family.row, column="", field=name, value=value, code=code,
        severity=severity_of(code), household=family.key, params=params,
    )  # fmt: skip


def _chunks(items: Iterable[str]) -> Iterator[list[str]]:
    rest = sorted(set(items))
    for start in range(0, len(rest), CHUNK):
        yield rest[start : start + CHUNK]


def _gather(rows: QuerySet, field_name: str, values: Iterable[Any]) -> list[Any]:
    return [row for chunk in _chunks(values) for row in rows.filter(**{f"{field_name}__in": chunk})]


class _Known:
    """What the database holds of the file's households and people."""

    def __init__(self) -> None:
        self.by_code: dict[str, Household] = {}
        self.by_person: dict[str, Member] = {}
        self.members: dict[int, list[Member]] = {}
        self.statements: dict[tuple[int, int], IncomeStatement] = {}
        self.guarantees: dict[tuple[int, str], GuaranteeStatus] = {}
        self.enrolments: dict[int, set[int]] = {}
        self.villages: dict[str, Division] = {}
        self.hashes: dict[str, str] = {}
        self.codes_in_file: set[str] = set()

    @classmethod
    def of(cls, families: Iterable[Family]) -> "_Known":
        known = cls()
        families = list(families)
        known.codes_in_file = {f.code for f in families if f.code}
        known.hashes = {m.id_no: keyed_hash(m.id_no) for f in families for m in f.members if m.id_no}
        known.villages = {
            d.code: d for d in _gather(Division.objects.all(), "code", (f.village_code for f in families))
        }
        open_members = Member.objects.filter(active=True).select_related("household__village__parent")
        people = _gather(open_members, "id_no_hash", known.hashes.values())
        known.by_person = {m.id_no_hash: m for m in people}
        households = {
            h.code: h for h in _gather(Household.objects.select_related("village__parent"), "code", known.codes_in_file)
        }
        for member in people:
            if member.relation == Relation.HEAD:
                households.setdefault(member.household.code, member.household)
        known.by_code = households
        keys = [h.pk for h in households.values()]
        known._load_rows(keys)
        return known

    def _load_rows(self, keys: list[int]) -> None:
        for member in _gather(Member.objects.filter(active=True), "household", keys):
            self.members.setdefault(member.household_id, []).append(member)
        for statement in _gather(IncomeStatement.objects.all(), "household", keys):
            self.statements[statement.household_id, statement.year] = statement
        for status in _gather(GuaranteeStatus.objects.all(), "household", keys):
            self.guarantees[status.household_id, status.item] = status
        for enrolment in _gather(Enrolment.objects.all(), "household", keys):
            self.enrolments.setdefault(enrolment.household_id, set()).add(enrolment.campaign_id)

    def match(self, family: Family) -> tuple[Household | None, list[Finding]]:
        """The household of this family: by its code, else by the ID number of its head."""
        household = self.by_code.get(family.code) if family.code else None
        if household is not None:
            if household.closed_on is not None:
                return household, [_finding(family, "household_closed", name="household_no", code=household.code)]
            return household, []
        head = family.head
        person = self.by_person.get(self.hashes.get(head.id_no, "")) if head else None
        if person is None or person.relation != Relation.HEAD or person.household.code in self.codes_in_file:
            return None, []
        matched = self.by_code[person.household.code]
        return matched, [_finding(family, "matched_by_head", name="household_no", code=matched.code)]

    def conflicts(self, family: Family, household: Household | None) -> list[Finding]:
        """Members who live in another active household, and a final statement that the file would change."""
        findings = []
        for row in family.members:
            person = self.by_person.get(self.hashes.get(row.id_no, ""))
            if person is not None and (household is None or person.household_id != household.pk):
                where = f"{person.household.village.parent} {person.household.village} {person.household.code}"
                findings.append(
                    _finding(
                        family,
                        "person_two_households",
                        row=row.row,
                        name="id_no",
                        value=mask_id(row.id_no),
                        other=where,
                    )
                )
        if household is not None and not self._shares_somebody(family, household):
            other = f"{household.village} {household.head_name}"
            findings.append(_finding(family, "household_no_shared", name="household_no", other=other))
        if household is not None and family.income is not None and family.year is not None:
            statement = self.statements.get((household.pk, family.year))
            if statement is not None and statement.state == StatementState.FINAL and _income_changes(statement, family):
                findings.append(_finding(family, "statement_final", name="income", year=family.year))
        return findings

    def _shares_somebody(self, family: Family, household: Household) -> bool:
        """Whether one person at least is in both: a code alone may have been given twice."""
        there = {m.id_no_hash for m in self.members.get(household.pk, [])}
        return not there or any(self.hashes.get(m.id_no) in there for m in family.members)


def _make_codes(created: Iterable[Outcome]) -> None:
    """The 户编号 of the file; where it has none: H, the code of the village, the next running number."""
    nameless = [o for o in created if not o.family.code]
    last: dict[str, int] = {}
    for chunk in _chunks(o.village.code for o in nameless):
        made = Household.objects.filter(village__code__in=chunk, code__startswith=OWN_PREFIX)
        for code in made.values_list("code", flat=True):
            village, running = code[1:13], code[13:]
            if running.isdecimal():
                last[village] = max(last.get(village, 0), int(running))
    for outcome in created:
        if outcome.family.code:
            outcome.code = outcome.family.code
            continue
        number = last[outcome.village.code] = last.get(outcome.village.code, 0) + 1
        outcome.code = f"{OWN_PREFIX}{outcome.village.code}{number:04d}"


def policy_at(policies: Mapping[int, CampaignYear], year: int | None) -> CampaignYear:
    """The policy of the year, or of the campaign's year nearest to it."""
    return policies[min(policies, key=lambda y: abs(y - (year or min(policies))))]


def _is_over_line(family: Family, policies: Mapping[int, CampaignYear]) -> tuple[bool, CampaignYear]:
    policy = policy_at(policies, family.year)
    total = family.income.total if family.income else None
    return total is not None and not is_below_line(policy, total=total, people=max(family.people, 1)), policy


def _created(family: Family, village: Division, policies: Mapping[int, CampaignYear]) -> tuple[Outcome, list[Finding]]:
    pending, policy = _is_over_line(family, policies)
    outcome = Outcome(
        family, None, village, pending=pending, new_members=list(family.members), enrol=True,
        new_statement=family.income if family.year else None, new_guarantees=dict(family.guarantees),
    )  # fmt: skip
    findings = [_finding(family, "not_eligible", name="income", line=str(policy.income_line))] if pending else []
    return outcome, findings


def _income_changes(statement: IncomeStatement, family: Family) -> set[str]:
    assert family.income is not None
    changed = {n for n in INCOME_FIELDS if _differs(getattr(statement, n), getattr(family.income, n))}
    if family.income.definition != statement.definition:
        changed.add("definition")
    if family.people and family.people != statement.people:
        changed.add("people")
    return changed


def _differs(before: Decimal | None, after: Decimal | None) -> bool:
    return after is not None and before != after  # an empty cell takes nothing away


class _Comparison:
    """One family against its household; sets the new values on the rows and keeps what changed."""

    def __init__(self, family: Family, household: Household, known: _Known) -> None:
        self.family, self.household, self.known = family, household, known
        self.outcome_ = Outcome(family, household, known.villages.get(family.village_code, household.village))

    def outcome(self, policies: Mapping[int, CampaignYear]) -> Outcome:
        self._household()
        self._members()
        self._statement()
        self._guarantees()
        campaign = next(iter(policies.values())).campaign_id
        if campaign not in self.known.enrolments.get(self.household.pk, set()):
            self.outcome_.enrol = True
            self.outcome_.pending = _is_over_line(self.family, policies)[0]
        return self.outcome_

    def _set(self, row: Any, name: str, value: Any, *, who: str = "") -> bool:
        before = getattr(row, name)
        if value == before:
            return False
        setattr(row, name, value)
        self.outcome_.changed.setdefault(row, set()).add(name)
        self.outcome_.changes.append(Change(name, _shown(name, before), _shown(name, value), who))
        return True

    def _household(self) -> None:
        if self.family.village_code and self.household.village_id != self.outcome_.village.pk:
            self._set(self.household, "village", self.outcome_.village)
        for name in HOUSEHOLD_FIELDS:
            value = getattr(self.family, name)
            if value:
                self._set(self.household, name, value)
        if self.family.phone and "phone" in self.outcome_.changed.get(self.household, ()):
            self.household.phone_hash = keyed_hash(self.household.phone)
            self.outcome_.changed[self.household].add("phone_hash")
        head = self.family.head
        if head is not None:
            self._set(self.household, "head_name", head.name)

    def _members(self) -> None:
        current = {m.id_no_hash: m for m in self.known.members.get(self.household.pk, [])}
        head = self.family.head
        for row in self.family.members:
            member = current.pop(self.known.hashes[row.id_no], None)
            if member is None:
                self.outcome_.new_members.append(row)
                continue
            was_head = member.relation == Relation.HEAD
            changed = False
            for name in MEMBER_FIELDS:
                value: Any = getattr(row, name)
                value = list(value) if name == "health" else value
                if value not in ("", None, []):
                    changed |= self._set(member, name, value, who=member.name)
            if was_head and member.relation != Relation.HEAD:
                self.outcome_.demoted.append(member)
            self.outcome_.members_changed += changed
            self.outcome_.members_unchanged += not changed
        self.outcome_.members_left_out = len(current)
        for member in current.values():  # the old head is not in the file, another member is head now
            if member.relation == Relation.HEAD and head is not None:
                self._set(member, "relation", Relation.OTHER.value, who=member.name)
                self.outcome_.demoted.append(member)

    def _statement(self) -> None:
        income, year = self.family.income, self.family.year
        if income is None or year is None:
            return
        statement = self.known.statements.get((self.household.pk, year))
        if statement is None:
            self.outcome_.new_statement = income
            return
        for name in sorted(_income_changes(statement, self.family)):
            source: Any = self.family if name == "people" else income
            self._set(statement, name, getattr(source, name), who=str(year))
        if statement.state == StatementState.DRAFT:
            self._set(statement, "state", StatementState.CHECKED.value, who=str(year))

    def _guarantees(self) -> None:
        for item, state in self.family.guarantees.items():
            status = self.known.guarantees.get((self.household.pk, item))
            if status is None:
                self.outcome_.new_guarantees[item] = state
            else:
                self._set(status, "state", state, who=item)


def _shown(name: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if name in MASKED:
        return MASKED[name](str(value))
    return ",".join(value) if isinstance(value, list) else str(value)


def _not_in_file(reading: Reading, campaign: Campaign) -> list[str]:
    townships = {f.village_code[:9] + "000" for f in reading.families if f.village_code}
    codes = {f.code for f in reading.families}
    active = Household.objects.filter(
        closed_on__isnull=True, village__parent__code__in=sorted(townships),
        enrolments__campaign=campaign, enrolments__state=EnrolmentState.ACTIVE,
    )  # fmt: skip
    found = active.order_by("code").values_list("code", flat=True)
    return [code for code in found if code not in codes]
