"""Charts of the places on a page, for components/chart.html: data only; each has its table beside it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboards.pages import Row

Series = tuple[str, str, str]  # key of a figure, its name, its colour


def growth(rows: Iterable[Row]) -> dict[str, Any]:
    """Households by verdict, place by place."""
    return _stacked(
        rows,
        (
            ("met", pgettext("growth", "Met"), "pine"),
            ("missed", pgettext("growth", "Missed"), "persimmon"),
            ("growth_unknown", pgettext("growth", "Unknown"), "line"),
        ),
    )


def income(rows: Iterable[Row]) -> dict[str, Any]:
    """Households below and above the line, place by place."""
    return _stacked(
        rows,
        (
            ("above", pgettext("line", "Above"), "pine"),
            ("below", pgettext("line", "Below"), "slate"),
            ("income_unknown", pgettext("line", "Unknown"), "line"),
        ),
    )


def _stacked(rows: Iterable[Row], series: tuple[Series, ...]) -> dict[str, Any]:
    shown = [row for row in rows if row.line.counts["households"]]
    return {
        "kind": "stacked",
        "unit": _("households"),
        "labels": [row.name for row in shown],
        "links": [row.url for row in shown],
        "series": [
            {"name": name, "color": colour, "data": [row.line.counts[key] for row in shown]}
            for key, name, colour in series
        ],
    }
