"""Input for accounts, grants and the history of changes."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Unit, User
from core import changelog
from district.models import Division, Level


class UserForm(forms.ModelForm):
    """A new account."""

    phone = forms.RegexField(
        r"^1[3-9]\d{9}$", label=_("Phone"), required=False,
        error_messages={"invalid": _("Enter the 11 digits of a mobile phone.")},
        help_text=_("The person can sign in with it too."),
    )  # fmt: skip

    class Meta:
        model = User
        fields = ("username", "display_name", "phone")


class ChangeUserForm(UserForm):
    """Name and phone of an account; the user name stays."""

    class Meta:
        model = User
        fields = ("display_name", "phone")


class PlaceField(forms.ModelChoiceField):
    """Townships and villages, each village behind its township."""

    def __init__(self, **kwargs: Any) -> None:
        places: QuerySet[Division] = Division.objects.exclude(level=Level.DISTRICT).select_related("parent")
        super().__init__(queryset=places.order_by("code"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent} {obj}" if obj.level == Level.VILLAGE else str(obj)


class GrantForm(forms.ModelForm):
    """A role, where, why, from when to when."""

    division = PlaceField(
        label=_("Place"), required=False, help_text=_("A village for a village clerk, a township for its official.")
    )
    unit = forms.ModelChoiceField(
        Unit.objects.all(), label=_("Unit"), required=False, help_text=_("For unit liaisons and department officers.")
    )
    reason = forms.CharField(label=_("Reason or mandate"), max_length=200)

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
        self.fields["ends_on"].help_text = _("The last day. An inspector needs one; others may be without.")


class ReasonForm(forms.Form):
    """Why an account is deactivated."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class HistoryForm(forms.Form):
    """Which changes to see: of one kind of row, by whom, when."""

    kind = forms.ChoiceField(label=_("Kind of row"), required=False)
    number = forms.IntegerField(label=_("Number"), required=False, min_value=1)
    who = forms.CharField(label=_("Person"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = changelog.tracked_models().items()
        kinds = [(name, model._meta.verbose_name) for name, model in models]
        self.fields["kind"].choices = [("", _("All kinds")), *kinds]  # type: ignore[attr-defined]
