"""Search and filters of the list of growth flags."""

from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.filters import KeyFilter
from households.filters import SeenVillage, head_code_or_village
from households.models import UNKNOWN, GrowthAssessment, Reason, Verdict

UNKNOWN_GROUP = "unknown"


class GrowthFilter(filters.FilterSet):
    """`places` are the villages in sight, each with its township: what may be chosen, and nothing beyond.

    Expects `masked` (with_masking).
    """

    year = KeyFilter(widget=forms.HiddenInput)
    q = filters.CharFilter(label=_("Name, code or village"), method="search")
    verdict = filters.ChoiceFilter(
        label=_("Verdict"),
        empty_label=_("All"),
        choices=[*Verdict.choices, (UNKNOWN_GROUP, _("Unknown (all kinds)"))],
        method="by_verdict",
    )
    reason = filters.ChoiceFilter(label=_("Reason"), empty_label=_("All"), choices=Reason.choices)
    township = filters.ChoiceFilter(
        label=_("Township"), empty_label=_("All"), field_name="household__village__parent__code"
    )
    village = filters.ChoiceFilter(label=_("Village"), empty_label=_("All"), field_name="household__village__code")
    job = KeyFilter(widget=forms.HiddenInput)

    class Meta:
        model = GrowthAssessment
        fields = ("q", "verdict", "reason", "township", "village", "year", "job")

    def __init__(self, *args: Any, places: Iterable[SeenVillage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        villages = list(places)
        townships = {village.township_code: village.township for village in villages}
        own = next((v.township_code for v in villages if v.code == self.data.get("village")), "")
        chosen = self.data.get("township") or own or (next(iter(townships)) if len(townships) == 1 else "")
        self.filters["township"].extra["choices"] = sorted(townships.items())
        self.filters["village"].extra["choices"] = [
            (village.code, village.name) for village in villages if village.township_code == chosen
        ]
        if len(townships) < 2:
            del self.filters["township"]
        if not chosen:
            del self.filters["village"]

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(head_code_or_village(value.strip(), "household"))

    def by_verdict(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(verdict__in=UNKNOWN if value == UNKNOWN_GROUP else [value])
