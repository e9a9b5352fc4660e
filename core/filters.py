"""Filters that lists share."""

import django_filters as filters
from django import forms

LARGEST_KEY = 2**63 - 1


class KeyField(forms.IntegerField):
    """A row's number: digits, no larger than a database counts."""

    def __init__(self, *, max_value: int = LARGEST_KEY, min_value: int = -LARGEST_KEY, **options: object) -> None:
        super().__init__(max_value=max_value, min_value=min_value, **options)  # type: ignore[arg-type]


class KeyFilter(filters.NumberFilter):
    """Rows that belong to the row with this number."""

    field_class = KeyField
