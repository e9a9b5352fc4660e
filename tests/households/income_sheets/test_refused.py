"""Files that are not the sheet of this place, year and version."""

import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from households.income_sheet.codes import SheetRefused
from households.income_sheet.layout import HIDDEN_SHEET, KEYS_ROW
from households.income_sheet.write import make_sheet
from households.models import IncomeUpload
from households.statements import draft_statement
from tests.factories.accounts import GrantFactory, UserFactory
from tests.households.roster.real_old_formats import xls

from .sheets import LI, ZHAO, cells_of, filled, keys_of, sent


def why(data, place, by, year=2017):
    with pytest.raises(SheetRefused) as refused:
        sent(data, place, by, year)
    return refused.value.code


def tampered(data, column, value):
    def also(book):
        book[HIDDEN_SHEET].cell(1, column).value = value

    return filled(data, {}, also=also)


def test_another_village_another_year_another_version(sheet, small_district, place, official, families):
    village = small_district.places["东山前村"]
    assert why(sheet, village, official) == "sheet_place"
    assert why(sheet, place, official, year=2018) == "sheet_year"
    assert why(tampered(sheet, 2, "2"), place, official) == "sheet_layout"
    assert why(tampered(sheet, 3, "0" * 32), place, official) == "sheet_foreign"
    draft_statement(families[LI], by=official, year=2017, people=1, wage=Decimal(1))
    make_sheet(place, year=2017, by=official)
    assert why(sheet, place, official) == "sheet_older"
    assert IncomeUpload.objects.count() == 0


def test_a_sheet_of_a_place_out_of_sight(sheet, place, people, small_district):
    other = UserFactory(username="west")
    GrantFactory(user=other, role="township_official", division=small_district.places["西河镇"])
    assert why(sheet, small_district.places["西河镇"], other) == "sheet_out_of_sight"
    assert why(sheet, place, people.village_clerk) == "sheet_out_of_sight"


def test_what_is_no_sheet_of_ours(sheet, place, official):
    book = openpyxl.Workbook()
    book.active["A1"] = "户编号"
    other = io.BytesIO()
    book.save(other)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 100_000_000)
    assert [why(data, place, official) for data in (
        other.getvalue(), bomb.getvalue(), b"", b"a,b\n1,2", sheet[: len(sheet) // 2], b"PK" + b"0" * 6_000_000,
        filled(sheet, {}, also=lambda book: book.worksheets[0].delete_rows(KEYS_ROW + 1)),
        filled(sheet, {}, also=lambda book: book.worksheets[0].delete_cols(keys_of(book.worksheets[0])["wage"])),
    )] == [
        "sheet_foreign", "file_unsafe", "file_empty", "file_text", "file_damaged", "file_too_big", "sheet_columns",
        "sheet_columns",
    ]  # fmt: skip


def test_a_sheet_saved_in_another_format_is_told_what_it_is(sheet, place, official):
    rows = [["户编号", "姓名"], ["1001", "赵一"]]
    for data, code in (
        (xls(rows), "file_xls"), ("户编号\t姓名\n1001\t赵一".encode("utf-16"), "file_text"),
        ("户编号,姓名\n1001,赵一".encode("gb18030"), "file_text"), (b"\xef\xbb\xbfa,b\n", "file_text"),
        (b"%PDF-1.7", "file_type"), (b"<html><table>", "file_type"),
    ):  # fmt: skip
        assert why(data, place, official) == code


def test_a_sheet_of_notes_in_front_is_passed_over(sheet, place, official):
    def also(book):
        notes = book.create_sheet("说明", 0)
        for row in range(1, 9):
            notes.cell(row, 1).value = "填表说明"

    data = filled(sheet, {ZHAO: {"wage": 5}}, also=also)
    assert sent(data, place, official).counts["new"] == 1


def test_a_column_that_was_put_in_does_not_move_the_others(sheet, place, official):
    def also(book):
        book.worksheets[0].insert_cols(3)

    upload = sent(filled(sheet, {ZHAO: {"wage": 5}}, also=also), place, official)
    assert cells_of(upload)[ZHAO]["wage"] == ["", "5.00"]
