"""What is stored of an import, in the reader's language, for its page."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.formats import yuan
from households.codes import (
    Attribute,
    Cause,
    Education,
    GuaranteeItem,
    GuaranteeState,
    Health,
    Labour,
    Relation,
    Sex,
    StudentStatus,
)
from households.models import Definition, Household, IncomeStatement, Member, RosterFinding, RosterMend, StatementState

from .answers import mended_value
from .codes import FINDINGS, REFUSALS, kind_label, refusal_sentence, sentence, sheet_reason
from .differences import INCOME_FIELDS
from .headers import TAKEN, usual_header
from .loading import finding_of
from .rows import WARNING, Refusal

Document = dict[str, Any]

# about the file, not a household; or found by the comparison, whose notes are decided elsewhere
NOT_ASKED = {"filled_down", "column_unused", "place_proposed", "not_in_file"}
LISTS: dict[str, Any] = {
    "attribute": Attribute, "main_cause": Cause, "relation": Relation, "sex": Sex, "education": Education,
    "health": Health, "labour": Labour, "student_status": StudentStatus, "definition": Definition,
    "state": StatementState, **dict.fromkeys(GuaranteeItem.values, GuaranteeState),
}  # fmt: skip


def refusal_of(report: Document) -> str:
    """Why the file was not read and what to do; "" if it was."""
    refusal = report.get("refusal")
    if not refusal or refusal["code"] not in REFUSALS:
        return ""
    return refusal_sentence(Refusal(refusal["code"], report.get("refusal_params", {})))


def sum_of_rows(report: Document, counts: Document) -> dict[str, int]:
    """Rows of the file = taken + rejected + skipped."""
    rejected = report.get("rows_rejected", 0)
    skipped, rows = counts["rows_skipped"], counts["rows"]
    return {"all": rows, "taken": rows - rejected - skipped, "rejected": rejected, "skipped": skipped}


def named_kinds(kinds: Iterable[Document], refused: Iterable[str] = ()) -> list[Document]:
    """Kinds of findings with `name` (for the address) and `label`; whether notes of a kind can be, are refused."""
    return [
        {
            **kind,
            "name": f"{kind['severity']}.{kind['code']}",
            "label": kind_label(kind["code"]),
            "refused": kind["code"] in refused,
            "answerable": kind["code"] in refused or (kind["severity"] == WARNING and kind["code"] not in NOT_ASKED),
        }
        for kind in kinds
        if kind["code"] in FINDINGS
    ]


def named_mends(mends: Iterable[RosterMend]) -> list[Document]:
    """Mended cells with the usual header of their column; secrets masked."""
    return [
        {
            "pk": mend.pk, "sheet": mend.sheet, "row": mend.row, "label": usual_header(mend.field),
            "before": mend.before_masked, "after": mended_value(mend), "by": mend.made_by,
        }
        for mend in mends
    ]  # fmt: skip


def named_findings(rows: Iterable[RosterFinding], columns: Iterable[Document]) -> list[Document]:
    """Findings with `place` as the spreadsheet names it, `person`, `household`, `value` and `message`."""
    letters: dict[tuple[str, ...], str] = {}
    for c in columns:  # several for one field, where members stand side by side
        own = (c["sheet"], c["field"], c["header"])
        letters |= {own[:2]: c["column"], own: c["column"], (*own[:2], f"{c['header']} ({c['column']})"): c["column"]}
    return [
        {
            "sheet": row.sheet,
            "row": row.row,
            "field": row.field,
            "mendable": bool(row.row and row.field in TAKEN),
            "place": _place(
                row, letters.get((row.sheet, row.field, row.column), letters.get((row.sheet, row.field), ""))
            ),
            "header": row.column,
            "person": row.params.get("person", ""),
            "household": "" if "!" in row.household_code else row.household_code,
            "value": row.value_masked,
            "message": sentence(finding_of(row)),
        }
        for row in rows
    ]


def _place(row: RosterFinding, letter: str) -> str:
    if row.row is None:
        return row.sheet
    if letter:
        return f"{row.sheet}!{letter}{row.row}"
    return _("%(sheet)s row %(row)s") % {"sheet": row.sheet, "row": row.row}


def named_sheets(sheets: Iterable[Document]) -> list[Document]:
    """Sheets with the reason why one was not used."""
    return [{**s, "why": sheet_reason(s["why"])} for s in sheets]


def named_columns(columns: Iterable[Document]) -> list[Document]:
    """Columns with the usual header of the field they feed."""
    return [{**c, "label": usual_header(c["field"]) if c["field"] else ""} for c in columns]


def named_changes(households: Iterable[Document]) -> list[Document]:
    """Changes with `label`, and values as people read them."""
    return [{**h, "changes": [_named(c) for c in h["changes"]]} for h in households]


def _named(change: dict[str, str]) -> dict[str, str]:
    field = change["field"]
    before, after = (_value(field, change[side]) for side in ("before", "after"))
    return {**change, "label": _label(field, change["after"]), "before": before, "after": after}


def _label(field: str, after: str) -> str:
    if field == "relation" and after == Relation.HEAD:
        return _("Change of head")
    special = {
        "member": _("New member"),
        "moved": _("Moves to another household of the file"),
        "statement": _("New income statement (yuan)"),
        "enrolment": _("Enters the campaign"),
    }
    if field in special:
        return special[field]
    if field in GuaranteeItem.values:
        return str(GuaranteeItem(field).label)
    for model in (Household, Member, IncomeStatement):
        names = {f.name: f for f in model._meta.concrete_fields}
        if field in names:
            return str(names[field].verbose_name)
    return field


def _value(field: str, value: str) -> str:
    if not value:
        return ""
    if field in INCOME_FIELDS or field == "statement":
        return yuan(Decimal(value))
    choices = LISTS.get(field)
    if choices is None:
        return value
    return "、".join(str(choices(v).label) if v in choices.values else v for v in value.split(","))
