"""What lists of cadres and of unpaired households can be narrowed by."""

from typing import Any

import django_filters as filters
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit, UnitKind
from cadres.models import Cadre, CadreQuerySet
from core.crypto import keyed_hash
from district.models import Division, Level, Rank
from households.filters import head_code_or_village
from households.models import Household

YES_NO = [("yes", _("Under quota")), ("no", _("Quota reached"))]
STATES = [
    ("active", pgettext_lazy("cadre", "Active")),
    ("inactive", pgettext_lazy("cadre", "Not active")),
    ("all", _("All")),
]
PHONE_DIGITS = 11


class CadreFilter(filters.FilterSet):
    """Expects `load` and `quota` (coverage.with_load). Without a choice: active cadres."""

    q = filters.CharFilter(label=_("Name, unit, post or whole phone number"), method="search")
    unit = filters.ModelChoiceFilter(label=_("Unit"), queryset=Unit.objects.all(), empty_label=_("All units"))
    rank = filters.ChoiceFilter(label=_("Rank"), choices=Rank.choices, empty_label=_("All ranks"))
    under = filters.ChoiceFilter(label=_("Quota"), choices=YES_NO, empty_label=_("All"), method="by_quota")
    state = filters.ChoiceFilter(label=_("State"), choices=STATES, empty_label=None, method="by_state")

    class Meta:
        model = Cadre
        fields = ["q", "unit", "rank", "under", "state"]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        chosen: dict[str, Any] = {"state": "active", **(data.dict() if data is not None else {})}
        super().__init__(chosen, *args, **kwargs)

    def search(self, rows: QuerySet[Cadre], name: str, value: str) -> QuerySet[Cadre]:
        for word in value.split():
            found = Q(name__icontains=word) | Q(unit__name__icontains=word) | Q(post__icontains=word)
            if word.isdigit() and len(word) == PHONE_DIGITS:
                found |= Q(phone_hash=keyed_hash(word))
            rows = rows.filter(found)
        return rows

    def by_quota(self, rows: CadreQuerySet, name: str, value: str) -> CadreQuerySet:
        return rows.filter(load__lt=F("quota")) if value == "yes" else rows.filter(load__gte=F("quota"))

    def by_state(self, rows: QuerySet[Cadre], name: str, value: str) -> QuerySet[Cadre]:
        return rows if value == "all" else rows.filter(active_to__isnull=value == "active")


class UnitFilter(filters.FilterSet):
    q = filters.CharFilter(label=pgettext_lazy("unit", "Name"), field_name="name", lookup_expr="icontains")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=UnitKind.choices, empty_label=_("All kinds"))

    class Meta:
        model = Unit
        fields = ["q", "kind"]


class UnpairedFilter(filters.FilterSet):
    """Expects `masked` (with_masking)."""

    q = filters.CharFilter(label=_("Head, code or village"), method="search")
    township = filters.ModelChoiceFilter(
        label=_("Township"),
        field_name="village__parent",
        queryset=Division.objects.filter(level=Level.TOWNSHIP),
        empty_label=_("All townships"),
    )

    class Meta:
        model = Household
        fields = ["q", "township"]

    def search(self, rows: QuerySet[Household], name: str, value: str) -> QuerySet[Household]:
        for word in value.split():
            rows = rows.filter(head_code_or_village(word))
        return rows
