"""Somebody's number in any text is masked, with slips and lost bytes too; what is no number stays."""

import pytest

from households.roster.cells import household_no, shown
from households.roster.masks import is_id_shaped, names_somebody, without_numbers
from tests.households.roster.makers import HEAD_ID

STARS = "*" * 14
SLIPPED = "l29999l965O3l53Oll"  # HEAD_ID, typed with letters


@pytest.mark.parametrize(
    ("given", "masked"),
    [
        (HEAD_ID, f"1299{STARS}"),
        ("12O119l96503153010", f"12O1{STARS}"),
        ("1202251965O315301X", f"1202{STARS}"),
        ("李三丰 12O119 1965 0315 3O1O 家", f"李三丰 12O1{STARS} 家"),
        ("120119锟斤拷锟斤拷3153010", STARS),
        ("1201191965锟斤拷", STARS),
        ("\ufffd\ufffd196503153010", STARS),
        ("120119????03153010", f"1201{STARS}"),
        ("姓名李三丰电话14000000001", "姓名李三丰电话140****0001"),
    ],
)
def test_a_number_with_slips_or_lost_bytes_is_masked_in_any_column(given, masked):
    assert without_numbers(given) == masked
    assert without_numbers(masked) == masked
    assert shown("address", given) == masked


@pytest.mark.parametrize(
    "given",
    [
        "2016-09-03",
        "锟三丰 201609",
        "9900100001",
        "H1201191062110001",
        "50,000.00",
        "Bill 2017",
        "12345678?",
        "3号楼201室",
    ],
)
def test_what_is_no_number_of_a_person_stays(given):
    assert without_numbers(given) == given


def test_an_id_number_with_slips_is_no_household_code():
    assert is_id_shaped(SLIPPED)
    assert names_somebody(SLIPPED)
    assert household_no(SLIPPED).code == "household_no_invalid"
    assert household_no("H1201191062110001").code == ""
