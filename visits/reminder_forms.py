"""What people type about planned visits and reminders. No rule here: the verbs have them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.dates import DayField, Span
from visits.choices import pause_days
from visits.models import PlannedVisit, ReminderChoices
from visits.planned import Plan, plan_days


class PlanForm(forms.Form):
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    planned_on = DayField(label=_("Planned day"), span=plan_days)
    planned_at = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    purpose = forms.CharField(label=_("What for"), required=False, max_length=200)
    promised = forms.BooleanField(label=_("Promised to the household"), required=False)

    def __init__(self, *args: Any, plan: PlannedVisit | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"client_id": uuid4(), "planned_on": timezone.localdate(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if plan is not None and plan.is_late:  # a late one may keep its day
            self.fields["planned_on"].within(Span(plan.planned_on, plan_days().last))  # type: ignore[attr-defined]

    def plan(self) -> Plan:
        data = self.cleaned_data
        return Plan(data["planned_on"], data["planned_at"], data["purpose"], data["promised"])


def facts_of_plan(row: PlannedVisit) -> dict[str, Any]:
    """A plan as the initial values of its form."""
    names = ("client_id", "planned_on", "planned_at", "purpose", "promised")
    return {name: getattr(row, name) for name in names}


class PauseForm(forms.Form):
    until = DayField(label=_("Pause until"), span=pause_days, initial=lambda: timezone.localdate() + timedelta(days=7))


class MailForm(forms.ModelForm):
    email = forms.EmailField(label=_("E-mail address"), required=False, max_length=200)

    class Meta:
        model = ReminderChoices
        fields = ["by_mail", "email"]

    def _post_clean(self) -> None:
        """The verb makes the row; only the fields are checked here."""
