"""History in words: who changed what, when, through what, before and after. Secrets stay hidden."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from core.fields import EncryptedTextField, YuanField
from core.formats import yuan
from core.history import TrackedModel

HIDDEN = frozenset({"id", "id_no_hash", "phone_hash", "bank_card_hash", "job", "assessed_at", "created_at"})
Versions = Mapping[tuple[str, int], Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One change; `lines` are (field, before, after)."""

    at: datetime
    who: str
    through: str
    what: str
    kind: str
    lines: list[tuple[str, str, str]]


def tracked_models() -> dict[str, Any]:
    """All models with history by name, in the order of the apps."""
    return {str(m._meta.model_name): m for m in apps.get_models() if issubclass(m, TrackedModel)}


def entries(model: Any, *, page: str | None, per_page: int = 25) -> Page:
    """A page of the changes of one model, newest first. Four queries."""
    rows = model.history.select_related("history_user", *relations(model)).order_by("-history_date", "-history_id")
    found = Paginator(rows, per_page).get_page(page)
    versions = list(found.object_list)
    before = predecessors(model, versions)
    found.object_list = [entry(model, row, before, what=_named(model, row)) for row in versions]
    return found


def relations(model: Any) -> list[str]:
    """Relations whose names stand in the history; read along with the versions, so that no row asks by itself."""
    return [
        field.name for field in model.history.model.tracked_fields if field.is_relation and field.name not in HIDDEN
    ]


def predecessors(model: Any, rows: Iterable[Any]) -> dict[tuple[str, int], Any]:
    """The version before each changed one, by (model name, history id). One query."""
    changed = [r for r in rows if r.history_type == "~"]
    if not changed:
        return {}
    versions: dict[int, list[Any]] = {}
    earlier_ones = model.history.filter(id__in={r.id for r in changed}).select_related(*relations(model))
    for version in earlier_ones.order_by("history_id"):
        versions.setdefault(version.id, []).append(version)
    found = {}
    for row in changed:
        earlier = [v for v in versions[row.id] if v.history_id < row.history_id]
        if earlier:
            found[str(model._meta.model_name), row.history_id] = earlier[-1]
    return found


def entry(model: Any, row: Any, before: Versions, *, what: str) -> Entry:
    """One version in words."""
    old = before.get((str(model._meta.model_name), row.history_id))
    kind = {"+": _("added"), "~": _("changed"), "-": _("taken back")}[row.history_type]
    return Entry(
        at=row.history_date,
        who=str(row.history_user or _("System")),
        through=_through(row.history_change_reason or ""),
        what=what,
        kind=kind,
        lines=_lines(model, old, row) if row.history_type == "~" and old is not None else [],
    )


def _through(reason: str) -> str:
    """In words: the page, an import or a job with its number; anything else as it is."""
    kind, _blank, rest = reason.partition(" ")
    words = {"form": _("page"), "import": _("import %(number)s"), "job": _("job %(number)s")}
    return words[kind] % {"number": rest} if kind in words and rest else reason


def _named(model: Any, row: Any) -> str:
    return f"{model._meta.verbose_name} {row.id}"


def _lines(model: Any, old: Any, row: Any) -> list[tuple[str, str, str]]:
    return [
        (str(model._meta.get_field(field.name).verbose_name), _shown(model, field, old), _shown(model, field, row))
        for field in row.tracked_fields
        if field.name not in HIDDEN and getattr(old, field.attname) != getattr(row, field.attname)
    ]


def _shown(model: Any, field: Any, row: Any) -> str:
    """A value for people; what is encrypted stays hidden, a relation shows its name."""
    own = model._meta.get_field(field.name)
    value = getattr(row, field.attname)
    if value in (None, "", []):
        return "—"
    if isinstance(own, EncryptedTextField):
        return "******"
    if isinstance(own, YuanField):
        return yuan(value)
    if own.is_relation:
        return str(getattr(row, field.name))
    codes = getattr(model, "code_lists", {}).get(field.name)
    if codes and isinstance(value, list):
        labels = dict(codes.choices)
        return "、".join(str(labels.get(code, code)) for code in value)
    if own.choices:
        return str(dict(own.flatchoices).get(value, value))
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
