"""Numbers of people in any text, masked: what a shifted column holds is nobody's business on a screen."""

import re

from core.masking import ID_STARS, mask_card, mask_id, mask_phone
from households import id_numbers

UNSEEN = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"  # of chats and address books
_JOIN = r"[\s\-‐-―−\u200b-\u200d\u2060\ufeff]{0,3}"  # what people put between the digits of a number
_LONG_NUMBER = re.compile(rf"\d(?:{_JOIN}\d){{14,}}(?:{_JOIN}[Xx](?![A-Za-z]))?")
_MOBILE_INSIDE = re.compile(rf"(?<!\d)(?:\+?86{_JOIN}|0)?1{_JOIN}[3-9](?:{_JOIN}\d){{9}}(?!\d)")
_LOST_NUMBER = re.compile(r"\d\.\d{9,}[eE]\+?\d+")
_CARD_LENGTHS = (16, 19)

_SLIPS = str.maketrans("OoQDIiLl|", "000011111")  # letters typed, or read from a scan, for digits
_LOST = re.compile("锟斤|斤拷|烫烫|屯屯|\ufffd|ï¿½")  # digits that another encoding has eaten
_NO_DIGIT = "".join(map(chr, _SLIPS)) + "锟斤拷烫屯\ufffdï¿½?"
_SLIPPED = re.compile(rf"(?<![A-Za-z])[\d{_NO_DIGIT}](?:{_JOIN}[\d{_NO_DIGIT}])+(?:{_JOIN}[Xx](?![A-Za-z]))?")
_SHORTEST, _FEWEST, _FEWEST_BESIDE_LOST = 15, 8, 6  # characters, digits of them


def is_id_shaped(given: str) -> bool:
    """17 digits and a digit or X around a birth date: somebody's ID number, even with a wrong check digit.

    Letters that slipped in for digits count as these.
    """
    if len(given) != id_numbers.LENGTH:
        return False
    given = given.translate(_SLIPS)
    shaped = given[:17].isdecimal() and given[17] in "0123456789X"
    return shaped and id_numbers.birth_date(given) is not None


def names_somebody(key: str) -> bool:
    """Whether what stands as a 户编号 is an ID number, or tells somebody's number inside a text."""
    if key.isascii() and key.isalnum():
        return is_id_shaped(key)
    bare = key.replace("-", "")
    if key.isascii() and bare.isalnum():  # a code with hyphens is no telephone number
        return any(is_id_shaped(bare[i : i + id_numbers.LENGTH]) for i in range(len(bare) - id_numbers.LENGTH + 1))
    return without_numbers(key) != key


def without_numbers(given: str) -> str:
    """Any text with the ID numbers, cards and mobile numbers in it masked: a shifted column shows nobody's.

    So are ID numbers with letters slipped in, and what another encoding has left of one.
    """
    digits = sum(map(str.isdecimal, given))
    if digits < _FEWEST_BESIDE_LOST:
        return given
    masked = _SLIPPED.sub(_slipped_masked, given)
    if digits < 10:
        return masked
    masked = _LOST_NUMBER.sub(lambda m: mask_id("0" * 18)[4:], masked)
    masked = _LONG_NUMBER.sub(_number_masked, masked)
    return _MOBILE_INSIDE.sub(lambda m: mask_phone(re.sub(r"\D", "", m[0])[-11:]), masked)


def printable(given: str) -> str:
    """A text of the file without what no page can show."""
    return "".join(c if c.isprintable() else "\ufffd" for c in given)


def _slipped_masked(found: re.Match[str]) -> str:
    bare = re.sub(_JOIN, "", found[0])
    digits = sum(map(str.isdecimal, bare))
    if digits >= len(bare) - 1 and bare[:-1].isdecimal() and bare[-1] in "0123456789Xx":
        return found[0]  # no slip
    if _LOST.search(bare) and digits >= _FEWEST_BESIDE_LOST:
        return "*" * ID_STARS
    return mask_id(bare) if len(bare) >= _SHORTEST and digits >= _FEWEST else found[0]


def _number_masked(found: re.Match[str]) -> str:
    given = found[0]
    if len(given) == 16 and found.string[found.start() - 1 : found.start()] == "H":
        return given  # a household code that we made
    digits = re.sub(r"[^\dXx]", "", given)
    return mask_card(digits) if len(digits) in _CARD_LENGTHS else mask_id(digits)
