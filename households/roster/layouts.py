"""How a sheet tells who belongs together: a row per member, a row per household, or members side by side in a row."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from .headers import HELPER_FIELDS, MEMBER_FIELDS, TAKEN, Header, fold, plain_field
from .rows import Column

_HEAD = {"head_name": "name", "head_id_no": "id_no"}
_OF_ONE = {"name", "id_no", "member_phone", "disability_no"}  # of the head, in a row per household
_PEOPLE = (*MEMBER_FIELDS, *_HEAD)
_BESIDE_HELPER = {
    "单位": "helper_unit", "联系电话": "helper_phone", "电话": "helper_phone", "联系方式": "helper_phone",
    "手机": "helper_phone", "手机号": "helper_phone", "手机号码": "helper_phone",
}  # fmt: skip


def arranged(header: Header, answered: Collection[str] = ()) -> Header:
    """The header with its layout, and with each column's part and what it feeds.

    `answered`: letters of the columns that somebody chose by hand; they count before others of the same field.
    """
    columns = _beside_helpers(header.columns)
    parts = _parts([c for c in columns if not c.relation])
    relatives = _relatives(columns, parts)
    columns = [c if not c.relation or c.index in relatives else _nobodys(c, answered) for c in columns]
    if relatives and not parts:
        parts = {c.index: 0 for c in columns if c.field in _PEOPLE and not c.part and not c.relation}
    if parts:
        return replace(header, columns=tuple(_side_by_side(columns, parts | relatives)), layout="side")
    columns = [_unnumbered(c, answered) for c in columns]
    chosen = {c.field for c in columns if c.field and c.letter in answered}
    columns = [_unused(c) if c.field in chosen and c.letter not in answered else c for c in columns]
    if _is_of_households(columns):
        return replace(header, columns=tuple(_of_the_head(columns, {0})), layout="households")
    return replace(header, columns=tuple(columns))


def _unused(column: Column) -> Column:
    return replace(column, field=None, how="unused", part=0)


def _nobodys(column: Column, answered: Collection[str]) -> Column:
    """配偶姓名 by itself, or beside a row for each member, is of no use; a column chosen by hand is."""
    column = replace(column, relation="")
    return column if column.letter in answered else replace(_unused(column), known="")


def _beside_helpers(columns: Iterable[Column]) -> list[Column]:
    """单位 and 联系电话 right of 帮扶责任人 are the helper's, unless somebody chose them by hand."""
    result: list[Column] = []
    run: set[str] = set()  # what the helper's columns up to here say
    for column in columns:
        known = _BESIDE_HELPER.get(fold(column.header), "")
        by_hand = column.how == "remembered" and column.field
        if known and "helper_name" in run and known not in run and not by_hand:
            column = replace(column, field=None, how="unused", known=known)
        run = run | {column.known} if not column.field and column.known in HELPER_FIELDS else set()
        result.append(column)
    return result


def _unnumbered(column: Column, answered: Collection[str]) -> Column:
    """A lone 姓名2 is nobody's; a column chosen by hand is."""
    if not column.part:
        return column
    return replace(column, part=0) if column.letter in answered else _unused(column)


def _is_of_households(columns: Iterable[Column]) -> bool:
    """Whether a row is a household: 户主 stands for the person, or 姓名 beside 家庭人口 and little else."""
    fields = {c.field for c in columns if c.field}
    if "relation" in fields or {"name", "head_name"} <= fields:
        return False
    if fields & _HEAD.keys():
        return True
    return "member_count" in fields and {"name", "id_no"} <= fields and fields.isdisjoint({*MEMBER_FIELDS} - _OF_ONE)


def _of_the_head(columns: list[Column], parts: Collection[int]) -> list[Column]:
    """户主姓名, 户主证件号码 and 户主性别 feed the person of part 0, where that has no such columns of its own."""
    own = {c.field for c in columns if c.part == 0}
    result = []
    for column in columns:
        field = column.field
        if column.how == "unused" and not column.known and 0 in parts:
            rest = plain_field(fold(column.label).removeprefix("户主")) if "户主" in column.label else None
            if rest in MEMBER_FIELDS and rest in TAKEN and rest not in own:
                column = replace(column, field=rest, how="known", known=rest or "")
        elif field in _HEAD and _HEAD[field] not in own:
            column = replace(column, feeds=_HEAD[field])
        result.append(column)
    return result


# members side by side


def _parts(columns: list[Column]) -> dict[int, int]:
    """Column → number of its person; {} where members do not stand side by side."""
    of_people = [c for c in columns if c.field in _PEOPLE]
    numbered = {c.part for c in of_people if c.part and c.field == "name"}
    counts = Counter(c.field for c in of_people)
    if numbered:
        parts = {c.index: c.part if c.part in numbered else 0 for c in of_people}
        targets = Counter((_HEAD.get(c.field or "", c.field), parts[c.index]) for c in of_people if c.field in _TWICE)
        if max(targets.values()) == 1:
            return parts
    if counts["id_no"] >= 2 and (numbered or counts["name"] >= 2):
        return _in_sequence(of_people)
    return {}


_TWICE = ("name", "id_no", "relation", "head_name", "head_id_no")


def _in_sequence(of_people: list[Column]) -> dict[int, int]:
    """A person begins where a field comes again. What the later persons do not share belongs to the first."""
    parts: dict[int, int] = {}
    fields: dict[int, dict[str, int]] = defaultdict(dict)
    part = 0
    for column in of_people:
        target = _HEAD.get(column.field or "", column.field or "")
        part += target in fields[part]
        fields[part][target] = column.index
        parts[column.index] = part
    later = [set(fields[p]) for p in fields if p]
    shared = set.intersection(*later) if later else set()
    for number in [p for p in fields if p]:
        for target, index in fields[number].items():
            if target not in shared and target not in fields[0]:
                parts[index] = 0
    return parts


def _relatives(columns: list[Column], parts: dict[int, int]) -> dict[int, int]:
    """Column → number of its person, where headers name the relation; only with name and ID number of that person.

    Rows that say a relation are one for each member: there they are no people of their own.
    """
    if not parts and any(c.field == "relation" and not c.relation for c in columns):
        return {}
    of_one: dict[str, list[Column]] = defaultdict(list)
    for column in columns:
        if column.relation:
            of_one[column.relation].append(column)
    last = max(parts.values(), default=0)
    found: dict[int, int] = {}
    for own in of_one.values():
        if {"name", "id_no"} <= {c.field for c in own}:
            last += 1
            found |= {c.index: last for c in own}
    return found


def _side_by_side(columns: list[Column], parts: dict[int, int]) -> list[Column]:
    starts = sorted(min(i for i, p in parts.items() if p == part) for part in set(parts.values()) if part)
    phones = sum(c.field == "household_phone" for c in columns)
    placed = []
    for column in columns:
        if column.field == "household_phone" and phones > 1 and starts and column.index > starts[0]:
            part = max(parts[s] for s in starts if s < column.index)
            column = replace(column, field="member_phone", part=part)
        elif column.part and column.index not in parts:
            column = _unused(column)
        else:
            column = replace(column, part=parts.get(column.index, 0))
        placed.append(column)
    return _told_apart(_of_the_head(placed, set(parts.values())))


def _told_apart(columns: list[Column]) -> list[Column]:
    """Labels that occur twice get their group, or their letter: a finding names one column."""
    labels = Counter(c.label for c in columns if c.field)
    headers = Counter(c.header for c in columns)
    result = []
    for column in columns:
        if labels[column.label] > 1:
            unique = headers[column.header] == 1
            column = replace(column, label=column.header if unique else f"{column.label[:90]} ({column.letter})")
        result.append(column)
    return result
