"""What people type about cadres, units and pairings. No rule here: the verbs have them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit, User
from accounts.roles import Role
from cadres.codes import RegisterRefused
from cadres.leave import deputies_of, leave_days
from cadres.models import Cadre, Pairing
from cadres.register import Disposition, first_days, phone_of
from core.choices import say_choose
from core.dates import DayField, until_today
from core.masking import mask_phone
from district.models import Division, Level

END = "end"  # the choice that a pairing ends, beside the cadres who could take over
REASONS = [_("Change of post"), _("Retired"), _("Redistribution of households"), _("Household moved away")]


class CadreForm(forms.ModelForm):
    """The phone is never shown again in full: empty keeps it."""

    phone = forms.CharField(label=_("Phone"), required=False, max_length=30)
    active_from = DayField(label=_("Active from"), span=first_days)

    class Meta:
        model = Cadre
        fields = ["name", "unit", "rank", "post", "phone", "skills", "user", "active_from"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_choose(self)
        free = Q(grants__role=Role.CADRE, cadre__isnull=True) | Q(cadre=self.instance.pk or 0)
        account: Any = self.fields["user"]
        account.queryset = User.objects.filter(free, is_active=True).distinct()
        account.empty_label = _("No account")
        account.help_text = _("Accounts with the role of a cadre that belong to nobody yet.")
        self.fields["skills"].help_text = _("What this cadre can help with, such as fruit growing or medicine.")
        self.initial["phone"] = ""
        if self.instance.phone:
            note = _("Leave empty to keep %(phone)s.")
            self.fields["phone"].help_text = note % {"phone": mask_phone(self.instance.phone)}
        if self.instance.pk is None:
            self.initial.setdefault("active_from", timezone.localdate())

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        try:
            return phone_of(typed) if typed else self.instance.phone
        except RegisterRefused as refusal:
            raise forms.ValidationError(refusal.sentence, code=refusal.code) from refusal

    def _post_clean(self) -> None:
        """The verb makes the row; only the fields are checked here."""


class UnitForm(forms.ModelForm):
    class Meta:
        model = Unit
        fields = ["name", "kind", "affiliation", "division"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_choose(self)
        self.fields["name"].label = pgettext_lazy("unit", "Name")
        place: Any = self.fields["division"]
        place.queryset = Division.objects.exclude(level=Level.VILLAGE)
        place.empty_label = _("None")
        place.help_text = _("Where the unit lies. Its cadres are proposed for households of the same township first.")

    def _post_clean(self) -> None:
        """The verb makes the row; only the fields are checked here."""


class EndForm(forms.Form):
    """When and why a pairing ends, on `since` at the earliest: the day that it began."""

    on = DayField(label=pgettext_lazy("pairing", "Last day"), span=first_days)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"list": "reasons", "autocomplete": "off"})
    )

    def __init__(self, *args: Any, since: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on: Any = self.fields["on"]
        on.initial = timezone.localdate()
        if since is not None:
            on.within(until_today(since))


class _ChoosesCadre(forms.Form):
    to = forms.ModelChoiceField(
        label=_("Cadre"),
        queryset=Cadre.objects.select_related("unit"),
        error_messages={"required": _("Choose a cadre."), "invalid_choice": _("Choose a cadre.")},
    )


class TransferForm(EndForm, _ChoosesCadre):
    """Which cadre takes the household over, when and why."""

    field_order = ["to", "on", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("Day of the change")


class PairForm(_ChoosesCadre):
    starts_on = DayField(label=pgettext_lazy("date", "From"), span=first_days)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = timezone.localdate()


class DeactivateForm(EndForm):
    """For each household of the cadre: who takes over, or that the pairing ends."""

    def __init__(self, *args: Any, pairings: Sequence[Pairing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairings = pairings
        self.refused: int | None = None  # the pairing that the verb refused to hand over so
        self.chosen: dict[int, Cadre | None] = {}

    def choice(self, pairing: Pairing) -> str:
        """What was chosen for a household: END, a cadre's id, or ''."""
        return self.data.get(f"to_{pairing.pk}", "") if self.is_bound else ""

    def clean(self) -> dict[str, Any]:
        typed = {pairing.pk: self.choice(pairing) for pairing in self.pairings}
        ids = {int(value) for value in typed.values() if value.isdecimal()}
        cadres = Cadre.objects.in_bulk(ids)
        for pk, value in typed.items():
            if value == END:
                self.chosen[pk] = None
            elif value.isdecimal() and int(value) in cadres:
                self.chosen[pk] = cadres[int(value)]
        return super().clean() or self.cleaned_data

    def dispositions(self) -> dict[int, Disposition]:
        """By pairing. One that nothing was chosen for is missing: the verb refuses then."""
        return {pk: Disposition(to=to) for pk, to in self.chosen.items()}


class LeaveForm(forms.Form):
    starts_on = DayField(label=_("First day of leave"), span=leave_days)
    ends_on = DayField(label=_("Last day of leave"), span=leave_days)
    deputy = forms.ModelChoiceField(
        label=_("Deputy"), queryset=Cadre.objects.none(), required=False, empty_label=_("Nobody: no reminders then")
    )

    def __init__(self, *args: Any, cadre: Cadre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = timezone.localdate()
        deputy: Any = self.fields["deputy"]
        deputy.queryset = deputies_of(cadre)
        deputy.help_text = _("Gets the daily reminder in place of the cadre, as numbers. It opens no household to him.")
