"""What all families of a file share: places, columns, what reads a person's cells, and what was found so far."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from . import cells
from .cells import Cell
from .codes import severity_of
from .headers import GUARANTEE_FIELDS, MONEY_FIELDS, Layout
from .lines import Line
from .once import Once
from .places import Found, Places
from .rows import Finding, Severity


class Words(NamedTuple):
    """What is said of a person in words of which there are few."""

    relation: str
    sex: str
    education: str
    health: tuple[str, ...]
    labour: str
    student_status: str


@dataclass(slots=True)
class Columns:
    """What reads the cells of a sheet, by field.

    Of a person: `words` of few different ones, the other `members`. Of a household: all of them, `money` among them;
    `said_once` are these and its place, which all rows of a household should say alike.
    `read_before` holds what a person's `words` together mean, where nothing is wrong with them.
    Of a household also the columns of the file's other sheets: its rows may stand on several.
    """

    words: dict[str, Once]
    members: dict[str, Once]
    household: dict[str, Once]
    money: list[str]
    said_once: tuple[str, ...]
    read_before: dict[tuple[object, ...], Words] = field(default_factory=dict)


@dataclass(slots=True)
class Context:
    """What all families of a file share: `year` of a file without one, `units` by (sheet, field).

    `headers` by (sheet, field, part). `filled` counts the rows whose place or year was blank below a household's
    first; `repeated` the rows that repeat another whole and are skipped. `found`: places by what a row says of them.
    """

    places: Places
    year: int | None
    today: date
    headers: dict[tuple[str, str, int], str] = field(default_factory=dict)
    units: dict[tuple[str, str], str] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    filled: Counter[tuple[str, str]] = field(default_factory=Counter)
    repeated: int = 0
    findings: list[Finding] = field(default_factory=list)
    found: dict[tuple[object, ...], Found] = field(default_factory=dict)
    _columns: dict[str, Columns] = field(default_factory=dict)

    def columns_of(self, sheet: str) -> Columns:
        """What reads the cells of this sheet's columns."""
        if sheet not in self._columns:
            self._columns[sheet] = self._made(sheet)
        return self._columns[sheet]

    def _made(self, sheet: str) -> Columns:
        own, anywhere = self.columns[sheet], set[str]().union(*self.columns.values())
        members = {
            name: Once(partial(parse, today=self.today) if name in _DATED else parse, **_KEPT.get(name, {}))
            for name, parse in _MEMBER_CELLS.items()
            if name in own or name in NEEDED
        }
        money = {
            name: Once(partial(cells.money, unit=self.units.get((sheet, name), ""), signed=name in STATED))
            for name in MONEY_FIELDS
            if name in own
        }
        others = {name: Once(parse) for name, parse in _HOUSEHOLD_CELLS.items() if name in anywhere}
        household = others | money | {"income_year": Once(partial(cells.year, today=self.today))}
        return Columns(
            words={name: read for name, read in members.items() if name in _WORDS},
            members={name: read for name, read in members.items() if name not in _WORDS},
            household=household,
            money=list(money),
            said_once=tuple(name for name in (*PLACE_CELLS, *household) if name in anywhere),
        )

    def read_ahead(self, lines: Sequence[Line]) -> None:
        """Read the usual names and ID numbers of these lines in one go, which takes half the time of one by one."""
        names = cells.usual_names(line.values.get("name") for line in lines)
        numbers = cells.usual_id_nos((line.values.get("id_no") for line in lines), today=self.today)
        for sheet in {line.sheet for line in lines}:
            members = self.columns_of(sheet).members
            members["name"].only(names)
            members["id_no"].only(numbers)

    def header_of(self, line: Line, name: str) -> str:
        """The header of the column that holds this field of a line."""
        return self.headers.get((line.sheet, name, line.part)) or self.headers.get((line.sheet, name, 0), "")

    def say(self, line: Line, name: str, code: str, household: str, **more: Any) -> None:
        """Note a finding on a cell of a line; `severity` and `value` only where they are not the usual ones."""
        severity: Severity = more.pop("severity", severity_of(code))
        value, params = more.pop("value", None), dict(more.pop("params", more))
        shown = cells.shown(name, line.values.get(name) if value is None else value)
        header = self.header_of(line, name)
        self.findings.append(Finding(line.sheet, line.number, header, name, shown, code, severity, household, params))


def _relation(value: object) -> Cell:
    cell = cells.coded("relation", value)
    return cell if cells.text(value) else Cell("", "relation_unknown", {"why": "missing"})


PLACE_CELLS = ("township", "village", "village_code")
STATED = ("disposable", "net", "gross")  # totals, which may be below 0
NEEDED = ("name", "id_no", "relation")  # of each person, if there is no such column too
_DATED = ("id_no", "birth_date")  # whose cells are asked with the day of today
_KEPT = {name: {"most": 0} for name in ("name", "id_no", "member_phone", "disability_no")} | {
    "birth_date": {"most": 40_000}  # each day of a century
}
_WORDS = Words._fields
_MEMBER_CELLS: dict[str, Callable[..., Cell]] = {
    "name": cells.name,
    "id_no": cells.id_no,
    "relation": _relation,
    "sex": partial(cells.coded, "sex"),
    "birth_date": cells.day,
    "education": partial(cells.coded, "education"),
    "health": cells.health,
    "labour": partial(cells.coded, "labour"),
    "student_status": partial(cells.coded, "student_status"),
    "member_phone": cells.phone,
    "disease": cells.stated,
    "disability_no": cells.stated,
}
_HOUSEHOLD_CELLS: dict[str, Callable[[object], Cell]] = {
    "household_attr": partial(cells.coded, "attribute"),
    "main_cause": partial(cells.coded, "main_cause"),
    "member_count": cells.people,
    "address": cells.free_text,
    "bank_card_no": cells.bank_card,
    "household_phone": cells.phone,
    "head_name": cells.name,
    **dict.fromkeys(GUARANTEE_FIELDS, partial(cells.coded, "guarantee")),
}
