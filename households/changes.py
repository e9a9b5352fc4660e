"""The history of a household in words: who, when, through what, before and after; secrets masked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import CharField, Value
from django.utils.translation import gettext as _

from core.fields import EncryptedTextField
from core.formats import yuan
from households.models import Enrolment, GrowthAssessment, GuaranteeStatus, Household, IncomeStatement, Member

MODELS: dict[str, Any] = {
    m._meta.model_name: m for m in (Household, Enrolment, Member, IncomeStatement, GuaranteeStatus, GrowthAssessment)
}
HIDDEN = ("id", "id_no_hash", "phone_hash", "bank_card_hash", "household", "job", "assessed_at", "created_at")


@dataclass(frozen=True, slots=True)
class Entry:
    """One change."""

    at: datetime
    who: str
    through: str
    what: str
    kind: str
    lines: list[tuple[str, str, str]]  # field, before, after


def entries(household: Household, *, page: str | None, per_page: int = 25) -> Page:
    """A page of changes, newest first: a query for each kind of row on the page and its predecessors."""
    parts = []
    for name, model in MODELS.items():
        key = "id" if model is Household else "household_id"
        rows = model.history.filter(**{key: household.pk}).order_by()
        parts.append(rows.annotate(of=Value(name, output_field=CharField())).values("history_id", "history_date", "of"))
    union = parts[0].union(*parts[1:], all=True).order_by("-history_date", "-history_id")
    found = Paginator(union, per_page).get_page(page)
    found.object_list = _entries(list(found.object_list))
    return found


def _entries(keys: list[dict[str, Any]]) -> list[Entry]:
    rows: dict[tuple[str, int], Any] = {}
    for name, model in MODELS.items():
        wanted = [k["history_id"] for k in keys if k["of"] == name]
        if wanted:
            for row in model.history.filter(history_id__in=wanted).select_related("history_user"):
                rows[name, row.history_id] = row
    before = _predecessors(rows)
    return [_entry(k["of"], rows[k["of"], k["history_id"]], before) for k in keys]


def _predecessors(rows: dict[tuple[str, int], Any]) -> dict[tuple[str, int], Any]:
    """The version before each changed one: one query for each kind of row."""
    found: dict[tuple[str, int], Any] = {}
    for name, model in MODELS.items():
        changed = [r for (of, _id), r in rows.items() if of == name and r.history_type == "~"]
        if not changed:
            continue
        versions = model.history.filter(id__in={r.id for r in changed}).order_by("history_id")
        by_row: dict[int, list[Any]] = {}
        for version in versions:
            by_row.setdefault(version.id, []).append(version)
        for row in changed:
            earlier = [v for v in by_row[row.id] if v.history_id < row.history_id]
            if earlier:
                found[name, row.history_id] = earlier[-1]
    return found


def _entry(name: str, row: Any, before: dict[tuple[str, int], Any]) -> Entry:
    model = MODELS[name]
    old = before.get((name, row.history_id))
    lines = []
    if row.history_type == "~" and old is not None:
        for field in row.tracked_fields:
            if field.name not in HIDDEN and getattr(old, field.attname) != getattr(row, field.attname):
                label = str(model._meta.get_field(field.name).verbose_name)
                lines.append((label, shown(model, field, old), shown(model, field, row)))
    kind = {"+": _("added"), "~": _("changed"), "-": _("taken back")}[row.history_type]
    return Entry(
        at=row.history_date, who=str(row.history_user or _("System")), through=row.history_change_reason or "",
        what=title(name, row), kind=kind, lines=lines,
    )  # fmt: skip


def title(name: str, row: Any) -> str:
    """What a row of history is about."""
    titles = {
        "household": _("Household"), "enrolment": _("Enrolment"), "member": _("Household member"),
        "incomestatement": _("Income statement"), "guaranteestatus": _("Guarantees"), "growthassessment": _("Growth"),
    }  # fmt: skip
    detail = {"member": "name", "incomestatement": "year", "growthassessment": "year"}.get(name)
    return f"{titles[name]} {getattr(row, detail)}" if detail else titles[name]


def shown(model: Any, field: Any, row: Any) -> str:
    """A value of history for people; what is encrypted stays hidden."""
    value = getattr(row, field.attname)
    if value in (None, "", []):
        return "—"
    if isinstance(model._meta.get_field(field.name), EncryptedTextField):
        return "******"
    display = getattr(row, f"get_{field.name}_display", None)
    if display is not None:
        return str(display())
    if field.get_internal_type() == "BigIntegerField" and hasattr(value, "quantize"):
        return yuan(value)
    if field.is_relation:
        return str(getattr(row, field.name))
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
