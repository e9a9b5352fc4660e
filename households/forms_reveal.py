"""Why a full number is needed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.reasons import must_say_something


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("What is it needed for?"),
        max_length=200,
        validators=[must_say_something],
        error_messages={"required": _("Please give a reason.")},
    )
