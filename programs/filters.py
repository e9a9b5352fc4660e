"""What the list of measures can be narrowed by."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit
from core.filters import KeyFilter
from district.models import Division, Level
from households.filters import head_code_or_village
from households.scope import HangsOnHousehold
from programs.codes import MeasureKind, MeasureSource, MeasureState
from programs.models import Measure


def townships(_request: Any = None) -> QuerySet[Division]:
    """All townships, by code."""
    return Division.objects.filter(level=Level.TOWNSHIP)


def found_by(rows: HangsOnHousehold, words: str, *, user: Any) -> HangsOnHousehold:
    """Rows that hang on a household: by its code, village, or the head's name if this user reads it unmasked."""
    rows = rows.with_masking(user)
    for word in words.split():
        rows = rows.filter(head_code_or_village(word, "household"))
    return rows


class MeasureFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Head, code or village"), method="search")
    household = KeyFilter(field_name="household_id", widget=forms.HiddenInput)
    township = filters.ModelChoiceFilter(
        label=_("Township"),
        field_name="household__village__parent",
        queryset=townships,
        empty_label=_("All townships"),
    )
    kind = filters.ChoiceFilter(label=_("Measure type"), choices=MeasureKind.choices, empty_label=_("All types"))
    source = filters.ChoiceFilter(label=_("Source of aid"), choices=MeasureSource.choices, empty_label=_("All sources"))
    department = filters.ModelChoiceFilter(
        label=_("Department"), queryset=Unit.objects.all(), empty_label=_("All departments")
    )
    state = filters.ChoiceFilter(
        label=pgettext_lazy("measure", "State"), choices=MeasureState.choices, empty_label=_("All states")
    )

    class Meta:
        model = Measure
        fields = ["q", "household", "township", "kind", "source", "department", "state"]

    def search(self, rows: HangsOnHousehold, name: str, value: str) -> HangsOnHousehold:
        return found_by(rows, value, user=self.request.user)
