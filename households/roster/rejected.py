"""The rows of rejected households as an xlsx of their own, to be corrected and loaded again."""

import io
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.exceptions import XlsxWriterException

from .cells import text
from .codes import sentence
from .headers import PROBLEM, unmerged
from .lines import Mended, fill_down, mend
from .ooxml import Problem
from .rows import ERROR, Column, Finding, Reading, Sheet
from .units import unit_above

WIDTH, WIDE = 14, 60  # characters
Told = Mapping[tuple[str, int], list[Finding]]


def rejected_xlsx(
    sheets: Iterable[Sheet], reading: Reading, findings: Iterable[Finding], keys: Iterable[str], *, mended: Mended,
    titles: Mapping[str, str],
) -> bytes:  # fmt: skip
    """Rows of the families with these keys under their own header, what is wrong as a column and as cell comments.

    Text is written as text (ID numbers too), cells merged down a household stay so, others are filled, `mended` ones
    have their new value, and columns stand where they stood, so that the corrected file can be loaded. `titles` by
    sheet: a line above the header, which tells the place where no column does. So does the unit.
    """
    sheets = list(sheets)
    titles = {s.name: "  ".join(filter(None, (titles.get(s.name), _unit_of_table(s, reading)))) for s in sheets}
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
        for line, row in enumerate(sorted(rows_of[s.name]), start=len(s.header_rows) + bool(titles.get(s.name)) + 1)
    }
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        for sheet in sheets:
            if rows_of[sheet.name]:
                page = _Page(book, sheet, reading, moved)
                page.write(titles.get(sheet.name, ""), sorted(rows_of[sheet.name]), told, mended)
        if not book.worksheets():
            book.add_worksheet(_("Rejected rows"))
    return out.getvalue()


def _worksheet(book: xlsxwriter.Workbook, name: str) -> Any:
    """A worksheet of this name; an ods file may have names that xlsx forbids."""
    try:
        return book.add_worksheet(name)
    except XlsxWriterException:
        return book.add_worksheet()


def _unit_of_table(sheet: Sheet, reading: Reading) -> str:
    """The unit that a line above the header gives its columns: without it the amounts would be other ones."""
    header = next((s.header_rows for s in reading.sheets if s.name == sheet.name), ())
    unit = unit_above(sheet.rows[: header[0] - sheet.first_row]) if header else ""
    return f"单位：{unit}" if unit else ""


class _Page:
    """One sheet of the file, with the rows that were rejected."""

    def __init__(self, book: Any, sheet: Sheet, reading: Reading, moved: Mapping[tuple[str, int], int]) -> None:
        self.page = _worksheet(book, sheet.name)
        self.moved = moved  # (sheet, row) → the row in this file
        self.sheet = sheet
        self.columns = [c for c in reading.columns if c.sheet == sheet.name and c.known != PROBLEM]
        self.last = self.columns[-1].index + 1
        self.place_of: dict[object, int] = {c.field: c.index for c in self.columns if c.field}
        self.place_of |= {(c.target, c.label): c.index for c in self.columns if c.field}
        self.header_rows = next(s.header_rows for s in reading.sheets if s.name == sheet.name)
        self.covered: set[tuple[int | None, int]] = set()  # cells below the first of a merge
        self.head = book.add_format({"bold": True, "bg_color": "#e8f1ec"})
        self.plain = book.add_format({"num_format": "@"})
        self.wrong = book.add_format({"num_format": "@", "bg_color": "#fbeee4"})

    def write(self, title: str, rows: list[int], told: Told, mended: Mended) -> None:
        top = self._header(title)
        first = self.header_rows[-1] + 1 - self.sheet.first_row
        columns = [c for c in self.columns if c.field]
        mend(self.sheet, columns, mended)
        fill_down(self.sheet, columns, first, len(self.sheet.rows) - 1)
        mend(self.sheet, columns, mended)  # as lines_of() does
        self._merge({row: line for line, row in enumerate(rows, start=top)})
        for line, row in enumerate(rows, start=top):
            self._row(line, self.sheet.rows[row - self.sheet.first_row], told.get((self.sheet.name, row), []))

    def _header(self, title: str) -> int:
        """The header rows as they are, merged cells filled, below the title; returns the first line below."""
        if title:
            self.page.write_string(0, 0, title, self.head)
        block = unmerged(self.sheet, self.header_rows[-1] + 1 - self.sheet.first_row)
        for line, row in enumerate(self.header_rows, start=bool(title)):
            cells = block[row - self.sheet.first_row]
            for column in self.columns:
                self.page.write_string(line, column.index, _shown(cells, column), self.head)
            self.page.write_string(line, self.last, _("Problem and what to do"), self.head)
        top = len(self.header_rows) + bool(title)
        self.page.set_column(0, self.last - 1, WIDTH)
        self.page.set_column(self.last, self.last, WIDE)
        self.page.freeze_panes(top, 0)
        return top

    def _merge(self, line_of: Mapping[int, int]) -> None:
        """Merge again what was merged down rows that are all here: one cell to be corrected stays one."""
        places = {column.index for column in self.columns}
        for first, left, last, right in self.sheet.merged:
            lines = [line_of.get(self.sheet.first_row + row) for row in range(first, last + 1)]
            if len(lines) < 2 or None in lines or left != right or left not in places:
                continue
            if len({str(row[left : left + 1]) for row in self.sheet.rows[first : last + 1]}) == 1:  # none is mended
                with suppress(XlsxWriterException):  # a hand-made file may merge a cell twice
                    self.page.merge_range(lines[0], left, lines[-1], left, "", self.plain)
                    self.covered |= {(line, left) for line in lines[1:]}

    def _row(self, line: int, cells: list[object], problems: list[Finding]) -> None:
        wrong: dict[int, str] = {}
        for finding in problems:
            place = self.place_of.get((finding.field, finding.column), self.place_of.get(finding.field))
            if place is not None:
                told = sentence(finding, self.moved)
                wrong[place] = f"{wrong[place]}\n{told}" if place in wrong else told
        for column in self.columns:
            place = column.index
            if (line, place) in self.covered:
                continue
            style = self.wrong if place in wrong else self.plain
            value = cells[column.index] if column.index < len(cells) else None
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                self.page.write_number(line, place, value, style)
            elif isinstance(value, Problem):
                self.page.write_formula(line, place, "=NA()", style, "#N/A")  # left empty it would pass uncorrected
            else:
                self.page.write_string(line, place, _shown(cells, column), style)
            if place in wrong:
                self.page.write_comment(line, place, wrong[place])
        told = " ".join(dict.fromkeys(sentence(f, self.moved) for f in problems))
        self.page.write_string(line, self.last, told, self.plain)


def _shown(cells: list[object], column: Column) -> str:
    value = cells[column.index] if column.index < len(cells) else None
    if value is None or isinstance(value, Problem):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, str) else text(value)
