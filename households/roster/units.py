"""元 or 万元: the unit of money that a header, or a line above it, names."""

import re
import unicodedata
from collections.abc import Iterable

_OF_THE_TABLE = re.compile(r"单位:?[户人口个亩、,/;]*万元|\(万元\)")


def unit_of(header: str) -> str:
    """The unit that a column's headers name: 万元, 元, or "" for none."""
    folded = unicodedata.normalize("NFKC", header)
    if re.search(r"万元|\(万\)", folded):
        return "万元"
    return "元" if "元" in folded else ""


def unit_above(rows: Iterable[Iterable[object]]) -> str:
    """万元 where a line above the header says so of the whole table: 单位：万元, or a title with (万元)."""
    return "万元" if any(_OF_THE_TABLE.search(_line(row)) for row in rows) else ""


def _line(row: Iterable[object]) -> str:
    """The texts of a row as one, folded, without blanks."""
    return "".join(unicodedata.normalize("NFKC", "".join(v for v in row if isinstance(v, str))).split())
