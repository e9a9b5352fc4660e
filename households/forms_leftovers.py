"""What a person decides on a rejected household."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SettleForm(forms.Form):
    """Refuse it with a reason, say that it was entered by hand, or take it up again."""

    act = forms.ChoiceField(
        choices=[("refuse", ""), ("entered", ""), ("reopen", "")], widget=forms.HiddenInput, required=True
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("act") == "refuse" and not given.get("reason"):
            self.add_error("reason", _("Say why it is not taken."))
        return given
