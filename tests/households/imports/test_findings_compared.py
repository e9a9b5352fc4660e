"""Findings against the database name their column, rows add up, and no stored finding tells anybody's number."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone, translation

from core.jobs import JobRefused, run_job
from district.models import Campaign
from households.models import Household, IncomeStatement, RosterFinding, RosterImport, RosterLeftover
from households.register import close_household
from households.roster import loading, report

from .conftest import HEADER, PEOPLE, counts, line, run

pytestmark = pytest.mark.usefixtures("campaign")
Roster = Callable[..., Path]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def told(document: dict[str, Any]) -> list[tuple[int, str, str, str, str]]:
    return [(f["row"], f["column"], f["field"], f["value"], f["code"]) for f in document["findings"]]


def rows_of(document: dict[str, Any]) -> int:
    """Rows that the counts account for, where each member has a row and no household is rejected."""
    members = document["counts"]["members"]
    people: int = members["created"] + members["updated"] + members["unchanged"]
    return people + int(document["counts"]["rows_skipped"])


def test_a_new_household_over_the_line_is_told_with_its_sum(roster: Roster) -> None:
    document = run(roster(line("1001", "赵一", "户主", wage=90000)), commit=False)
    assert told(document) == [(2, "工资性收入", "wage", "91,000.00", "not_eligible")]
    with translation.override("en"):
        again = run(roster(line("1001", "赵一", "户主", wage=90000)), commit=False)
    assert "income of 91,000.00 yuan" in again["findings"][0]["message"]


def test_a_new_household_without_income_is_said_and_taken(roster: Roster) -> None:
    path = roster(line("1001", "赵一", "户主", wage="", transfer=""))
    document = run(path)
    assert told(document) == [(2, "工资性收入", "wage", "", "income_missing")]
    assert (document["counts"]["households"], IncomeStatement.objects.count()) == (counts(created=1), 0)
    assert run(path)["findings"] == []


def test_findings_of_the_comparison_name_their_column(roster: Roster) -> None:
    names = {"1001": "赵一", "1002": "孙四", "1003": "王三", "1005": "周五"}
    run(roster(*(line(code, name, "户主") for code, name in names.items())))
    close_household(Household.objects.get(code="1002"), on=timezone.localdate(), reason="迁出")
    statement = IncomeStatement.objects.get(household__code="1003")
    statement.state = "final"
    statement.save()
    document = run(
        roster(
            line("1009", "赵一", "户主"), line("1002", "孙四", "户主"), line("1003", "王三", "户主", wage=1),
            line("1004", "李二", "户主"), line("1004", "周五", "之子"),
        ),
        commit=False,
    )  # fmt: skip
    assert {f[4]: f[1] for f in told(document) if f[0]} == {
        "matched_by_head": "户编号", "household_closed": "户编号", "statement_final": "工资性收入",
        "person_two_households": "证件号码",
    }  # fmt: skip
    assert all(f[3] for f in told(document) if f[0])


def test_rows_add_up_with_repeated_ones(roster: Roster) -> None:
    rows = [line("1001", "赵一", "户主"), line("1001", "李二", "配偶"), line("1002", "孙四", "户主")]
    document = run(roster(*rows, rows[1], [""] * 10, rows[0], ["合计", "", "", "", "", "", "", "", 10000]))
    assert document["counts"]["rows"] == rows_of(document) == 7
    assert (document["counts"]["rows_skipped"], document["counts"]["members"]["created"]) == (4, 3)


def test_a_repeated_row_of_a_rejected_household_is_skipped_too(roster: Roster) -> None:
    rows = [line("1001", "赵一", "户主", wage="很多"), line("1001", "李二", "配偶"), line("1002", "孙四", "户主")]
    path = roster(*rows, rows[1])
    roster_import = checked(path)
    assert (roster_import.counts["rows"], roster_import.counts["rows_skipped"]) == (4, 1)
    assert roster_import.report["rows_rejected"] == 2


def test_a_check_whose_rows_do_not_add_up_fails(roster: Roster, caplog: pytest.LogCaptureFixture) -> None:
    found = loading.check_bytes(roster(line("1001", "赵一", "户主")).read_bytes(), "a.xlsx", year=None)
    assert found.plan is not None
    found.plan.reading = replace(found.plan.reading, rows=2)
    with pytest.raises(JobRefused):
        found.document("checked")
    assert "do not add up" in caplog.text
    found.plan.reading = replace(found.plan.reading, rows=1)
    found.plan.created[0].new_members = []
    with pytest.raises(JobRefused, match="not all counted"):
        report.must_add_up(found.plan)


def checked(path: Path) -> RosterImport:
    roster_import = loading.upload(path.read_bytes(), path.name, campaign=Campaign.objects.get(), year=None, by=None)
    run_job(roster_import.job_id)
    return RosterImport.objects.get(pk=roster_import.pk)


def test_rows_in_the_rejected_file_are_its_own(roster: Roster) -> None:
    path = roster(
        line("1002", "孙四", "户主"), line("1001", "赵一", "户主"), line("1001", "李二", "配偶", village="无名村"),
        line("1003", "王三", "户主"), line("1004", "周五", "户主"), line("1004", "王三", "之子"),
    )  # fmt: skip
    with translation.override("en"):
        data = loading.rejected_file(checked(path))
    book = openpyxl.load_workbook(io.BytesIO(data))
    texts = [str(r[-1]) for r in book.active.iter_rows(values_only=True)]  # type: ignore[union-attr]
    book.close()
    assert [("row 6." in t, "row 4." in t) for t in texts[3:]] == [(True, False), (False, False), (False, True)]


def test_a_shifted_column_stores_nobodys_number(roster: Roster) -> None:
    good = line("1001", "赵一", "户主", phone="13800138000")
    shifted = [*good[:2], *good[3:], ""]
    header = [*HEADER, "户主姓名"]
    roster_import = checked(
        roster([*good, PEOPLE["赵一"]], [*shifted, "x"], [*shifted[:2], *shifted[3:]], header=header)
    )
    kept = [
        *RosterFinding.objects.filter(roster_import=roster_import).values_list(
            "value_masked", "household_code", "params"
        ),
        roster_import.report,
        *RosterLeftover.objects.values_list("key", "head_name", "place"),
    ]
    assert len(kept) > 3
    assert not any(number in str(kept) for number in (PEOPLE["赵一"], "13800138000"))
