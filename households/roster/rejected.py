"""The rows of rejected households as an xlsx of their own, to be corrected and loaded again."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from .cells import text
from .codes import sentence
from .headers import unmerged
from .lines import fill_down
from .ooxml import Problem
from .rows import ERROR, Column, Finding, Reading, Sheet

WIDTH, WIDE = 14, 60  # characters
Told = Mapping[tuple[str, int], list[Finding]]


def rejected_xlsx(sheets: Iterable[Sheet], reading: Reading, findings: Iterable[Finding], keys: Iterable[str]) -> bytes:
    """Rows of the families with these keys under their own header, what is wrong as a column and as cell comments.

    Text is written as text (ID numbers too), and merged cells are filled, so that the corrected file can be loaded.
    """
    told = defaultdict(list)
    for finding in findings:
        if finding.severity == ERROR and finding.row is not None:
            told[finding.sheet, finding.row].append(finding)
    wanted = set(keys)
    lines = {(m.sheet, m.row) for f in reading.families if f.key in wanted for m in f.members}
    rows_of: defaultdict[str, set[int]] = defaultdict(set)
    for sheet_name, row in lines:
        rows_of[sheet_name].add(row)
    moved = {
        (s.name, row): line
        for s in reading.sheets
        for line, row in enumerate(sorted(rows_of[s.name]), start=len(s.header_rows) + 1)
    }
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        for sheet in sheets:
            if rows_of[sheet.name]:
                _Page(book, sheet, reading, moved).write(sorted(rows_of[sheet.name]), told)
        if not book.worksheets():
            book.add_worksheet(_("Rejected rows"))
    return out.getvalue()


class _Page:
    """One sheet of the file, with the rows that were rejected."""

    def __init__(self, book: Any, sheet: Sheet, reading: Reading, moved: Mapping[tuple[str, int], int]) -> None:
        self.page = book.add_worksheet(sheet.name)
        self.moved = moved  # (sheet, row) → the row in this file
        self.sheet = sheet
        self.columns = [c for c in reading.columns if c.sheet == sheet.name]
        self.place_of: dict[object, int] = {c.field: place for place, c in enumerate(self.columns) if c.field}
        self.place_of |= {(c.target, c.label): place for place, c in enumerate(self.columns) if c.field}
        self.header_rows = next(s.header_rows for s in reading.sheets if s.name == sheet.name)
        self.head = book.add_format({"bold": True, "bg_color": "#e8f1ec"})
        self.plain = book.add_format({"num_format": "@"})
        self.wrong = book.add_format({"num_format": "@", "bg_color": "#fbeee4"})

    def write(self, rows: list[int], told: Told) -> None:
        top = self._header()
        first = self.header_rows[-1] + 1 - self.sheet.first_row
        fill_down(self.sheet, [c for c in self.columns if c.field], first, len(self.sheet.rows) - 1)
        for line, row in enumerate(rows, start=top):
            self._row(line, self.sheet.rows[row - self.sheet.first_row], told.get((self.sheet.name, row), []))

    def _header(self) -> int:
        """The header rows as they are, merged cells filled; returns the first line below."""
        last = len(self.columns)
        block = unmerged(self.sheet, self.header_rows[-1] + 1 - self.sheet.first_row)
        for line, row in enumerate(self.header_rows):
            cells = block[row - self.sheet.first_row]
            for place, column in enumerate(self.columns):
                self.page.write_string(line, place, _shown(cells, column), self.head)
            self.page.write_string(line, last, _("Problem and what to do"), self.head)
        self.page.set_column(0, max(last - 1, 0), WIDTH)
        self.page.set_column(last, last, WIDE)
        self.page.freeze_panes(len(self.header_rows), 0)
        return len(self.header_rows)

    def _row(self, line: int, cells: list[object], problems: list[Finding]) -> None:
        wrong: dict[int, str] = {}
        for finding in problems:
            place = self.place_of.get((finding.field, finding.column), self.place_of.get(finding.field))
            if place is not None:
                told = sentence(finding, self.moved)
                wrong[place] = f"{wrong[place]}\n{told}" if place in wrong else told
        for place, column in enumerate(self.columns):
            style = self.wrong if place in wrong else self.plain
            value = cells[column.index] if column.index < len(cells) else None
            if isinstance(value, int | float) and not isinstance(value, bool):
                self.page.write_number(line, place, value, style)
            else:
                self.page.write_string(line, place, _shown(cells, column), style)
            if place in wrong:
                self.page.write_comment(line, place, wrong[place])
        told = " ".join(dict.fromkeys(sentence(f, self.moved) for f in problems))
        self.page.write_string(line, len(self.columns), told, self.plain)


def _shown(cells: list[object], column: Column) -> str:
    value = cells[column.index] if column.index < len(cells) else None
    if value is None or isinstance(value, Problem):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, str) else text(value)
