"""What all families of a file share: places, columns, what reads a person's cells, and what was found so far."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from . import cells
from .cells import Cell
from .codes import severity_of
from .headers import MONEY_FIELDS, Layout
from .lines import Line
from .once import Once
from .places import Places
from .rows import Finding, Severity


@dataclass(slots=True)
class Context:
    """What all families of a file share: `year` of a file without one, `units` by (sheet, field).

    `headers` by (sheet, field, part). `filled` counts the rows whose place or year was blank below a household's
    first; `repeated` the rows that repeat another whole and are skipped.
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
    _members: dict[str, list[tuple[str, Once]]] = field(default_factory=dict)
    _money: dict[str, list[str]] = field(default_factory=dict)

    def members_of(self, sheet: str) -> list[tuple[str, Once]]:
        """The fields of a person that the sheet has columns for, and those that each person needs."""
        if sheet not in self._members:
            self._members[sheet] = [
                (name, Once(partial(parse, today=self.today) if name in _DATED else parse, **_KEPT.get(name, {})))
                for name, parse in _MEMBER_CELLS.items()
                if name in self.columns[sheet] or name in NEEDED
            ]
        return self._members[sheet]

    def money_of(self, sheet: str) -> list[str]:
        """The amounts that the sheet has columns for."""
        if sheet not in self._money:
            self._money[sheet] = [name for name in MONEY_FIELDS if name in self.columns[sheet]]
        return self._money[sheet]

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


NEEDED = ("name", "id_no", "relation")  # of each person, if there is no such column too
_DATED = ("id_no", "birth_date")  # whose cells are asked with the day of today
_KEPT = {name: {"most": 0} for name in ("id_no", "member_phone", "disability_no")}
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
    "disease": cells.free_text,
    "disability_no": cells.free_text,
}
