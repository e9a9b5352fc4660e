"""What a dashboard can be narrowed by."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.places import Place
from district.models import Level
from households.codes import Cause
from households.conditions import Frame


class BoardFilter(forms.Form):
    """Year, village, cause. What is not offered is left aside."""

    year = forms.ChoiceField(label=_("Income year"), required=False)
    village = forms.ChoiceField(label=_("Village"), required=False)
    cause = forms.ChoiceField(
        label=_("Main cause"),
        required=False,
        choices=[("", _("All causes")), *Cause.choices, ("none", _("No cause given"))],
    )

    def __init__(self, data: Mapping[str, str], *, place: Place, frame: Frame) -> None:
        super().__init__({**data, "year": frame.year})
        years = [year for year in frame.years if year <= frame.today.year] or [frame.year]
        year_field: Any = self.fields["year"]
        year_field.choices = [(year, str(year)) for year in sorted({*years, frame.year}, reverse=True)]
        if place.division.level == Level.TOWNSHIP:
            village_field: Any = self.fields["village"]
            village_field.choices = [("", _("All villages")), *((d.code, d.name) for d in place.below)]
        else:
            del self.fields["village"]

    def chosen(self, name: str) -> str:
        """What was chosen, '' if nothing or something that is not offered."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))
