"""What is told on a visit, as fields of the visit form: each group opens below the change it belongs to.

Plain fields, so that the phone's outbox sends what the page sends. `seen` carries the version of every value as it
stood when the form was opened. Fields of a change that is not ticked are not sent by the page; what arrives counts.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import DayField, until_today
from core.fields import YuanField
from households.codes import (
    NO_ID_BY_HAND,
    GuaranteeItem,
    GuaranteeState,
    Health,
    NoIdReason,
    Problem,
    Relation,
    Sex,
    StudentStatus,
)
from households.forms import PHONE, NameField
from households.forms_members import EARLIEST_BIRTH
from households.models import Household, Member
from households.register import days_of_acts
from programs.codes import MeasureSource
from visits import changes
from visits.changes import Told
from visits.codes import Change, Fact, LeaveReason

NOT_CHOSEN = gettext_lazy("Not chosen")
FIRST_RELATIONS = (Relation.SON, Relation.DAUGHTER, Relation.GRANDSON, Relation.GRANDDAUGHTER)
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
EARLIEST_JOB = 1980
PLACES = Decimal("0.001")  # of a degree: about 100 m
PARTS: dict[str, tuple[str, ...]] = {  # which fields open below which change
    Change.FAMILY: (
        "new_phone", "birth_name", "birth_sex", "birth_on", "birth_relation", "birth_no_id", "left_member", "left_why",
        "left_on", "left_head",
    ),
    Change.INCOME: ("income_note",),
    Change.HEALTH: ("health_member", "health_state", "disease"),
    Change.HOUSING: ("repair_note", "repair_source", "repair_safe"),
    Change.SCHOOL: ("school_member", "school_status", "school_name"),
    Change.JOB: ("job_member", "job_wage", "job_since", "job_employer"),
}  # fmt: skip


class MonthField(forms.CharField):
    """A month, as the date of its first day."""

    widget = forms.DateInput(attrs={"type": "month", "placeholder": "2026-03"})

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        if not typed:
            return None
        found = MONTH.fullmatch(typed)
        if not found:
            raise forms.ValidationError(_("Enter a month as 2026-03."), code="month")
        month = date(int(found[1]), int(found[2]), 1)
        if not EARLIEST_JOB <= month.year <= timezone.localdate().year + 1:
            raise forms.ValidationError(_("Enter a month as 2026-03."), code="month")
        return month


def _choice(label: Any, choices: list[tuple[str, Any]], empty: Any = NOT_CHOSEN) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", empty), *choices], required=False)


class ChangeFields(forms.Form):
    """Mixed into VisitForm."""

    seen = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)
    new_phone = forms.RegexField(
        PHONE, label=gettext_lazy("New phone number of the household"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        error_messages={"invalid": gettext_lazy("Enter one phone number: 11 digits, or 0xx-xxxxxxx.")},
    )  # fmt: skip
    birth_name = NameField(label=gettext_lazy("Newborn: name"), required=False, max_length=40)
    birth_sex = _choice(gettext_lazy("Sex"), Sex.choices)
    birth_on = DayField(label=gettext_lazy("Date of birth"), required=False, span=lambda: until_today(EARLIEST_BIRTH))
    birth_relation = _choice(gettext_lazy("Relation to head"), [])
    birth_no_id = forms.ChoiceField(
        label=gettext_lazy("Why without ID number"), choices=[(code.value, code.label) for code in NO_ID_BY_HAND],
        required=False, initial=NoIdReason.NEWBORN,
    )  # fmt: skip
    left_member = _choice(gettext_lazy("Died or left: who"), [], gettext_lazy("Nobody"))
    left_why = _choice(gettext_lazy("Why they left"), LeaveReason.choices)
    left_on = DayField(
        label=gettext_lazy("When they left"), required=False, initial=timezone.localdate, span=days_of_acts
    )
    left_head = _choice(gettext_lazy("If it was the head: who is head now"), [])
    income_note = forms.CharField(label=gettext_lazy("What changed in income"), required=False, max_length=200)
    health_member = _choice(gettext_lazy("Whose health"), [])
    health_state = forms.MultipleChoiceField(
        label=gettext_lazy("Health now"), choices=Health.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    disease = forms.CharField(
        label=gettext_lazy("Disease"), required=False, max_length=100,
        help_text=gettext_lazy("Kept encrypted, shown to nobody without a reason."),
    )  # fmt: skip
    repair_note = forms.CharField(label=gettext_lazy("Completed repair: what was done"), required=False, max_length=200)
    repair_source = _choice(gettext_lazy("Who paid"), MeasureSource.choices)
    repair_safe = forms.BooleanField(label=gettext_lazy("Housing is guaranteed now"), required=False)
    school_member = _choice(gettext_lazy("Who goes to school"), [])
    school_status = _choice(gettext_lazy("At school"), StudentStatus.choices)
    school_name = forms.CharField(label=gettext_lazy("Name of the school"), required=False, max_length=60)
    job_member = _choice(gettext_lazy("Who has a job"), [])
    job_wage = YuanField().formfield(label=gettext_lazy("Wage per month (yuan)"), required=False, min_value=0)
    job_since = MonthField(label=gettext_lazy("Since which month"), required=False)
    job_employer = forms.CharField(label=gettext_lazy("Employer"), required=False, max_length=60)
    evidence = forms.CharField(label=gettext_lazy("Evidence in words"), required=False, max_length=200)
    photos_follow = forms.IntegerField(required=False, min_value=0, max_value=99, widget=forms.HiddenInput)
    latitude = forms.DecimalField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.DecimalField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)

    def open_for(self, household: Household) -> None:
        """Members and values of this household. Three queries."""
        stands = changes.standing(household)
        members = list(Member.objects.filter(household=household))
        self.members = {str(member.pk): member for member in members}
        active = [(str(m.pk), m.name) for m in members if m.active]
        for name in ("left_member", "left_head", "health_member", "school_member", "job_member"):
            field: Any = self.fields[name]
            field.choices = [field.choices[0], *active]
            field.valid_value = self.members.__contains__  # who left meanwhile is no error: the verbs know
        self.fields["birth_relation"].choices = [("", NOT_CHOSEN), *_relations()]  # type: ignore[attr-defined]
        self.fields["seen"].initial = " ".join(f"{key}:{changes.version(key, stands[key])}" for key in stands)
        for item, label in GuaranteeItem.choices:
            known = stands[item]
            word = GuaranteeState(known["state"] if known else GuaranteeState.UNVERIFIED).label
            self.fields[f"g_{item}"] = _choice(
                label,
                [choice for choice in GuaranteeState.choices if choice[0] != GuaranteeState.UNVERIFIED],
                _("As before: %(state)s") % {"state": word},
            )
        for name, field in self.fields.items():
            if any(name in part for part in PARTS.values()) or name.startswith("g_") or name == "evidence":
                css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
                if not isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                    field.widget.attrs["class"] = css

    wide_fields = (  # on a line of their own: words, and what begins a group
        "new_phone", "birth_name", "left_member", "left_head", "income_note", "health_member", "disease", "repair_note",
        "school_member", "job_member", "evidence",
    )  # fmt: skip

    @property
    def change_parts(self) -> list[tuple[str, Any, list[forms.BoundField]]]:
        """(code, label, fields) of each change."""
        return [(code, Change(code).label, [self[name] for name in names]) for code, names in PARTS.items()]

    @property
    def guarantee_fields(self) -> list[forms.BoundField]:
        return [self[f"g_{item}"] for item in GuaranteeItem.values]

    @property
    def has_guarantees(self) -> bool:
        return any(field.value() for field in self.guarantee_fields)

    def clean(self) -> dict[str, Any]:
        """Each group is whole, and guarantees have evidence: words or a photo."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("birth_name"):
            self._need("birth_on", "birth_relation", "birth_sex")
        if data.get("left_member"):
            self._need("left_why", "left_on")
            self._check_head(data)
        if data.get("health_member") and not (data.get("health_state") or data.get("disease")):
            self.add_error("health_state", _("Choose the state of health, or write the disease."))
        if data.get("school_member") and not (data.get("school_status") or data.get("school_name")):
            self.add_error("school_status", _("Choose the status, or write the school."))
        if data.get("job_member") and not (data.get("job_wage") or data.get("job_since") or data.get("job_employer")):
            self.add_error("job_employer", _("Enter the wage, the month or the employer."))
        self._need_member(data, "health_member", "health_state", "disease")
        self._need_member(data, "school_member", "school_status", "school_name")
        self._need_member(data, "job_member", "job_wage", "job_since", "job_employer")
        photos = data.get("photos") or data.get("photos_follow")
        changed = any(data.get(f"g_{item}") for item in GuaranteeItem.values)
        if changed and not data.get("evidence") and not photos and "photos" not in self.errors:
            self.add_error("evidence", _("Say in a few words what shows it, or add a photo."))
        return data

    def _need(self, *names: str) -> None:
        for name in names:
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])

    def _need_member(self, data: dict[str, Any], member: str, *names: str) -> None:
        if not data.get(member) and any(data.get(name) for name in names):
            self.add_error(member, _("Choose who it is."))

    def _check_head(self, data: dict[str, Any]) -> None:
        leaver = self.members[data["left_member"]]
        if leaver.active and leaver.relation == Relation.HEAD and data.get("left_head") in ("", data["left_member"]):
            self.add_error("left_head", Problem.HEAD_NEEDED.label)

    def position(self) -> dict[str, Decimal | None]:
        """To three places; both or none."""
        pair = [self.cleaned_data.get(name) for name in ("latitude", "longitude")]
        known = None not in pair
        return {
            name: value.quantize(PLACES) if known and value is not None else None
            for name, value in zip(("latitude", "longitude"), pair, strict=True)
        }

    def told(self) -> list[Told]:
        """What log_visit() applies, in the order in which it can be."""
        seen = dict(token.partition(":")[::2] for token in self.cleaned_data["seen"].split())
        return [
            Told(fact, value, member, seen.get(changes.key_of(fact, member.pk if member else None), ""))
            for fact, value, member in (*self._family(), *self._of_members(), *self._home())
        ]

    def ticked(self, codes: list[str]) -> list[str]:
        """The changes that were ticked, and those below which something was filled in."""
        data = self.cleaned_data
        filled = {
            Change.FAMILY: data["new_phone"] or data["birth_name"] or data["left_member"],
            Change.INCOME: data["income_note"], Change.HEALTH: data["health_member"],
            Change.HOUSING: data["repair_note"], Change.SCHOOL: data["school_member"], Change.JOB: data["job_member"],
        }  # fmt: skip
        return [*codes, *(code.value for code, given in filled.items() if given)]

    def _family(self) -> Iterator[tuple[str, Any, Member | None]]:
        data = self.cleaned_data
        if data["new_phone"]:
            yield Fact.PHONE, data["new_phone"], None
        if data["birth_name"]:
            yield Fact.BIRTH, {
                "name": data["birth_name"], "sex": data["birth_sex"], "birth_date": data["birth_on"].isoformat(),
                "relation": data["birth_relation"], "no_id_reason": data["birth_no_id"] or NoIdReason.NEWBORN.value,
            }, None  # fmt: skip
        if data["left_member"]:
            leaver = self.members[data["left_member"]]
            if leaver.relation == Relation.HEAD and leaver.active:
                head = self.members[data["left_head"]]
                yield Fact.HEAD, head.name, head
            yield Fact.LEFT, {"on": data["left_on"].isoformat(), "reason": data["left_why"]}, leaver

    def _of_members(self) -> Iterator[tuple[str, Any, Member | None]]:
        data = self.cleaned_data
        if data["health_member"]:
            if data["health_state"]:
                chosen = [code for code in Health.values if code in data["health_state"]]
                yield Fact.HEALTH, chosen, self.members[data["health_member"]]
            if data["disease"]:
                yield Fact.DISEASE, data["disease"], self.members[data["health_member"]]
        if data["school_member"]:
            if data["school_status"]:
                yield Fact.STUDENT, data["school_status"], self.members[data["school_member"]]
            if data["school_name"]:
                yield Fact.SCHOOL, data["school_name"], self.members[data["school_member"]]
        if data["job_member"]:
            job = changes.job(employer=data["job_employer"], wage=data["job_wage"], since=data["job_since"])
            yield Fact.JOB, job, self.members[data["job_member"]]

    def _home(self) -> Iterator[tuple[str, Any, Member | None]]:
        data = self.cleaned_data
        if data["income_note"]:
            yield Fact.INCOME, data["income_note"], None
        words = data["evidence"] or _("Photo taken on a visit")
        states = {item: data[f"g_{item}"] for item in GuaranteeItem.values if data.get(f"g_{item}")}
        if data["repair_note"]:
            source = data["repair_source"] or MeasureSource.OTHER.value
            yield Fact.REPAIR, {"note": data["repair_note"], "source": source}, None
            if data["repair_safe"] and GuaranteeItem.HOUSING not in states:
                state = {"state": GuaranteeState.HELD.value, "evidence": data["repair_note"]}
                yield GuaranteeItem.HOUSING.value, state, None
        for item, state_code in states.items():
            yield item, {"state": state_code, "evidence": words}, None


def _relations() -> list[tuple[str, Any]]:
    """A newborn's likely ones first; nobody is born as head."""
    others = [code for code in Relation if code not in (*FIRST_RELATIONS, Relation.HEAD)]
    return [(code.value, code.label) for code in (*FIRST_RELATIONS, *others)]
