"""The list of households as a table for a spreadsheet."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.masking import mask_name
from households.codes import Attribute, Cause
from households.conditions import Frame
from households.models import Verdict
from households.sections import columns


def header(frame: Frame) -> list[str]:
    """Titles of the columns."""
    fixed = [
        _("Township"), _("Village"), _("Household code"), _("Head of household"), _("People"),
        _("Household attribute"), _("Main cause"), _("Income of %(year)s (yuan)") % {"year": frame.year},
        _("Income per head (yuan)"), _("Growth"),
    ]  # fmt: skip
    return [*fixed, *(str(c.label) for c in columns())]


def lines(rows: QuerySet, frame: Frame) -> Iterator[list[Any]]:
    """One line a household, names masked where only an inspector's mandate opens it. Nothing secret is in it."""
    more = columns()
    for row in rows.iterator(chunk_size=1000):
        yield [
            row.village.parent.name if row.village.parent else "", row.village.name, row.code,
            mask_name(row.head_name) if row.masked else row.head_name, row.people,
            str(Attribute(row.attribute).label), str(Cause(row.main_cause).label) if row.main_cause else "",
            row.total, row.per_head, str(Verdict(row.verdict).label) if row.verdict else "",
            *(_value(getattr(row, c.name)) for c in more),
        ]  # fmt: skip


def _value(value: Any) -> Any:
    return "" if value is None else value
