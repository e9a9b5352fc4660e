"""Files for people: xlsx and csv. No text in them ever becomes a live formula."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | bool | Decimal | dt.date | dt.datetime | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
NARROWEST, WIDEST = 8, 48  # widths in characters
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
LARGEST_EXACT = 10**15  # a spreadsheet keeps 15 digits; longer numbers are written as text
LONGEST_TEXT = 32_767


def xlsx_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """A download of one sheet. `filename` without its ending may be Chinese."""
    return download(xlsx_bytes(header, rows), f"{filename}.xlsx", XLSX)


def csv_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """A download as UTF-8 with a byte order mark, which spreadsheets need to read Chinese."""
    return download(csv_bytes(header, rows), f"{filename}.csv", CSV)


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "Sheet1") -> bytes:
    """One sheet: bold frozen header; text as text, money and counts as numbers, dates as dates."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet(sheet)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    formats = {
        "money": book.add_format({"num_format": "0.00"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    widths = [_width(title) for title in header]
    for column, title in enumerate(header):
        page.write_string(0, column, title, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write(page, number, column, value, formats)
            widths[column] = max(widths[column], _width(_text(value)))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(max(width + 2, NARROWEST), WIDEST))
    page.freeze_panes(1, 0)
    book.close()
    return file.getvalue()


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Comma separated; text that a spreadsheet would compute gets an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_inert(title) for title in header])
    writer.writerows([_inert(value) if isinstance(value, str) else _text(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _write(page: Worksheet, row: int, column: int, value: Cell, formats: dict[str, Format]) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None)
    elif isinstance(value, dt.datetime):
        page.write_datetime(row, column, _local(value), formats["time"])
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), formats["date"])  # noqa: DTZ001 a spreadsheet has no zones
    elif isinstance(value, Decimal) and abs(value) < LARGEST_EXACT / 100:
        page.write_number(row, column, float(value), formats["money"])  # a cell is a float; two places stay exact
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_EXACT:
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, _text(value)[:LONGEST_TEXT])


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return _local(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _width(text: str) -> int:
    """Chinese characters are two wide."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    """A file to be saved under this name, which may be Chinese; kept by no cache."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    response["Cache-Control"] = "no-store"
    return response
