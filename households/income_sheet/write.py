"""The prefilled sheet of a place and year as xlsx: last year's figures locked, this year's cells open."""

import hashlib
import io
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.masking import mask_id
from district.models import Division
from district.policy import policy_for
from households.codes import Relation
from households.models import (
    Definition,
    EnrolmentState,
    Household,
    IncomeSheet,
    IncomeStatement,
    Member,
    StatementState,
)

from .layout import (
    FIRST_ROW,
    GIVEN,
    HIDDEN_SHEET,
    KEYS_ROW,
    LAST,
    MARK,
    MOST_PEOPLE,
    SIGNED,
    VERSION,
    columns,
    row_token,
)

LARGEST = 10_000_000  # yuan, as the reader of cells has it


@dataclass(frozen=True, slots=True)
class Line:
    """A household as it stands in the sheet."""

    code: str
    head: str
    id_masked: str
    village: str
    state: str  # of this year's statement, "" without one
    last: tuple[Any, ...]  # by LAST
    pk: int
    seen: int  # version of this year's statement, 0 without one


def make_sheet(division: Division, *, year: int, by: User) -> tuple[IncomeSheet, bytes]:
    """The sheet of this place and year with the households that `by` may draft incomes of. Eight queries.

    As long as nothing in it has changed it is the same sheet again; else the older one is of no use any more.
    PolicyMissing for a year without a policy.
    """
    lines = _lines(division, year, by)
    content = json.dumps([list(map(str, (*_texts(line), line.pk, line.seen))) for line in lines])
    fingerprint = hashlib.sha256(content.encode()).hexdigest()
    sheet = newest(division.pk, year)
    if sheet is None or sheet.fingerprint != fingerprint:
        sheet = IncomeSheet.objects.create(
            division=division, year=year, made_by=by, token=secrets.token_hex(16), fingerprint=fingerprint,
            seen={str(line.pk): line.seen for line in lines if line.seen},
        )  # fmt: skip
    return sheet, _xlsx(sheet, division, lines)


def newest(division_id: int, year: int) -> IncomeSheet | None:
    """The latest version of the sheet of a place and year."""
    return IncomeSheet.objects.filter(division=division_id, year=year).select_related("made_by").first()


def in_division(division: Division) -> Q:
    """Households of a village, or of all villages of a township."""
    return Q(village=division) | Q(village__parent=division)


def _texts(line: Line) -> tuple[Any, ...]:
    return (line.code, line.head, line.id_masked, line.village, line.state, *line.last)


def _lines(division: Division, year: int, by: User) -> list[Line]:
    rows = Household.objects.allowed(by, "draft_statement").filter(
        in_division(division), closed_on__isnull=True, enrolments__state=EnrolmentState.ACTIVE,
        enrolments__campaign=policy_for(year).campaign,
    )  # fmt: skip
    households = list(rows.select_related("village").order_by("village__code", "code"))
    ids = [household.pk for household in households]
    heads = Member.objects.filter(household__in=ids, active=True, relation=Relation.HEAD)
    numbers = {head.household_id: mask_id(head.id_no) for head in heads}
    statements = IncomeStatement.objects.filter(household__in=ids, year__in=(year - 1, year))
    found = {(row.household_id, row.year): row for row in statements}
    seen = versions(ids, year)
    return [
        Line(
            household.code, household.head_name, numbers.get(household.pk, ""), household.village.name,
            now.state if (now := found.get((household.pk, year))) else "",
            tuple(getattr(found.get((household.pk, year - 1)), name, None) for name in LAST),
            household.pk, seen.get(household.pk, 0),
        )
        for household in households
    ]  # fmt: skip


def versions(household_ids: Sequence[int], year: int) -> dict[int, int]:
    """The number of the latest version of each household's statement of the year. One query."""
    rows: QuerySet = IncomeStatement.history.filter(household_id__in=household_ids, year=year).order_by()  # type: ignore[attr-defined]
    return dict(rows.values_list("household_id").annotate(last=Max("history_id")))


def _xlsx(sheet: IncomeSheet, division: Division, lines: Sequence[Line]) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        _Page(book, sheet, division).write(lines)
        hidden = book.add_worksheet(HIDDEN_SHEET)
        for column, text in enumerate((MARK, VERSION, sheet.token)):
            hidden.write_string(0, column, text)
        hidden.very_hidden()
    return out.getvalue()


class _Page:
    """The sheet that people see."""

    def __init__(self, book: Any, sheet: IncomeSheet, division: Division) -> None:
        self.sheet, self.division = sheet, division
        self.page = book.add_worksheet(_("Income of %(year)s") % {"year": sheet.year})
        self.columns = columns()
        grey = {"bg_color": "#eeeae2", "border": 1, "border_color": "#e4dfd5"}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e8f1ec", "border": 1}
        )
        self.text = book.add_format({**grey, "num_format": "@"})
        self.money = book.add_format({**grey, "num_format": "#,##0.00"})
        self.number = book.add_format({**grey, "num_format": "0"})
        self.shut = book.add_format(grey)
        line = {"border": 1, "border_color": "#e4dfd5", "locked": False}
        self.open_money = book.add_format({**line, "num_format": "0.00"})
        self.open = book.add_format(line)

    def write(self, lines: Sequence[Line]) -> None:
        self._header()
        for number, line in enumerate(lines, start=FIRST_ROW):
            self._line(number, line)
        if lines:
            self._validate(FIRST_ROW, FIRST_ROW + len(lines) - 1)
        first_open = next(n for n, column in enumerate(self.columns) if column.open)
        self.page.freeze_panes(FIRST_ROW, 2)
        self.page.protect("", {"format_columns": True, "format_rows": True})
        self.page.set_landscape()
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(1, 2)
        self.page.set_selection(FIRST_ROW, first_open, FIRST_ROW, first_open)

    def _header(self) -> None:
        place = f"{self.division.parent} {self.division}" if self.division.parent else str(self.division)
        told = _("Income of %(year)s: %(place)s") % {"year": self.sheet.year, "place": place}
        self.page.write_string(0, 0, told, self.title)
        self.page.write_string(1, 0, _("Leave cells empty that are not known; write 0 for no income."))
        for words, keys in (
            (_("%(year)s, for comparison") % {"year": self.sheet.year - 1}, [f"last.{name}" for name in LAST]),
            (_("%(year)s, to be filled in") % {"year": self.sheet.year}, list(GIVEN)),
        ):
            places = [n for n, column in enumerate(self.columns) if column.key in keys]
            self.page.merge_range(1, places[0], 1, places[-1], "", self.head)
            self.page.write_string(1, places[0], words, self.head)
        for n, column in enumerate(self.columns):
            self.page.write_string(2, n, column.header, self.head)
            self.page.write_string(KEYS_ROW, n, column.key)
            self.page.set_column(n, n, column.width, None, {"hidden": column.key == "row"})
        self.page.set_row(2, 32)
        self.page.set_row(KEYS_ROW, None, None, {"hidden": True})

    def _line(self, number: int, line: Line) -> None:
        state = str(StatementState(line.state).label) if line.state else _("Not yet entered")
        token = row_token(self.sheet.token, line.code)
        final = line.state == StatementState.FINAL
        values = [
            line.code,
            line.head,
            line.id_masked,
            line.village,
            state,
            *line.last,
            *(None for _name in GIVEN),
            token,
        ]
        for place, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            if column.open:
                open_format = self.open if column.field in ("people", "definition") else self.open_money
                self.page.write_blank(number, place, None, self.shut if final else open_format)
            elif isinstance(value, Decimal):
                self.page.write_number(
                    number, place, float(value), self.money
                )  # a cell is a float; two places stay exact
            elif isinstance(value, int):
                self.page.write_number(number, place, value, self.number)
            elif value is None:
                self.page.write_blank(number, place, None, self.shut)
            else:
                text = str(Definition(value).label) if column.field == "definition" else str(value)
                self.page.write_string(number, place, text, self.text)

    def _validate(self, first: int, last: int) -> None:
        for place, column in enumerate(self.columns):
            if column.open:
                self.page.data_validation(first, place, last, place, _allowed(column.field))


def _allowed(field: str) -> dict[str, Any]:
    """What a cell may hold, as a spreadsheet is told."""
    if field == "definition":
        return {"validate": "list", "source": [str(d.label) for d in Definition]}
    if field == "people":
        told = _("Enter a number of people from 1 to 30.")
        return {
            "validate": "integer",
            "criteria": "between",
            "minimum": 1,
            "maximum": MOST_PEOPLE,
            "error_message": told,
        }
    if field in SIGNED:
        told = _("Enter an amount in yuan.")
        between = {"criteria": "between", "minimum": -LARGEST, "maximum": LARGEST}
        return {"validate": "decimal", **between, "error_message": told}
    told = _("Enter an amount in yuan, 0 or more.")
    return {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": told}
