"""One cell → a value, or the code of a finding. A fixed rule folds silently; a choice is said."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from core.masking import mask_card, mask_id, mask_phone
from households import id_numbers
from households.codes import SPELLINGS, code_of
from households.household_codes import folded

from .masks import UNSEEN, is_id_shaped, names_somebody, without_numbers
from .ooxml import Problem

MOST_MONEY = Decimal(10_000_000)
TEXT_LIMIT = 100
NAME_LIMIT = 40
HOUSEHOLD_NO_LIMIT = 30
SHOWN = 80  # characters of a value
EXACT_DIGITS = 15  # more digits than a spreadsheet keeps

_GUARD = re.compile(r"""^(?:="(.*)"|['’‘`](.*))$""", re.DOTALL)
NOTHING = frozenset({"-", "--", "—", "——", "/", "\\", "无", "暂无"})  # what people write into a cell to leave it empty
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd\ufffe\uffff]")
_DATE = re.compile(r"^(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})[日号]?)?月?)$")
_TIME = re.compile(r"[ T]+\d{1,2}:\d{2}(?::\d{2})?$")  # that a date was given along when it was saved as text
_YEAR_LAST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d\d)$")
_YEAR_SHORT = re.compile(r"^\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?$")
_YEAR = re.compile(r"^(\d{4})(?:年度?|度)?$")
_YEAR_AND_MORE = re.compile(
    r"^(\d{4})(?:(?:0[1-9]|1[0-2])(?:[0-3]\d)?|[-/.年](?:0?[1-9]|1[0-2])月?(?:(?:[-/.]|(?<=月))[0-3]?\d日?)?)$"
)
_SPACED = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_MOBILE = re.compile(r"^(?:\+?86)?(1[3-9]\d{9})$")
_PARTED = re.compile(r"[、,;/，；\r\n]|(?<=\d{11})\s+")  # what stands between two phone numbers
_LAND_LINE = re.compile(r"^0\d{2,3}-?\d{7,8}(?:-\d{1,5})?$|^\d{7,8}$")
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d{2}$")
_WIDE = re.compile(rf"[\uff01-\uffee\u3000\u00a0\u2007\u202f{UNSEEN}]")
_UNSEEN_ONES = re.compile(f"[{UNSEEN}]+")
_USUAL_NAME = re.compile(r"(?!.*[锟斤拷烫屯])[\u4e00-\u9fa5]{2,20}\Z")  # nothing that _MOJIBAKE begins with
_NAME_JOINTS = str.maketrans(dict.fromkeys("•‧・．●.﹒∙⋅", "·"))
_EXCEL_DAY_0 = date(1899, 12, 30)
# text read in the wrong encoding: lost bytes, blank memory, UTF-8 or GBK taken for Latin letters. (锟 alone is a name.)
_MOJIBAKE = re.compile(
    "锟斤|斤拷|烫烫烫|屯屯屯|Ã(?![A-Z])|ï¿½|ï»¿|[\xa1-\xff]{4}|[ÂÃâãäåæçèéïð][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
)


_NO_PARAMS: Mapping[str, str | int] = MappingProxyType({})


class Cell(NamedTuple):
    """A value and, where there is something to say, the finding's code with its parameters.

    A tuple, since a large roster makes some million of them.
    """

    value: Any = None
    code: str = ""
    params: Mapping[str, str | int] = _NO_PARAMS


def text(value: object) -> str:
    """A cell as plain text: numbers without ".0", guards ('… and ="…") and outer blanks gone, width folded."""
    if isinstance(value, str):
        if value.isascii():
            stripped = value.strip()
        else:
            stripped = (_UNSEEN_ONES.sub("", unicodedata.normalize("NFKC", value)) if _wide(value) else value).strip()
        guarded = _GUARD.match(stripped) if stripped[:1] in ("=", "'", "’", "‘", "`") else None
        return (guarded[1] or guarded[2] or "").strip() if guarded else stripped
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e17:
        return str(int(value))
    if isinstance(value, datetime):
        return (value.date() if value.time() == datetime.min.time() else value).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _wide(value: str) -> bool:
    """Full-width forms or odd blanks? (Compatibility ideographs of names are left as they are.)"""
    return _WIDE.search(value) is not None


def id_no(value: object, *, today: date) -> Cell:
    """(ID number, disabled person's certificate or ""), or what is wrong with it."""
    if type(value) is str and len(value) == id_numbers.LENGTH and value.isascii() and value.isalnum():
        number, certificate = value.upper(), ""
    else:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Cell(code="id_precision_lost")
        given = text(value)
        if not given or given in NOTHING:
            return Cell(code="id_missing")
        if _SCIENTIFIC.match(given):
            return Cell(code="id_precision_lost")
        number, certificate = id_numbers.split_certificate(id_numbers.normalise(given))
    if problem := id_numbers.check(number, today=today):
        return Cell(code=problem, params={"length": len(number)})
    return Cell((number, certificate))


def usual_id_nos(values: Iterable[object], *, today: date) -> dict[str, Cell]:
    """Of these cells the valid numbers that stand as they should, and what `id_no` says of each."""
    return {v: Cell((v, "")) for v in values if type(v) is str and id_numbers.check(v, today=today) is None}


def usual_names(values: Iterable[object]) -> dict[str, Cell]:
    """Of these cells the names of Chinese characters alone, and what `name` says of each."""
    return {v: Cell(v) for v in values if type(v) is str and _USUAL_NAME.match(v)}


def name(value: object) -> Cell:
    """A person's name; rare characters, minority names with · and Latin names are names."""
    given = text(value)
    if _USUAL_NAME.match(given):
        return Cell(given)
    if not given:
        return Cell(code="name_missing")
    joined = re.sub(r"\s+", " ", _SPACED.sub("", given)).translate(_NAME_JOINTS)
    if _CONTROL.search(given) or is_garbled(given) or is_garbled(joined):
        return Cell(code="encoding_lost")
    letters = joined.replace("·", "").replace(" ", "")
    if not letters or not all(unicodedata.category(c)[0] == "L" or _is_rare(c) for c in letters):
        return Cell(code="encoding_lost" if "?" in letters else "name_chars")
    if len(joined) > NAME_LIMIT:
        return Cell(code="name_too_long", params={"length": len(joined)})
    if not 2 <= len(joined) <= 20:
        return Cell(joined, "name_length", {"length": len(joined)})
    return Cell(joined)


def is_garbled(given: str) -> bool:
    """Was the text read in the wrong encoding before it came here?"""
    return not given.isascii() and _MOJIBAKE.search(given) is not None


def _is_rare(character: str) -> bool:
    """〇, private-use and not yet assigned ideographs, combining marks."""
    return unicodedata.category(character) in ("Nl", "Co", "Mn", "Mc") or ord(character) >= 0x20000


def money(value: object, *, unit: str = "", signed: bool = False) -> Cell:
    """Yuan as Decimal with two places, None if empty; `signed` for stated totals, sources are 0 or more."""
    in_10_000 = unit == "万元"
    if type(value) is float and not in_10_000 and 0 <= value <= 10_000_000:
        fen = round(value * 100)
        if abs(value * 100 - fen) < 0.000_01:  # well inside what is folded below, which is 5 times as slow
            return Cell(Decimal(fen).scaleb(-2))
    if value is None or value == "":
        return Cell()
    if isinstance(value, bool | date | timedelta):
        return Cell(code="money_not_number")
    if isinstance(value, int | float):
        amount = _decimal(repr(value))
        if amount is not None and abs(amount) <= MOST_MONEY and abs(amount - round(amount, 2)) < Decimal("0.000001"):
            amount = round(amount, 2) if not in_10_000 else amount  # 0.1 + 0.2 of a formula
    else:
        given = text(value).replace(" ", "")
        if not given or given in NOTHING:
            return Cell()
        given, said = _without_unit(given)
        in_10_000 = (said or unit) == "万元"
        amount = _decimal(given)
    if amount is None:
        return Cell(code="money_not_number")
    return _sized(amount * 10_000 if in_10_000 else amount, in_10_000=in_10_000, signed=signed)


def _without_unit(given: str) -> tuple[str, str]:
    """The number, and the unit that the cell says itself: it counts before the column's."""
    given = given.removeprefix("¥").removeprefix("￥").removeprefix("人民币")
    for ending in ("万元", "万"):
        if given.endswith(ending):
            return given.removesuffix(ending), "万元"
    number = given.removesuffix("整").removesuffix("元")
    return number, "元" if number != given else ""


def _decimal(given: str) -> Decimal | None:
    if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", given):
        given = given.replace(",", "")
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", given):
        return None
    try:
        amount = Decimal(given)
    except InvalidOperation:  # pragma: no cover - the pattern allows only numbers
        return None
    return amount if amount.is_finite() else None


def _sized(amount: Decimal, *, in_10_000: bool, signed: bool) -> Cell:
    if abs(amount) > MOST_MONEY:
        return Cell(code="money_too_large")
    if amount < 0 and not signed:
        return Cell(code="money_negative")
    taken = amount.quantize(Decimal("0.01"))
    if taken != amount:
        return Cell(code="money_decimals")
    taken = abs(taken) if taken == 0 else taken
    return Cell(taken, "money_unit", {"taken": f"{taken:,.2f}"}) if in_10_000 else Cell(taken)


def day(value: object, *, today: date) -> Cell:
    """A date, None if empty: 2017-09-03, 2017/9/3, 2017.9.3, 2017年9月3日, 20170903, or an Excel serial number.

    A month alone (2017-09, 201709) is the month without a day: (year, month, None).
    """
    parts = _day_parts(value)
    if parts is None:
        return Cell(code="date_ambiguous") if _is_ambiguous(text(value)) else Cell()
    year, month, in_month = parts
    try:
        found = date(year, month, in_month or 1)
    except ValueError:
        return Cell(code="date_invalid")
    if found.year < 1900:
        return Cell(code="date_invalid")
    if found > today:
        return Cell(code="date_future")
    return Cell((year, month, in_month))


def _day_parts(value: object) -> tuple[int, int, int | None] | None:
    if isinstance(value, date):
        return value.year, value.month, value.day
    given = text(value)
    given = (_TIME.sub("", given) if ":" in given else given).replace(" ", "")
    if not given or given in NOTHING:
        return None
    if given.isascii() and given.isdigit():
        if len(given) == 8:
            return int(given[:4]), int(given[4:6]), int(given[6:])
        if len(given) == 6:
            return int(given[:4]), int(given[4:]), None
        if len(given) == 5:
            serial = _EXCEL_DAY_0 + timedelta(days=int(given))
            return serial.year, serial.month, serial.day
    if _is_ambiguous(given):
        return None
    if last := _YEAR_LAST.match(given):
        one, two = int(last[1]), int(last[2])
        return int(last[3]), min(one, two), max(one, two)
    match = _DATE.match(given)
    if match and match[2]:
        return int(match[1]), int(match[2]), int(match[3]) if match[3] else None
    return 0, 0, 0


def _is_ambiguous(given: str) -> bool:
    """3/4/2017 may be March or April; 65-3-15 does not say the century."""
    given = given.replace(" ", "")
    if last := _YEAR_LAST.match(given):
        return last[1] != last[2] and int(last[1]) <= 12 and int(last[2]) <= 12
    return bool(_YEAR_SHORT.match(given))


def year(value: object, *, today: date) -> Cell:
    """An income year: 2017, 2017年, 2017年度, 201712 or a date; it must have begun and not lie before 2000."""
    if isinstance(value, date):
        found = value.year
    else:
        given = text(value).replace(" ", "")
        match = _YEAR.match(given) or _YEAR_AND_MORE.match(given)
        if not match:
            return Cell(code="year_invalid")
        found = int(match[1])
    return Cell(found) if 2000 <= found <= today.year else Cell(code="year_invalid")


def people(value: object) -> Cell:
    """A number of people, None if empty."""
    given = text(value).removesuffix("人").removesuffix("口").strip()
    if not given or given in NOTHING:
        return Cell()
    if not (given.isascii() and given.isdigit() and len(given) < 4 and 1 <= int(given) <= 30):
        return Cell(code="people_invalid")
    return Cell(int(given))


def coded(list_name: str, value: object) -> Cell:
    """A code of households.codes, "" if empty; a digit is no label."""
    return _coded_once(list_name, value) if type(value) is str else _coded(list_name, value)


def _coded(list_name: str, value: object) -> Cell:
    given = text(value)
    if not given:
        return Cell("")
    if isinstance(value, bool):
        given = "是" if value else "否"
    if (code := code_of(list_name, given)) is not None:
        return Cell(code)
    if given in NOTHING and list_name != "relation":
        return Cell("")
    options = "、".join(words.split("|")[0] for words in SPELLINGS[list_name].values())
    return Cell("", "relation_unknown" if list_name == "relation" else "code_unknown", {"options": options})


_coded_once = lru_cache(maxsize=1_000)(_coded)  # a roster holds few different words, each thousands of times


def health(value: object) -> Cell:
    """Health may hold several: 长期慢性病、残疾, 大病残疾, 长期慢性病及残疾."""
    return _health_once(value) if type(value) is str else _health(value)


def _health(value: object) -> Cell:
    given = text(value)
    if not given or (one := code_of("health", given)) is not None:
        return Cell((one,) if given else ())
    rest = re.sub(r"[\s、,;/|及和与+]", "", unicodedata.normalize("NFKC", given))
    words = sorted(((w, c) for c, ws in SPELLINGS["health"].items() for w in ws.split("|")), key=lambda p: -len(p[0]))
    found: list[str] = []
    for word, code in words:
        if word in rest:
            rest = rest.replace(word, "")
            found.append(str(code))
    if rest or not found:
        return coded("health", value) if rest == given else Cell((), "code_unknown", coded("health", "?").params)
    return Cell(tuple(c for c in map(str, SPELLINGS["health"]) if c in found))


_health_once = lru_cache(maxsize=1_000)(_health)


def phone(value: object) -> Cell:
    """One or several phone numbers, parted by 、; "" if empty."""
    given = text(value)
    if not given or given in NOTHING:
        return Cell("")
    numbers = [re.sub(r"[\s()]", "", n) for n in _PARTED.split(given) if n.strip()]
    taken = []
    for number in numbers:
        mobile = _MOBILE.match(number.replace("-", ""))
        if not mobile and not _LAND_LINE.match(number):
            return Cell("", "phone_invalid")
        taken.append(mobile[1] if mobile else number)
    return Cell("、".join(taken))


def bank_card(value: object) -> Cell:
    """A bank card number of 12 to 19 digits; a wrong Luhn digit is only said."""
    given = re.sub(r"[\s-]", "", text(value))
    if not given or given in NOTHING:
        return Cell("")
    lost = isinstance(value, int | float) and len(given) > EXACT_DIGITS
    if lost or not (given.isascii() and given.isdigit() and 12 <= len(given) <= 19):
        return Cell("", "card_invalid")
    digits = [int(d) for d in reversed(given)]
    total = sum(digits[::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2])
    return Cell(given) if total % 10 == 0 else Cell(given, "card_checksum")


def household_no(value: object) -> Cell:
    """The 户编号 as text; a number keeps its digits up to 15 of them. A person's ID number is none."""
    if type(value) is str and value.isascii() and value.isalnum() and len(value) < id_numbers.LENGTH:
        return Cell(value.upper())  # the usual code first
    if isinstance(value, Problem):
        return Cell("", value.code)
    given = folded(text(value)) if isinstance(value, str) else text(value)
    if not given:
        return Cell("", "household_no_missing")
    if isinstance(value, int | float) and len(given) > EXACT_DIGITS:
        return Cell("", "id_precision_lost")
    if len(given) > HOUSEHOLD_NO_LIMIT or not given.isascii() or not given.replace("-", "").isalnum():
        return Cell("", "household_no_invalid", {"limit": HOUSEHOLD_NO_LIMIT})
    if names_somebody(given):
        return Cell("", "household_no_invalid", {"why": "id_no"})
    return Cell(given)


def free_text(value: object) -> Cell:
    """Any text in one line, at most TEXT_LIMIT characters; stored as text, whatever it looks like."""
    given = " ".join(text(value).split())
    if _CONTROL.search(given) or is_garbled(given):
        return Cell("", "encoding_lost")
    if len(given) > TEXT_LIMIT:
        return Cell(given[:TEXT_LIMIT], "text_too_long", {"limit": TEXT_LIMIT})
    return Cell(given)


def stated(value: object) -> Cell:
    """A text that is only given where there is something: 无 and the like leave it empty."""
    return Cell("") if text(value) in NOTHING else free_text(value)


_MASKS = {
    "id_no": mask_id,
    "head_id_no": mask_id,
    "disability_no": mask_id,
    "household_phone": mask_phone,
    "member_phone": mask_phone,
    "bank_card_no": mask_card,
}


def shown(field_name: str, value: object) -> str:
    """A cell's value for a finding: ID number, phone and card masked in whatever column, long text cut."""
    if isinstance(value, Problem):
        return ""
    given = text(int(value) if isinstance(value, float) and 1e14 < abs(value) < 1e25 else value)
    if given in NOTHING:
        return given
    if field_name == "disease":
        return "*" * min(len(given), SHOWN)
    masked = without_numbers(given)
    if (mask := _MASKS.get(field_name)) and (masked == given or mask is mask_card):
        masked = mask(given) if not is_id_shaped(id_numbers.normalise(given)) else mask_id(given)
    masked = "".join(c if c.isprintable() else "\ufffd" for c in masked[:SHOWN])
    return _CONTROL.sub("\ufffd", masked)
