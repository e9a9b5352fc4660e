"""The list of roster imports."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.columns import CountColumn, MomentColumn
from households.models import ImportState, RosterImport


class ImportTable(tables.Table):
    file_name = tables.Column(verbose_name=_("File"), linkify=("households:import_detail", [tables.A("pk")]))
    state = tables.Column(verbose_name=_("State"))
    created = CountColumn(verbose_name=_("New households"), accessor="counts__households__created", orderable=False)
    updated = CountColumn(verbose_name=_("Updated households"), accessor="counts__households__updated", orderable=False)
    rejected = CountColumn(
        verbose_name=_("Rejected households"), accessor="counts__households__rejected", orderable=False
    )
    created_by = tables.Column(verbose_name=_("Uploaded by"), orderable=False)
    created_at = MomentColumn(verbose_name=_("Uploaded at"))

    def render_state(self, record: RosterImport, value: str) -> str:
        """A checked file that would change nothing waits for nobody."""
        if record.state == ImportState.CHECKED and not record.waits_for_import:
            return str(_("Nothing to import"))
        return value

    class Meta:
        model = RosterImport
        fields = ("file_name", "state", "created", "updated", "rejected", "created_by", "created_at")
        attrs = {"class": "table table-cards"}
        empty_text = _("No roster has been imported yet.")
        empty_hint = _("Upload an xlsx, xls, ods or csv file; nothing is saved before you have seen what it would do.")
        order_by = "-created_at"
