"""Typing into a sheet, sending it, and what came of it."""

import io

import openpyxl

from core.jobs import run_job
from households.income_sheet import acts
from households.income_sheet.layout import KEYS_ROW
from households.models import IncomeStatement

ZHAO, SUN, LI = "9900000001", "9900000011", "9900000012"


def keys_of(page):
    return {cell.value: cell.column for cell in page[KEYS_ROW + 1] if cell.value}


def filled(data, cells, *, also=lambda book: None):
    """The file with {code: {field: value}} typed into it, saved by another program."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    keys = keys_of(page)
    for row in range(KEYS_ROW + 2, page.max_row + 1):
        for field, value in cells.get(page.cell(row, keys["code"]).value, {}).items():
            page.cell(row, keys[field]).value = value
    also(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sent(data, place, by, year=2017):
    return acts.upload(data, "收入.xlsx", division=place, year=year, by=by)


def saved(upload):
    assert acts.ask_save(upload, by=upload.uploaded_by)
    upload.refresh_from_db()
    run_job(upload.job_id)
    upload.refresh_from_db()
    return upload


def cells_of(upload):
    return {change.code: change.cells for change in acts.plan_shown(upload).changes}


def codes_of(upload):
    return [(one.household, one.column, one.code) for one in acts.plan_shown(upload).findings]


def statement(household, year=2017):
    return IncomeStatement.objects.get(household=household, year=year)
