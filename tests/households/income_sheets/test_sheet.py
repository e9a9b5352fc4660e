"""The prefilled sheet: what stands in it, what is open."""

import io
import zipfile
from decimal import Decimal

import openpyxl
from django.utils import timezone

from households.income_sheet.layout import GIVEN, KEYS_ROW
from households.income_sheet.write import make_sheet
from households.register import close_household
from households.statements import draft_statement

from .sheets import LI, SUN, ZHAO, keys_of


def test_a_row_for_each_household_with_last_years_figures_locked_and_this_years_cells_open(sheet, families):
    page = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0]
    keys = keys_of(page)
    rows = {page.cell(r, keys["code"]).value: r for r in range(KEYS_ROW + 2, page.max_row + 1)}
    assert list(rows) == [ZHAO, SUN, LI]
    zhao = {key: page.cell(rows[ZHAO], column) for key, column in keys.items()}
    assert {key: cell.value for key, cell in zhao.items() if cell.value is not None and key != "row"} == {
        "code": ZHAO, "head": "赵有田", "id": "1299**************", "village": "东山前村", "state": "Not yet entered",
        "last.people": 2, "last.definition": "Net income", "last.wage": 12000.1, "last.disposable_total": 12000.1,
    }  # fmt: skip
    assert {key for key, cell in zhao.items() if not cell.protection.locked} == set(GIVEN)
    assert page.cell(rows[SUN], keys["state"]).value == "Checked"
    assert (page.protection.sheet, page.protection.password, page.freeze_panes) == (True, None, "C5")
    rules = {
        str(rule.sqref)[0:2]: (rule.type, rule.operator, rule.formula1) for rule in page.data_validations.dataValidation
    }
    letter = {key: page.cell(1, column).column_letter for key, column in keys.items()}
    assert rules[f"{letter['wage']}5"[:2]] == ("decimal", "greaterThanOrEqual", "0")
    assert rules[f"{letter['definition']}5"[:2]] == ("list", None, '"Disposable income,Net income"')
    assert page.row_dimensions[KEYS_ROW + 1].hidden


def test_headers_name_the_unit(sheet):
    page = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0]
    keys = keys_of(page)
    assert page.cell(3, keys["wage"]).value == "Wage income (yuan)"
    assert page.cell(1, 1).value == "Income of 2017: 试验区 东山镇"


def test_no_text_becomes_a_formula(sheet):
    with zipfile.ZipFile(io.BytesIO(sheet)) as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist() if "worksheets" in name)
    page = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0]
    assert "=李(1)" in [cell.value for cell in page["B"]]


def test_a_closed_household_and_one_of_another_township_are_not_in_it(families, qian, place, official):
    close_household(families[SUN], on=timezone.localdate(), reason="迁出")
    page = openpyxl.load_workbook(io.BytesIO(make_sheet(place, year=2017, by=official)[1])).worksheets[0]
    assert [page.cell(r, 1).value for r in range(KEYS_ROW + 2, page.max_row + 1)] == [ZHAO, LI]


def test_it_is_the_same_sheet_until_something_in_it_changes(families, place, official, people):
    first, _data = make_sheet(place, year=2017, by=official)
    again, _data = make_sheet(place, year=2017, by=people.district_admin)
    draft_statement(families[LI], by=official, year=2017, people=1, wage=Decimal(1))
    later, _data = make_sheet(place, year=2017, by=official)
    assert (first == again, first == later, first.seen) == (
        True,
        False,
        {str(families[SUN].pk): later.seen[str(families[SUN].pk)]},
    )
