"""Families → findings: each check yields all it finds and raises nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from . import cells
from .codes import severity_of
from .lines import Group, is_head
from .rows import Family, Finding, MemberRow

Headers = Mapping[tuple[str, str], str]  # (sheet, field) → header as the file has it


def check_families(families: Iterable[Family], groups: Mapping[str, Group], headers: Headers) -> Iterator[Finding]:
    """All findings of whole families and between them."""
    families = list(families)
    for family in families:
        for check in (one_head, head_agrees, size_agrees):
            yield from check(family, headers)
        yield from code_not_shared(family, groups[family.key], headers)
        yield from no_person_twice(family, headers)
    yield from no_person_in_two(families, headers)


def one_head(family: Family, headers: Headers) -> Iterator[Finding]:
    """A household has exactly one head."""
    heads = [m for m in family.members if m.relation == "head"]
    if not heads:
        yield _finding(family, family.sheet, family.row, "relation", "", "head_missing", headers)
    elif len({m.id_no or m.row for m in heads}) > 1:
        second = heads[1]
        yield _finding(family, second.sheet, second.row, "relation", "户主", "head_two", headers, count=len(heads))


def head_agrees(family: Family, headers: Headers) -> Iterator[Finding]:
    """The columns 户主姓名 and 户主证件号码, where there are such, name the member who is head."""
    head = family.head
    if head is None:
        return
    stated = cells.name(family.head_name).value if family.head_name else None
    if stated and head.name and stated != head.name:
        yield _finding(
            family, head.sheet, head.row, "head_name", stated, "head_name_conflict", headers, expected=head.name
        )
    if family.head_id_no and head.id_no and family.head_id_no[:18] != head.id_no:
        yield _finding(family, head.sheet, head.row, "head_id_no", family.head_id_no, "head_id_conflict", headers)


def size_agrees(family: Family, headers: Headers) -> Iterator[Finding]:
    """家庭人口 equals the number of member rows; the rows count."""
    if family.stated_people is not None and family.stated_people != len(family.members):
        value, count = str(family.stated_people), len(family.members)
        yield _finding(
            family, family.sheet, family.row, "member_count", value, "size_mismatch", headers, expected=count
        )


def code_not_shared(family: Family, group: Group, headers: Headers) -> Iterator[Finding]:
    """One 户编号, one household: it may not begin twice in the file, each time with another head."""
    heads = [line for line in group.lines if is_head(line)]
    if not family.code or len(group.starts) < 2 or len({cells.text(h.values.get("id_no")) for h in heads}) < 2:
        return
    first, *others = group.starts
    for line, other in ((first, others[0]), *((o, first) for o in others)):
        where = f"{other.sheet} {other.number}"
        yield _finding(
            family, line.sheet, line.number, "household_no", family.code, "household_no_shared", headers, other=where
        )


def no_person_twice(family: Family, headers: Headers) -> Iterator[Finding]:
    """Nobody is twice in a household. (Rows that repeat whole are said while the rows are read.)"""
    seen: dict[str, MemberRow] = {}
    for member in family.members:
        if member.id_no and member.id_no in seen:
            yield from _both(family, seen[member.id_no], family, member, "id_duplicate", headers)
        elif member.id_no:
            seen[member.id_no] = member


def no_person_in_two(families: Iterable[Family], headers: Headers) -> Iterator[Finding]:
    """Nobody is in two households of the file; with another name, the number itself is in doubt."""
    by_number: dict[str, list[tuple[Family, MemberRow]]] = defaultdict(list)
    for family in families:
        for member in {m.id_no: m for m in reversed(family.members) if m.id_no}.values():
            by_number[member.id_no].append((family, member))
    for places in by_number.values():
        (first, member), *others = places
        for family, other in others:
            code = "person_two_households" if member.name == other.name else "id_duplicate"
            yield from _both(first, member, family, other, code, headers)


def _both(one: Family, a: MemberRow, two: Family, b: MemberRow, code: str, headers: Headers) -> Iterator[Finding]:
    for family, member, other in ((one, a, b), (two, b, a)):
        where = f"{other.sheet} {other.row}"
        yield _finding(family, member.sheet, member.row, "id_no", member.id_no, code, headers, other=where)


def _finding(
    family: Family, sheet: str, row: int, field: str, value: str, code: str, headers: Headers, **params: str | int
) -> Finding:
    header = headers.get((sheet, field), "")
    shown = cells.shown(field, value)
    return Finding(sheet, row, header, field, shown, code, severity_of(code), family.key, params)
