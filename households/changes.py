"""The history of one household, of all kinds of rows that hang on it."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import CharField, Value
from django.utils.translation import gettext as _

from core.changelog import UNMASKED, Entry, Masks, entry, masks_of, predecessors, relations
from households.codes import GuaranteeItem
from households.models import Enrolment, GrowthAssessment, GuaranteeStatus, Household, IncomeStatement, Member

MODELS: dict[str, Any] = {
    str(m._meta.model_name): m
    for m in (Household, Enrolment, Member, IncomeStatement, GuaranteeStatus, GrowthAssessment)
}


def entries(household: Household, *, page: str | None, per_page: int = 25) -> Page:
    """A page of changes, newest first: two queries for each kind of row on the page.

    Names are masked if the household says so (`masked`, of with_masking).
    """
    parts = []
    for name, model in MODELS.items():
        key = "id" if model is Household else "household_id"
        rows = model.history.filter(**{key: household.pk}).order_by()
        parts.append(rows.annotate(of=Value(name, output_field=CharField())).values("history_id", "history_date", "of"))
    union = parts[0].union(*parts[1:], all=True).order_by("-history_date", "-history_id")
    found = Paginator(union, per_page).get_page(page)
    found.object_list = _entries(list(found.object_list), masked=bool(getattr(household, "masked", False)))
    return found


def _entries(keys: list[dict[str, Any]], *, masked: bool) -> list[Entry]:
    rows: dict[tuple[str, int], Any] = {}
    before: dict[tuple[str, int], Any] = {}
    for name, model in MODELS.items():
        wanted = [k["history_id"] for k in keys if k["of"] == name]
        if wanted:
            versions = list(
                model.history.filter(history_id__in=wanted).select_related("history_user", *relations(model))
            )
            rows |= {(name, v.history_id): v for v in versions}
            before |= predecessors(model, versions)
    found = []
    for key in keys:
        row = rows[key["of"], key["history_id"]]
        masks = masks_of(MODELS[key["of"]]) if masked else UNMASKED
        found.append(entry(MODELS[key["of"]], row, before, what=_title(key["of"], row, masks), masks=masks))
    return found


def _title(name: str, row: Any, masks: Masks) -> str:
    titles = {
        "household": _("Household"), "enrolment": _("Enrolment"), "member": _("Household member"),
        "incomestatement": _("Income statement"), "guaranteestatus": _("Guarantees"), "growthassessment": _("Growth"),
    }  # fmt: skip
    if name == "guaranteestatus":
        return f"{titles[name]} {GuaranteeItem(row.item).label}"
    detail = {"member": "name", "incomestatement": "year", "growthassessment": "year"}.get(name)
    if detail is None:
        return titles[name]
    mask = masks.get(detail, str)
    return f"{titles[name]} {mask(getattr(row, detail))}"
