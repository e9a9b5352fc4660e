"""The household code (户编号) as it is stored and compared: the same from a form and from a file."""

import unicodedata
from collections.abc import Iterable, Mapping

_FOLD = str.maketrans(
    dict.fromkeys(" \t\r\n\u00a0\u3000\u200b\ufeff'’‘`") | dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-")
)


def folded(given: str) -> str:
    """Width folded, blanks and guards dropped, capitals; hyphens stay. "" if nothing but hyphens is left."""
    code = (given if given.isascii() else unicodedata.normalize("NFKC", given)).translate(_FOLD).upper()
    return code if code.strip("-") else ""


def spellings(code: str) -> set[str]:
    """How an earlier version may have stored this folded code: from a file without hyphens, from a form as typed."""
    return {code.replace("-", ""), code.lower()} - {code}


def stored_as(codes: Iterable[str]) -> Mapping[str, str]:
    """Other spelling → the one of these codes that it may stand for; none that fits two, or is one of them."""
    codes = set(codes)
    found: dict[str, list[str]] = {}
    for code in codes:
        for other in spellings(code) - codes:
            found.setdefault(other, []).append(code)
    return {other: fitting[0] for other, fitting in found.items() if len(fitting) == 1}
