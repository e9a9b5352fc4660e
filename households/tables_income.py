"""The list of uploaded income sheets."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.columns import CountColumn
from households.income_sheet.acts import name_of
from households.models import IncomeUpload


class IncomeUploadTable(tables.Table):
    file_name = tables.Column(linkify=("households:income_sheet", [tables.A("pk")]))
    place = tables.Column(verbose_name=_("Village or township"), accessor="sheet__division", orderable=False)
    year = tables.Column(verbose_name=_("Income year"), accessor="sheet__year")
    changed = CountColumn(verbose_name=_("Households that change"), empty_values=(), orderable=False)
    left_out = CountColumn(verbose_name=_("Left out"), accessor="counts__left_out", orderable=False)
    uploaded_by = tables.Column(orderable=False)

    class Meta:
        model = IncomeUpload
        fields = ("file_name", "place", "year", "state", "changed", "left_out", "uploaded_by", "uploaded_at")
        attrs = {"class": "table table-cards"}
        empty_text = _("No income sheet has been uploaded yet.")
        order_by = "-uploaded_at"

    def render_place(self, record: IncomeUpload) -> str:
        return name_of(record.sheet.division)

    def value_changed(self, record: IncomeUpload) -> int:
        return int(record.counts["new"] + record.counts["changed"])

    render_changed = value_changed
