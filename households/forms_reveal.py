"""Why a full number is needed."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("What is it needed for?"), max_length=200, error_messages={"required": _("Please give a reason.")}
    )
