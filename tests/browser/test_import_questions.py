"""The whole path of rosters that need answers: batch, questions, mended cell, refused notes, result, board, undo."""

import io
import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.utils.translation import gettext, ngettext, override
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import confirm, problems_of, sign_in
from tests.browser.findings_file import CODE, ID_NO, OF_THE_REFUSED, Rosters
from tests.browser.product import Product
from tests.browser.test_axe import switch_to

LONG = 60_000  # milliseconds: a check or a save by the worker
NAMES = {"zh-hans": "简体中文", "en": "English"}


class Office:
    """An admin at the pages of imports, in one language; what is wrong with a page is kept in `problems`."""

    def __init__(self, page: Page, product: Product, language: str) -> None:
        self.page, self.product, self.language = page, product, language
        self.problems: list[str] = []

    def word(self, text: str) -> str:
        """The product's own words in this language."""
        with override(self.language):
            return gettext(text)

    def words(self, one: str, many: str, number: int) -> str:
        with override(self.language):
            return ngettext(one, many, number) % {"n": number}

    def look(self, name: str) -> None:
        """Note what axe and the width find wrong on this page."""
        found = (p for p in problems_of(self.page) if not (p == "lang=en" and self.language == "en"))
        self.problems += [f"{name}: {problem}" for problem in found]

    def press(self, label: str, inside: Locator | None = None) -> None:
        (inside or self.page).get_by_role("button", name=label, exact=True).first.click()

    def open(self, file: Path) -> None:
        """An import of the batch by its file's name."""
        self.page.goto(self.batch)
        with self.page.expect_navigation():
            self.page.locator("#imports").get_by_role("link", name=file.name, exact=True).click()

    def upload(self, *files: Path) -> None:
        """Several at once, until all are checked."""
        self.page.goto("/households/imports/new/")
        self.look("upload")
        self.page.locator("input[type=file]").set_input_files(files)
        self.press(self.word("Upload and check"))
        self.page.wait_for_url("**/imports/?batch=*")
        self.batch = self.page.url
        expect(self.page.locator("#imports:not([hx-get])")).to_be_visible(timeout=LONG)
        expect(self.page.locator("#imports tbody tr")).to_have_count(len(files))
        self.look("batch")

    def kinds(self) -> set[str]:
        """The kinds of findings that can be chosen, e.g. error.id_length."""
        hrefs = self.page.locator("#findings .kinds a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
        return {href.removeprefix("?kind=").removesuffix("#findings") for href in hrefs}

    def choose(self, kind: str) -> None:
        """Show only the findings of this kind."""
        link = self.page.locator(f"#findings .kinds a[href='?kind={kind}#findings']")
        link.click()
        expect(link).to_have_attribute("aria-current", "true")

    def figures(self) -> list[int]:
        """New, updated, unchanged, rejected, waiting."""
        return [int(text.replace(",", "")) for text in self.page.locator(".figures .figure b").all_inner_texts()]

    def checked_again(self) -> None:
        expect(self.page.locator("#findings")).to_be_visible(timeout=LONG)

    def save(self) -> None:
        """Import what the preview shows, its new and its updated households."""
        number = sum(self.figures()[:2])
        self.press(self.words("Import %(n)s household", "Import %(n)s households", number))
        expect(self.page.locator(".saved")).to_be_visible(timeout=LONG)

    def answer(self, header: str, field: str) -> None:
        """Say on the page of questions which field the column is, on each sheet."""
        self.page.get_by_role("link", name=self.word("Say how it is read")).click()
        self.look("questions")
        for select in self.page.get_by_label(header, exact=True).all():
            select.select_option(label=field)
        for place in self.page.locator("input[list=places]").all():
            place.fill("")  # what the sheet's name says is taken, and said
        self.press(self.word("Check again"))
        self.checked_again()

    def mend(self, kind: str, value: str) -> None:
        """Another value for the first cell of this kind."""
        self.choose(kind)
        row = self.page.locator("#findings tbody tr").first
        row.locator("summary").click()
        self.look("mend")
        row.get_by_label(self.word("Right value")).fill(value)
        self.press(self.word("Check again"), row)
        expect(self.page.locator("details", has_text=re.compile(r"→"))).to_have_count(1, timeout=LONG)
        self.checked_again()

    def refuse(self, code: str) -> None:
        """Let the notes of this kind reject their households."""
        self.choose(f"warning.{code}")
        self.press(self.word("Do not accept: reject these households"))
        expect(self.page.locator(f"#findings a[href*='error.{code}']")).to_be_visible(timeout=LONG)

    def rejected(self) -> list[tuple]:
        """The rows of the file of rejected households, below its header."""
        with self.page.expect_download() as download:
            self.page.locator(".savebar a[download]").click()
        book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
        rows = [row for sheet in book.worksheets for row in sheet.iter_rows(min_row=2, values_only=True)]
        book.close()
        return rows

    def undo(self) -> None:
        """Take the import back."""
        self.page.get_by_role("link", name=self.word("Undo this import")).click()
        self.look("undo")
        self.press(self.word("Undo this import"))
        confirm(self.page)
        expect(self.page.locator("main")).to_contain_text(self.word("Upload another file"), timeout=LONG)
        self.look("undone")


def meanwhile(product: Product, closed: str, final: str) -> None:
    """The district closes one household and makes the income of another final."""
    with closing(sqlite3.connect(product.var_dir / "bangfu.sqlite3", timeout=20)) as connection, connection:
        connection.execute(
            "UPDATE households_household SET closed_on = date(), closed_reason = '迁出' WHERE code = ?", (closed,)
        )
        connection.execute(
            "UPDATE households_incomestatement SET state = 'final'"
            " WHERE household_id = (SELECT id FROM households_household WHERE code = ?)",
            (final,),
        )


@pytest.fixture
def rosters(tmp_path: Path, device: str) -> Rosters:
    year = date.today().year - 1  # noqa: DTZ011 the demo's last income year
    return Rosters(tmp_path, block={"phone": 1, "desktop": 2}[device], year=year, unknown=f"查证码{device}")


def whole_path(office: Office, rosters: Rosters) -> None:
    """From three files to an import that is taken back."""
    page, product = office.page, office.product
    sound, known = rosters.sound()
    refused, (every, told) = rosters.refused(), rosters.every(known)
    office.upload(refused, sound, every)

    office.open(refused)
    expect(page.locator(".alert")).to_contain_text("家庭纯收入")
    assert office.kinds() >= {f"error.{code}" for code in OF_THE_REFUSED}
    office.look("refused")
    office.open(sound)
    assert office.figures() == [len(known), 0, 0, 0, 0]
    office.save()
    meanwhile(product, closed=known[0][0][CODE], final=known[2][0][CODE])

    office.open(every)
    assert office.kinds() == {"warning.column_unused"}
    office.look("asked")
    office.answer(rosters.unknown, ID_NO)
    assert {kind.split(".")[1] for kind in office.kinds()} == told - {"column_unused"}  # answered just now
    office.look("preview")
    before = office.figures()
    office.mend("error.name_chars", "王美")
    office.refuse("money_unit")
    assert "error.name_chars" not in office.kinds()
    assert office.figures() == before  # one household more by the mended cell, one less by the refused note
    office.look("preview again")

    households = product.count("households_household")
    office.save()
    assert product.count("households_household") == households + before[0]
    office.look("result")
    rows = office.rejected()
    assert len({row[2] for row in rows}) <= before[3] <= len(rows)
    saved = page.url
    after_the_import(office, before[3])

    page.goto(saved)
    office.undo()
    assert product.count("households_household") == households


def after_the_import(office: Office, rejected: int) -> None:
    """The board, the list of what was left out, one of it."""
    page = office.page
    page.goto("/households/imports/")
    office.look("imports")
    page.get_by_role("link", name=office.word("By township")).click()
    office.look("board")
    page.locator("tr", has_text="别山镇").locator("a.hot[href*=leftover]").click()
    office.look("leftovers")
    assert page.locator("main tbody tr").count() >= min(rejected, 20) - 3  # two townships are not known
    page.locator("main tbody a").first.click()
    office.look("leftover")


@pytest.mark.parametrize(("device", "language"), [("phone", "zh-hans"), ("desktop", "en")], indirect=["device"])
def test_rosters_with_every_finding_from_upload_to_undo(
    page: Page, product: Product, rosters: Rosters, language: str
) -> None:
    sign_in(page, product, "district_admin")
    if language != "zh-hans":
        switch_to(page, NAMES[language])
    office = Office(page, product, language)
    whole_path(office, rosters)
    assert office.problems == []
