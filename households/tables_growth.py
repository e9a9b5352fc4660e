"""The list of growth flags."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.columns import PercentColumn
from core.masking import mask_name
from households.models import GrowthAssessment


class GrowthTable(tables.Table):
    """Rows carry `masked`; those of the page shown an `explanation`."""

    household = tables.Column(
        verbose_name=_("Head of household"),
        accessor="household__head_name",
        order_by="household__code",
        linkify=("households:detail", [tables.A("household_id")]),
    )
    place = tables.Column(verbose_name=_("Village"), accessor="household__village", order_by="household__village__code")
    verdict = tables.TemplateColumn(verbose_name=_("Verdict"), template_name="households/_growth_badge.html")
    growth_bp = PercentColumn(verbose_name=_("Growth per head"))
    sum = tables.TemplateColumn(
        '{% include "households/_growth_sum.html" with explanation=record.explanation only %}',
        verbose_name=_("Reason and sum"),
        orderable=False,
    )

    class Meta:
        attrs = {"class": "table table-cards"}
        empty_text = _("No household fits the filter.")

    def render_household(self, record: GrowthAssessment) -> str:
        household = record.household
        return mask_name(household.head_name) if record.masked else household.head_name  # type: ignore[attr-defined]

    def render_place(self, record: GrowthAssessment) -> SafeString:
        village = record.household.village
        return format_html("<span>{} {}</span>", village.parent.name if village.parent else "", village.name)
