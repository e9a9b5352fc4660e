"""The xlsx of rejected rows: text stays text, what is wrong stands in comments, corrected it goes in."""

import io
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils.translation import override

from core import jobs
from district.models import Campaign, Division, Level
from households.models import HeaderMapping, Household, RosterImport
from households.roster import answers as said
from households.roster import loading
from households.roster.sample import District
from households.roster.sample_file import LAYOUTS, write_roster
from tests.factories.accounts import UserFactory
from tests.households.roster.real_old_formats import ods

from .conftest import HEADER, line

pytestmark = pytest.mark.usefixtures("campaign")
Roster = Callable[..., Path]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def checked(path: Path) -> RosterImport:
    roster_import = loading.upload(path.read_bytes(), path.name, campaign=Campaign.objects.get(), year=None, by=None)
    jobs.run_job(roster_import.job_id)
    return RosterImport.objects.get(pk=roster_import.pk)


def replaced(path: Path, before: bytes, after: bytes) -> bytes:
    """The workbook with other bytes in its XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(out, "w") as changed:
        for name in book.namelist():
            changed.writestr(name, book.read(name).replace(before, after))
    return out.getvalue()


def again(roster_import: RosterImport, *, ask: bool = True) -> RosterImport:
    """Checked once more, with what is answered by now."""
    if ask:
        assert said.check_again(RosterImport.objects.get(pk=roster_import.pk), by=None)
    roster_import = RosterImport.objects.get(pk=roster_import.pk)
    jobs.run_job(roster_import.job_id)
    return RosterImport.objects.get(pk=roster_import.pk)


@pytest.fixture
def opened() -> Iterator[Callable[[bytes], Any]]:
    books = []

    def load(data: bytes) -> Any:
        books.append(openpyxl.load_workbook(io.BytesIO(data)))
        return books[-1]

    yield load
    for book in books:
        book.close()


def test_cells_are_text_and_the_wrong_one_has_a_comment(roster: Roster, opened: Callable[[bytes], Any]) -> None:
    roster_import = checked(roster(line("0012", "赵一", "户主", wage="很多"), line("1002", "孙四", "户主")))
    sheet = opened(loading.rejected_file(roster_import)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert (sheet.title, [row[2] for row in rows]) == ("花名册", ["户编号", "0012"])
    assert [type(value) for value in rows[1][:6]] == [str] * 6
    notes = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert notes == {"I2": "金额不是数字格式。请只填数字。"}
    assert rows[1][-1] == "金额不是数字格式。请只填数字。"


def test_a_lost_number_stays_a_number_so_that_nobody_takes_it_for_right(
    roster: Roster, opened: Callable[[bytes], Any]
) -> None:
    row = line("1001", "赵一", "户主")
    row[4] = 129999196001011000
    roster_import = checked(roster(row))
    data = loading.rejected_file(roster_import)
    assert opened(data).active["E2"].data_type == "n"


def test_a_number_beyond_all_numbers_is_written_as_text(roster: Roster, opened: Callable[[bytes], Any]) -> None:
    path = roster(line("1001", "赵一", "户主", wage=777))
    path.write_bytes(replaced(path, b"<v>777</v>", b"<v>1E+400</v>"))
    assert opened(loading.rejected_file(checked(path))).active["I2"].value == "inf"


@pytest.mark.parametrize(
    ("cell", "code"), [(b' t="n"><f>B1</f>', "formula_no_value"), (b' t="e"><f>B1</f><v>#REF!</v>', "cell_error")]
)
def test_a_cell_without_a_value_is_no_empty_one(roster: Roster, tmp_path: Path, cell: bytes, code: str) -> None:
    path = roster(line("1001", "赵一", "户主", wage=777))
    path.write_bytes(replaced(path, b'<c r="I2"><v>777</v>', b'<c r="I2"' + cell))
    first, rejected = checked(path), tmp_path / "退回.xlsx"
    rejected.write_bytes(loading.rejected_file(first))
    codes = [list(i.findings.values_list("code", "column")) for i in (first, checked(rejected))]  # type: ignore[attr-defined]
    assert codes == [[(code, "工资性收入")], [("cell_error", "工资性收入")]]


@pytest.mark.parametrize(("column", "wrong", "right"), [("I", "很多", "3000"), ("B", "火星村", "小辛庄村")])
def test_a_merged_cell_is_corrected_once(roster: Roster, tmp_path: Path, column: str, wrong: str, right: str) -> None:
    path = roster(line("1001", "赵一", "户主"), line("1001", "李二", "配偶"), line("1001", "王三", "之子"))
    merged, corrected = openpyxl.load_workbook(path), tmp_path / "退回.xlsx"
    for letter in "ABCHIJ":
        merged.active.merge_cells(f"{letter}2:{letter}4")
    merged.active[f"{column}2"].value = wrong
    merged.save(path)
    first = checked(path)
    assert first.counts["households"]["rejected"] == 1
    rejected = openpyxl.load_workbook(io.BytesIO(loading.rejected_file(first)))
    rejected.active[f"{column}2"].value = right
    rejected.save(corrected)
    assert checked(corrected).counts["households"]["created"] == 1


def test_a_formula_of_the_file_is_text_in_ours(roster: Roster, opened: Callable[[bytes], Any]) -> None:
    roster_import = checked(roster(line("1001", "=HYPERLINK(1)", "户主")))
    cell = opened(loading.rejected_file(roster_import)).active["D2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_of_every_layout_the_rejected_rows_are_rejected_for_the_same_and_can_be_corrected(
    layout: Any, tmp_path: Path, opened: Callable[[bytes], Any]
) -> None:
    villages = [
        (d.parent.name, d.name, d.code)  # type: ignore[union-attr]
        for d in Division.objects.filter(level=Level.VILLAGE).select_related("parent")[:40]
    ]
    homes = District(villages, seed=3, year=2016, line=Decimal(12600)).first_year(30)
    path = tmp_path / "花名册.xlsx"
    write_roster(path, homes, year=2016, errors=4, layout=layout)
    first = checked(path)
    rejected = tmp_path / "退回.xlsx"
    rejected.write_bytes(loading.rejected_file(first))
    again = checked(rejected)
    assert again.counts["households"]["rejected"] == first.counts["households"]["rejected"] == 4
    assert again.report["rejected_households"] == first.report["rejected_households"]
    assert again.counts["rows"] == first.report["rows_rejected"]
    codes = [sorted(i.findings.filter(severity="error").values_list("code", flat=True)) for i in (first, again)]  # type: ignore[attr-defined]
    assert codes[0] == codes[1]


def test_an_import_without_a_rejected_household_gives_an_empty_book(
    roster: Roster, opened: Callable[[bytes], Any]
) -> None:
    roster_import = checked(roster(line("1001", "赵一", "户主")))
    assert opened(loading.rejected_file(roster_import)).sheetnames == ["退回的行"]
    assert Household.objects.count() == 0


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_an_admin_answered_and_mended_is_not_asked_again(roster: Roster, tmp_path: Path, language: str) -> None:
    """A header mapped by hand, a column left blank before it, a cell mended while another of its row stays wrong."""
    header = ["行政村", "户编号", "姓名", "", "号码栏", "与户主关系", "收入登记表年度", "工资性收入"]
    facts = line("1001", "孙四", "户主", wage="很多", year="去年")
    row = [*facts[1:4], "", facts[4], *facts[5:6], *facts[7:9]]
    path = roster(row, header=header, name="名册.xlsx")
    answers = {"accept_proposed": True, "places": {"花名册": "120119122000"}}
    first = checked(path)
    RosterImport.objects.filter(pk=first.pk).update(mapping=answers | {"columns": {"花名册": {"E": "id_no"}}})
    HeaderMapping.objects.create(fingerprint=first.report["sheets"][0]["fingerprint"], mapping={"E": "id_no"})
    first = again(first)
    assert said.mend(first, sheet="花名册", row=2, field="wage", value="4000", by=UserFactory())
    first = again(first, ask=False)
    rejected = tmp_path / "退回.xlsx"
    with override(language):
        rejected.write_bytes(loading.rejected_file(first))
    second = checked(rejected)
    assert second.report["refusal"]["code"] == "township_unknown"
    assert second.report["sheets"][0]["place_proposed"] == "120119122000"
    RosterImport.objects.filter(pk=second.pk).update(mapping=answers)
    second = again(second)
    found = [list(i.findings.exclude(row=None).values_list("code", "column")) for i in (first, second)]  # type: ignore[attr-defined]
    assert found[0] == found[1] == [("year_invalid", "收入登记表年度")]
    assert not second.findings.filter(code="column_unused").exists()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["西龙虎峪镇低收入户" * 4, "西" * 300, "2016/小辛庄"])
def test_a_sheet_of_an_ods_file_may_have_a_name_that_xlsx_forbids(
    name: str, tmp_path: Path, opened: Callable[[bytes], Any]
) -> None:
    path = tmp_path / "名册.ods"
    path.write_bytes(ods([HEADER, line("0012", "赵一", "户主", wage="很多")], name))
    roster_import = checked(path)
    sheet = opened(loading.rejected_file(roster_import)).active
    assert [row[2].value for row in sheet.iter_rows()] == ["户编号", "0012"]
    assert len(roster_import.findings.get().sheet) <= 100  # type: ignore[attr-defined]


def test_the_unit_above_the_table_goes_along(roster: Roster, opened: Callable[[bytes], Any], tmp_path: Path) -> None:
    path = roster(line("0012", "赵一", "户主", wage=0.5, transfer="", year=1016))
    book = openpyxl.load_workbook(path)
    book.active.insert_rows(1, 2)
    book.active["A1"], book.active["A2"] = "花名册", "单位：万元"
    book.save(path)
    rejected = opened(loading.rejected_file(checked(path)))
    sheet = rejected.active
    assert [sheet["A1"].value, sheet["C2"].value, sheet["C3"].value] == ["单位：万元", "户编号", "0012"]
    sheet["H3"].value = "2016"
    again = tmp_path / "again.xlsx"
    rejected.save(again)
    mended = checked(again)
    assert mended.report["counts"]["households"]["created"] == 1
    assert list(mended.findings.values_list("code", flat=True)) == ["money_unit"]
