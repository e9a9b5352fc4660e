"""What people and programs are told of an import: the JSON document, and what is kept of it for the pages."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from core.jobs import JobRefused

from .codes import refusal_sentence, sentence, sheet_reason
from .compare import Plan
from .differences import Outcome
from .rows import Family, Finding, Reading
from .spots import column_document

MOST_CHANGES_SHOWN = 5_000
LOST_ROWS = gettext_noop(
    "The rows of this file were not all counted; nothing was saved. Please tell those who run the system."
)

log = logging.getLogger(__name__)


def refused_document(reading: Reading, seconds: Mapping[str, float]) -> dict[str, Any]:
    """The document of a file that is not read at all."""
    return _document(reading, state="refused", findings=reading.findings, counts=None, seconds=seconds)


def document(plan: Plan, *, state: str, seconds: Mapping[str, float]) -> dict[str, Any]:
    """One entry of `files` in `import_roster --json`; messages in the active language."""
    must_add_up(plan)
    found = _document(plan.reading, state=state, findings=plan.findings, counts=plan.counts(), seconds=seconds)
    found["rejected_households"] = plan.rejected_names
    found["not_in_file"] = plan.not_in_file
    return found


def must_add_up(plan: Plan) -> None:
    """Rows of the file = rows taken + rejected + skipped, and each person of a row taken is counted; else JobRefused.

    A row that repeats another whole is skipped.
    """
    taken = [o.family for o in (*plan.created, *plan.updated, *plan.unchanged)]
    counts, reading = plan.counts(), plan.reading
    rows = sum(map(rows_of, taken)) + sum(map(rows_of, plan.rejected)) + reading.rows_skipped
    people = sum(counts["members"][name] for name in ("created", "updated", "unchanged"))
    expected = (reading.rows, sum(len(f.members) for f in taken))
    if (rows, people) != expected:
        log.error("rows and people %s do not add up to %s", (rows, people), expected)
        raise JobRefused(LOST_ROWS)


def rows_of(family: Family) -> int:
    """How many rows of the file it holds; members side by side share one."""
    return len({(m.sheet, m.row) for m in family.members})


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


def kept(document: dict[str, Any], reading: Reading, plan: Plan | None) -> dict[str, Any]:
    """The document as it is stored: codes instead of words, no findings (they have a table), what else pages show."""
    stored = {key: value for key, value in document.items() if key != "findings"}
    stored["refusal_params"] = dict(reading.refusal.params) if reading.refusal else {}
    stored["sheets"] = [
        {
            **sheet,
            "why": seen.why,
            "fingerprint": seen.fingerprint,
            "place_proposed": seen.place_proposed,
            "place_question": seen.place_question,
        }
        for sheet, seen in zip(stored["sheets"], reading.sheets, strict=True)
    ]
    stored["columns"] = [column_document(column) for column in reading.columns]
    stored["findings_total"] = len(document["findings"])
    stored["changes"] = _changes_of(plan.updated) if plan else []
    stored["rejected_keys"] = [f.key for f in plan.rejected] if plan else []
    stored["over_line"] = plan.over_line if plan else 0
    stored["rows_rejected"] = sum(map(rows_of, plan.rejected)) if plan else 0
    return stored


def _changes_of(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """What the updated households would get, field by field (secrets masked)."""
    listed: list[dict[str, Any]] = []
    for outcome in outcomes:
        household = outcome.household
        assert household is not None
        changes = [{"field": c.field, "before": c.before, "after": c.after, "who": c.who} for c in outcome.changes]
        changes += [{"field": "member", "before": "", "after": m.name, "who": ""} for m in outcome.new_members]
        if outcome.new_statement is not None:
            total = outcome.new_statement.total
            year = str(outcome.family.year)
            changes.append(
                {"field": "statement", "before": "", "after": "" if total is None else str(total), "who": year}
            )
        changes += [{"field": i, "before": "", "after": s, "who": ""} for i, s in outcome.new_guarantees.items()]
        if outcome.enrol:
            changes.append({"field": "enrolment", "before": "", "after": "", "who": ""})
        listed.append({"code": household.code, "name": household.head_name, "changes": changes})
        if len(listed) == MOST_CHANGES_SHOWN:
            break
    return listed
