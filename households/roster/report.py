"""What people and programs are told of an import: the JSON document, and the xlsx of the rejected rows."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from .codes import refusal_sentence, sentence, sheet_reason
from .compare import Outcome, Plan
from .rows import ERROR, Finding, Reading, Sheet

MOST_CHANGES_SHOWN = 5_000


def refused_document(reading: Reading, seconds: Mapping[str, float]) -> dict[str, Any]:
    """The document of a file that is not read at all."""
    return _document(reading, state="refused", findings=reading.findings, counts=None, seconds=seconds)


def document(plan: Plan, *, state: str, seconds: Mapping[str, float]) -> dict[str, Any]:
    """One entry of `files` in `import_roster --json`; messages in the active language."""
    found = _document(plan.reading, state=state, findings=plan.findings, counts=plan.counts(), seconds=seconds)
    found["rejected_households"] = sorted(code or key for key, code in plan.rejected.items())
    found["not_in_file"] = plan.not_in_file
    return found


def _document(
    reading: Reading, *, state: str, findings: Iterable[Finding], counts: dict[str, Any] | None,
    seconds: Mapping[str, float],
) -> dict[str, Any]:  # fmt: skip
    refusal = reading.refusal
    empty = {
        "rows": reading.rows, "rows_skipped": reading.rows_skipped,
        "households": dict.fromkeys(("created", "updated", "unchanged", "rejected", "pending"), 0),
        "members": dict.fromkeys(("created", "updated", "unchanged", "left_out"), 0),
    }  # fmt: skip
    return {
        "file": reading.file_name,
        "state": state,
        "refusal": {"code": refusal.code, "message": refusal_sentence(refusal)} if refusal else None,
        "sheets": [
            {"name": s.name, "used": s.used, "header_rows": list(s.header_rows), "rows": s.rows,
             "why": sheet_reason(s.why)}
            for s in reading.sheets
        ],
        "columns": [
            {"sheet": c.sheet, "column": c.letter, "header": c.header, "field": c.field, "how": c.how}
            for c in reading.columns
        ],
        "counts": counts or empty,
        "rejected_households": [],
        "not_in_file": [],
        "findings": [finding_document(f) for f in findings],
        "seconds": {name: round(seconds.get(name, 0.0), 3) for name in ("read", "check", "commit")},
    }  # fmt: skip


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as the JSON has it."""
    return {
        "sheet": finding.sheet, "row": finding.row, "column": finding.column, "field": finding.field,
        "value": finding.value, "code": finding.code, "severity": finding.severity, "message": sentence(finding),
    }  # fmt: skip


def changes_of(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """What the updated households would get, field by field, for the preview (secrets masked)."""
    listed: list[dict[str, Any]] = []
    for outcome in outcomes:
        household = outcome.household
        assert household is not None
        changes = [{"field": c.field, "before": c.before, "after": c.after, "who": c.who} for c in outcome.changes]
        changes += [{"field": "member", "before": "", "after": m.name, "who": ""} for m in outcome.new_members]
        if outcome.new_statement is not None:
            total = outcome.new_statement.total
            year = str(outcome.family.year)
            changes.append({"field": "statement", "before": "", "after": str(total), "who": year})
        changes += [{"field": i, "before": "", "after": s, "who": ""} for i, s in outcome.new_guarantees.items()]
        listed.append({"code": household.code, "name": household.head_name, "changes": changes})
        if len(listed) == MOST_CHANGES_SHOWN:
            break
    return listed


def rejected_xlsx(sheets: Iterable[Sheet], reading: Reading, findings: Iterable[Finding], keys: Iterable[str]) -> bytes:
    """The rows of the rejected households under their own headers, what is wrong as a column and as cell comments.

    Text is written as text (ID numbers too), so that the file can be corrected and loaded again.
    """
    wanted, told = set(keys), defaultdict(list)
    for finding in findings:
        if finding.severity == ERROR and finding.row is not None:
            told[finding.sheet, finding.row].append(finding)
    rows_of: defaultdict[str, set[int]] = defaultdict(set)
    for family in reading.families:
        if family.key in wanted:
            rows_of[family.sheet].update(family.rows)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#e8f1ec"}),
        "text": book.add_format({"num_format": "@"}),
        "wrong": book.add_format({"num_format": "@", "bg_color": "#fbeee4"}),
    }
    for sheet in sheets:
        if rows_of[sheet.name]:
            _rejected_sheet(book, formats, sheet, reading, rows_of[sheet.name], told)
    if not book.worksheets():
        book.add_worksheet(_("Rejected rows"))
    book.close()
    return out.getvalue()


def _rejected_sheet(
    book: Any, formats: dict[str, Any], sheet: Sheet, reading: Reading, rows: set[int],
    told: Mapping[tuple[str, int], list[Finding]],
) -> None:  # fmt: skip
    page = book.add_worksheet(sheet.name[:31])
    columns = [c for c in reading.columns if c.sheet == sheet.name]
    at = {c.header: place for place, c in enumerate(columns)}
    for place, column in enumerate(columns):
        page.write_string(0, place, column.header, formats["head"])
    page.write_string(0, len(columns), _("Problem and what to do"), formats["head"])
    page.set_column(0, len(columns) - 1, 14)
    page.set_column(len(columns), len(columns), 60)
    page.freeze_panes(1, 0)
    for line, row in enumerate(sorted(rows), start=1):
        cells = sheet.rows[row - sheet.first_row]
        problems = told.get((sheet.name, row), [])
        wrong = {at[f.column]: sentence(f) for f in problems if f.column in at}
        for place, column in enumerate(columns):
            value = cells[column.index] if column.index < len(cells) else None
            _cell(page, line, place, value, formats["wrong" if place in wrong else "text"])
            if place in wrong:
                page.write_comment(line, place, wrong[place])
        page.write_string(line, len(columns), " ".join(sentence(f) for f in problems))


def _cell(page: Any, line: int, place: int, value: object, style: Any) -> None:
    if isinstance(value, bool) or value is None:
        page.write_string(line, place, "" if value is None else ("是" if value else "否"), style)
    elif isinstance(value, (int, float)):
        page.write_number(line, place, value, style)
    else:
        page.write_string(line, place, str(value), style)
