"""Which rows of a sheet are its header, and which column feeds which field."""

import csv
import hashlib
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from rapidfuzz import fuzz, process

from households.codes import SPELLINGS, Relation

from .masks import UNSEEN, printable, without_numbers
from .rows import Column, How, Mapping, Refusal, Sheet
from .units import unit_above, unit_of

Layout = Literal["members", "households", "side"]  # a row per member, per household, per household with its members

SEARCHED_ROWS = 30
DEEPEST = 3
NEAR = 86.0  # of 100: a field that the file may well not have
NEAR_REQUIRED = 70.0  # a field that is missed otherwise

INCOME_TOTALS = ("wage", "business", "property", "transfer", "disposable", "net", "gross")
TRANSFER_PARTS = ("t_family_plan", "t_dibao", "t_tekun", "t_pension", "t_eco", "t_other")
MONEY_FIELDS = (*INCOME_TOTALS, "business_cost", *TRANSFER_PARTS, "medical_refund")
GUARANTEE_FIELDS = {
    "g_food": "food", "g_clothing": "clothing", "g_schooling": "schooling",
    "g_medical": "medical", "g_housing": "housing", "g_old_age": "old_age", "house_safe": "housing",
}  # fmt: skip
MEMBER_FIELDS = (
    "name", "id_no", "relation", "sex", "birth_date", "education", "health", "labour",
    "student_status", "member_phone", "disease", "disability_no",
)  # fmt: skip
HOUSEHOLD_FIELDS = (
    "township", "village", "village_code", "household_no", "address", "head_name", "head_id_no", "household_phone",
    "bank_card_no", "member_count", "household_attr", "main_cause", "income_year", *MONEY_FIELDS, *GUARANTEE_FIELDS,
)  # fmt: skip
TAKEN = frozenset(MEMBER_FIELDS + HOUSEHOLD_FIELDS)
HELPER_FIELDS = ("helper_name", "helper_unit", "helper_post", "helper_phone")  # kept beside the roster
PROBLEM = "problem"  # what rejected.py says of a row, in a column of its own
PLACE_FIELDS = ("township", "village")
PER_HEAD = ("net_per_capita", "disposable_per_capita")
REQUIRED = ("name", "id_no", "relation", "village", "township")

_IN_HELPER_GROUP = {
    "姓名": "helper_name", "单位": "helper_unit", "工作单位": "helper_unit",
    "联系电话": "helper_phone", "电话": "helper_phone", "联系方式": "helper_phone",
}  # fmt: skip
_IN_HEAD_GROUP = {
    "姓名": "head_name", "证件号码": "head_id_no", "身份证号": "head_id_no", "身份证号码": "head_id_no",
}  # fmt: skip

_UNIT = re.compile(r"\((?:单位[::]?)?(元|万元|元/年|元/月|亩|月|人|平方米|㎡|m2|是/否|必填|选填|岁|口|户|个|万)\)")
_COUNT = r"([0-9]{1,2}|[一二三四五六七八九十])"
_MEMBER_N = re.compile(
    rf"(?:(?:成员|人员)(?:信息|情况)?{_COUNT}|第{_COUNT}(?:个|位|名)?(?:家庭)?(?:成员|人员|人))(?:的|信息|情况|基本情况)?(.+)$"
)
_N_LAST = re.compile(rf"^(.+?){_COUNT}$")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)(?:年度?|度)?")
CHILDREN = ("子女", "儿女", "孩子")  # a son or a daughter, by the ID number
_NO_RELATIVES = ("其他", "其它", "非亲属")
_RELATIVES = [
    word
    for code, words in SPELLINGS["relation"].items()
    for word in words.split("|")
    if code != Relation.HEAD and word not in _NO_RELATIVES
]
_RELATED = re.compile(
    rf"^(?:户主|家庭)?(?:成员|人员)?({'|'.join(sorted([*_RELATIVES, *CHILDREN], key=len, reverse=True))}){_COUNT}?"
    r"(?:的|信息|情况|基本情况)?(.+)$"
)
_LINE_ABOVE = re.compile(r"\s*(?:(?:填报|填表|制表|编制|上报)(?:单位|日期|时间|人)|单位|日期|时间)\s*[:：]")
_BRACKETS = re.compile(r"\([^()]*\)")
_NOISE = re.compile(rf"[\s*:、,。.·_\-—★※{UNSEEN}]+")
_NUMBER_FIRST = re.compile(r"^\s*\(?\d{1,2}[.、)]")  # 1.姓名


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: its rows (0-based in the sheet) and its columns."""

    rows: tuple[int, ...]
    columns: tuple[Column, ...]
    fingerprint: str
    layout: Layout = "members"

    def of(self, field: str) -> Column | None:
        """The column that feeds a field."""
        return next((c for c in self.columns if c.field == field), None)

    @property
    def fields(self) -> set[str]:
        return {c.field for c in self.columns if c.field}

    @property
    def parts(self) -> list[int]:
        """The groups of columns that hold a person, left to right; [0] unless members stand side by side."""
        named = {c.part for c in self.columns if c.target in ("name", "id_no")}
        return sorted(named) or [0]

    @property
    def missing(self) -> list[str]:
        """Required fields without a column; "net" stands for any income of the household."""
        have = self.fields
        lacking = list(self._missing_of_people())
        if "village_code" not in have:
            lacking += [f for f in ("village", "township") if f not in have]
        return lacking + ([] if have & set(INCOME_TOTALS) else ["net"])

    def _missing_of_people(self) -> Iterable[str]:
        """The first of several persons may go without a relation: that one is the head."""
        names = ("head_name", "head_id_no") if self.layout == "households" else ("name", "id_no")
        for part in self.parts:
            have = {c.target for c in self.columns if c.part == part}
            yield from (shown for field, shown in zip(("name", "id_no"), names, strict=True) if field not in have)
            told = "relation" in have or self.relation_of(part)
            if not told and (self.layout == "members" or part != self.parts[0]):
                yield "relation"

    def relation_of(self, part: int) -> str:
        """The relation that the headers of a person's columns name, without a number; "" if they name none."""
        named = next((c.relation for c in self.columns if c.part == part and c.relation), "")
        return named.rstrip("0123456789一二三四五六七八九十")


@cache
def _table() -> dict[str, tuple[str, str]]:
    """Folded spelling → (field, usual header)."""
    known: dict[str, tuple[str, str]] = {}
    with Path(__file__).with_name("header_spellings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for spelling in (row["header"], *row["spellings"].split("|")):
                if spelling:
                    known.setdefault(fold(spelling), (row["field"], row["header"]))
    return known


@cache
def usual_header(field: str) -> str:
    """The usual Chinese header of a field, e.g. 证件号码."""
    return next(header for known, header in _table().values() if known == field)


def fold(text: object) -> str:
    """Header text as it is compared: NFKC, no blanks or marks, units in brackets stripped."""
    if not isinstance(text, str):
        return ""
    folded = (
        _NOISE.sub("", _NUMBER_FIRST.sub("", unicodedata.normalize("NFKC", text))).replace("[", "(").replace("]", ")")
    )
    return _UNIT.sub("", folded)


def letter(index: int) -> str:
    """0-based column index → A, B, … AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def find_header(
    sheet: Sheet, mapping: Mapping | None = None, answered: MappingOf[str, str] | None = None
) -> Header | None:
    """The header rows that explain most columns within the first rows; None if nothing looks like one.

    `answered` by column letter: the field that somebody gave it by hand, "" for none.
    """
    filled = unmerged(sheet, SEARCHED_ROWS + DEEPEST)
    best: tuple[int, int, int] | None = None
    for top in range(min(SEARCHED_ROWS, len(filled))):
        for depth in range(1, min(DEEPEST, len(filled) - top) + 1):
            score = _score(filled[top : top + depth])
            if score >= 3 and (best is None or score > best[0]):
                best = (score, top, depth)
    if best is None:
        return None
    _, top, depth = best
    labels = _labels(filled[top : top + depth])
    fingerprint = _fingerprint(labels)
    given = {**(mapping.by_fingerprint if mapping else {}).get(fingerprint, {}), **(answered or {})}
    proposed = _proposals(labels)
    columns = [_column(sheet.name, i, parts, given, proposed.get(i)) for i, parts in enumerate(labels) if parts]
    if unit := unit_above(sheet.rows[:top]):
        columns = [replace(c, unit=c.unit or unit) for c in columns]
    return Header(tuple(range(top, top + depth)), tuple(columns), fingerprint)


def _fingerprint(labels: list[tuple[str, ...]]) -> str:
    """By what a header is remembered; that of a file of rejected rows is that of the file which they come from."""
    end = len(labels)
    while end and (not labels[end - 1] or plain_field(fold(labels[end - 1][-1])) == PROBLEM):
        end -= 1
    return hashlib.sha256("\n".join("/".join(parts) for parts in labels[:end]).encode()).hexdigest()


def problem_of(header: Header, sheet: Sheet, *, accept_proposed: bool, placed: Iterable[str] = ()) -> Refusal | None:
    """What a page would ask about the mapping: a near miss, two columns for one field, a missing column.

    `placed`: township and village, where an answer stands in for their column.
    """
    proposed = [c for c in header.columns if c.how == "proposed"]
    if proposed and not accept_proposed:
        first = proposed[0]
        params: dict[str, str | int] = {"written": first.header, "columns": first.letter, "sheet": sheet.name}
        return Refusal("header_proposed", params | {"header": usual_header(first.field or "")})
    by_field: dict[tuple[str, int], list[Column]] = defaultdict(list)
    for column in header.columns:
        if column.field:
            by_field[column.field, column.part].append(column)
    for (field, _part), columns in by_field.items():
        if len(columns) > 1:
            letters = "、".join(c.letter for c in columns)
            params = {"columns": letters, "sheet": sheet.name, "header": usual_header(field)}
            return Refusal("column_ambiguous", params)
    if missing := [f for f in header.missing if f not in placed]:
        return Refusal("column_missing", {"header": usual_header(missing[0]), "sheet": sheet.name})
    return None


def is_roster(header: Header) -> bool:
    """Is this table about households, so that a missing column must be said (and not another table)?"""
    fields = header.fields
    return ("relation" in fields and not fields.isdisjoint(("name", "id_no"))) or (
        ("name" in fields or "head_name" in fields) and bool(fields & {"household_no", "member_count", *INCOME_TOTALS})
    )


def unmerged(sheet: Sheet, height: int) -> list[list[object]]:
    """The first rows of a sheet, each merged cell's value in all the cells that it covers."""
    rows = [list(r) for r in sheet.rows[:height]]
    for top, left, bottom, right in sheet.merged:
        if top >= len(rows) or left >= len(rows[top]) or right - left > 200:
            continue
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
    return rows


def _labels(block: list[list[object]]) -> list[tuple[str, ...]]:
    """The texts above each column, top down, without repeats; a group's text reaches right over blanks."""
    width = max(len(r) for r in block)
    texts = [[str(v).strip() if isinstance(v, str) else "" for v in r] + [""] * (width - len(r)) for r in block]
    for upper, lower in itertools.pairwise(texts):
        for i in range(1, width):
            if not upper[i] and lower[i] and lower[i - 1]:
                upper[i] = upper[i - 1]
    labels = []
    for i in range(width):
        parts: list[str] = []
        for row in texts:
            if row[i] and (not parts or parts[-1] != row[i]):
                parts.append(row[i])
        labels.append(tuple(parts))
    return labels


def _score(block: list[list[object]]) -> int:
    """Columns explained, less cells that no header has; 0 if the block's last row explains nothing."""
    labels = _labels(block)
    known = {i for i, parts in enumerate(labels) if parts and _match(parts)}
    strange = sum(isinstance(v, int | float) or (isinstance(v, str) and len(v) > 40) for row in block for v in row)
    if not any(isinstance(v, str) and _table().get(fold(v)) for v in block[-1]):
        return 0
    spare = sum(1 for i in known if len(labels[i]) > 1 and fold(labels[i][-1]) not in _table())
    titles = sum(_is_title(row) for row in block)
    explained = len({labels[i] for i in known})  # a group merged over several columns counts once
    return explained - 3 * strange - spare - titles


def _is_title(row: list[object]) -> bool:
    """One text alone, or a line like 填报单位：… 单位：元."""
    texts = {str(v) for v in row if v not in ("", None)}
    return len(texts) <= 1 or any(map(_LINE_ABOVE.match, texts))


def _match(parts: tuple[str, ...]) -> str | None:
    """The field of a column by its labels, top down: groups give 姓名, 单位, 联系电话 their meaning."""
    table = _table()
    folded = [f for f in (fold(p) for p in parts) if f]
    if not folded:
        return None
    leaf, groups = folded[-1], "".join(folded[:-1])
    tries = [groups + leaf, leaf + groups] if groups else []
    for text in tries:
        if text in table:
            return table[text][0]
    if field := _numbered(groups + leaf)[0] or related(groups + leaf)[0]:
        return field
    if re.search(r"帮扶(?!对象)|领导|联系人", groups) and "对象" not in groups:
        return _IN_HELPER_GROUP.get(leaf) or plain_field(leaf) or "helper_post"
    if "户主" in groups and leaf in _IN_HEAD_GROUP:
        return _IN_HEAD_GROUP[leaf]
    if re.search(r"成员|人员", groups) and plain_field(leaf) == "household_phone":
        return "member_phone"
    return plain_field(leaf) or plain_field(_YEAR.sub("", leaf))


def _numbered(text: str) -> tuple[str | None, int]:
    """(field, number) of 成员1姓名, 第2人身份证号 or 姓名3; (None, 0) of other headers."""
    if found := _MEMBER_N.search(text):
        return _of_person(found[3]), _count(found[1] or found[2])
    if (found := _N_LAST.match(text)) and text not in _table():
        field = plain_field(found[1])
        return (field, _count(found[2])) if field in MEMBER_FIELDS else (None, 0)
    return None, 0


def related(text: str) -> tuple[str | None, str]:
    """(field, who) of 配偶姓名 or 子女2身份证号; (None, "") of other headers."""
    found = _RELATED.match(text)
    field = _of_person(found[3]) if found else None
    return (field, found[1] + (found[2] or "")) if found and field in MEMBER_FIELDS else (None, "")


def _of_person(leaf: str) -> str | None:
    field = plain_field(leaf)
    return "member_phone" if field == "household_phone" else field


def _count(digits: str) -> int:
    return int(digits) if digits.isascii() else "一二三四五六七八九十".index(digits) + 1


def plain_field(leaf: str) -> str | None:
    """The field of a folded header by itself."""
    table = _table()
    found = table.get(leaf) or table.get(_BRACKETS.sub("", leaf)) or table.get(leaf.replace("(", "").replace(")", ""))
    return found[0] if found else None


def _proposals(labels: list[tuple[str, ...]]) -> dict[int, str]:
    """Column → field for headers close to a spelling of a field that no column has; proposed, never assumed."""
    matches = [_match(parts) for parts in labels]
    have = {f for f, parts in zip(matches, labels, strict=True) if f and not related("".join(map(fold, parts)))[0]}
    lacking = {f for f in REQUIRED if f not in have} | (set() if have & set(INCOME_TOTALS) else set(INCOME_TOTALS))
    if "head_name" in have and "name" not in have:  # a row per household
        lacking -= {"name", "relation", *(["id_no"] if "head_id_no" in have else [])}
    best: dict[str, tuple[float, int]] = {}
    for i, parts in enumerate(labels):
        if not parts or matches[i]:
            continue
        field, score = _nearest(fold(parts[-1]))
        least = NEAR_REQUIRED if field in lacking else NEAR
        if field and field not in have and score >= least and score > best.get(field, (0.0, 0))[0]:
            best[field] = (score, i)
    return {i: field for field, (_, i) in best.items()}


def _nearest(leaf: str) -> tuple[str, float]:
    """(the field that we take whose spelling is nearest, likeness of 100); a 人均 or 支出 column is no total."""
    if not 2 <= len(leaf) <= 16:
        return "", 0.0
    found = process.extractOne(leaf, _table().keys(), scorer=fuzz.ratio, score_cutoff=NEAR_REQUIRED)
    if found is None:
        return "", 0.0
    spelling, score, _ = found
    field = _table()[spelling][0]
    strange = any(word in leaf and word not in spelling for word in ("人均", "支出", "帮扶"))
    return ("", 0.0) if strange or field not in TAKEN else (field, float(score))


def _column(sheet: str, index: int, parts: tuple[str, ...], given: MappingOf[str, str], proposed: str | None) -> Column:
    """`given` by letter or by header: what somebody chose for this file or an earlier one."""
    shown, text = "/".join(" ".join(p.split()) for p in parts)[:100], "".join(map(fold, parts))
    matched = _match(parts)
    chosen = given.get(letter(index), given.get(shown))
    field: str | None
    how: How
    if chosen is not None:
        field, how = chosen or None, "remembered"
    elif matched:
        field, how = matched, "known"
    else:
        field, how = proposed, "proposed"
    known = field or matched or ""
    if field not in TAKEN:
        field, how = None, "unused"
    year = _YEAR.search(text)
    return Column(
        sheet, letter(index), index, _shown(shown), field, how, unit=unit_of("".join(parts)), known=known,
        label=_shown(" ".join(parts[-1].split()))[:100], part=_numbered(text)[1] if field else 0,
        relation=related(text)[1] if field and not _numbered(text)[0] else "", year=int(year[1]) if year else 0,
    )  # fmt: skip


def _shown(header: str) -> str:
    """A header as it may stand on a page: it is what the file holds, and that may be somebody's number."""
    return printable(without_numbers(header))
