"""How an income sheet is laid out: written and read by the same columns."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.crypto import keyed_hash
from households.models import SOURCES, Definition, IncomeStatement

VERSION = "1"  # of the layout; a sheet of another one is refused
MARK = "bangfu-income-sheet"
HIDDEN_SHEET = "_bangfu"
KEYS_ROW, FIRST_ROW = 3, 4  # 0-based; above: title, group, header; the row of keys is hidden
MONEY = (*SOURCES, "stated_total", "stated_other", "medical_refund")
GIVEN = ("people", "definition", *MONEY)  # what is filled in
LAST = ("people", "definition", *SOURCES, "stated_total", "disposable_total")  # what is shown of the year before
SIGNED = ("stated_total", "stated_other")
MOST_PEOPLE = 30


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in the hidden row, its header, and whether it is filled in."""

    key: str
    header: str
    width: int = 12
    field: str = ""
    open: bool = False


def columns() -> list[Column]:
    """All columns in their order, headers in the active language."""
    fixed = [
        Column("code", _("Household code"), 14), Column("head", _("Head of household"), 10),
        Column("id", _("ID number (masked)"), 21), Column("village", _("Village"), 12),
        Column("state", _("State of this year"), 12),
    ]  # fmt: skip
    last = [Column(f"last.{name}", header_of(name), field=name) for name in LAST]
    given = [Column(name, header_of(name), 13, name, open=True) for name in GIVEN]
    return [*fixed, *last, *given, Column("row", "", 2)]


def label_of(field: str) -> str:
    """A field of the statement in words."""
    names = {f.name: f.verbose_name for f in IncomeStatement._meta.concrete_fields}
    return _("Total") if field == "disposable_total" else str(names[field])


def header_of(field: str) -> str:
    """The same with its unit."""
    if field in ("people", "definition"):
        return label_of(field)
    return _("%(label)s (yuan)") % {"label": label_of(field)}


def row_token(token: str, code: str) -> str:
    """What ties a row to its sheet: a row that was pasted from another one is known by it."""
    return keyed_hash(f"income sheet {token} {code}")[:16]


def definitions() -> dict[str, str]:
    """Spellings of a definition in every language → its code."""
    found = {code: code for code in Definition.values}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {str(d.label): d.value for d in Definition}
    return found
