"""History in words: who changed what, when, through what, before and after. Secrets stay hidden."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db.models import CharField, Value
from django.utils.formats import date_format
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _

from core.fields import EncryptedTextField, YuanField
from core.formats import NOTHING, percent, yuan
from core.history import TrackedModel
from core.masking import mask_name

HIDDEN = frozenset(
    {"id", "id_no_hash", "phone_hash", "bank_card_hash", "job", "assessed_at", "created_at"}
    | {"client_id", "slot", "slug", "file", "thumbnail", "width", "height"}  # nothing that a reader could use
)
Versions = Mapping[tuple[str, int], Any]


def hidden(_shown: str = "") -> str:
    """What stands for a value that is not shown."""
    return "******"


Masks = Mapping[str, Callable[[str], str]]  # by field: what a reader who sees it masked gets for what is shown
UNMASKED: Masks = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One change; `lines` are (field, before, after)."""

    at: datetime
    who: str
    through: str
    what: str
    kind: str
    lines: list[tuple[str, str, str]]
    origin: str = ""  # as recorded: "form /households/7/edit/"
    of: str = ""  # the model's name
    number: int = 0  # of the row
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Which changes: of the rows with these numbers, made by one of these users, on these days (both included)."""

    numbers: Sequence[int] | None = None
    who: Sequence[int] | None = None
    since: date | None = None
    until: date | None = None

    def among(self, rows: Any) -> Any:
        """The rows of a history table that are asked for."""
        if self.numbers is not None:
            rows = rows.filter(id__in=self.numbers)
        if self.who is not None:
            rows = rows.filter(history_user__in=self.who)
        if self.since is not None:
            rows = rows.filter(history_date__gte=_midnight(self.since))
        if self.until is not None:
            rows = rows.filter(history_date__lt=_midnight(self.until) + timedelta(days=1))
        return rows


EVERYTHING = Asked()


def tracked_models() -> dict[str, Any]:
    """All models with history by name, in the order of the apps."""
    return {str(m._meta.model_name): m for m in apps.get_models() if issubclass(m, TrackedModel)}


def entries(model: Any, *, page: str | None, per_page: int = 25, asked: Asked = EVERYTHING) -> Page:
    """A page of the changes of one model, newest first, what an added row held as well; persons are masked.

    Three queries.
    """
    rows = asked.among(model.history.select_related("history_user", *relations(model)))
    found = Paginator(rows.order_by("-history_date", "-history_id"), per_page).get_page(page)
    versions = list(found.object_list)
    before = predecessors(model, versions)
    found.object_list = [
        entry(model, row, before, what=_named(model, row.id), added_too=True, masks=masks_of(model)) for row in versions
    ]  # fmt: skip
    return found


def overview(*, page: str | None, per_page: int = 25, asked: Asked = EVERYTHING) -> Page:
    """A page of the changes of all models, newest first, without before and after. Three queries."""
    names = ("history_date", "history_id", "of", "id", "history_type", "history_user_id", "history_change_reason")
    parts = [
        asked.among(model.history.order_by()).annotate(of=Value(name, output_field=CharField())).values(*names)
        for name, model in tracked_models().items()
    ]
    union = parts[0].union(*parts[1:], all=True).order_by("-history_date", "-history_id")
    found = Paginator(union, per_page).get_page(page)
    rows = list(found.object_list)
    people = get_user_model()._default_manager.in_bulk({row["history_user_id"] for row in rows} - {None})
    models = tracked_models()
    found.object_list = [
        Entry(
            at=row["history_date"], who=str(people.get(row["history_user_id"]) or _("System")),
            through=_through(row["history_change_reason"] or ""), what=_named(models[row["of"]], row["id"]),
            kind=_kind(row["history_type"]), lines=[], origin=row["history_change_reason"] or "", of=row["of"],
            number=row["id"],
        )
        for row in rows
    ]  # fmt: skip
    return found


def _midnight(day: date) -> datetime:
    day = min(max(day, date(2000, 1, 1)), date(2100, 1, 1))  # beyond it a time zone can't be counted
    return make_aware(datetime.combine(day, time.min))


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


def masks_of(model: Any) -> Masks:
    """What a reader gets who sees persons masked: by a model's `masks`; what leads to such a row is masked too."""
    relations_of = [field for field in model._meta.get_fields() if field.many_to_one]
    leading = [f.name for f in relations_of if mask_name in getattr(f.related_model, "masks", {}).values()]
    return {**dict.fromkeys(leading, _masked_words), **getattr(model, "masks", {})}


def _masked_words(shown: str) -> str:
    """赵有田 (9900000001) → 赵*田 (9900000001)"""
    name, blank, rest = shown.rpartition(" (")
    return f"{mask_name(name)}{blank}{rest}" if blank else mask_name(shown)


def entry(
    model: Any, row: Any, before: Versions, *, what: str, added_too: bool = False, masks: Masks = UNMASKED
) -> Entry:
    """One version in words; `added_too`: a new row with all that it holds; `masks` hold before and after."""
    old = before.get((str(model._meta.model_name), row.history_id))
    told = old is not None if row.history_type == "~" else row.history_type == "+" and added_too
    return Entry(
        at=row.history_date,
        who=str(row.history_user or _("System")),
        through=_through(row.history_change_reason or ""),
        what=what,
        kind=_kind(row.history_type),
        lines=_lines(model, old, row, masks) if told else [],
        origin=row.history_change_reason or "",
        of=str(model._meta.model_name),
        number=row.id,
        is_new=row.history_type == "+",
    )


def _kind(history_type: str) -> str:
    return {"+": _("added"), "~": _("changed"), "-": _("taken back")}[history_type]


def _through(reason: str) -> str:
    """In words: the page, an import, a sheet, the undo of either, a job, with its number; anything else as it is."""
    kind, _blank, number = reason.rpartition(" ")
    words = {
        "form": _("page"), "import": _("import %(number)s"), "undo": _("undo of import %(number)s"),
        "income sheet": _("income sheet %(number)s"), "check income sheet": _("check of income sheet %(number)s"),
        "undo income sheet": _("undo of income sheet %(number)s"), "job": _("job %(number)s"),
        "visit": _("visit %(number)s"),
    }  # fmt: skip
    return words[kind] % {"number": number} if kind in words else reason


def _named(model: Any, number: int) -> str:
    return f"{model._meta.verbose_name} {number}"


def _lines(model: Any, old: Any, row: Any, masks: Masks) -> list[tuple[str, str, str]]:
    return [
        (
            _label(model, field.name),
            NOTHING if old is None else _masked(model, field, old, masks),
            _masked(model, field, row, masks),
        )
        for field in row.tracked_fields
        if field.name not in HIDDEN and _value(old, field) != _value(row, field)
    ]


def _label(model: Any, name: str) -> str:
    """The field's name for people; a relation without one is called after what it leads to."""
    own = model._meta.get_field(name)
    unnamed = str(own.verbose_name) == name.replace("_", " ")
    return str(own.related_model._meta.verbose_name if own.is_relation and unnamed else own.verbose_name)


def _value(row: Any, field: Any) -> Any:
    """What stands in the field; nothing, an empty text or list, is None."""
    value = getattr(row, field.attname) if row is not None else None
    return None if value in ("", []) else value


def _masked(model: Any, field: Any, row: Any, masks: Masks) -> str:
    shown = _shown(model, field, row)
    mask = masks.get(field.name)
    return shown if mask is None or shown == NOTHING else mask(shown)


def _shown(model: Any, field: Any, row: Any) -> str:
    """A value for people; what is encrypted stays hidden, a relation shows its name."""
    own = model._meta.get_field(field.name)
    value = getattr(row, field.attname)
    if value in (None, "", []):
        return NOTHING
    if isinstance(own, EncryptedTextField):
        return hidden()
    if isinstance(own, YuanField):
        return yuan(value)
    if own.is_relation:
        return str(getattr(row, field.name))
    codes = getattr(model, "code_lists", {}).get(field.name)
    if codes and isinstance(value, list):
        labels = dict(codes.choices)
        return "、".join(str(labels.get(code, code)) for code in value)
    if field.name.endswith("_bp"):
        return percent(value, value if field.name.endswith("target_bp") else None)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(localtime(value), "DATETIME_FORMAT") if isinstance(value, datetime) else date_format(value)
    if own.choices:
        return str(dict(own.flatchoices).get(value, value))
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
