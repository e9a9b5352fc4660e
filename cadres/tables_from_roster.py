"""The list of pairings that a roster names."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cadres.from_roster import Proposed
from cadres.tables import CARDS
from core.columns import PartialColumn


class FromRosterTable(tables.Table):
    """Rows are Proposed. The button of a row sends the form `accept` of the page."""

    head_name = tables.Column(
        verbose_name=_("Head of household"), linkify=lambda record: household_address(record), empty_values=()
    )
    code = tables.Column(verbose_name=_("Household code"))
    named = PartialColumn(
        verbose_name=_("Named by the roster"), template_name="cadres/_from_roster_named.html", accessor="helper"
    )
    cadre_name = tables.Column(verbose_name=_("Cadre"), linkify=lambda record: cadre_address(record))
    cadre_unit = tables.Column(verbose_name=_("Unit"))
    acts = PartialColumn(verbose_name=_("Actions"), template_name="cadres/_from_roster_row.html", accessor="problem")

    class Meta:
        attrs = CARDS
        orderable = False
        empty_text = _("No household here.")


def household_address(record: Proposed) -> str | None:
    return reverse("households:detail", args=[record.household]) if record.household else None


def cadre_address(record: Proposed) -> str | None:
    return reverse("cadres:detail", args=[record.cadre]) if record.cadre else None
