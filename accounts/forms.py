"""Input for accounts, grants and the history of changes."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, Unit, User
from accounts.users import first_days, last_days
from core import changelog
from core.dates import DayField
from core.filters import KeyField
from core.masking import mask_phone
from core.reasons import must_say_something
from district.models import Division, Level


class UserForm(forms.ModelForm):
    """A new account."""

    phone = forms.RegexField(
        r"^1[3-9][0-9]{9}$", label=_("Phone"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        error_messages={"invalid": _("Enter the 11 digits of a mobile phone.")},
        help_text=_("The person can sign in with it too."),
    )  # fmt: skip

    class Meta:
        model = User
        fields = ("username", "display_name", "phone")


class ChangeUserForm(UserForm):
    """Name and phone of an account; the user name stays. The number is never sent: an empty input keeps it."""

    remove_phone = forms.BooleanField(label=_("Remove the phone number"), required=False)

    class Meta:
        model = User
        fields = ("display_name", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept_phone = self.instance.phone
        self.masked_phone = mask_phone(self.kept_phone)
        self.initial.pop("phone", None)
        if self.kept_phone:
            self.fields["phone"].help_text = _("Leave empty to keep the number.")
        else:
            del self.fields["remove_phone"]

    def clean(self) -> dict[str, Any]:
        """`phone` becomes the number that the account is to have."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        remove = given.pop("remove_phone", False)
        if remove and given.get("phone"):
            self.add_error("phone", _("Enter a new number or remove the old one, not both."))
        elif "phone" in given:
            given["phone"] = "" if remove else given["phone"] or self.kept_phone
        return given


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
    reason = forms.CharField(label=_("Reason or mandate"), max_length=200, validators=[must_say_something])
    starts_on = DayField(label=_("From"), span=first_days, initial=timezone.localdate)
    ends_on = DayField(
        label=_("Until"), span=last_days, required=False,
        help_text=_("The last day. An inspector needs one; others may be without."),
    )  # fmt: skip

    class Meta:
        model = RoleGrant
        fields = ("role", "division", "unit", "reason", "starts_on", "ends_on")


class ReasonForm(forms.Form):
    """Why an account is deactivated."""

    reason = forms.CharField(label=_("Reason"), max_length=200, validators=[must_say_something])


class HistoryForm(forms.Form):
    """Which changes to see: of one kind of row, by whom, when."""

    kind = forms.ChoiceField(label=_("Kind of row"), required=False)
    number = KeyField(label=_("Number"), required=False, min_value=1)
    who = forms.CharField(label=_("Person"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = changelog.tracked_models().items()
        kinds = [(name, model._meta.verbose_name) for name, model in models]
        self.fields["kind"].choices = [("", _("All kinds")), *kinds]  # type: ignore[attr-defined]
