"""The list of growth flags."""

import django_tables2 as tables
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.columns import PercentColumn
from core.formats import percent
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
    verdict = tables.Column(verbose_name=_("Verdict"))
    growth_bp = PercentColumn(verbose_name=_("Growth per head"))
    sum = tables.Column(verbose_name=_("Reason and sum"), orderable=False, empty_values=())

    class Meta:
        attrs = {"class": "table table-cards"}
        empty_text = _("No household fits the filter.")

    def render_household(self, record: GrowthAssessment) -> str:
        household = record.household
        return mask_name(household.head_name) if record.masked else household.head_name  # type: ignore[attr-defined]

    def render_place(self, record: GrowthAssessment) -> SafeString:
        village = record.household.village
        return format_html("<span>{} {}</span>", village.parent.name if village.parent else "", village.name)

    # not TemplateColumn: it would run every context processor, navigation too, once a cell (50 of 130 ms)

    def render_verdict(self, record: GrowthAssessment) -> str:
        return get_template("households/_growth_badge.html").render({"record": record})

    def render_growth_bp(self, record: GrowthAssessment, value: int) -> str:
        return percent(value, record.explanation.target_bp)  # type: ignore[attr-defined]

    def render_sum(self, record: GrowthAssessment) -> str:
        return get_template("households/_growth_sum.html").render({"explanation": record.explanation})  # type: ignore[attr-defined]
