"""Columns of the list of measures."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.columns import CountColumn, DayColumn, PartialColumn, YuanColumn
from programs.models import Measure


class MeasureTable(tables.Table):
    """Expects `household` with village, township and `masked`."""

    household = PartialColumn(
        verbose_name=_("Household"), template_name="programs/_household.html", order_by=("household__code",)
    )
    kind = tables.Column(
        verbose_name=_("Measure type"), linkify=("programs:measure", [tables.A("pk")]), orderable=False
    )
    starts_on = DayColumn(verbose_name=_("Date"))
    source = tables.Column(verbose_name=_("Source of aid"), orderable=False)
    yuan = YuanColumn(verbose_name=_("Amount (yuan)"))
    quantity = CountColumn(verbose_name=_("Quantity"), orderable=False)
    note = tables.Column(verbose_name=_("What was given"), orderable=False)
    department = tables.Column(verbose_name=_("Department"), orderable=False)
    state = PartialColumn(
        verbose_name=pgettext_lazy("measure", "State"), template_name="programs/_state.html", orderable=False
    )

    class Meta:
        model = Measure
        fields = ("household", "kind", "starts_on", "source", "yuan", "quantity", "note", "department", "state")
        attrs = {"class": "table table-cards"}
        order_by = ("-starts_on",)
        empty_text = _("No aid has been recorded here yet.")
        empty_hint = _("Aid is recorded on a visit, or from a household's case file.")
