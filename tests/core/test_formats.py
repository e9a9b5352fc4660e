"""Printed numbers: cut, never rounded up to a line or a target."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core import formats

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("basis_points", "printed"),
    [(1000, "10.0%"), (999, "9.9%"), (996, "9.9%"), (0, "0.0%"), (5, "0.0%"), (-5, "-0.1%"), (-250, "-2.5%"),
     (123_456, "1,234.5%"), (None, "—")],
)  # fmt: skip
def test_percent_is_cut_to_one_place(basis_points, printed):
    assert formats.percent(basis_points) == printed


@given(st.integers(min_value=-(10**7), max_value=10**7))
def test_percent_never_prints_more_than_there_is(basis_points):
    printed = Decimal(formats.percent(basis_points).rstrip("%").replace(",", "")) * 100
    assert printed <= basis_points < printed + 10


@given(st.integers(min_value=1, max_value=5000), st.integers(min_value=1, max_value=5000))
def test_who_misses_a_whole_percent_target_is_not_printed_as_reaching_it(target_percent, short_by):
    target = target_percent * 100
    assert formats.percent(target - short_by) != formats.percent(target)


@pytest.mark.parametrize(
    ("basis_points", "target", "printed"),
    [(1233, 1234, "12.33%"), (1234, 1234, "12.34%"), (-1, 1234, "-0.01%"), (0, 1234, "0.00%"), (996, 1000, "9.9%"),
     (1049, 1050, "10.4%"), (None, 1234, "—")],
)  # fmt: skip
def test_a_rate_has_two_places_beside_a_target_that_has_two(basis_points, target, printed):
    assert formats.percent(basis_points, target) == printed


@given(st.integers(min_value=-5000, max_value=5000), st.integers(min_value=0, max_value=5000))
def test_who_misses_any_target_is_not_printed_as_reaching_it(growth, target):
    printed = [Decimal(formats.percent(rate, target).rstrip("%")) for rate in (growth, target)]
    assert (printed[0] >= printed[1]) is (growth >= target)


@pytest.mark.parametrize(
    ("show", "amount", "printed"),
    [
        (formats.yuan, Decimal("12600"), "12,600.00"),
        (formats.yuan, 0, "0.00"),
        (formats.yuan, Decimal("-1234.5"), "-1,234.50"),
        (formats.yuan, None, "—"),
        (formats.yuan0, Decimal("12599.99"), "12,599"),
        (formats.yuan0, Decimal("-0.01"), "-1"),
        (formats.yuan0, None, "—"),
        (formats.wan, Decimal("12699"), "1.26"),
        (formats.wan, Decimal("50000000"), "5,000.00"),
        (formats.wan, None, "—"),
        (formats.commas, 1234567, "1,234,567"),
        (formats.commas, None, "—"),
    ],
)
def test_amounts_carry_commas(show, amount, printed):
    assert show(amount) == printed


@given(AMOUNTS)
def test_whole_yuan_never_reach_a_line_that_the_amount_does_not(amount):
    printed = Decimal(formats.yuan0(amount).replace(",", ""))
    assert printed <= amount < printed + 1


@given(AMOUNTS)
def test_yuan_print_every_fen(amount):
    assert Decimal(formats.yuan(amount).replace(",", "")) == amount


@pytest.mark.parametrize(
    ("language", "day", "printed"),
    [
        ("zh-hans", dt.date(2026, 11, 2), "11月2日"),
        ("zh-hans", dt.date(2025, 11, 2), "2025年11月2日"),
        ("zh-hans", dt.datetime(2026, 11, 2, 16, 30, tzinfo=dt.UTC), "11月3日"),
        ("en", dt.date(2026, 11, 2), "2 Nov"),
        ("zh-hans", None, "—"),
    ],
)
def test_a_day_of_this_year_is_short(language, day, printed):
    with translation.override(language):
        assert formats.phone_date(day, today=dt.date(2026, 11, 24)) == printed
