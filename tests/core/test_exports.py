"""Files for people: kinds of cells kept, nothing becomes a live formula."""

import csv
import datetime as dt
import io
from decimal import Decimal
from urllib.parse import unquote

import openpyxl

from core.exports import csv_bytes, csv_response, xlsx_bytes, xlsx_response

HEADER = ["户编码", "收入", "人口", "日期", "时间", "备注"]
NOON = dt.datetime(2017, 9, 3, 4, 0, tzinfo=dt.UTC)  # 12:00 in Shanghai
DAY, NOON_THERE = (dt.datetime.fromisoformat(text) for text in ("2017-09-03", "2017-09-03T12:00"))  # no zone
ROWS = [
    ["0099", Decimal("12600.50"), 3, dt.date(2017, 9, 3), NOON, "=1+1"],
    ["-5", Decimal("0.07"), 0, None, None, ""],
]


def sheet_of(content):
    return openpyxl.load_workbook(io.BytesIO(content)).active


def test_a_sheet_keeps_text_numbers_and_dates_apart():
    sheet = sheet_of(xlsx_bytes(HEADER, ROWS))
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        HEADER,
        ["0099", 12600.5, 3, DAY, NOON_THERE, "=1+1"],
        ["-5", 0.07, 0, None, None, None],
    ]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "d", "d", "s"]
    assert [sheet["B2"].number_format, sheet["D2"].number_format] == ["0.00", "yyyy-mm-dd"]


def test_no_text_is_a_formula_or_a_link():
    bad = ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "\t=1", "{=1}"]
    sheet = sheet_of(xlsx_bytes(["x"], [[text] for text in bad]))
    assert [(cell.data_type, cell.hyperlink) for (cell,) in sheet.iter_rows(min_row=2)] == [("s", None)] * len(bad)


def test_a_number_too_long_for_a_spreadsheet_stays_text():
    sheet = sheet_of(xlsx_bytes(["x"], [[6222020200112233445], [Decimal("12345678901234567.89")]]))
    assert [cell.value for (cell,) in sheet.iter_rows(min_row=2)] == ["6222020200112233445", "12345678901234567.89"]


def test_the_header_stays_in_view_and_columns_are_as_wide_as_their_words():
    sheet = sheet_of(xlsx_bytes(["编码", "x"], [["一二三四五六七八九十", "y" * 200]]))
    assert (sheet.freeze_panes, sheet["A1"].font.b) == ("A2", True)
    assert [round(sheet.column_dimensions[letter].width) for letter in "AB"] == [23, 49]


def test_csv_begins_with_a_mark_and_guards_formulas():
    content = csv_bytes(HEADER, ROWS)
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        HEADER,
        ["0099", "12600.50", "3", "2017-09-03", "2017-09-03 12:00", "'=1+1"],
        ["'-5", "0.07", "0", "", "", ""],
    ]


def test_a_negative_number_is_no_formula():
    assert csv_bytes(["x"], [[Decimal("-5.00")], [-3]]).decode("utf-8-sig") == "x\r\n-5.00\r\n-3\r\n"


def test_downloads_carry_a_chinese_name_and_are_not_kept():
    for response, ending in ((xlsx_response("困难户", ["x"], []), "xlsx"), (csv_response("困难户", ["x"], []), "csv")):
        assert unquote(response["Content-Disposition"]) == f"attachment; filename*=UTF-8''困难户.{ending}"
        assert response["Cache-Control"] == "no-store"
