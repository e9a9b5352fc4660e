"""What people type in complaints, and what households say of a visit. No rule here: the verbs have them."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.reasons import must_say_something
from district.models import Division, Level
from programs.filters import townships
from visits.codes_voice import Satisfaction, Subject

LONGEST = 1000
DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


class PlainForm(forms.Form):
    """Drawn without a layout engine: each input carries its class."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.widget.attrs["class"] = "form-select"
            elif not isinstance(field.widget, (forms.RadioSelect, forms.HiddenInput)):
                field.widget.attrs["class"] = "form-control"


class ComplaintForm(PlainForm):
    """A complaint or suggestion by anybody; name and phone are optional."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    subject = forms.ChoiceField(
        label=_("What it is about"), choices=Subject.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about.")},
    )  # fmt: skip
    township = forms.ModelChoiceField(
        label=_("Township"), queryset=Division.objects.none(), required=False, empty_label=_("The whole district")
    )
    village = forms.ModelChoiceField(
        label=_("Village"), queryset=Division.objects.none(), required=False, empty_label=_("Not named")
    )
    named = forms.CharField(
        label=_("Who it is about"), max_length=40, required=False,
        help_text=_("If it is about a person: the name. That person neither sees nor handles it."),
    )  # fmt: skip
    text = forms.CharField(
        label=pgettext_lazy("complaint", "What happened"), max_length=LONGEST, validators=[must_say_something],
        widget=forms.Textarea(attrs={"rows": 5}), error_messages={"required": _("Write in a few words what it is.")},
    )  # fmt: skip
    name = forms.CharField(label=_("Your name"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Your phone"), max_length=20, required=False,
        validators=[RegexValidator(r"^[\d+\- ]{5,20}$", _("Write a phone number with digits only."))],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"client_id": uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["township"].queryset = townships()  # type: ignore[attr-defined]
        chosen = str(self["township"].value() or "")
        if chosen.isdecimal():
            villages = Division.objects.filter(level=Level.VILLAGE, parent=int(chosen))
            self.fields["village"].queryset = villages  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """Arguments of file_complaint()."""
        data = dict(self.cleaned_data)
        township, village = data.pop("township"), data.pop("village")
        return {**data, "place": village or township or Division.objects.get(level=Level.DISTRICT)}


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer"), max_length=LONGEST, validators=[must_say_something],
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip


class AskForm(PlainForm):
    """The receipt code, on an open page."""

    code = forms.CharField(label=_("Receipt code"), max_length=30, widget=forms.TextInput(attrs=DIGITS))


class ConfirmForm(PlainForm):
    """A name, or the code of the card."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=40, required=False)
    card_code = forms.CharField(
        label=_("or the code on the household's card"), max_length=20, required=False,
        widget=forms.TextInput(attrs=DIGITS),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data["name"] and not data["card_code"]:
            raise forms.ValidationError(_("Type a name or the code."))
        return data


class VoiceForm(PlainForm):
    """How satisfied a household is, and its words."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    satisfaction = forms.ChoiceField(
        label=_("Are you satisfied with the help?"), choices=Satisfaction.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three.")},
    )  # fmt: skip
    words = forms.CharField(
        label=_("What you want to say"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class CardVoiceForm(VoiceForm):
    """The same on an open page: the card's code says whose word it is."""

    card_code = forms.CharField(label=_("Code on your card"), max_length=20, widget=forms.TextInput(attrs=DIGITS))
    field_order = ("client_id", "card_code", "satisfaction", "words")


class CardsForm(forms.Form):
    """For which of a village's households cards are made."""

    anew = forms.BooleanField(
        label=_("New cards for households that have one too; their old cards end"), required=False
    )
