"""Lines of one household → a family, with findings for each cell that could not be taken as it stands."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from households import id_numbers
from households.codes import GuaranteeState

from . import cells
from .codes import place_of, severity_of
from .context import NEEDED, PLACE_CELLS, Columns, Context, Words
from .headers import GUARANTEE_FIELDS, MONEY_FIELDS
from .incomes import disagreements, income_of
from .lines import Group, Line, is_head
from .once import Once
from .ooxml import Problem
from .places import Found
from .rows import ERROR, WARNING, Family, Helper, MemberRow, Severity

Parts = tuple[int, int, int | None]  # of a date; a month alone has no day

SOFT = ("address", "bank_card_no", *GUARANTEE_FIELDS)  # rows may differ: the head's counts


def family_of(group: Group, context: Context) -> Family:
    """The family of a group of lines; what is wrong with it is said to the context."""
    lines = _without_repeats(group, context)
    head = next((line for line in lines if is_head(line)), lines[0])
    ordered = [head, *(line for line in lines if line is not head)]
    read = _Reader(group, ordered, context)
    found = read.place()
    members = tuple(_member(line, group.key, context) for line in lines)
    year = read.year()
    amounts = read.amounts()
    readable = read.failed.isdisjoint(MONEY_FIELDS)  # else a sum would count what is not readable as 0
    for name, total in disagreements(amounts, context.columns[head.sheet]) if readable else ():
        context.say(read.line_of(name) or head, name, "income_sum", group.key, expected=f"{total:,.2f}")
    attribute, main_cause, stated = read.one("household_attr"), read.one("main_cause"), read.one("member_count")
    complete = context.layouts.get(head.sheet) != "households"
    return Family(
        key=group.key,
        code=read.code(),
        sheet=lines[0].sheet,
        row=lines[0].number,
        township=found.township.name if found.township else "",
        village=found.village.name if found.village else "",
        village_code=found.village.code if found.village else "",
        members=members,
        rows=tuple(dict.fromkeys(line.number for line in lines)),
        attribute=attribute or "",
        main_cause=main_cause or "",
        phone=read.phone(),
        address=read.one("address") or "",
        bank_card=read.one("bank_card_no") or "",
        people=len(members) if complete else stated or 1,
        year=year,
        income=income_of(amounts),
        guarantees=read.guarantees(),
        head_name=read.head_name(),
        head_id_no=id_numbers.normalise(cells.text(read.first("head_id_no"))) if read.has("head_id_no") else "",
        stated_people=stated,
        helper=read.helper(),
        members_complete=complete,
    )


class _Reader:
    """Reads the household's own columns from its lines, the head's first; blank cells below are no conflict."""

    def __init__(self, group: Group, lines: list[Line], context: Context) -> None:
        self.group, self.lines, self.context = group, lines, context
        self.columns = context.columns[lines[0].sheet]
        self.columns_of = context.columns_of(lines[0].sheet)
        self.failed: set[str] = set()  # columns with a cell that could not be taken
        first, *others = [tuple(map(line.values.get, self.columns_of.said_once)) for line in lines]
        self.alike = others.count(first) == len(others)  # the usual case: all lines say the same of the household

    def has(self, name: str) -> bool:
        return name in self.columns

    def line_of(self, name: str) -> Line | None:
        """The first line that has something in this column."""
        for line in self.lines:
            if line.values.get(name) not in (None, ""):
                return line
        return None

    def first(self, name: str) -> object:
        line = self.line_of(name)
        return line.values[name] if line else None

    def one(self, name: str) -> Any:
        """The household's value of a column: the first that can be taken, None if there is none.

        Lines that differ are a conflict, said once, unless the column is a soft one. So is what is wrong with a cell.
        """
        read = self.columns_of.household.get(name)
        if read is None:
            return None
        if self.alike:
            first = self.lines[0].values.get(name)
            if first in _BLANK:
                return None
            cell = read.of(first)
            if not cell.code:
                return None if cell.value == "" else cell.value
        return self._by_line(name, read)

    def amounts(self) -> dict[str, Decimal | None]:
        """What each column of money says, in yuan."""
        read = self.columns_of.household
        if not self.alike:
            return {name: self._by_line(name, read[name]) for name in self.columns_of.money}
        values, found = self.lines[0].values, dict.fromkeys(self.columns_of.money)
        for name in found:
            if (raw := values.get(name)) not in _BLANK:
                cell = read[name].of(raw)
                found[name] = self._by_line(name, read[name]) if cell.code else cell.value
        return found

    def _by_line(self, name: str, read: Once) -> Any:
        said: set[str] = set()
        taken: tuple[Line, Any] | None = None
        before: object = None
        for line in self.lines:
            raw = line.values.get(name)
            if raw in (None, "", before):
                continue
            before, cell = raw, read.of(raw)
            if cell.code and cell.code not in said:
                self.context.say(line, name, cell.code, self.group.key, params=cell.params)
                said.add(cell.code)
            if cell.value in (None, ""):
                self.failed |= {name} if cell.code else set()
            elif taken is None:
                taken = line, cell.value
                if name in SOFT:
                    break
            elif cell.value != taken[1] and "household_conflict" not in said:
                other = place_of(taken[0].sheet, taken[0].number)
                self.context.say(line, name, "household_conflict", self.group.key, other=other)
                said.add("household_conflict")
        return taken[1] if taken else None

    def head_name(self) -> str:
        """What the column 户主姓名 says; that all lines name the head is asked by checks.head_agrees."""
        found, before, said = "", None, {"name_missing", "name_length"}
        if not self.has("head_name"):
            return found
        read = self.columns_of.household["head_name"]
        for line in self.lines:
            raw = line.values.get("head_name")
            if raw in (None, "", before):
                continue
            before, cell = raw, read.of(raw)
            if cell.code and cell.code not in said:
                self.context.say(line, "head_name", cell.code, self.group.key, params=cell.params)
                said.add(cell.code)
            found = found or cell.value or ""
        return found

    def code(self) -> str:
        """The 户编号, "" where the file has none; each line without one is said."""
        if not self.has("household_no"):
            return ""
        if (usual := self._same_code()) is not None:
            return usual
        value, before, cell = "", object(), cells.household_no("")
        first = self.group.lines[0].values.get("household_no")
        for line in _first_parts(self.group.lines):
            raw = line.values.get("household_no")
            if raw != before:
                cell, before = cells.household_no(raw), raw
            value = value or cell.value
            if cell.code and (cell.code == "household_no_missing" or line is self.group.lines[0] or raw != first):
                self.context.say(line, "household_no", cell.code, self.group.key, params=cell.params)
            elif cell.value != value:
                where = f"{self.group.lines[0].sheet}!{self.group.lines[0].number}"
                self.context.say(line, "household_no", "household_conflict", self.group.key, other=where, why="code")
        return value

    def _same_code(self) -> str | None:
        """The 户编号 if each line has the same valid one, else None."""
        first = self.group.lines[0].values.get("household_no")
        if type(first) is not str or any(line.values.get("household_no") != first for line in self.group.lines):
            return None
        cell = cells.household_no(first)
        return None if cell.code else cell.value

    def place(self) -> Found:
        """The village; township and village of all lines must be one place."""
        if not self.alike:
            return self._place_by_line()
        said = tuple(map(self.lines[0].values.get, PLACE_CELLS))
        if said not in self.context.found:
            found = self._place_by_line()
            if found.problem:
                return found
            self.context.found[said] = found
        return self.context.found[said]

    def _place_by_line(self) -> Found:
        found: Found | None = None
        before: list[object] = []
        for line in self.lines:
            if found:
                self._note_filled(line)
            given = list(map(line.values.get, PLACE_CELLS))
            if given == before:
                continue
            before, names = given, [cells.text(value) for value in given]
            if not any(names) and found:
                continue
            names = [n or cells.text(self.first(f)) for n, f in zip(names, PLACE_CELLS, strict=True)]
            this = self.context.places.find(*names)
            if found is None:
                found = this
                self._say_place(line, this)
            elif found.village is None:  # said already
                found = this
            elif this.village is None:
                self._say_place(line, this)
                break
            elif this != found:
                other = place_of(self.lines[0].sheet, self.lines[0].number)
                self.context.say(line, "village", "household_conflict", self.group.key, other=other)
                break
        return found or Found()

    def _say_place(self, line: Line, found: Found) -> None:
        if not found.problem:
            return
        name = "township" if found.problem.startswith("township") else "village"
        value = line.values.get(name) or self.first(name)
        if name == "village" and not value and (code := self.first("village_code")):
            name, value = "village_code", code
        params = {"expected": found.expected} if found.expected else {}
        if not cells.text(value) and found.problem in ("township_unknown", "village_unknown"):
            params = {"why": "missing"}
        code = value.code if isinstance(value, Problem) else found.problem
        self.context.say(line, name, code, self.group.key, value=value, params=params)
        if found.problem == "township_unknown" and self.has("village"):
            self._say_village(line, line.values.get("village") or self.first("village"))

    def _say_village(self, line: Line, value: object) -> None:
        """Where the township is not known, what can be said of the village all the same."""
        params = {} if cells.text(value) else {"why": "missing"}
        code = value.code if isinstance(value, Problem) else "village_unknown"
        if code != "village_unknown" or not self.context.places.has_village(cells.text(value)):
            self.context.say(line, "village", code, self.group.key, value=value, params=params)

    def _note_filled(self, line: Line) -> None:
        values = line.values
        for name in _FILLED:
            if values.get(name, 0) in _BLANK and self.line_of(name):
                self.context.filled[line.sheet, name] += 1

    def helper(self) -> Helper | None:
        """Who helps the household, if the file says so; a phone that is none is left out."""
        line = self.line_of("helper_name")
        name = cells.free_text(line.values["helper_name"]).value if line else ""
        if not name:
            return None
        unit, post = (cells.free_text(self.first(f)).value or "" for f in ("helper_unit", "helper_post"))
        return Helper(name, unit, post, cells.phone(self.first("helper_phone")).value or "")

    def year(self) -> int | None:
        if not self.has("income_year"):
            return self.context.year
        found: int | None = self.one("income_year")
        if found is None and self.line_of("income_year") is None:
            self.context.say(self.lines[0], "income_year", "year_invalid", self.group.key)
        return found

    def phone(self) -> str:
        line = self.line_of("household_phone")
        if line is None:
            return ""
        cell = self.columns_of.household["household_phone"].of(line.values["household_phone"])
        if cell.code:
            self.context.say(line, "household_phone", cell.code, self.group.key, params=cell.params)
        return cell.value or ""

    def guarantees(self) -> dict[str, str]:
        states: dict[str, str] = {}
        if self.columns.isdisjoint(GUARANTEE_FIELDS):
            return states
        for name, item in GUARANTEE_FIELDS.items():
            if self.has(name):
                state = self.one(name)
                if state and state != GuaranteeState.UNVERIFIED:
                    states[item] = state
        return states


_BLANK = (None, "")
_TEXT_OR_NONE = frozenset((str, type(None)))
_FILLED = (*PLACE_CELLS, "income_year")  # what each row should say; a figure is the household's and given once


def _first_parts(lines: list[Line]) -> Iterable[Line]:
    """One line of each row, where members stand side by side."""
    if not any(line.part for line in lines):
        return lines
    return {(line.sheet, line.number): line for line in reversed(lines)}.values()


def _without_repeats(group: Group, context: Context) -> list[Line]:
    """The lines without those that repeat an earlier one whole; both are said, as a warning."""
    numbers = {line.values.get("id_no") for line in group.lines}
    if len(numbers) == len(group.lines) and not any(line.hidden for line in group.lines):
        return group.lines
    kept: list[Line] = []
    by_number: dict[str, Line] = {}
    for line in group.lines:
        number = cells.text(line.values.get("id_no"))
        twin = by_number.get(number) if number else None
        if line.hidden and (line.alone or not line.part):
            context.say(line, "", "hidden_data", group.key, value="")
        if twin is None or twin.values != line.values:
            kept.append(line)
            by_number.setdefault(number, line)
            continue
        for this, other in ((twin, line), (line, twin)):
            where = place_of(other.sheet, other.number)
            context.say(this, "id_no", "id_duplicate", group.key, severity=WARNING, other=where)
    if len(kept) < len(group.lines):
        context.repeated += len({(x.sheet, x.number) for x in group.lines} - {(x.sheet, x.number) for x in kept})
    return kept


def _member(line: Line, household: str, context: Context) -> MemberRow:
    columns = context.columns_of(line.sheet)
    taken = _taken(line, columns.members, household, context)
    words = _words(line, columns, household, context)
    number, certificate = taken.get("id_no") or ("", "")
    sex, stated_birth = words.sex, taken.get("birth_date")
    if number:
        sex, born = _agreed(line, household, context, number, sex, stated_birth)
    else:
        born = _whole_day(stated_birth)
    if stated := taken.get("disability_no"):
        certificate = id_numbers.normalise(stated)
    return MemberRow(  # by place, which takes a quarter of the time by name
        line.sheet, line.number, taken.get("name") or "", number, words.relation, sex, born, words.education,
        words.health, words.labour, words.student_status, taken.get("member_phone") or "", taken.get("disease") or "",
        certificate, "" if number else "roster", line.part, context.header_of(line, "id_no"),
    )  # fmt: skip


def _words(line: Line, columns: Columns, household: str, context: Context) -> Words:
    """What is said of a person in words of which there are few: many people are described by the same ones."""
    given = tuple(map(line.values.get, columns.words))
    before = columns.read_before.get(given)
    if before is not None:
        return before
    said = len(context.findings)
    taken = _taken(line, columns.words, household, context)
    words = Words(
        relation=taken.get("relation") or "other",
        sex=taken.get("sex") or "",
        education=taken.get("education") or "",
        health=taken.get("health") or (),
        labour=taken.get("labour") or "",
        student_status=taken.get("student_status") or "",
    )
    if len(context.findings) == said and _TEXT_OR_NONE.issuperset(map(type, given)):  # (1, 1.0 and True are equal)
        columns.read_before[given] = words
    return words


def _taken(line: Line, fields: dict[str, Once], household: str, context: Context) -> dict[str, Any]:
    """What the cells that are given mean; what is wrong with one is said."""
    values, taken = line.values, {}
    for name, read in fields.items():
        raw = values.get(name)
        if raw in _BLANK and name not in NEEDED:
            continue
        cell = read[raw] if type(raw) is str else read.of(raw)
        if cell.code:
            severity = _severity(cell.code, line, context)
            context.say(line, name, cell.code, household, params=cell.params, severity=severity)
        taken[name] = cell.value
    return taken


def _severity(code: str, line: Line, context: Context) -> Severity:
    """Without ID number a member is taken; a head is not where nothing else tells which household it is."""
    if code != "id_missing":
        return severity_of(code)
    return ERROR if is_head(line) and "household_no" not in context.columns[line.sheet] else WARNING


def _agreed(
    line: Line, household: str, context: Context, number: str, stated_sex: str, stated: Parts | None
) -> tuple[str, date | None]:
    """Sex and birth date by the ID number; other ones in their columns are said."""
    sex, born = id_numbers.sex(number), id_numbers.birth_date(number, today=context.today)
    if stated_sex and stated_sex != sex:
        context.say(line, "sex", "id_sex_conflict", household)
    if stated and born:
        day = stated[2] or born.day
        if stated[:2] != (born.year, born.month) or day != born.day:
            context.say(line, "birth_date", "id_birth_conflict", household, expected=born.isoformat())
    return sex, born


def _whole_day(parts: Parts | None) -> date | None:
    return date(parts[0], parts[1], parts[2]) if parts and parts[2] else None
