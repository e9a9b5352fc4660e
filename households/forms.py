"""Input for households, statements, guarantees and decisions. No rule is here but what a field may hold."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import say_choose
from core.dates import DayField
from core.fields import YuanField
from core.masking import mask_card, mask_phone
from core.reasons import must_say_something
from district.models import Division, Level
from households.codes import Cause, GuaranteeItem, GuaranteeState
from households.household_codes import folded
from households.models import Household, IncomeStatement
from households.models.statement import SOURCES
from households.register import RegisterRefused, days_of_acts, name_of
from households.scope import places_of

PHONE = r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8})?$"


class FieldsOnly(forms.ModelForm):
    """Checks the fields alone: the verb makes or changes the row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_choose(self)

    def _post_clean(self) -> None:
        pass


class NameField(forms.CharField):
    """A person's name, by the rule of the roster."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        try:
            return name_of(typed) if typed else ""
        except RegisterRefused as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal


def villages_of(user: Any, *, besides: int | None = None) -> QuerySet[Division]:
    """Villages in which the user may enter households, and the one of the household at hand."""
    rows = Division.objects.filter(level=Level.VILLAGE).select_related("parent")
    places = places_of(user, "edit_household")
    if places is None:
        return rows
    inside = Q(pk__in=places) | Q(parent__in=places) | Q(parent__parent__in=places)
    return rows.filter(inside | Q(pk=besides))


class VillageField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent} {obj}"


class HouseholdForm(FieldsOnly):
    """What is known of a household. Secrets are never shown: an empty field keeps them, a tick removes them."""

    village = VillageField(queryset=Division.objects.none(), label=_("Village"))
    phone = forms.RegexField(
        PHONE, label=_("Phone"), required=False,
        error_messages={"invalid": _("Enter one phone number: 11 digits, or 0xx-xxxxxxx.")},
    )  # fmt: skip
    bank_card = forms.RegexField(
        r"^(\d{12,19})?$", label=_("Bank card"), required=False,
        error_messages={"invalid": _("A bank card number has 12 to 19 digits.")},
    )  # fmt: skip
    other_causes = forms.TypedMultipleChoiceField(
        label=_("Other causes"), choices=Cause.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Household
        fields = (
            "village", "attribute", "main_cause", "other_causes", "cause_note", "phone", "address", "bank_card",
        )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(user, besides=self.instance.village_id)  # type: ignore[attr-defined]
        for name, mask, label in (
            ("phone", mask_phone, _("Remove the phone number")),
            ("bank_card", mask_card, _("Remove the bank card")),
        ):
            if known := getattr(self.instance, name):
                self.initial[name] = ""
                self.fields[name].help_text = _("Leave empty to keep %(masked)s.") % {"masked": mask(known)}
                self.fields[f"no_{name}"] = forms.BooleanField(label=label, required=False)
        self.order_fields([part for name in self.fields if not name.startswith("no_") for part in (name, f"no_{name}")])

    def facts(self) -> dict[str, Any]:
        """What the verbs take."""
        facts = {name: value for name, value in self.cleaned_data.items() if not name.startswith("no_")}
        for name in ("phone", "bank_card"):
            if self.cleaned_data.get(f"no_{name}"):
                facts[name] = ""
            elif not facts[name]:
                facts[name] = getattr(self.instance, name)
        return facts

    def clean_other_causes(self) -> list[str]:
        causes: list[str] = self.cleaned_data["other_causes"]
        if len(causes) > 2:
            raise forms.ValidationError(_("Choose at most two other causes."))
        return causes


class NewHouseholdForm(HouseholdForm):
    """A new household with its head."""

    head_name = NameField(label=_("Head of household"), min_length=2, max_length=20)
    head_id_no = forms.CharField(label=_("ID number of the head"), max_length=30)
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=30, initial=1)
    income = YuanField(_("Income of the household (yuan)")).formfield()

    class Meta(HouseholdForm.Meta):
        fields = ("code", *HouseholdForm.Meta.fields)  # type: ignore[assignment]

    field_order = ("village", "code", "head_name", "head_id_no", "people", "income")

    def clean_code(self) -> str:
        """As a roster's 户编号 is stored, so that both find the same household."""
        if not (code := folded(self.cleaned_data["code"])):
            raise forms.ValidationError(self.fields["code"].error_messages["required"], code="required")
        return code

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["income"].help_text = _("Of the whole year %(year)s. Gifts are no income.") % {"year": year}


class StatementForm(FieldsOnly):
    """Income of one year by source, in yuan."""

    class Meta:
        model = IncomeStatement
        fields = ("year", "people", "definition", *SOURCES, "stated_total", "stated_other", "medical_refund")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].min_value = 1990  # type: ignore[attr-defined]
        self.fields["people"].min_value = 1  # type: ignore[attr-defined]
        self.fields["stated_total"].help_text = _("Counts only where no source is given.")
        self.fields["stated_other"].help_text = _("Shown beside it, counts in no total.")
        if self.instance.pk:
            self.fields["year"].disabled = True

    def clean_people(self) -> int:
        people: int = self.cleaned_data["people"]
        if not 1 <= people <= 30:
            raise forms.ValidationError(_("Enter a number of people from 1 to 30."))
        return people

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if not 1990 <= year <= timezone.localdate().year:
            raise forms.ValidationError(_("Enter a year from 1990 to this year."))
        return year

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for name in SOURCES:
            if found.get(name) is not None and found[name] < 0:
                self.add_error(name, _("Enter 0 or more; costs have a field of their own."))
        return found


class DayAndReasonForm(forms.Form):
    """When and why a household closes or a member leaves."""

    on = DayField(label=_("Date"), initial=timezone.localdate, span=days_of_acts)
    reason = forms.CharField(label=_("Reason"), max_length=200, validators=[must_say_something])


class DecideForm(forms.Form):
    """Accept or refuse a household that waits for a decision."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("accept", _("Take in")), ("refuse", _("Refuse"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, validators=[must_say_something])


class GuaranteesForm(forms.Form):
    """The six items with one date."""

    as_of = DayField(label=_("As of"), initial=timezone.localdate, span=days_of_acts)

    def __init__(self, *args: Any, states: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item, label in GuaranteeItem.choices:
            state, evidence = states.get(item, (GuaranteeState.UNVERIFIED.value, ""))
            self.fields[item] = forms.ChoiceField(label=label, choices=GuaranteeState.choices, initial=state)
            self.fields[f"{item}_evidence"] = forms.CharField(
                label=_("%(item)s: evidence") % {"item": label}, max_length=200, required=False, initial=evidence
            )
