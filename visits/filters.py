"""What the lists of visits and needs can be narrowed by."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from core.filters import KeyFilter
from households.scope import HangsOnHousehold
from programs.filters import found_by, townships
from visits.codes import PENDING, Mode, NeedKind, NeedState, ReferralState
from visits.models import Need, Referral, Visit

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
STATES = [("pending", _("Not settled")), *NeedState.choices]


class DayInput(forms.DateInput):
    input_type = "date"


class VisitFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Head, code or village"), method="search")
    household = KeyFilter(field_name="household_id", widget=forms.HiddenInput)
    township = filters.ModelChoiceFilter(
        label=_("Township"),
        field_name="household__village__parent",
        queryset=townships,
        empty_label=_("All townships"),
    )
    mode = filters.ChoiceFilter(label=_("Visit mode"), choices=Mode.choices, empty_label=_("All modes"))
    reached = filters.ChoiceFilter(
        label=_("Somebody was reached"), choices=YES_NO, method="by_yes_no", empty_label=_("All")
    )
    by_deputy = filters.ChoiceFilter(
        label=_("Entered by a deputy"), choices=YES_NO, method="by_yes_no", empty_label=_("All")
    )
    since = filters.DateFilter(
        label=_("Visited since"), field_name="visited_on", lookup_expr="gte", widget=DayInput(format="%Y-%m-%d")
    )
    until = filters.DateFilter(
        label=_("Visited until"), field_name="visited_on", lookup_expr="lte", widget=DayInput(format="%Y-%m-%d")
    )

    class Meta:
        model = Visit
        fields = ["q", "household", "township", "mode", "reached", "by_deputy", "since", "until"]

    def search(self, rows: HangsOnHousehold, name: str, value: str) -> HangsOnHousehold:
        return found_by(rows, value, user=self.request.user)

    def by_yes_no(self, rows: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        return rows.filter(**{name: value == "yes"})


class NeedFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Head, code or village"), method="search")
    household = KeyFilter(field_name="household_id", widget=forms.HiddenInput)
    township = filters.ModelChoiceFilter(
        label=_("Township"),
        field_name="household__village__parent",
        queryset=townships,
        empty_label=_("All townships"),
    )
    kind = filters.ChoiceFilter(label=_("Kind of need"), choices=NeedKind.choices, empty_label=_("All kinds"))
    state = filters.ChoiceFilter(label=_("State"), choices=STATES, method="by_state", empty_label=_("All states"))
    overdue = filters.ChoiceFilter(label=_("Overdue"), choices=YES_NO[:1], method="by_overdue", empty_label=_("All"))
    department = filters.ModelChoiceFilter(
        label=_("Department"), queryset=Unit.objects.all(), empty_label=_("All departments")
    )

    class Meta:
        model = Need
        fields = ["q", "household", "township", "kind", "state", "overdue", "department"]

    def search(self, rows: HangsOnHousehold, name: str, value: str) -> HangsOnHousehold:
        return found_by(rows, value, user=self.request.user)

    def by_state(self, rows: QuerySet[Need], name: str, value: str) -> QuerySet[Need]:
        return rows.filter(state__in=PENDING) if value == "pending" else rows.filter(state=value)

    def by_overdue(self, rows: Any, name: str, value: str) -> QuerySet[Need]:
        return rows.overdue(timezone.localdate())


class ReferralFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Head, code or village"), method="search")
    township = filters.ModelChoiceFilter(
        label=_("Township"),
        field_name="need__household__village__parent",
        queryset=townships,
        empty_label=_("All townships"),
    )
    kind = filters.ChoiceFilter(
        label=_("Kind of need"), field_name="need__kind", choices=NeedKind.choices, empty_label=_("All kinds")
    )
    state = filters.ChoiceFilter(label=_("State"), choices=ReferralState.choices, empty_label=_("All states"))

    class Meta:
        model = Referral
        fields = ["q", "township", "kind", "state"]

    def search(self, rows: QuerySet[Referral], name: str, value: str) -> QuerySet[Referral]:
        households = found_by(Need.objects.visible_to(self.request.user), value, user=self.request.user)
        return rows.filter(need__in=households.order_by().values("pk"))
