"""The list of jobs."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.columns import MomentColumn
from core.jobs import title_of
from core.models import Job


class JobTable(tables.Table):
    kind = tables.Column(verbose_name=_("Job"), linkify=("core:job", [tables.A("pk")]))
    state = tables.TemplateColumn(verbose_name=_("State"), template_name="core/_job_state.html")
    message = tables.Column(verbose_name=_("Message"), orderable=False)
    started_by = tables.Column(verbose_name=_("Started by"), orderable=False, default=_("System"))
    created_at = MomentColumn(verbose_name=_("Started at"))
    finished_at = MomentColumn(verbose_name=_("Ended at"))

    class Meta:
        model = Job
        fields = ("kind", "state", "message", "started_by", "created_at", "finished_at")
        attrs = {"class": "table table-cards"}
        order_by = "-created_at"
        empty_text = _("No job has been started yet. Imports, exports and assessments appear here.")

    def render_kind(self, record: Job) -> str:
        return title_of(record)

    def render_message(self, record: Job) -> str:
        return record.sentence
