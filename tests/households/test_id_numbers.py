"""ID numbers of this district, which python-stdnum's own validate() refuses."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from households import id_numbers

TODAY = date(2018, 3, 1)
numbers = st.builds(
    lambda place, born, sequence: id_numbers.with_check_digit(f"{place:06d}{born:%Y%m%d}{sequence:03d}"),
    st.integers(110000, 659999),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


def test_a_number_of_the_district_before_its_renaming_is_valid():
    assert id_numbers.check("120225196503153010", today=TODAY) is None
    assert id_numbers.birth_date("120225196503153010", today=TODAY) == date(1965, 3, 15)
    assert id_numbers.sex("120225196503153010") == "male"


@given(numbers)
def test_any_place_and_date_with_its_check_digit_is_valid(number):
    assert id_numbers.check(number, today=TODAY) is None
    assert f"{id_numbers.birth_date(number, today=TODAY):%Y%m%d}" == number[6:14]


@given(numbers, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, at, more):
    digit = 10 if number[at] == "X" else int(number[at])
    wrong = number[:at] + str((digit + more) % 10) + number[at + 1 :]
    if wrong != number:
        assert id_numbers.check(wrong, today=TODAY) in ("id_checksum", "id_date")


@given(numbers, st.sampled_from(["{} ", "\u3000{}", "'{}", "\u200b{}"]))
def test_blanks_width_case_and_guards_are_folded(number, form):
    spaced = form.format(f"{number[:6]} {number[6:14]}-{number[14:].lower()}")
    wide = spaced.translate({ord("0") + i: ord("０") + i for i in range(10)})
    assert id_numbers.normalise(spaced) == number
    assert id_numbers.normalise(wide) == number


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("120225650315301", "id_15_digit"),
        ("12022519650315301", "id_length"),
        ("1202251965031530100", "id_length"),
        ("12022519650315301?", "id_chars"),
        ("12022519650315X01X", "id_chars"),
        ("120225196502303010", "id_date"),
        ("120225201903013010", "id_date"),
        ("120225189912313010", "id_date"),
        ("120225196503153011", "id_checksum"),
        ("一二〇", "id_chars"),
    ],
)
def test_what_is_wrong_is_named(number, code):
    assert id_numbers.check(number, today=TODAY) == code


@pytest.mark.parametrize("more", ["44", "4412"])
def test_a_disabled_persons_certificate_holds_the_id_number(more):
    number = "120225196503153010"
    assert id_numbers.split_certificate(number + more) == (number, number + more)
    assert id_numbers.split_certificate(number) == (number, "")
