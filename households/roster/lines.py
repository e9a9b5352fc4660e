"""Sheets → lines of data: merged cells filled down, totals, notes and blank rows skipped; lines → households."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .cells import text
from .files import non_blank
from .headers import HOUSEHOLD_FIELDS, Header, fold
from .rows import Column, Sheet

_TOTAL = re.compile(r"^(?:合计|小计|总计|共计|累计|本页合计|本页小计|总合计|全村合计|全镇合计)")
_NOTE = re.compile(
    r"^(?:注[::]|备注[::]?|说明[::]?|填表|制表|审核|复核|负责人|联系人[::]|单位\(?盖章|村书记|"
    r"填报|经办|签字|签名|日期[::]|填写说明|主要领导|包村)"
)


@dataclass(slots=True)
class Line:
    """One row of data: the raw value of each field that has a column."""

    sheet: str
    number: int
    values: dict[str, object]
    hidden: bool = False


@dataclass(slots=True)
class Group:
    """The lines of one household; `runs` counts how often the file begins it anew."""

    key: str
    code: str
    lines: list[Line]
    starts: list[Line]


def lines_of(sheet: Sheet, header: Header) -> tuple[list[Line], int, int]:
    """(lines of data, rows below the header, rows skipped as blank, totals, notes or repeated headers)."""
    columns = [c for c in header.columns if c.field]
    first = header.rows[-1] + 1
    last = max((i for i in range(first, len(sheet.rows)) if non_blank(sheet.rows[i])), default=first - 1)
    fill_down(sheet, columns, first, last)
    headers = {fold(v) for i in header.rows for v in sheet.rows[i] if isinstance(v, str) and v.strip()}
    lines, skipped = [], 0
    for i in range(first, last + 1):
        row = sheet.rows[i]
        values = {c.field: row[c.index] for c in columns if c.field and c.index < len(row)}
        if _is_no_data(row, values, headers):
            skipped += 1
            continue
        number = sheet.first_row + i
        lines.append(Line(sheet.name, number, values, number in sheet.hidden_rows))
    return lines, last + 1 - first, skipped


def group(lines: list[Line], *, by_code: bool) -> list[Group]:
    """Households: by 户编号 where there is such a column, else from one head to the next."""
    return _by_code(lines) if by_code else _by_head(lines)


def is_head(line: Line) -> bool:
    """Does the row say that it is the head?"""
    return text(line.values.get("relation")).replace(" ", "") in ("户主", "本人", "本人或户主", "户主本人")


def code_of(line: Line) -> str:
    """The 户编号 of a line as it is compared, "" if empty."""
    return re.sub(r"\s+", "", text(line.values.get("household_no"))).upper()


def key_of(line: Line) -> str:
    """The key of a household without 户编号: where it begins."""
    return f"{line.sheet[:30]}!{line.number}"


def _by_code(lines: list[Line]) -> list[Group]:
    groups: dict[str, Group] = {}
    before: str | None = None
    for line, code in zip(lines, _with_owners(lines), strict=True):
        found = groups.setdefault(code, Group(code, code_of(line), [], []))
        found.code = found.code or code_of(line)
        found.lines.append(line)
        if code != before:
            found.starts.append(line)
        before = code
    return list(groups.values())


def _with_owners(lines: list[Line]) -> Iterator[str]:
    """Each line's household. A row without 户编号 goes with the household it seems to belong to, so that none is
    taken without one of its members: below a head's row the row above, a head with the row below it.
    """
    before = ""
    for i, line in enumerate(lines):
        code = code_of(line)
        if not code:
            following = lines[i + 1] if i + 1 < len(lines) else None
            if not is_head(line) and before:
                code = before
            elif following is not None and not is_head(following) and code_of(following) not in ("", before):
                code = code_of(following)
            else:
                code = key_of(line)
        before = code
        yield code


def _by_head(lines: list[Line]) -> list[Group]:
    groups: list[Group] = []
    for line in lines:
        if not groups or is_head(line) or groups[-1].lines[-1].sheet != line.sheet:
            groups.append(Group(key_of(line), "", [], [line]))
        groups[-1].lines.append(line)
    return groups


def fill_down(sheet: Sheet, columns: list[Column], first: int, last: int) -> None:
    """Fill merged cells of household columns; a merge of another column is left as it is."""
    indexes = {c.index for c in columns if c.field in HOUSEHOLD_FIELDS}
    for top, left, bottom, right in sheet.merged:
        if top < first or left != right or left not in indexes or left >= len(sheet.rows[top]):
            continue
        for row in sheet.rows[top + 1 : min(bottom, last) + 1]:
            row[left] = sheet.rows[top][left]


def _is_no_data(row: list[object], values: dict[str, object], headers: set[str]) -> bool:
    given = {f: v for f, v in values.items() if v is not None and v != "" and text(v)}
    if not given.keys() - {"township", "village", "village_code", "income_year"}:
        return True
    if "id_no" in given and "relation" in given and fold(given["id_no"]) not in headers:
        return False
    texts = [v.strip() for v in row if isinstance(v, str) and v.strip()]
    first = next(iter(texts), "").replace(" ", "").replace("\u3000", "")
    if _TOTAL.match(first) or (_NOTE.match(first) and len(given) <= 3):
        return True
    if "name" in given and _TOTAL.match(text(given["name"]).replace(" ", "")) and "id_no" not in given:
        return True
    folded = [fold(t) for t in texts]
    if len(folded) >= 3 and sum(f in headers for f in folded) >= max(3, len(folded) - 1):
        return True
    numbers = [int(t) for t in (text(v) for v in row) if t.isascii() and t.isdigit() and len(t) < 4]
    return (
        len(numbers) >= 3 and len(numbers) == non_blank(row) and all(b - a == 1 for a, b in itertools.pairwise(numbers))
    )
