"""Resident ID numbers: 18 characters, of which 7-14 are the birth date, 17 the sex, 18 the check digit.

python-stdnum's validate() refuses most numbers of this district, because its table of places follows
the years (`蓟县` 120225 until 2016); so only its check digit is used and the place is never tested.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from django.utils import timezone
from stdnum.cn import ric

LENGTH = 18
FIRST_BIRTH = date(1900, 1, 1)
CERTIFICATE_LENGTHS = (20, 22)  # a disabled person's certificate: ID number, type, grade, and two of a reissue
_FORM = re.compile(r"[0-9]{17}[0-9X]").fullmatch
_DROPPED = str.maketrans("", "", "-‐‑–—－ \t\r\n\u00a0\u3000\u200b\ufeff'’‘`")


def normalise(text: str) -> str:
    """Fold width, drop blanks, hyphens and guards, x → X."""
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return folded.translate(_DROPPED).upper()


def check(number: str, *, today: date | None = None) -> str | None:
    """None for a valid normalised number, else id_15_digit, id_length, id_chars, id_date or id_checksum."""
    if not _FORM(number):
        return _wrong_form(number)
    if birth_date(number, today=today) is None:
        return "id_date"
    return None if ric.calc_check_digit(number) == number[17] else "id_checksum"


def _wrong_form(number: str) -> str:
    if not number.isascii() or not number.isalnum():
        return "id_chars"
    if len(number) == 15 and number.isdigit():
        return "id_15_digit"
    return "id_length" if len(number) != LENGTH else "id_chars"


def birth_date(number: str, *, today: date | None = None) -> date | None:
    """The birth date in an 18-character number; None if it does not exist or lies before 1900 or in the future."""
    born = _day(number[6:14])
    return born if born and FIRST_BIRTH <= born <= (today or timezone.localdate()) else None


@lru_cache(maxsize=50_000)  # more than there are days since FIRST_BIRTH
def _day(digits: str) -> date | None:
    """YYYYMMDD → the day, None if there is none."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """ "male" or "female", by the parity of digit 17."""
    return "male" if number[16] in "13579" else "female"


def split_certificate(number: str) -> tuple[str, str]:
    """A normalised number → (ID number, disabled person's certificate or ""): the first 18 are the ID number."""
    if len(number) in CERTIFICATE_LENGTHS and number[LENGTH:].isalnum():
        return number[:LENGTH], number
    return number, ""


def with_check_digit(first_17: str) -> str:
    """The whole number for its first 17 digits (for fictitious people and tests)."""
    return first_17 + str(ric.calc_check_digit(first_17 + "0"))  # stdnum drops the last character
