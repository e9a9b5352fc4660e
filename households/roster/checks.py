"""Families → findings: each check yields all it finds and raises nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from . import cells
from .codes import place_of, severity_of
from .families import SOFT
from .headers import HOUSEHOLD_FIELDS, INCOME_TOTALS
from .lines import Group, Line, is_head
from .masks import is_id_shaped, without_numbers
from .rows import Column, Family, Finding, MemberRow

Headers = Mapping[tuple[str, str, int], str]  # (sheet, field, part) → header as the file has it

TELLING = tuple(f for f in HOUSEHOLD_FIELDS if f not in (*SOFT, "household_no", "household_phone"))
FOLLOWING = {  # what else looks wrong in a household for which the first is said, and means nothing then
    "household_no_shared": {"household_conflict", "head_two", "head_name_conflict", "head_id_conflict",
                            "size_mismatch", "income_sum"},
    "several_years": {"household_conflict", "id_duplicate", "head_two", "size_mismatch", "income_sum"},
}  # fmt: skip
STANDS_FOR = {  # where a finding's own field has no column
    "income": ("disposable", "net", "gross", *INCOME_TOTALS),
    "village": ("village_code",),
    "township": ("village", "village_code"),
}


def check_family(family: Family, group: Group, headers: Headers) -> Iterator[Finding]:
    """All findings of a family as a whole; what is between families is asked by no_person_in_two()."""
    heads = [m for m in family.members if m.relation == "head"]
    if len(heads) != 1:
        yield from one_head(family, heads, headers)
    if family.stated_people != len(family.members):
        yield from size_agrees(family, headers)
    if family.head_name or family.head_id_no:
        yield from head_agrees(family, group, headers)
    if len(heads) > 1:
        yield from code_not_shared(family, group, headers)
    yield from one_year(family, group, headers)
    yield from no_person_twice(family, headers)


def one_head(family: Family, heads: list[MemberRow], headers: Headers) -> Iterator[Finding]:
    """A household has exactly one head."""
    if not heads:
        yield _finding(family, family.sheet, family.row, "relation", "", "head_missing", headers)
    elif len({m.id_no or (m.row, m.part) for m in heads}) > 1:
        second = heads[1]
        told = _finding(family, second.sheet, second.row, "relation", "户主", "head_two", headers, count=len(heads))
        yield replace(told, column=_header(headers, second, "relation"))


def head_agrees(family: Family, group: Group, headers: Headers) -> Iterator[Finding]:
    """The columns 户主姓名 and 户主证件号码, where there are such, name the member who is head; said once of each."""
    head = family.head
    if head is None:
        return
    if family.head_name and head.name:
        line, stated = next(
            ((x, name) for x, name in _stated_heads(group) if name != head.name), (group.lines[0], head.name)
        )
        if stated != head.name:
            yield _finding(
                family, line.sheet, line.number, "head_name", stated, "head_name_conflict", headers, expected=head.name
            )
    if family.head_id_no and head.id_no and family.head_id_no[:18] != head.id_no:
        yield _finding(family, head.sheet, head.row, "head_id_no", family.head_id_no, "head_id_conflict", headers)


def _stated_heads(group: Group) -> Iterator[tuple[Line, str]]:
    """Each line where the column 户主姓名 says something new, and the name that it says."""
    before: object = None
    for line in group.lines:
        raw = line.values.get("head_name")
        if raw not in (None, "", before):
            before = raw
            if isinstance(raw, str) and (name := cells.name(raw).value):
                yield line, name


def size_agrees(family: Family, headers: Headers) -> Iterator[Finding]:
    """家庭人口 equals the number of member rows; the rows count. A row per household has no others."""
    if not family.members_complete:
        return
    if family.stated_people is not None and family.stated_people != len(family.members):
        value, count = str(family.stated_people), len(family.members)
        yield _finding(
            family, family.sheet, family.row, "member_count", value, "size_mismatch", headers, expected=count
        )


def code_not_shared(family: Family, group: Group, headers: Headers) -> Iterator[Finding]:
    """One 户编号, one household: it may not begin twice in the file, each time with another head."""
    if not family.code or len(group.lines) < 2:
        return
    beginnings = _beginnings(group)
    if not beginnings:
        return
    first, *others = beginnings
    for line, other in ((first, others[0]), *((o, first) for o in others)):
        where = place_of(other.sheet, other.number)
        yield _finding(
            family, line.sheet, line.number, "household_no", family.code, "household_no_shared", headers, other=where
        )


def _beginnings(group: Group) -> list[Line]:
    """Where the households of a code begin, if there are several: apart, or one below the other but not alike."""
    heads = [line for line in group.lines if is_head(line)]
    if len({cells.text(h.values.get("id_no")) for h in heads}) < 2:
        return []
    if len(group.starts) > 1:
        return group.starts
    first, *others = heads
    unlike = [h for h in others if any(_differ(first, h, f) for f in TELLING)]
    return [first, *unlike] if unlike else []


def _differ(one: Line, two: Line, field: str) -> bool:
    a, b = cells.text(one.values.get(field)), cells.text(two.values.get(field))
    return bool(a and b and a != b)


def one_year(family: Family, group: Group, headers: Headers) -> Iterator[Finding]:
    """A household stands in a file for one income year: nobody of it comes again for another one."""
    if len(group.lines) < 2 or len({line.values.get("income_year") for line in group.lines}) < 2:
        return
    first: dict[str, Line] = {}
    for line in group.lines:
        other = first.setdefault(cells.text(line.values.get("id_no")) or str(id(line)), line)
        if _differ(other, line, "income_year"):
            where, year = place_of(other.sheet, other.number), cells.text(line.values["income_year"])
            yield _finding(family, line.sheet, line.number, "income_year", year, "several_years", headers, other=where)
            return


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
    families = list(families)
    numbers = Counter(member.id_no for family in families for member in family.members)
    again = {number for number, count in numbers.items() if number and count > 1}
    by_number: dict[str, list[tuple[Family, MemberRow]]] = defaultdict(list)
    for family in families if again else ():
        for member in {m.id_no: m for m in reversed(family.members) if m.id_no in again}.values():
            by_number[member.id_no].append((family, member))
    for places in by_number.values():
        (first, member), *others = places
        for family, other in others:
            code = "person_two_households" if member.name == other.name else "id_duplicate"
            if code != "id_duplicate" and first.year and family.year and first.year != family.year:
                code = "several_years"
            yield from _both(first, member, family, other, code, headers)


def _both(one: Family, a: MemberRow, two: Family, b: MemberRow, code: str, headers: Headers) -> Iterator[Finding]:
    for family, member, other in ((one, a, b), (two, b, a)):
        where = place_of(other.sheet, other.row)
        if code == "several_years":
            yield _finding(
                family, member.sheet, member.row, "income_year", str(family.year), code, headers, other=where
            )
            continue
        told = _finding(family, member.sheet, member.row, "id_no", member.id_no, code, headers, other=where)
        yield replace(told, column=_header(headers, member, "id_no"))


def _header(headers: Headers, member: MemberRow, field: str) -> str:
    """The header of a member's own column."""
    return headers.get((member.sheet, field, member.part)) or headers.get((member.sheet, field, 0), "")


def _finding(
    family: Family, sheet: str, row: int, field: str, value: str, code: str, headers: Headers, **params: str | int
) -> Finding:
    header = headers.get((sheet, field, 0), "")
    shown = cells.shown(field, value)
    return Finding(sheet, row, header, field, shown, code, severity_of(code), family.key, params)


# What is true of all findings


def without_following(findings: Iterable[Finding]) -> list[Finding]:
    """Without those that only follow from another one of the same household."""
    findings = list(findings)
    told: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        if finding.code in FOLLOWING:
            told[finding.household] |= FOLLOWING[finding.code]
    return [f for f in findings if f.code not in told.get(f.household, ())] if told else findings


def completed(findings: Iterable[Finding], columns: Iterable[Column]) -> list[Finding]:
    """With the header of the column where a finding has none, and nobody's number in its parameters."""
    headers: dict[tuple[str, str], Column] = {}
    for column in columns:
        if column.field:
            headers.setdefault((column.sheet, column.target), column)
            headers.setdefault((column.sheet, column.field), column)
    return [_completed(f, headers) for f in findings]


def _completed(finding: Finding, headers: Mapping[tuple[str, str], Column]) -> Finding:
    value = without_numbers(finding.value)
    params = {
        k: without_numbers(v) if isinstance(v, str) and (k != "code" or is_id_shaped(v)) else v
        for k, v in finding.params.items()
    }
    if value != finding.value or params != finding.params:
        finding = replace(finding, value=value, params=params)
    if finding.column or not finding.field:
        return finding
    for field in (finding.field, *STANDS_FOR.get(finding.field, ())):
        if column := headers.get((finding.sheet, field)):
            own = finding.field if finding.field != "income" else field
            return replace(finding, column=column.label or column.header, field=own)
    return finding
