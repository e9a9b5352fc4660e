"""The worklist of households that imports left out."""

from typing import Any

import django_tables2 as tables
from django.template.loader import get_template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models import LeftoverState, RosterLeftover
from households.roster.codes import FINDINGS, kind_label
from households.roster.leftovers import PLACE_MARK

TONES = {LeftoverState.OPEN: "warn", LeftoverState.IMPORTED: "met", LeftoverState.ENTERED: "met"}


class LeftoverTable(tables.Table):
    """Rows with their township and import."""

    head_name = tables.Column(
        verbose_name=_("Head of household"), linkify=("households:leftover", [tables.A("pk")]), empty_values=()
    )
    key = tables.Column(verbose_name=_("Household code"))
    place = tables.Column(verbose_name=_("Place"), order_by=("township__code", "place"))
    codes = tables.Column(verbose_name=_("What is wrong"), orderable=False)
    state = tables.Column(verbose_name=_("State"), orderable=False)
    roster_import = tables.Column(
        verbose_name=pgettext_lazy("noun", "Import"), orderable=False,
        linkify=("households:import_detail", [tables.A("roster_import_id")]),
    )  # fmt: skip

    class Meta:
        model = RosterLeftover
        fields = ("head_name", "key", "place", "codes", "state", "roster_import")
        attrs = {"class": "table table-cards"}
        order_by = "place"
        empty_text = _("No rejected household is open here.")

    def render_head_name(self, record: RosterLeftover) -> str:
        return name_of(record)

    def render_key(self, value: str) -> str:
        return code_in_words(value)

    def render_codes(self, value: list[str]) -> str:
        return problems(value)

    def render_state(self, record: RosterLeftover, value: Any) -> str:
        badge = {"label": value, "tone": TONES.get(LeftoverState(record.state), "off")}
        return get_template("components/badge.html").render(badge)


def name_of(leftover: RosterLeftover) -> str:
    """By what the page calls it; never empty."""
    return leftover.head_name or str(_("Without a name"))


def code_in_words(key: str) -> str:
    """The code, or where the household begins in the file."""
    if PLACE_MARK not in key:
        return key
    sheet, _mark, row = key.rpartition(PLACE_MARK)
    return str(_("no code (%(sheet)s, row %(row)s)") % {"sheet": sheet, "row": row})


def problems(codes: list[str]) -> str:
    """The kinds of its errors in words."""
    return " · ".join(dict.fromkeys(kind_label(code) for code in codes if code in FINDINGS)) or "—"
