"""Names of fields and values of an import's changes, in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _

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
from households.models import Definition, Household, IncomeStatement, Member, StatementState

from .headers import usual_header

LISTS: dict[str, Any] = {
    "attribute": Attribute, "main_cause": Cause, "relation": Relation, "sex": Sex, "education": Education,
    "health": Health, "labour": Labour, "student_status": StudentStatus, "definition": Definition,
    "state": StatementState,
}  # fmt: skip
NOT_SHOWN = {"phone_hash", "bank_card_hash"}


def named_changes(households: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stored changes with `label`, and values as people read them."""
    return [{**h, "changes": [_named(c) for c in h["changes"] if c["field"] not in NOT_SHOWN]} for h in households]


def named_columns(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The columns of a file with the usual header of the field they feed."""
    return [{**c, "label": usual_header(c["field"]) if c["field"] else ""} for c in columns]


def _named(change: dict[str, str]) -> dict[str, str]:
    field, after = change["field"], change["after"]
    if field in GuaranteeItem.values:
        return {**change, "label": str(GuaranteeItem(field).label), "after": str(GuaranteeState(after).label)}
    return {
        **change,
        "label": _label(field, after),
        "before": _value(field, change["before"]),
        "after": _value(field, after),
    }


def _label(field: str, after: str) -> str:
    if field == "relation" and after == Relation.HEAD:
        return _("Change of head")
    special = {"member": _("New member"), "statement": _("New income statement (yuan)")}
    if field in special:
        return special[field]
    for model in (Household, Member, IncomeStatement):
        names = {f.name: f for f in model._meta.concrete_fields}
        if field in names:
            return str(names[field].verbose_name)
    return field


def _value(field: str, value: str) -> str:
    choices = LISTS.get(field)
    if choices is None or not value:
        return value
    return "、".join(str(choices(v).label) if v in choices.values else v for v in value.split(","))
