"""The list of roster imports."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.columns import CountColumn
from households.models import RosterImport


class ImportTable(tables.Table):
    file_name = tables.Column(verbose_name=_("File"), linkify=("households:import_detail", [tables.A("pk")]))
    state = tables.Column(verbose_name=_("State"))
    created = CountColumn(verbose_name=_("New households"), accessor="counts__households__created", orderable=False)
    updated = CountColumn(verbose_name=_("Updated households"), accessor="counts__households__updated", orderable=False)
    rejected = CountColumn(
        verbose_name=_("Rejected households"), accessor="counts__households__rejected", orderable=False
    )
    created_by = tables.Column(verbose_name=_("Uploaded by"), orderable=False)
    created_at = tables.DateTimeColumn(verbose_name=_("Uploaded at"))

    class Meta:
        model = RosterImport
        fields = ("file_name", "state", "created", "updated", "rejected", "created_by", "created_at")
        attrs = {"class": "table table-cards"}
        empty_text = _("No roster has been imported yet.")
        order_by = "-created_at"
