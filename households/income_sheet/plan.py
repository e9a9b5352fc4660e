"""What a filled-in sheet would change: given cells × database. Whole households or not at all; nothing is written."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from households.models import (
    SOURCES,
    Definition,
    Household,
    IncomeSheet,
    IncomeStatement,
    IncomeUpload,
    Member,
    StatementState,
    UploadState,
)

from .layout import GIVEN
from .read import Finding, Given, value_of
from .write import in_division

SAYS_SOMETHING = (*SOURCES, "stated_total")


@dataclass(slots=True)
class Change:
    """A household whose statement would be made or changed: {field: [before, after]} as text, "" for nothing."""

    household: int
    code: str
    name: str
    new: bool
    cells: dict[str, list[str]]


@dataclass(slots=True)
class Plan:
    """The whole of a file; `rows` = blank + unchanged + households to change + left out."""

    rows: int = 0
    blank: int = 0
    unchanged: int = 0
    left_out: int = 0
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        new = sum(change.new for change in self.changes)
        return {
            "rows": self.rows, "blank": self.blank, "unchanged": self.unchanged, "left_out": self.left_out,
            "new": new, "changed": len(self.changes) - new,
        }  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Plan":
        changes = [Change(**one) for one in data["changes"]]
        return cls(**{**data, "changes": changes, "findings": [Finding(**one) for one in data["findings"]]})


@dataclass(slots=True)
class Known:
    """What the database has of the households of a file, asked at once."""

    households: dict[str, Household]
    here: set[int]  # that belong to the place of the sheet and may be changed
    statements: dict[int, IncomeStatement]
    moved_on: set[int]  # whose statement others changed since the sheet was made
    people: dict[int, int]
    definitions: dict[int, str]  # of the year before


def plan_of(rows: Sequence[Given], *, sheet: IncomeSheet, by: User) -> Plan:
    """Compare the given cells with the database. Seven queries."""
    filled = [row for row in rows if row.values or row.findings]
    known = known_of({row.code for row in filled}, sheet, by)
    plan = Plan(rows=len(rows), blank=len(rows) - len(filled))
    first: dict[str, int] = {}
    for row in filled:
        findings = [*row.findings, *_of_household(row, known, first.setdefault(row.code, row.row))]
        errors = any(finding.error for finding in findings)
        change = None if errors else _change(row, known)
        if change and (refusal := _refusal(row, change, known)):
            findings.append(refusal)
            errors = True
        plan.findings += findings
        if errors:
            plan.left_out += 1
        elif change is None:
            plan.unchanged += 1
        else:
            plan.changes.append(change)
    assert plan.rows == plan.blank + plan.unchanged + plan.left_out + len(plan.changes)
    return plan


def known_of(codes: Iterable[str], sheet: IncomeSheet, by: User) -> Known:
    """Seven queries, however many codes there are."""
    rows = Household.objects.filter(code__in=codes)
    households = {household.code: household for household in rows}
    ids = [household.pk for household in households.values()]
    allowed = Household.objects.allowed(by, "draft_statement").filter(in_division(sheet.division), pk__in=ids)
    statements = IncomeStatement.objects.filter(household__in=ids, year__in=(sheet.year, sheet.year - 1))
    by_year: dict[int, dict[int, IncomeStatement]] = {sheet.year: {}, sheet.year - 1: {}}
    for statement in statements:
        by_year[statement.year][statement.household_id] = statement
    people = Member.objects.filter(household__in=ids, active=True).order_by().values_list("household_id")
    return Known(
        households, set(allowed.values_list("pk", flat=True)), by_year[sheet.year], _moved_on(ids, sheet, by),
        dict(people.annotate(number=Count("pk"))),
        {pk: statement.definition for pk, statement in by_year[sheet.year - 1].items()},
    )  # fmt: skip


def reason_of(upload: IncomeUpload) -> str:
    """What stands in the history of a statement that came from this upload."""
    return f"income sheet {upload.pk}"


def reasons_of_undone(year: int) -> list[str]:
    """What stands in the history of uploads that were taken back, and of that: together they changed nothing."""
    undone = IncomeUpload.objects.filter(state=UploadState.UNDONE, sheet__year=year).only("pk")
    return [reason for upload in undone for reason in (reason_of(upload), f"undo {reason_of(upload)}")]


def _moved_on(ids: list[int], sheet: IncomeSheet, by: User) -> set[int]:
    """Households whose statement has a version unknown to the sheet and not of an upload by the same hand."""
    own = [reason_of(upload) for upload in IncomeUpload.objects.filter(sheet=sheet, uploaded_by=by).only("pk")]
    versions = IncomeStatement.history.filter(household_id__in=ids, year=sheet.year).order_by()  # type: ignore[attr-defined]
    gone = reasons_of_undone(sheet.year)
    mine = Q(history_change_reason__in=own, history_user=by) | Q(history_change_reason__in=gone)
    others = versions.exclude(mine & Q(history_change_reason__isnull=False))
    return {
        household
        for household, number in others.values_list("household_id", "history_id")
        if number > sheet.seen.get(str(household), 0)
    }


def _of_household(row: Given, known: Known, first: int) -> list[Finding]:
    """Why no income of this household can be taken from this row at all."""
    household = known.households.get(row.code)
    if not row.known:
        code = "row_changed"
    elif first != row.row:
        return [_finding(row, "row_twice", other=first)]
    elif household is None:
        code = "household_unknown"
    elif household.closed_on is not None:
        code = "household_closed"
    elif household.pk not in known.here:
        code = "household_moved"
    else:
        return []
    return [_finding(row, code)]


def _change(row: Given, known: Known) -> Change | None:
    """What the row changes, None for nothing. A new statement gets people and definition where they are not given."""
    household = known.households[row.code]
    statement = known.statements.get(household.pk)
    values = {name: row.values[name] for name in GIVEN if name in row.values}
    if statement is None:
        values.setdefault("people", str(known.people.get(household.pk) or 1))
        values.setdefault("definition", known.definitions.get(household.pk, Definition.DISPOSABLE))
    cells = {}
    for name in (name for name in GIVEN if name in values):
        before = getattr(statement, name, None)
        if before != value_of(name, values[name]):
            cells[name] = ["" if before is None else str(before), str(values[name])]
    if not cells:
        return None
    return Change(household.pk, household.code, household.head_name, statement is None, cells)


def _refusal(row: Given, change: Change, known: Known) -> Finding | None:
    statement = known.statements.get(change.household)
    if statement is not None and statement.state == StatementState.FINAL:
        return _finding(row, "statement_final")
    if change.household in known.moved_on:
        return _finding(row, "statement_changed")
    if change.new and not any(name in row.values for name in SAYS_SOMETHING):
        return _finding(row, "no_income")
    return None


def _finding(row: Given, code: str, **params: Any) -> Finding:
    return Finding(row.sheet, row.row, "", "", "", code, row.code, params=params)
