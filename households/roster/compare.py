"""Families of a file against the database: what a commit would create, change, leave, reject. Writes nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.masking import mask_id
from district.models import Campaign, CampaignYear
from district.policy import PolicyMissing
from households.household_codes import spellings
from households.models import EnrolmentState, Household, IncomeStatement, Member, StatementState

from .checks import completed
from .codes import severity_of
from .differences import (
    Outcome,
    compared,
    counted_besides,
    created,
    income_of_file,
    is_over_line,
    policy_at,
    statement_values,
)
from .known import BEAT_EVERY, Beat, Known, chunks, gather, no_beat
from .rows import ERROR, UNASKED, Family, Finding, MemberRow, Reading

OWN_PREFIX = "H"  # begins the codes that we make: no office's 户编号 looks like them

Matches = Mapping[str, Household | None]  # family key → its household


@dataclass(slots=True)
class Plan:
    """What a commit would do with the whole file."""

    reading: Reading
    campaign: Campaign
    policies: dict[int, CampaignYear]
    created: list[Outcome] = field(default_factory=list)
    updated: list[Outcome] = field(default_factory=list)
    unchanged: list[Outcome] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)  # of the file and of the comparison
    rejected: list[Family] = field(default_factory=list)
    not_in_file: list[str] = field(default_factory=list)
    hashes: Mapping[str, str] = field(default_factory=dict)  # of the file's ID numbers

    @property
    def rejected_names(self) -> list[str]:
        """Codes of the rejected households; the place where it begins of one without a code."""
        return sorted(f.code or f.key for f in self.rejected)

    @property
    def over_line(self) -> int:
        """Known households whose income in the file is at or over the line of its year: a result, no finding."""
        known = (o.family for o in (*self.updated, *self.unchanged))
        return sum(is_over_line(family, policy_at(self.policies, family.year)) for family in known)

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


def compare(
    reading: Reading, *, campaign: Campaign, beat: Beat = no_beat, refuses: Callable[[Finding], bool] = UNASKED.refuses
) -> Plan:
    """Compare every family without an error with the database. A handful of queries for each 900 households.

    Notes that somebody `refuses` reject their household. PolicyMissing if the campaign has no year.
    """
    plan = Plan(reading, campaign, {p.year: p for p in campaign.years.all()}, findings=list(reading.findings))  # type: ignore[attr-defined]
    if not plan.policies:
        raise PolicyMissing(f"{campaign} has no year")
    known = Known(reading.families, beat)
    plan.hashes = known.hashes
    matches = _matches(reading.families, known)
    rejected = set(reading.rejected_keys)
    namesakes = _namesakes(reading.families, matches)
    for family in reading.families:
        if family.key not in rejected:
            found = _problems(family, matches[family.key], known, plan.policies)
            if code := namesakes.get(family.key):
                found.append(_finding(family, "head_namesake", name="name", value=_head_of(family), code=code))
            found = [replace(f, severity=ERROR) if refuses(f) else f for f in found]
            plan.findings += found
            rejected |= {f.household for f in found if f.severity == ERROR}
    moving, found = _moves(reading.families, matches, rejected, known)
    plan.findings += found
    for number, family in enumerate(reading.families):
        if number % BEAT_EVERY == 0:
            beat()
        if family.key not in rejected:
            _plan_one(plan, family, matches[family.key], known, moving)
    _make_codes(plan.created, known.codes_in_file)
    plan.rejected = [f for f in reading.families if f.key in rejected]
    plan.not_in_file = _not_in_file(reading, matches, campaign)
    if plan.not_in_file:
        count = {"count": len(plan.not_in_file)}
        plan.findings.append(Finding("", None, "", "", "", "not_in_file", severity_of("not_in_file"), params=count))
    plan.findings = completed(plan.findings, reading.columns)
    return plan


def _matches(families: Iterable[Family], known: Known) -> dict[str, Household | None]:
    """Each family's household: by code or head; without a code by its other members, where that is unambiguous."""
    matches = {f.key: known.household(f) for f in families}
    taken = Counter(h.pk for h in matches.values() if h is not None)
    others = {f.key: known.household_of_others(f) for f in families if matches[f.key] is None and not f.code}
    taken.update(h.pk for h in others.values() if h is not None)
    return matches | {key: h for key, h in others.items() if h is not None and taken[h.pk] == 1}


def _namesakes(families: Iterable[Family], matches: Matches) -> dict[str, str]:
    """Key of a new family without a code → the household of its village whose head has the same name, left by the file.

    A query for each 900 such names; none where families have codes.
    """
    new = [f for f in families if matches[f.key] is None and not f.code and f.head and f.head.name and f.village_code]
    if not new:
        return {}
    taken = {h.pk for h in matches.values() if h is not None}
    rows = gather(
        Household.objects.filter(closed_on__isnull=True).select_related("village"),
        "head_name",
        (_head_of(f) for f in new),
    )
    known = {(h.village.code, h.head_name): h.code for h in rows if h.pk not in taken}
    found = {f.key: known.get((f.village_code, _head_of(f)), "") for f in new}
    return {key: code for key, code in found.items() if code}


def _plan_one(plan: Plan, family: Family, household: Household | None, known: Known, moving: Mapping[int, str]) -> None:
    if household is not None:
        outcome = compared(family, household, known, campaign=plan.campaign, moving=moving)
        (plan.updated if outcome.is_changed else plan.unchanged).append(outcome)
        return
    plan.created.append(created(family, known.villages[family.village_code], plan.policies))


def _problems(
    family: Family, household: Household | None, known: Known, policies: Mapping[int, CampaignYear]
) -> list[Finding]:
    """What is to be said of taking this family, as a new household or as the one that it matches."""
    if household is None:
        if family.income is None:
            return [_finding(family, "income_missing", name="income")]
        policy = policy_at(policies, family.year)
        if not is_over_line(family, policy):
            return []
        total, line = _total(family), f"{policy.income_line:,}"
        return [_finding(family, "not_eligible", name="income", value=total, total=total, line=line)]
    if household.closed_on is not None:
        return [_finding(family, "household_closed", name="household_no", value=family.code, code=household.code)]
    told_apart = list(_other_numbers(family, household, known))
    found = list(told_apart)
    if not told_apart and not family.code and known.household(family) is None:
        found.append(_finding(family, "matched_by_members", name="relation", code=household.code))
    if family.code and household.code not in (family.code, *spellings(family.code)):
        found.append(_finding(family, "matched_by_head", name="household_no", value=family.code, code=household.code))
    if not told_apart and not known.shares_somebody(family, household):
        other = f"{household.village} {household.head_name}"
        found.append(
            _finding(family, "household_no_shared", name="household_no", value=family.code, other=other, why="stored")
        )
    statement = known.statements.get((household.pk, family.year or 0))
    is_final = statement is not None and statement.state == StatementState.FINAL
    if statement is not None and is_final and family.income is not None and statement_values(statement, family):
        found.append(_finding(family, "statement_final", name="income", value=_total(family), year=statement.year))
    if statement is not None and not is_final and family.income is not None:
        found += _not_confirmed(family, statement)
    return found


def _other_numbers(family: Family, household: Household, known: Known) -> Iterator[Finding]:
    """Somebody new of a member's name, where that member's own number is not in the file: one person, two numbers."""
    for row in family.members:
        person = known.person(row) if row.id_no else None
        if not row.id_no or (person and (person.household_id == household.pk or person.name == row.name)):
            continue
        for member in known.members.get(household.pk, []):
            if member.name == row.name and member.id_no_hash and member.id_no_hash not in known.hashes_in_file:
                number, other = mask_id(row.id_no), mask_id(member.id_no)
                told = _finding(family, "id_conflict", row=row.row, name="id_no", value=number, other=other)
                yield replace(told, sheet=row.sheet, column=row.id_header)
                break


def _not_confirmed(family: Family, statement: IncomeStatement) -> list[Finding]:
    """A draft that the file does not confirm, or a total of the file beside other sources in the system."""
    income = family.income
    if income is None or (statement.state != StatementState.DRAFT and income.has_source):
        return []
    counted = counted_besides(statement, family)
    if counted is None:
        return []
    total = f"{income_of_file(income):,.2f}"
    return [
        _finding(
            family, "income_sum", name="income", value=total, why="stored", total=total, expected=f"{counted:,.2f}"
        )
    ]


def _total(family: Family) -> str:
    total = family.income.total if family.income else None
    return "" if total is None else f"{total:,.2f}"


def _moves(
    families: Iterable[Family], matches: Matches, rejected: set[str], known: Known
) -> tuple[dict[int, str], list[Finding]]:
    """(member → words on where the file moves them, findings on people whom it can't move); adds to `rejected`.

    Somebody of another household moves if the file holds that household too, without them, and takes it. A family
    that is rejected so may hold back the next: hence the rounds.
    """
    moving: dict[int, str] = {}
    found: list[Finding] = []
    before = -1
    while before != len(rejected):
        before = len(rejected)
        taken = {h.pk for key, h in matches.items() if h is not None and key not in rejected}
        moving.clear()
        for family in families:
            if family.key in rejected:
                continue
            for row, person in _strangers(family, matches[family.key], known):
                if person.household_id in taken:
                    moving[person.pk] = f"→ {family.code or family.head_name or _head_of(family)}"
                else:
                    found.append(_lives_elsewhere(family, row, person))
                    rejected.add(family.key)
    return moving, found


def _strangers(family: Family, household: Household | None, known: Known) -> list[tuple[MemberRow, Member]]:
    people = ((row, known.person(row)) for row in family.members)
    return [(row, p) for row, p in people if p and (household is None or p.household_id != household.pk)]


def _head_of(family: Family) -> str:
    return family.head.name if family.head else family.key


def _lives_elsewhere(family: Family, row: MemberRow, person: Member) -> Finding:
    where = f"{person.household.village.parent} {person.household.village} {person.household.code}"
    told = _finding(family, "person_two_households", row=row.row, name="id_no", value=mask_id(row.id_no), other=where)
    return replace(told, column=row.id_header)


def _finding(
    family: Family, code: str, /, *, row: int | None = None, name: str = "", value: str = "", **params: str | int
) -> Finding:
    return Finding(
        sheet=family.sheet, row=row or family.row, column="", field=name, value=value, code=code,
        severity=severity_of(code), household=family.key, params=params,
    )  # fmt: skip


def _make_codes(outcomes: Iterable[Outcome], codes_in_file: Iterable[str]) -> None:
    """The 户编号 of the file; where it has none: H, the code of the village, the next running number."""
    for outcome in outcomes:
        outcome.code = outcome.family.code
    nameless = [o for o in outcomes if not o.code]
    last: dict[str, int] = {}
    made = [c for c in codes_in_file if c.startswith(OWN_PREFIX)]
    for chunk in chunks(o.village.code for o in nameless):
        rows = Household.objects.filter(village__code__in=chunk, code__startswith=OWN_PREFIX)
        made += rows.values_list("code", flat=True)
    for code in made:
        village, number = code[1:13], code[13:]
        if number.isdecimal():
            last[village] = max(last.get(village, 0), int(number))
    for outcome in nameless:
        village = outcome.village.code
        last[village] = last.get(village, 0) + 1
        outcome.code = f"{OWN_PREFIX}{village}{last[village]:04d}"


def _not_in_file(reading: Reading, matches: Matches, campaign: Campaign) -> list[str]:
    """Codes of active households in the file's townships that no family of it is, rejected or not."""
    townships = {f.village_code[:9] + "000" for f in reading.families if f.village_code}
    held = {f.code for f in reading.families} | {h.code for h in matches.values() if h is not None}
    active = Household.objects.filter(
        closed_on__isnull=True, village__parent__code__in=sorted(townships),
        enrolments__campaign=campaign, enrolments__state=EnrolmentState.ACTIVE,
    )  # fmt: skip
    return [code for code in active.order_by("code").values_list("code", flat=True) if code not in held]
