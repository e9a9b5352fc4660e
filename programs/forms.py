"""What people type about measures. No rule here: the verbs have them."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import say_choose
from core.dates import DayField, day_picker
from programs.codes import MeasureKind, MeasureState
from programs.measures import REASON_LIMIT, days_of_end, days_of_start
from programs.models import Measure


class MeasureForm(forms.ModelForm):
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(label=_("Quantity"), required=False, min_value=1, max_value=100_000)

    starts_on = DayField(label=_("Date"), span=days_of_start)

    class Meta:
        model = Measure
        fields = ["kind", "source", "starts_on", "ends_on", "yuan", "quantity", "note", "department", "state"]
        widgets = {"ends_on": day_picker()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        defaults = {"client_id": uuid4(), "starts_on": today, "kind": MeasureKind.GIFT}
        kwargs["initial"] = {**defaults, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            choice for choice in MeasureState.choices if choice[0] != MeasureState.CANCELLED
        ]
        say_choose(self)
        self.fields["department"].help_text = _("Optional: whose programme this is.")
        self.fields["yuan"].help_text = _("Never counted as income.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on not in (span := days_of_end(starts_on)):
            self.add_error("ends_on", span.sentence)
        return data

    def _post_clean(self) -> None:
        """The verb makes the row; only the fields are checked here."""


class MeasureStateForm(forms.Form):
    state = forms.ChoiceField(label=pgettext_lazy("measure", "State"), choices=MeasureState.choices)
    note = forms.CharField(
        label=_("Note (needed to withdraw it, or to take that back)"), max_length=REASON_LIMIT, required=False
    )
