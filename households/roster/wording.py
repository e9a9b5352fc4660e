"""What is stored of an import, in the reader's language, for its page."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
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

from .answers import NOT_ASKED, mended_value, said_of_notes
from .codes import FINDINGS, REFUSALS, kind_label, refusal_sentence, sentence, sheet_reason
from .differences import INCOME_FIELDS
from .headers import HELPER_FIELDS, TAKEN, usual_header
from .loading import finding_of
from .rows import UNASKED, WARNING, Answers, Refusal
from .spots import Spots

Document = dict[str, Any]

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


def named_mends(mends: Iterable[RosterMend], columns: Iterable[Document] = ()) -> list[Document]:
    """Mended cells with their place and the header of their column; secrets masked."""
    headers = {(c["sheet"], c["column"]): c.get("label") or c["header"] for c in columns}
    return [
        {
            "pk": mend.pk, "place": _place(mend.sheet, mend.row, mend.letter),
            "label": headers.get((mend.sheet, mend.letter)) or usual_header(mend.field),
            "before": mend.before_masked, "after": mended_value(mend), "by": mend.made_by,
        }
        for mend in mends
    ]  # fmt: skip


def named_notes(mapping: Document) -> list[Document]:
    """What was said of notes, the last first: `place` ("" for all of the kind), `label`, `refused`, `by`, `at`."""
    given = {pk: None for said in mapping.get("notes", ()) if (pk := said["by"])}
    people = User.objects.in_bulk(list(given)) if given else {}
    return [
        {
            **said, "place": _place(sheet, row, "") if row else "", "label": kind_label(code),
            "by": people.get(said["by"], ""), "at": datetime.fromisoformat(said["at"]),
        }
        for (sheet, row, code), said in reversed(said_of_notes(mapping).items())
        if code in FINDINGS
    ]  # fmt: skip


def named_findings(
    rows: Iterable[RosterFinding], columns: Iterable[Document], answers: Answers = UNASKED
) -> list[Document]:
    """Findings with `place` as the spreadsheet names it, `person`, `household`, `value` and `message`.

    `letter`: of the column of a cell that can be mended, else "". `answer`: what can be said of it by itself,
    "refuse" a note, "accept" a refused one, else "".
    """
    spots = Spots(columns)
    found = []
    for row in rows:
        letter = spots.letter(row.sheet, row.field, row.column)
        named = {
            "sheet": row.sheet,
            "row": row.row,
            "field": row.field,
            "code": row.code,
            "letter": letter if row.row and row.field in TAKEN else "",
            "place": _place(row.sheet, row.row, letter),
            "header": row.column,
            "person": row.params.get("person", ""),
            "household": "" if "!" in row.household_code else row.household_code,
            "value": row.value_masked,
            "message": sentence(finding_of(row)),
            "answer": _answer_of(row, answers),
        }
        found.append(named)
    return found


def _answer_of(row: RosterFinding, answers: Answers) -> str:
    if row.code in answers.refused_codes or row.code in NOT_ASKED or not (row.row and row.household_code):
        return ""
    if row.severity == WARNING:
        return "refuse"
    return "accept" if (row.sheet, row.row, row.code) in answers.refused_notes else ""


def _place(sheet: str, row: int | None, letter: str) -> str:
    if row is None:
        return sheet
    if letter:
        return f"{sheet}!{letter}{row}"
    return _("%(sheet)s row %(row)s") % {"sheet": sheet, "row": row}


def named_sheets(sheets: Iterable[Document]) -> list[Document]:
    """Sheets with the reason why one was not used."""
    return [{**s, "why": sheet_reason(s["why"])} for s in sheets]


def named_columns(columns: Iterable[Document]) -> list[Document]:
    """Columns with the usual header of the field they feed; `beside`: of what is kept beside the roster."""
    return [
        {
            **c, "label": usual_header(c["field"]) if c["field"] else "",
            "beside": usual_header(c["known"]) if c.get("known") in HELPER_FIELDS and not c["field"] else "",
        }
        for c in columns
    ]  # fmt: skip


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
    return _(", ").join(str(choices(v).label) if v in choices.values else v for v in value.split(","))
