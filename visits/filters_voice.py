"""What the lists of complaints and of what households say can be narrowed by."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.filters import KeyFilter
from district.models import Division
from households.scope import HangsOnHousehold
from programs.filters import found_by, townships
from visits.codes_voice import WAITING, ComplaintState, Satisfaction, Subject
from visits.filters import YES_NO, DayInput
from visits.models import Complaint, HouseholdVoice

STATES = [("waiting", _("Not answered yet")), *ComplaintState.choices]


class ComplaintFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Words in it"), field_name="text", lookup_expr="icontains")
    state = filters.ChoiceFilter(
        label=pgettext_lazy("complaint", "State"), choices=STATES, method="by_state", empty_label=_("All states")
    )
    subject = filters.ChoiceFilter(label=_("What it is about"), choices=Subject.choices, empty_label=_("All"))
    township = filters.ModelChoiceFilter(
        label=_("Township"), queryset=townships, method="by_township", empty_label=_("All townships")
    )
    overdue = filters.ChoiceFilter(label=_("Overdue"), choices=YES_NO[:1], method="by_overdue", empty_label=_("All"))
    mine = filters.ChoiceFilter(label=_("Written by me"), choices=YES_NO[:1], method="by_mine", empty_label=_("All"))

    class Meta:
        model = Complaint
        fields = ["q", "state", "subject", "township", "overdue", "mine"]

    def by_state(self, rows: QuerySet[Complaint], name: str, value: str) -> QuerySet[Complaint]:
        return rows.filter(state__in=WAITING) if value == "waiting" else rows.filter(state=value)

    def by_township(self, rows: QuerySet[Complaint], name: str, value: Division) -> QuerySet[Complaint]:
        return rows.filter(Q(place=value) | Q(place__parent=value))

    def by_overdue(self, rows: QuerySet[Complaint], name: str, value: str) -> QuerySet[Complaint]:
        return rows.filter(state__in=WAITING, due_on__lt=timezone.localdate())

    def by_mine(self, rows: Any, name: str, value: str) -> QuerySet[Complaint]:
        return rows.filter(filed_by=self.request.user)


class VoiceFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Head, code or village"), method="search")
    household = KeyFilter(field_name="household_id", widget=forms.HiddenInput)
    township = filters.ModelChoiceFilter(
        label=_("Township"), field_name="household__village__parent", queryset=townships,
        empty_label=_("All townships"),
    )  # fmt: skip
    satisfaction = filters.ChoiceFilter(label=_("Satisfaction"), choices=Satisfaction.choices, empty_label=_("All"))
    since = filters.DateFilter(
        label=_("Said since"), field_name="said_at", lookup_expr="date__gte", widget=DayInput(format="%Y-%m-%d")
    )

    class Meta:
        model = HouseholdVoice
        fields = ["q", "household", "township", "satisfaction", "since"]

    def search(self, rows: HangsOnHousehold, name: str, value: str) -> HangsOnHousehold:
        return found_by(rows, value, user=self.request.user)


class VillageFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Village or township"), method="search")

    class Meta:
        model = Division
        fields = ["q"]

    def search(self, rows: QuerySet[Division], name: str, value: str) -> QuerySet[Division]:
        return rows.filter(Q(name__icontains=value) | Q(parent__name__icontains=value))
