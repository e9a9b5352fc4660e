"""Numbers of people in any text, masked: what a shifted column holds is nobody's business on a screen."""

import re

from core.masking import mask_card, mask_id, mask_phone
from households import id_numbers

_JOIN = r"[\s\-‐-―−\u200b-\u200d\u2060\ufeff]{0,3}"  # what people put between the digits of a number
_LONG_NUMBER = re.compile(rf"\d(?:{_JOIN}\d){{14,}}(?:{_JOIN}[Xx](?![A-Za-z]))?")
_MOBILE_INSIDE = re.compile(rf"(?<!\d)(?:\+?86{_JOIN}|0)?1{_JOIN}[3-9](?:{_JOIN}\d){{9}}(?!\d)")
_LOST_NUMBER = re.compile(r"\d\.\d{9,}[eE]\+?\d+")
_CARD_LENGTHS = (16, 19)


def is_id_shaped(given: str) -> bool:
    """17 digits and a digit or X around a birth date: somebody's ID number, even with a wrong check digit."""
    shaped = len(given) == id_numbers.LENGTH and given[:17].isdecimal() and given[17] in "0123456789X"
    return shaped and id_numbers.birth_date(given) is not None


def names_somebody(key: str) -> bool:
    """Whether what stands as a 户编号 is an ID number, or tells somebody's number inside a text."""
    if key.isascii() and key.isalnum():
        return is_id_shaped(key)
    return without_numbers(key) != key


def without_numbers(given: str) -> str:
    """Any text with the ID numbers, cards and mobile numbers in it masked: a shifted column shows nobody's."""
    if sum(map(str.isdecimal, given)) < 10:
        return given
    masked = _LOST_NUMBER.sub(lambda m: mask_id("0" * 18)[4:], given)
    masked = _LONG_NUMBER.sub(_number_masked, masked)
    return _MOBILE_INSIDE.sub(lambda m: mask_phone(re.sub(r"\D", "", m[0])[-11:]), masked)


def _number_masked(found: re.Match[str]) -> str:
    given = found[0]
    if len(given) == 16 and found.string[found.start() - 1 : found.start()] == "H":
        return given  # a household code that we made
    digits = re.sub(r"[^\dXx]", "", given)
    return mask_card(digits) if len(digits) in _CARD_LENGTHS else mask_id(digits)
