"""Input for the campaign's policy."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from district.models import CampaignYear, RankQuota


class PolicyForm(forms.ModelForm):
    """The policy of one income year; the growth target as percent."""

    growth_target = forms.DecimalField(
        label=_("Growth target (%)"), min_value=Decimal(0), max_value=Decimal(1000), decimal_places=2,
        error_messages={"max_decimal_places": _("Enter at most two decimals.")},
    )  # fmt: skip

    class Meta:
        model = CampaignYear
        fields = ("income_line", "line_basis", "line_included", "visit_interval_days", "statements_due_on")
        widgets = {"statements_due_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["growth_target"].initial = Decimal(self.instance.growth_target_bp) / 100
        _between(self.fields["income_line"], Decimal(1), Decimal(1_000_000))
        _between(self.fields["visit_interval_days"], 1, 366)
        year = self.instance.year
        _between(self.fields["statements_due_on"], date(year, 12, 1), date(year + 2, 12, 31))
        self.order_fields(
            ["income_line", "line_basis", "line_included", "growth_target", "visit_interval_days", "statements_due_on"]
        )

    def facts(self) -> dict[str, Any]:
        """What district.register.set_policy takes."""
        facts = dict(self.cleaned_data)
        facts["growth_target_bp"] = int(facts.pop("growth_target") * 100)
        return facts


class QuotaForm(forms.ModelForm):
    """How many households a cadre of this rank helps."""

    class Meta:
        model = RankQuota
        fields = ("households",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["households"].label = self.instance.get_rank_display()
        _between(self.fields["households"], 1, 50)


def _between(field: forms.Field, low: Decimal | int | date, high: Decimal | int | date) -> None:
    """The error stands at its field, before the database is asked; an absurd number would stop every page."""
    field.validators += [MinValueValidator(low), MaxValueValidator(high)]
    field.widget.attrs |= {"min": str(low), "max": str(high)}
