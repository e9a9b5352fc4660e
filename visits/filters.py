"""What the lists of visits and needs can be narrowed by."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit
from core.filters import KeyFilter
from households.scope import HangsOnHousehold
from programs.filters import found_by, townships
from visits.codes import PENDING, ItemState, Mode, NeedKind, NeedState, ReferralState
from visits.models import Need, OutboxItem, Referral, Visit, VisitFact

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
STATES = [("pending", _("Not settled")), *NeedState.choices]
PARKED_STATES = [
    *(choice for choice in ItemState.choices if choice[0] != ItemState.SAVED),
    ("all", pgettext_lazy("state", "All")),
]


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
    to_decide = filters.ChoiceFilter(
        label=_("Waiting for a decision"), choices=YES_NO[:1], method="by_to_decide", empty_label=_("All")
    )
    since = filters.DateFilter(
        label=_("Visited since"), field_name="visited_on", lookup_expr="gte", widget=DayInput(format="%Y-%m-%d")
    )
    until = filters.DateFilter(
        label=_("Visited until"), field_name="visited_on", lookup_expr="lte", widget=DayInput(format="%Y-%m-%d")
    )

    class Meta:
        model = Visit
        fields = ["q", "household", "township", "mode", "reached", "by_deputy", "to_decide", "since", "until"]

    def search(self, rows: HangsOnHousehold, name: str, value: str) -> HangsOnHousehold:
        return found_by(rows, value, user=self.request.user)

    def by_yes_no(self, rows: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        return rows.filter(**{name: value == "yes"})

    def by_to_decide(self, rows: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        """Somebody else had changed the same as was told on the visit; in its first version."""
        return rows.filter(pk__in=VisitFact.objects.open().values("visit"))


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


class ParkedFilter(filters.FilterSet):
    """What waits, unless another state is asked for."""

    q = filters.CharFilter(label=_("Head, code or village"), method="search")
    state = filters.ChoiceFilter(label=_("State"), empty_label=None, method="by_state", choices=PARKED_STATES)

    class Meta:
        model = OutboxItem
        fields = ["q", "state"]

    def __init__(self, data: Any, *args: Any, **kwargs: Any) -> None:
        data = data.copy()
        data.setdefault("state", ItemState.PARKED)
        super().__init__(data, *args, **kwargs)

    def search(self, rows: HangsOnHousehold, name: str, value: str) -> HangsOnHousehold:
        return found_by(rows, value, user=self.request.user)

    def by_state(self, rows: QuerySet[OutboxItem], name: str, value: str) -> QuerySet[OutboxItem]:
        return rows if value == "all" else rows.filter(state=value)


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
