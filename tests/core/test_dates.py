"""Days that people type: only within the span, and the sentence names it."""

from datetime import date, timedelta

import pytest
from django import forms
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from core.dates import DayField, Span, until_today, years_from

MAY = Span(date(2026, 5, 1), date(2026, 5, 31))


class DayForm(forms.Form):
    day = DayField(span=lambda: MAY)


@given(st.dates())
def test_a_day_is_taken_within_the_span_alone(day):
    form = DayForm({"day": day.isoformat()})
    assert form.is_valid() == (MAY.first <= day <= MAY.last)


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_day_of_the_span_or_an_error(typed):
    form = DayForm({"day": typed})
    assert bool(form.errors) or form.cleaned_data["day"] in MAY


def test_the_sentence_names_both_days():
    with override("en"):
        assert DayForm({"day": "9999-12-31"}).errors == {"day": [MAY.sentence]}
        assert MAY.sentence == "Enter a date from 1 May 2026 to 31 May 2026."


def test_the_picker_offers_the_span_and_one_forms_days_are_its_own():
    narrow = DayForm()
    narrow.fields["day"].within(Span(MAY.last, MAY.last))
    offered = [form.fields["day"].widget.attrs for form in (narrow, DayForm())]
    assert [(attrs["min"], attrs["max"]) for attrs in offered] == [
        ("2026-05-31", "2026-05-31"),
        ("2026-05-01", "2026-05-31"),
    ]
    assert DayForm({"day": "2026-05-02"}).is_valid()


@given(st.dates(), st.integers(-10_000, 10_000))
def test_the_same_day_in_another_year(day, years):
    found = years_from(day, years)
    assert found.year == min(max(day.year + years, 1), 9999)
    assert (found.month, found.day) in {(day.month, day.day), (2, 28)}


@pytest.mark.parametrize("days", [-3, 0, 3])
def test_until_today_has_a_day_at_least(days):
    today = timezone.localdate()
    first = today + timedelta(days=days)
    assert until_today(first) == Span(first, max(first, today))
