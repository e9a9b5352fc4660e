"""Masks: one scheme, and nothing of the hidden part left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import masking

DIGITS = st.text("0123456789", min_size=18, max_size=18)


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (masking.mask_id, "129999198001011234", "1299**************"),
        (masking.mask_id, "12999919800101123X44", "1299**************"),
        (masking.mask_id, "1299", "**************"),
        (masking.mask_id, "", ""),
        (masking.mask_id, None, ""),
        (masking.mask_phone, "13800138000", "138****8000"),
        (masking.mask_phone, "+86 138-0013-8000", "138****8000"),
        (masking.mask_phone, "29142300", "****2300"),
        (masking.mask_phone, "110", "****"),
        (masking.mask_phone, None, ""),
        (masking.mask_name, "李样兰", "李*兰"),
        (masking.mask_name, "李兰", "李*"),
        (masking.mask_name, "欧阳样兰", "欧**兰"),
        (masking.mask_name, "李", "*"),
        (masking.mask_name, "", ""),
        (masking.mask_card, "6222 0000 0000 0001 234", "****1234"),
        (masking.mask_card, "1234", "****"),
        (masking.mask_card, None, ""),
    ],
)
def test_masks(mask, value, shown):
    assert mask(value) == shown


@given(DIGITS, DIGITS)
def test_id_numbers_with_the_same_first_four_cannot_be_told_apart(first, second):
    assert masking.mask_id(first) == masking.mask_id(first[:4] + second[4:])


@given(st.text("0123456789", min_size=11, max_size=11))
def test_a_phone_keeps_seven_digits(phone):
    assert masking.mask_phone(phone) == phone[:3] + "****" + phone[7:]
