"""Lines of one household → a family, with findings for each cell that could not be taken as it stands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from households import id_numbers
from households.codes import GuaranteeState

from . import cells
from .cells import Cell
from .codes import severity_of
from .headers import GUARANTEE_FIELDS, MONEY_FIELDS
from .incomes import disagreements, income_of
from .lines import Group, Line, is_head
from .ooxml import Problem
from .places import Found, Places
from .rows import WARNING, Family, Finding, MemberRow, Severity

SOFT = ("address", "bank_card_no", *GUARANTEE_FIELDS)  # rows may differ: the head's counts


@dataclass(slots=True)
class Context:
    """What all families of a file share: `headers` and `units` by (sheet, field), `year` of a file without one."""

    places: Places
    year: int | None
    today: date
    headers: dict[tuple[str, str], str] = field(default_factory=dict)
    units: dict[tuple[str, str], str] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def say(self, line: Line, name: str, code: str, household: str, **more: Any) -> None:
        """Note a finding on a cell of a line; `severity` and `value` only where they are not the usual ones."""
        severity: Severity = more.pop("severity", severity_of(code))
        value = more.pop("value", None)
        shown = cells.shown(name, line.values.get(name) if value is None else value)
        header = self.headers.get((line.sheet, name), "")
        self.findings.append(
            Finding(line.sheet, line.number, header, name, shown, code, severity, household, more.pop("params", more))
        )


def family_of(group: Group, context: Context) -> Family:
    """The family of a group of lines; what is wrong with it is said to the context."""
    lines = _without_repeats(group, context)
    head = next((line for line in lines if is_head(line)), lines[0])
    ordered = [head, *(line for line in lines if line is not head)]
    read = _Reader(group, ordered, context)
    found = read.place()
    members = tuple(_member(line, group.key, context) for line in lines)
    year = read.year()
    amounts = {name: read.money(name) for name in MONEY_FIELDS if read.has(name)}
    for name, total in disagreements(amounts, context.columns[head.sheet]):
        context.say(read.line_of(name) or head, name, "income_sum", group.key, expected=f"{total:,.2f}")
    attribute = read.one("household_attr", lambda v: cells.coded("attribute", v))
    main_cause = read.one("main_cause", lambda v: cells.coded("main_cause", v))
    return Family(
        key=group.key,
        code=read.code(),
        sheet=head.sheet,
        row=lines[0].number,
        township=found.township.name if found.township else "",
        village=found.village.name if found.village else "",
        village_code=found.village.code if found.village else "",
        members=members,
        rows=tuple(line.number for line in group.lines),
        attribute=attribute or "",
        main_cause=main_cause or "",
        phone=read.phone(),
        address=read.one("address", cells.free_text) or "",
        bank_card=read.one("bank_card_no", cells.bank_card) or "",
        people=len(members),
        year=year,
        income=income_of(amounts),
        guarantees=read.guarantees(),
        head_name=cells.text(read.first("head_name")),
        head_id_no=id_numbers.normalise(cells.text(read.first("head_id_no"))),
        stated_people=read.one("member_count", cells.people),
    )


class _Reader:
    """Reads the household's own columns from its lines, the head's first; blank cells below are no conflict."""

    def __init__(self, group: Group, lines: list[Line], context: Context) -> None:
        self.group, self.lines, self.context = group, lines, context

    def has(self, name: str) -> bool:
        return name in self.context.columns[self.lines[0].sheet]

    def line_of(self, name: str) -> Line | None:
        """The first line that has something in this column."""
        return next((ln for ln in self.lines if ln.values.get(name) not in (None, "")), None)

    def first(self, name: str) -> object:
        line = self.line_of(name)
        return line.values[name] if line else None

    def one(self, name: str, parse: Callable[[object], Cell]) -> Any:
        """The household's value of a column; lines that differ are a conflict, unless the column is a soft one."""
        line = self.line_of(name)
        if line is None:
            return parse(None).value
        cell = self._parsed(line, name, parse)
        if name not in SOFT:
            self._compare(line, name, cell, parse)
        return cell.value

    def _parsed(self, line: Line, name: str, parse: Callable[[object], Cell]) -> Cell:
        raw = line.values[name]
        cell = Cell(parse(None).value, raw.code) if isinstance(raw, Problem) else parse(raw)
        if cell.code:
            self.context.say(line, name, cell.code, self.group.key, params=cell.params)
        return cell

    def _compare(self, first: Line, name: str, cell: Cell, parse: Callable[[object], Cell]) -> None:
        raw, said = first.values[name], False
        for line in self.lines:
            other = line.values.get(name)
            if line is first or other in (None, "", raw) or cells.text(other) == "":
                continue
            theirs = Cell(None, other.code) if isinstance(other, Problem) else parse(other)
            if theirs.code and theirs.code != cell.code and severity_of(theirs.code) == "error":
                self.context.say(line, name, theirs.code, self.group.key, params=theirs.params)
            elif theirs.value != cell.value and not said:
                row = f"{first.sheet} {first.number}"
                self.context.say(line, name, "household_conflict", self.group.key, other=row)
                said = True

    def code(self) -> str:
        """The 户编号, "" where the file has none; each line without one is said."""
        if not self.has("household_no"):
            return ""
        value = ""
        for line in self.group.lines:
            cell = cells.household_no(line.values.get("household_no"))
            value = value or cell.value
            if cell.code and (cell.code == "household_no_missing" or line is self.group.lines[0]):
                self.context.say(line, "household_no", cell.code, self.group.key, params=cell.params)
        return value

    def place(self) -> Found:
        """The village; township and village of all lines must be one place."""
        found: Found | None = None
        for line in self.lines:
            names = [cells.text(line.values.get(f)) for f in ("township", "village", "village_code")]
            if not any(names) and found:
                continue
            names = [n or cells.text(self.first(f)) for n, f in zip(names, _PLACE_FIELDS, strict=True)]
            this = self.context.places.find(*names)
            if found is None:
                found = this
                self._say_place(line, this)
            elif this != found:
                row = f"{self.lines[0].sheet} {self.lines[0].number}"
                self.context.say(line, "village", "household_conflict", self.group.key, other=row)
                break
        return found or Found()

    def _say_place(self, line: Line, found: Found) -> None:
        if found.problem:
            name = "township" if found.problem.startswith("township") else "village"
            params = {"expected": found.expected} if found.expected else {}
            self.context.say(line, name, found.problem, self.group.key, value=self.first(name), params=params)

    def year(self) -> int | None:
        if not self.has("income_year"):
            return self.context.year
        if self.line_of("income_year") is None:
            self.context.say(self.lines[0], "income_year", "year_invalid", self.group.key)
            return None
        found: int | None = self.one("income_year", lambda v: cells.year(v, today=self.context.today))
        return found

    def money(self, name: str) -> Decimal | None:
        unit = self.context.units.get((self.lines[0].sheet, name), "")
        signed = name in ("disposable", "net", "gross")
        amount: Decimal | None = self.one(name, lambda v: cells.money(v, unit=unit, signed=signed))
        return amount

    def phone(self) -> str:
        line = self.line_of("household_phone")
        return self._parsed(line, "household_phone", cells.phone).value if line else ""

    def guarantees(self) -> dict[str, str]:
        states = {}
        for name, item in GUARANTEE_FIELDS.items():
            if self.has(name):
                state = self.one(name, lambda v: cells.coded("guarantee", v))
                if state and state != GuaranteeState.UNVERIFIED:
                    states[item] = state
        return states


_PLACE_FIELDS = ("township", "village", "village_code")


def _without_repeats(group: Group, context: Context) -> list[Line]:
    """The lines without those that repeat an earlier one whole; both are said, as a warning."""
    kept: list[Line] = []
    by_number: dict[str, Line] = {}
    for line in group.lines:
        number = cells.text(line.values.get("id_no"))
        twin = by_number.get(number) if number else None
        if line.hidden:
            context.say(line, "", "hidden_data", group.key, value="")
        if twin is None or twin.values != line.values:
            kept.append(line)
            by_number.setdefault(number, line)
            continue
        for this, other in ((twin, line), (line, twin)):
            context.say(
                this, "id_no", "id_duplicate", group.key, severity=WARNING, other=f"{other.sheet} {other.number}"
            )
    return kept


def _member(line: Line, household: str, context: Context) -> MemberRow:
    values = line.values
    taken: dict[str, Any] = {}
    for name, parse in _MEMBER_CELLS:
        raw = values.get(name)
        if raw in (None, "") and name not in ("name", "id_no", "relation"):
            continue
        cell = Cell(None, raw.code) if isinstance(raw, Problem) else parse(raw, context.today)
        if cell.code:
            context.say(line, name, cell.code, household, params=cell.params)
        taken[name] = cell.value
    number, certificate = taken.get("id_no") or ("", "")
    sex, born = taken.get("sex") or "", _whole_day(taken.get("birth_date"))
    if number:
        sex, born = _agreed(line, household, context, number, taken)
    phone = taken.get("member_phone") or ""
    return MemberRow(
        sheet=line.sheet,
        row=line.number,
        name=taken.get("name") or "",
        id_no=number,
        relation=taken.get("relation") or "other",
        sex=sex,
        birth_date=born,
        education=taken.get("education") or "",
        health=taken.get("health") or (),
        labour=taken.get("labour") or "",
        student_status=taken.get("student_status") or "",
        phone=phone,
        disease=taken.get("disease") or "",
        disability_no=id_numbers.normalise(taken.get("disability_no") or "") or certificate,
    )


def _agreed(
    line: Line, household: str, context: Context, number: str, taken: dict[str, Any]
) -> tuple[str, date | None]:
    """Sex and birth date by the ID number; other ones in their columns are said."""
    sex, born = id_numbers.sex(number), id_numbers.birth_date(number, today=context.today)
    if taken.get("sex") and taken["sex"] != sex:
        context.say(line, "sex", "id_sex_conflict", household)
    stated = taken.get("birth_date")
    if stated and born:
        day = stated[2] or born.day
        if stated[:2] != (born.year, born.month) or day != born.day:
            context.say(line, "birth_date", "id_birth_conflict", household, expected=born.isoformat())
    return sex, born


def _whole_day(parts: tuple[int, int, int | None] | None) -> date | None:
    return date(parts[0], parts[1], parts[2]) if parts and parts[2] else None


def _relation(value: object, _today: date) -> Cell:
    cell = cells.coded("relation", value)
    return cell if cells.text(value) else Cell("", "relation_unknown", cells.coded("relation", "?").params)


_MEMBER_CELLS: tuple[tuple[str, Callable[[object, date], Cell]], ...] = (
    ("name", lambda v, _t: cells.name(v)),
    ("id_no", lambda v, t: cells.id_no(v, today=t)),
    ("relation", _relation),
    ("sex", lambda v, _t: cells.coded("sex", v)),
    ("birth_date", lambda v, t: cells.day(v, today=t)),
    ("education", lambda v, _t: cells.coded("education", v)),
    ("health", lambda v, _t: cells.health(v)),
    ("labour", lambda v, _t: cells.coded("labour", v)),
    ("student_status", lambda v, _t: cells.coded("student_status", v)),
    ("member_phone", lambda v, _t: cells.phone(v)),
    ("disease", lambda v, _t: cells.free_text(v)),
    ("disability_no", lambda v, _t: cells.free_text(v)),
)
