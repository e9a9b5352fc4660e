"""Sheets → lines of data: merged cells filled down, totals, notes and blank rows skipped; lines → households."""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from households.household_codes import folded

from .cells import coded, household_no, money, people, phone, text
from .cells import name as name_of
from .files import non_blank
from .headers import CHILDREN, HELPER_FIELDS, HOUSEHOLD_FIELDS, MONEY_FIELDS, Header, fold
from .once import Once
from .ooxml import Problem
from .rows import Column, Sheet, shortened

SHORTEST_ID = 15  # characters: without a relation beside it, a shorter text may be a signature
HEAD_WORDS = ("户主", "本人", "本人或户主", "户主本人")
Mended = MappingOf[tuple[str, int, str], str]

_TOTAL = re.compile(r"^(?:合计|小计|总计|共计|累计|本页合计|本页小计|总合计|全村合计|全镇合计|共\d+[户人口])")
_TOTAL_OF = re.compile(r"(?:合计|小计|总计|共计)(?:[:(].*)?$")  # 石臼村小计, 本镇合计：
_NOTE = re.compile(
    r"^(?:注[::]|备注[::]?|说明[::]?|填表|制表|审核|复核|负责人|联系人[::]|单位\(?盖章|村书记|"
    r"填报|经办|签字|签名|日期[::]|填写说明|主要领导|包村)"
)
_SIGNED = re.compile(
    r"签字|签名|盖章|公章|(?:填表|填报|制表|审核|复核|经办|负责)人[::]|^(?:\d{4}|\s*)年(?:\d{1,2}|\s*)月(?:\d{1,2}|\s*)日$"
)
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_NOBODY = frozenset({"", "无", "/", "-", "—", "\\"})
_BESIDE = frozenset({"township", "village", "village_code", "income_year", *HELPER_FIELDS})  # no data by themselves


@dataclass(slots=True)
class Line:
    """One row of data: the raw value of each field that has a column. `alone`: it begins a household.

    Members who stand side by side in a row are lines of the same number with another `part`.
    """

    sheet: str
    number: int
    values: dict[str, object]
    hidden: bool = False
    part: int = 0
    alone: bool = False


@dataclass(slots=True)
class Group:
    """The lines of one household; `runs` counts how often the file begins it anew."""

    key: str
    code: str
    lines: list[Line]
    starts: list[Line]


def lines_of(
    sheet: Sheet, header: Header, *, place: MappingOf[str, str] | None = None, mended: Mended | None = None
) -> tuple[list[Line], int, int]:
    """(lines of data, rows below the header, rows skipped as blank, totals, notes or repeated headers).

    `place`: what stands in for columns of township and village. `mended`: values for cells of all sheets.
    """
    columns = [c for c in header.columns if c.field]
    first = header.rows[-1] + 1
    last = next((i for i in range(len(sheet.rows) - 1, first - 1, -1) if non_blank(sheet.rows[i])), first - 1)
    mend(sheet, columns, mended or {})
    fill_down(sheet, list(header.columns), first, last)
    mend(sheet, columns, mended or {})  # a mend of one cell of a merge
    headers = {fold(v) for i in header.rows for v in sheet.rows[i] if isinstance(v, str) and v.strip()}
    own = {c.target: c.index for c in columns if c.part in (0, header.parts[0])}
    own |= _helper_columns(header)
    names, wanted, width = list(own), _picker(own.values()), max(own.values(), default=0)
    lines, skipped = [], 0
    for i in range(first, last + 1):
        row = sheet.rows[i]
        if len(row) > width:
            values = dict(zip(names, wanted(row), strict=True))
        else:
            values = {name: row[index] for name, index in own.items() if index < len(row)}
        if _is_no_data(row, values, headers, alone=header.layout != "members"):
            skipped += 1
            continue
        number = sheet.first_row + i
        line = Line(sheet.name, number, {**values, **place} if place else values, number in sheet.hidden_rows)
        lines += [line] if header.layout == "members" else _with_people(line, row, header)
    return lines, last + 1 - first, skipped


def _picker(indexes: Iterable[int]) -> Callable[[list[object]], Sequence[object]]:
    """These places of a row."""
    wanted = list(indexes)
    return itemgetter(*wanted) if len(wanted) > 1 else lambda row: [row[i] for i in wanted]


def _helper_columns(header: Header) -> dict[str, int]:
    """Field → column of who helps: of several groups the one called 帮扶, else the first, never a leader beside it."""
    columns = [c for c in header.columns if not c.field and c.known in HELPER_FIELDS]
    return {c.known: c.index for c in sorted(columns, key=lambda c: ("帮扶" in c.header, -c.index))}


def _with_people(line: Line, row: list[object], header: Header) -> list[Line]:
    """The lines of a row that is a household: of its head, and of the members side by side."""
    first, *others = header.parts
    line.alone, line.part = True, first
    if not any(c.target == "relation" and c.part == first for c in header.columns):
        line.values["relation"] = HEAD_WORDS[0]
    lines = [line] if header.layout == "households" or not _is_nobody(line.values, first, header) else []
    shared = {f: v for f, v in line.values.items() if f in HOUSEHOLD_FIELDS or f in HELPER_FIELDS}
    for part in others:
        own = {c.target: row[c.index] for c in header.columns if c.part == part and c.target and c.index < len(row)}
        if _is_nobody(own, part, header) or (lines and _is_same(line.values, own)):
            continue
        if relation := header.relation_of(part):
            own["relation"] = _of_child(own) if relation in CHILDREN else relation
        lines.append(Line(line.sheet, line.number, shared | own, line.hidden, part))
    lines = lines or [line]
    lines[0].alone = True
    return lines


def _of_child(values: MappingOf[str, object]) -> str:
    """之子 or 之女 by the ID number; without one nobody knows."""
    sex = _bare(values.get("id_no"))[16:17]
    return "之子" if sex in tuple("13579") else "之女" if sex in tuple("02468") else CHILDREN[0]


def _is_nobody(values: MappingOf[str, object], part: int, header: Header) -> bool:
    """Whether the columns of a person are empty; a relation alone may stand there for all rows."""
    fields = {c.target for c in header.columns if c.part == part and c.target not in ("relation", *HOUSEHOLD_FIELDS)}
    return all(text(values.get(f)).strip() in _NOBODY for f in fields)


def _is_same(head: MappingOf[str, object], member: MappingOf[str, object]) -> bool:
    """Whether a member who is called 户主 is the head of the row, listed again."""
    if text(member.get("relation")).replace(" ", "") not in HEAD_WORDS:
        return False
    return all(_bare(member.get(f)) in ("", _bare(head.get(f))) for f in ("name", "id_no"))


def _bare(value: object) -> str:
    if type(value) is str and value.isascii() and value.isalnum():
        return value.upper()
    return re.sub(r"\s+", "", text(value)).upper()


def mend(sheet: Sheet, columns: list[Column], mended: Mended) -> None:
    """Put mended values into the sheet: by the column's letter, or by its field where only one column feeds that."""
    for (name, number, key), value in mended.items():
        if name != sheet.name or not 0 <= number - sheet.first_row < len(sheet.rows):
            continue
        by_letter = [c for c in columns if c.letter == key]
        fitting = by_letter or [c for c in columns if key in (c.field, c.target)]
        if len(fitting) == 1:
            row, index = sheet.rows[number - sheet.first_row], fitting[0].index
            row += [None] * (index + 1 - len(row))
            row[index] = value


def group(lines: list[Line], *, by_code: bool) -> list[Group]:
    """Households: by 户编号 where there is such a column, else from one head to the next."""
    return _by_code(lines) if by_code else _by_head(lines)


def is_head(line: Line) -> bool:
    """Does the row say that it is the head?"""
    relation = line.values.get("relation")
    return _says_head(relation) if type(relation) is str else text(relation).replace(" ", "") in HEAD_WORDS


@lru_cache(maxsize=1_000)
def _says_head(relation: str) -> bool:
    return text(relation).replace(" ", "") in HEAD_WORDS


def code_of(line: Line) -> str:
    """The 户编号 of a line as it is compared, "" if empty."""
    value = line.values.get("household_no")
    if type(value) is str and value.isascii() and value.isalnum():
        return value.upper()
    return "" if isinstance(value, Problem) else folded(text(value))


def key_of(line: Line) -> str:
    """The key of a household without 户编号: where it begins."""
    return f"{shortened(line.sheet, 31)}!{line.number}"


def _by_code(lines: list[Line]) -> list[Group]:
    groups: dict[str, Group] = {}
    before: str | None = None
    for line, code in zip(lines, _with_owners(lines), strict=True):
        found = groups.get(code)
        if found is None:
            found = groups[code] = Group(code, code_of(line), [], [])
        found.code = found.code or code_of(line)
        found.lines.append(line)
        if code != before or line.alone:
            found.starts.append(line)
        before = code
    return list(groups.values())


def _with_owners(lines: list[Line]) -> Iterator[str]:
    """Each line's household. A row without 户编号 goes with the household it seems to belong to, so that none is
    taken without one of its members: below a head's row the row above, a head with the row below it.
    """
    before = ""
    codes = [code_of(line) for line in lines]
    often = Counter(codes)
    usual, read = _usual_shape(often), Once(household_no)
    for i, line in enumerate(lines):
        code = codes[i]
        if code and before and not line.alone and not is_head(line):
            strange = (usual and _shape(code) != usual) or read.of(line.values.get("household_no")).code
            if strange or (often[code] == 1 and _is_member_of(lines[i - 1], line)):
                code = before  # a slip: taken for a household, the family would be taken without this member
        if not code:
            following = lines[i + 1] if i + 1 < len(lines) else None
            if before and not line.alone and (line.part or not is_head(line)):
                code = before
            elif following is not None and not is_head(following) and code_of(following) not in ("", before):
                code = code_of(following)
            else:
                code = key_of(line)
        before = code
        yield code


def _is_member_of(before: Line, line: Line) -> bool:
    """Whether a row below another one has a member's relation and nothing of a household of its own."""
    relation = coded("relation", line.values.get("relation"))
    own = (*((f, money) for f in MONEY_FIELDS), ("member_count", people), ("household_phone", phone))
    return (
        before.sheet == line.sheet
        and relation.value != ""
        and not relation.code
        and all(not _bare(line.values.get(f)) or cell(line.values[f]) == cell(before.values.get(f)) for f, cell in own)
    )


def _shape(code: str) -> str:
    if code.isascii() and code.isdigit():
        return "9" * len(code)
    return re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", code))


def _usual_shape(codes: Counter[str]) -> str:
    """The shape that most codes have; "" if they are of many kinds, or too few to tell."""
    shapes: Counter[str] = Counter()
    for code, rows in codes.items():
        if code:
            shapes[_shape(code)] += rows
    shape, number = shapes.most_common(1)[0] if shapes else ("", 0)
    return shape if number >= max(3, 0.7 * shapes.total()) else ""


def _by_head(lines: list[Line]) -> list[Group]:
    groups: list[Group] = []
    for line in lines:
        begins = line.alone or (line.part == 0 and is_head(line))
        if not groups or begins or groups[-1].lines[-1].sheet != line.sheet:
            groups.append(Group(key_of(line), "", [], [line]))
        groups[-1].lines.append(line)
    return groups


def fill_down(sheet: Sheet, columns: list[Column], first: int, last: int) -> None:
    """Fill merged cells of household columns; a merge of another column is left as it is."""
    indexes = {c.index for c in columns if c.field in HOUSEHOLD_FIELDS or c.known in HELPER_FIELDS}
    for top, left, bottom, right in sheet.merged:
        if not first <= top <= last or left != right or left not in indexes or left >= len(sheet.rows[top]):
            continue
        for row in sheet.rows[top + 1 : min(bottom, last) + 1]:
            row += [None] * (left + 1 - len(row))
            row[left] = sheet.rows[top][left]


def _is_total(given: str) -> bool:
    bare = "".join(text(given).split())
    return bool(_TOTAL.match(bare) or _TOTAL_OF.search(bare))


def _is_no_data(row: list[object], values: dict[str, object], headers: set[str], *, alone: bool) -> bool:
    number, relation = values.get("id_no"), values.get("relation")
    # the usual row first: the rest looks at every cell
    plain = type(number) is str and len(number) >= SHORTEST_ID and number.isascii() and number.isalnum()
    if plain and (alone or (type(relation) is str and relation.isalpha())) and number not in headers:
        return False
    if _counts_columns(row):
        return True
    usual = len(text(number)) >= SHORTEST_ID if alone else text(number) and text(relation)
    if usual and type(number) is str and fold(number) not in headers:
        return False
    given = {f: v for f, v in values.items() if v is not None and v != "" and text(v)}
    if given.keys() <= _BESIDE:
        return True
    if not alone and "id_no" in given and "relation" in given and fold(given["id_no"]) not in headers:
        return False
    texts = [v.strip() for v in row if isinstance(v, str) and v.strip()]
    first = next(iter(texts), "").replace(" ", "").replace("\u3000", "")
    if _TOTAL.match(first) or (_NOTE.match(first) and len(given) <= 3):
        return True
    is_person = len(text(given.get("id_no"))) >= SHORTEST_ID or ("name" in given and not name_of(given["name"]).code)
    if len(given) <= 3 and not is_person and any(_SIGNED.search(t) for t in texts):
        return True
    named = [text(given[f]) for f in ("name", "relation", "household_no") if f in given]
    if "id_no" not in given and all(map(_is_total, named)) and any(map(_is_total, texts)):
        return True
    folded = [fold(t) for t in texts]
    return len(folded) >= 3 and sum(f in headers for f in folded) >= max(3, len(folded) - 1)


def _counts_columns(row: list[object]) -> bool:
    """A row of column numbers below the header: 1 2 3 …, (1) (2) (3) …, or 甲 乙 丙 1 2 3 …."""
    places: list[int] = []
    for value in row:
        if value is None or value == "":
            continue
        bare = text(value).strip("()")
        if len(bare) == 1 and bare in _STEMS:
            places.append(_STEMS.index(bare) - len(_STEMS))
        elif bare.isascii() and bare.isdigit() and len(bare) < 3:
            places.append(int(bare))
        elif bare:
            return False
    return len(places) >= 3 and all(b - a == 1 or (a < 0 and b == 1) for a, b in itertools.pairwise(places))
