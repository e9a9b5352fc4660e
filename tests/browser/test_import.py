"""The admin imports a roster of 200 households with errors: check, preview, confirm, result, rejected rows, again."""

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from district.register import FIRST_POLICY
from households.id_numbers import with_check_digit
from households.management.commands.make_roster import rural_villages
from households.roster.sample import District, Home, Person
from households.roster.sample_file import write_roster
from tests.browser.acting import problems_of, sign_in
from tests.browser.product import Product

HOUSEHOLDS, ERRORS = 200, 8
TABLES = ("households_household", "households_member", "households_incomestatement")


@pytest.fixture
def roster(tmp_path: Path, device: str) -> tuple[Path, set[str]]:
    """A file of households that the demo does not hold (others for each device), and the codes of the spoiled ones."""
    seed, block = {"phone": (77, 1), "desktop": (78, 2)}[device]
    year = date.today().year - 1  # noqa: DTZ011 the demo's last income year
    line = Decimal(str(FIRST_POLICY["income_line"]))
    district = District(rural_villages(), seed=seed, year=year, line=line)
    homes = [_elsewhere(home, block, number) for number, home in enumerate(district.first_year(HOUSEHOLDS))]
    path = tmp_path / f"花名册{device}.xlsx"
    return path, {code for code, _kind in write_roster(path, homes, year=year, errors=ERRORS, seed=seed)}


def _elsewhere(home: Home, block: int, number: int) -> Home:
    """The same household with a code and ID numbers of its own."""
    people = tuple(_somebody_else(person, block) for person in home.people)
    return replace(home, code=f"998{block}{number:06d}", people=people)


def _somebody_else(person: Person, block: int) -> Person:
    sequence = int(person.id_no[14:17]) + 200 * block  # even: the last of the three digits tells the sex
    return replace(person, id_no=with_check_digit(f"{person.id_no[:14]}{sequence:03d}"))


def rows_of(product: Product) -> list[int]:
    return [product.count(table) for table in TABLES]


def upload(page: Page, path: Path) -> None:
    """From the list of imports to the preview."""
    page.goto("/households/imports/new/")
    page.get_by_label("花名册文件").set_input_files(path)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.locator("#findings")).to_be_visible(timeout=60_000)


def figures(page: Page) -> dict[str, int]:
    """The counts of the page by their words."""
    return {
        figure.locator(".figure-label").inner_text(): int(figure.locator("b").inner_text().replace(",", ""))
        for figure in page.locator(".figures .figure").all()
    }


def test_roster_goes_in_after_the_confirmation_and_changes_nothing_again(
    page: Page, product: Product, roster: tuple[Path, set[str]]
) -> None:
    path, spoiled = roster
    sign_in(page, product, "district_admin")
    before = rows_of(product)

    upload(page, path)
    preview = figures(page)
    assert list(preview.values()) == [HOUSEHOLDS - ERRORS, 0, 0, ERRORS, 0]
    assert len(spoiled) == ERRORS
    expect(page.locator("#findings").get_by_role("row").nth(1)).to_contain_text("花名册")
    assert list(problems_of(page)) == []
    assert rows_of(product) == before

    page.get_by_role("button", name=re.compile(rf"导入\s*{HOUSEHOLDS - ERRORS}\s*户")).click()
    expect(page.get_by_text("已于")).to_be_visible(timeout=60_000)
    assert figures(page) == preview
    assert list(problems_of(page)) == []
    after = rows_of(product)
    assert (after[0] - before[0], after[2] - before[2]) == (HOUSEHOLDS - ERRORS, HOUSEHOLDS - ERRORS)

    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(rf"下载.*{ERRORS}")).click()
    assert rejected_codes(download.value.path()) == spoiled

    upload(page, path)
    assert list(figures(page).values()) == [0, 0, HOUSEHOLDS - ERRORS, ERRORS, 0]
    assert rows_of(product) == after


def rejected_codes(path: Path) -> set[str]:
    """户编号 of the rows in the file of what was rejected."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    rows = list(book.active.iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if "户编号" in row)
    column = rows[head].index("户编号")
    book.close()
    return {str(row[column]) for row in rows[head + 1 :]}
