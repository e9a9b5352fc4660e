"""Input for accounts, grants and the logs."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessKind, RoleGrant, User


class UserForm(forms.ModelForm):
    """A new account."""

    phone = forms.RegexField(
        r"^(1[3-9]\d{9})?$", label=_("Phone"), required=False,
        error_messages={"invalid": _("Enter the 11 digits of a mobile phone.")},
    )  # fmt: skip

    class Meta:
        model = User
        fields = ("username", "display_name", "phone")


class ChangeUserForm(UserForm):
    """Name and phone of an account; the user name stays."""

    class Meta(UserForm.Meta):
        fields = ("display_name", "phone")  # type: ignore[assignment]


class GrantForm(forms.ModelForm):
    """A role, where, why, from when to when."""

    class Meta:
        model = RoleGrant
        fields = ("role", "division", "unit", "reason", "starts_on", "ends_on")
        widgets = {
            "starts_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "ends_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = timezone.localdate()
        self.fields["division"].help_text = _("For village clerks and township officials.")
        self.fields["unit"].help_text = _("For unit liaisons and department officers.")
        self.fields["ends_on"].help_text = _("An inspector needs one.")


class ReasonForm(forms.Form):
    """Why an account is deactivated."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class AccessFilterForm(forms.Form):
    """What to see of the access log."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *AccessKind.choices])
    q = forms.CharField(label=_("Person or object"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
