"""The empty option of a choice, in words instead of the framework's dashes."""

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

_DASHES = BLANK_CHOICE_DASH[0][1]


def say_choose(form: forms.BaseForm) -> None:
    """Where a choice begins with dashes it says 'Please choose' if one must, else 'Not chosen'."""
    for field in form.fields.values():
        word = _("Please choose") if field.required else _("Not chosen")
        if isinstance(field, forms.ModelChoiceField):
            if field.empty_label == _DASHES:
                field.empty_label = word
        elif isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            field.choices = [
                (value, word if value in ("", None) and label == _DASHES else label) for value, label in choices
            ]
