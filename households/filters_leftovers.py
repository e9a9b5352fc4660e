"""Filters of the worklist of rejected households."""

from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models import LeftoverState, RosterLeftover

UNKNOWN = "none"


class LeftoverFilter(filters.FilterSet):
    """Open ones unless another state is asked for. `counts`: of leftovers.by_township()."""

    q = filters.CharFilter(label=_("Name, code or place"), method="search")
    township = filters.ChoiceFilter(label=_("Township"), empty_label=_("All"), method="by_township")
    state = filters.ChoiceFilter(
        label=_("State"), empty_label=None, choices=[*LeftoverState.choices, ("all", pgettext_lazy("state", "All"))],
        method="by_state",
    )  # fmt: skip

    class Meta:
        model = RosterLeftover
        fields = ("q", "township", "state")

    def __init__(self, data: Any, *args: Any, counts: Iterable[dict[str, Any]], **kwargs: Any) -> None:
        data = data.copy()
        data.setdefault("state", LeftoverState.OPEN)
        super().__init__(data, *args, **kwargs)
        known = [(row["code"] or UNKNOWN, f"{row['name'] or _('Not known')} ({row['number']})") for row in counts]
        self.filters["township"].extra["choices"] = known
        if len(known) < 2 and "township" not in data:  # an official's own township is no choice
            del self.filters["township"]

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(Q(head_name__contains=words) | Q(key__contains=words.upper()) | Q(place__contains=words))

    def by_township(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(township=None) if value == UNKNOWN else rows.filter(township__code=value)

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows if value == "all" else rows.filter(state=value)
