"""What people type about measures. No rule here: the verbs have them."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.codes import MeasureKind, MeasureState
from programs.models import Measure


class MeasureForm(forms.ModelForm):
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(label=_("Quantity"), required=False, min_value=1, max_value=100_000)

    class Meta:
        model = Measure
        fields = ["kind", "source", "starts_on", "ends_on", "yuan", "quantity", "note", "department", "state"]
        widgets = {
            "starts_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "ends_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        defaults = {"client_id": uuid4(), "starts_on": today, "kind": MeasureKind.GIFT}
        kwargs["initial"] = {**defaults, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            choice for choice in MeasureState.choices if choice[0] != MeasureState.CANCELLED
        ]
        self.fields["department"].help_text = _("Optional: whose programme this is.")
        self.fields["yuan"].help_text = _("Never counted as income.")

    def _post_clean(self) -> None:
        """The verb makes the row; only the fields are checked here."""


class MeasureStateForm(forms.Form):
    state = forms.ChoiceField(label=pgettext_lazy("measure", "State"), choices=MeasureState.choices)
    note = forms.CharField(label=_("Note (needed if it is withdrawn)"), max_length=200, required=False)
