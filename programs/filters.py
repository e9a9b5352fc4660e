"""What the list of measures can be narrowed by."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit
from district.models import Division, Level
from programs.codes import MeasureKind, MeasureSource, MeasureState
from programs.models import Measure


def townships(_request: Any = None) -> QuerySet[Division]:
    """All townships, by code."""
    return Division.objects.filter(level=Level.TOWNSHIP)


def found_by(rows: QuerySet, words: str) -> QuerySet:
    """Rows that hang on a household: by its head's name, code or village."""
    for word in words.split():
        rows = rows.filter(
            Q(household__head_name__icontains=word)
            | Q(household__code__startswith=word)
            | Q(household__village__name__icontains=word)
        )
    return rows


class MeasureFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Head, code or village"), method="search")
    household = filters.NumberFilter(field_name="household_id", widget=forms.HiddenInput)
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

    def search(self, rows: QuerySet[Measure], name: str, value: str) -> QuerySet[Measure]:
        return found_by(rows, value)
