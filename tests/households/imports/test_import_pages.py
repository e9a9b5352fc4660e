"""The import in the browser: upload → check → preview → confirm → result; the worker's part is run at once here."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AccessLog
from accounts.roles import Role
from core.history import history_written_by_caller
from core.jobs import run_job
from core.models import Job
from district.models import Division, Level
from households.id_numbers import with_check_digit
from households.models import Household, Member, RosterImport
from tests.factories.accounts import GrantFactory, UnitFactory, UserFactory

from .conftest import HEADER, line

Roster = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("campaign")


@pytest.fixture
def admin(client: Any, settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path / "media"
    user = UserFactory(username="admin")
    GrantFactory(user=user, role=Role.DISTRICT_ADMIN)
    client.force_login(user)
    return client


def uploaded(client: Any, path: Path) -> RosterImport:
    """Upload and let the worker check."""
    with path.open("rb") as file:
        answer = client.post(reverse("households:import_new"), {"file": file, "year": ""})
    assert answer.status_code == 302
    roster_import = RosterImport.objects.latest("pk")
    run_job(roster_import.job_id)
    roster_import.refresh_from_db()
    return roster_import


def committed(client: Any, roster_import: RosterImport) -> RosterImport:
    client.post(reverse("households:import_commit", args=[roster_import.pk]))
    roster_import.refresh_from_db()
    run_job(roster_import.job_id)
    roster_import.refresh_from_db()
    return roster_import


GOOD = [line("1001", "赵一", "户主"), line("1001", "李二", "配偶")]
BAD = [line("1002", "孙四", "户主", wage="很多"), line("1002", "周五", "配偶")]


def test_nothing_is_written_before_the_confirmation(admin: Any, roster: Roster) -> None:
    roster_import = uploaded(admin, roster(*GOOD, *BAD))
    page = admin.get(reverse("households:import_detail", args=[roster_import.pk])).content.decode()
    assert (roster_import.state, Household.objects.count(), Member.objects.count()) == ("checked", 0, 0)
    assert roster_import.counts["households"] == {
        "created": 1, "updated": 0, "unchanged": 0, "rejected": 1, "pending": 0,
    }  # fmt: skip
    assert all(words in page for words in ("导入1户", "下载退回的1户", "花名册!I4", "孙四", "很多"))


def test_the_confirmation_writes_what_was_shown(admin: Any, roster: Roster) -> None:
    roster_import = committed(admin, uploaded(admin, roster(*GOOD, *BAD)))
    assert (roster_import.state, list(Household.objects.values_list("code", flat=True))) == ("committed", ["1001"])
    assert Job.objects.get(pk=roster_import.job_id).state == "done"


def test_confirming_twice_starts_one_job(admin: Any, roster: Roster) -> None:
    roster_import = uploaded(admin, roster(*GOOD))
    for _ in range(2):
        admin.post(reverse("households:import_commit", args=[roster_import.pk]))
    assert Job.objects.filter(kind="roster_commit").count() == 1


def test_an_outdated_preview_writes_nothing_and_shows_the_new_one(admin: Any, roster: Roster) -> None:
    first, second = uploaded(admin, roster(*GOOD)), uploaded(admin, roster(*GOOD))
    committed(admin, first)
    committed(admin, second)
    assert (second.state, second.counts["households"]["unchanged"], Household.objects.count()) == ("checked", 1, 1)


def test_the_rejected_rows_come_as_text_with_what_to_do_and_load_when_corrected(
    admin: Any, roster: Roster, tmp_path: Path
) -> None:
    roster_import = committed(admin, uploaded(admin, roster(*GOOD, *BAD)))
    answer = admin.get(reverse("households:import_rejected", args=[roster_import.pk]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = list(book.active.iter_rows(values_only=True))
    header = list(rows[0])
    assert [row[header.index("姓名")] for row in rows[1:]] == ["孙四", "周五"]
    assert isinstance(rows[1][header.index("证件号码")], str)
    assert "数字格式" in str(rows[1][-1])
    book.active.cell(2, header.index("工资性收入") + 1).value = 3000
    book.save(tmp_path / "corrected.xlsx")
    again = committed(admin, uploaded(admin, tmp_path / "corrected.xlsx"))
    assert (again.counts["households"]["created"], Household.objects.count()) == (1, 2)
    assert AccessLog.objects.filter(kind="export").count() == 1


def test_a_cancelled_import_is_not_written(admin: Any, roster: Roster) -> None:
    roster_import = uploaded(admin, roster(*GOOD))
    admin.post(reverse("households:import_cancel", args=[roster_import.pk]))
    admin.post(reverse("households:import_commit", args=[roster_import.pk]))
    roster_import.refresh_from_db()
    assert (roster_import.state, Household.objects.count()) == ("cancelled", 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"\x89PNG\r\n\x1a\n0000", "文件格式"),
    ],
)
def test_a_file_that_cannot_be_a_roster_is_refused_at_once(admin: Any, content: bytes, words: str) -> None:
    answer = admin.post(reverse("households:import_new"), {"file": SimpleUploadedFile("名单.xlsx", content)})
    assert (answer.status_code, RosterImport.objects.count()) == (422, 0)
    assert words in answer.content.decode()


def test_no_file_is_said(admin: Any) -> None:
    answer = admin.post(reverse("households:import_new"), {})
    assert answer.status_code == 422
    assert "请选择花名册文件" in answer.content.decode()


def test_a_damaged_file_is_refused_by_the_check_in_words(admin: Any, tmp_path: Path) -> None:
    path = tmp_path / "名单.xlsx"
    path.write_bytes(b"PK\x03\x04broken")
    roster_import = uploaded(admin, path)
    page = admin.get(reverse("households:import_detail", args=[roster_import.pk])).content.decode()
    assert roster_import.state == "refused"
    assert "文件已损坏" in page


def test_a_file_over_the_limit_is_refused_before_it_is_read(admin: Any, settings: Any) -> None:
    settings.ROSTER_MAX_BYTES = 100
    answer = admin.post(
        reverse("households:import_new"), {"file": SimpleUploadedFile("a.xlsx", b"x" * 200), "year": ""}
    )
    assert (answer.status_code, RosterImport.objects.count()) == (422, 0)
    assert "过大" in answer.content.decode()


@pytest.mark.parametrize("families", [1, 3])
def test_the_preview_asks_at_most_twelve_queries(
    admin: Any, roster: Roster, families: int, django_assert_max_num_queries: Any
) -> None:
    rows = []
    for number in range(families):
        row = line(f"20{number}", "孙四", "户主", wage="很多")
        row[4] = with_check_digit(f"129999197{number}0101001")
        rows.append(row)
    roster_import = uploaded(admin, roster(*rows))
    with django_assert_max_num_queries(12):
        admin.get(reverse("households:import_detail", args=[roster_import.pk]))
    with django_assert_max_num_queries(12):
        admin.get(reverse("households:imports"))


def detail(client: Any, roster_import: RosterImport, **query: Any) -> str:
    answer = client.get(reverse("households:import_detail", args=[roster_import.pk]), query)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_the_rows_of_the_file_add_up_on_the_page(admin: Any, roster: Roster) -> None:
    page = detail(admin, uploaded(admin, roster(*GOOD, *BAD)))
    assert "4行 = 2行导入 + 2行退回 + 0行跳过" in page


def test_a_kind_of_finding_opens_its_rows_alone(admin: Any, roster: Roster) -> None:
    second = [line("1003", "王三", "户主", phone="12")]
    roster_import = uploaded(admin, roster(*BAD, *second))
    url = reverse("households:import_detail", args=[roster_import.pk])
    fragment = admin.get(url, {"kind": "warning.phone_invalid"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert ("花名册!G4" in fragment, "花名册!I2" in fragment) == (True, False)


def test_what_changes_is_shown_field_by_field_with_secrets_masked(admin: Any, roster: Roster) -> None:
    committed(admin, uploaded(admin, roster(*GOOD)))
    page = detail(admin, uploaded(admin, roster(line("1001", "赵一", "户主", phone="13800138000", wage=6000), GOOD[1])))
    assert all(words in page for words in ("工资性收入", "5,000.00", "6,000.00", "138****8000"))
    assert "13800138000" not in page


def test_the_new_preview_says_that_nothing_was_saved(admin: Any, roster: Roster) -> None:
    first, second = uploaded(admin, roster(*GOOD)), uploaded(admin, roster(*GOOD))
    committed(admin, first)
    page = detail(admin, committed(admin, second))
    assert "核对之后，系统里的户已有变动" in page


def test_a_file_imported_before_is_said(admin: Any, roster: Roster) -> None:
    path = roster(*GOOD)
    first = committed(admin, uploaded(admin, path))
    page = detail(admin, uploaded(admin, path))
    assert "同一文件已于" in page
    assert reverse("households:import_detail", args=[first.pk]) in page


def test_saving_that_failed_can_be_confirmed_again_on_the_page(admin: Any, roster: Roster) -> None:
    roster_import = uploaded(admin, roster(*GOOD))
    admin.post(reverse("households:import_commit", args=[roster_import.pk]))
    roster_import.refresh_from_db()
    Job.objects.filter(pk=roster_import.job_id).update(state="failed", message="Cancelled.")
    page = detail(admin, roster_import)
    assert all(words in page for words in ("保存中断", "导入1户", "取消本次导入"))
    assert committed(admin, roster_import).state == "committed"


def test_a_check_that_failed_can_be_tried_again_or_cancelled(admin: Any, roster: Roster) -> None:
    with roster(*GOOD).open("rb") as file:
        admin.post(reverse("households:import_new"), {"file": file})
    roster_import = RosterImport.objects.get()
    Job.objects.filter(pk=roster_import.job_id).update(state="failed")
    page = detail(admin, roster_import)
    assert reverse("core:job_retry", args=[roster_import.job_id]) in page
    admin.post(reverse("households:import_cancel", args=[roster_import.pk]))
    assert RosterImport.objects.get().state == "cancelled"
    assert "本次导入已取消" in detail(admin, roster_import)


def test_a_near_miss_of_a_header_is_taken_where_the_admin_accepts_it(admin: Any, roster: Roster) -> None:
    header = [{"证件号码": "证件号玛"}.get(h, h) for h in HEADER]
    path = roster(*GOOD, header=header)
    assert uploaded(admin, path).state == "refused"
    with path.open("rb") as file:
        admin.post(reverse("households:import_new"), {"file": file, "accept_proposed": "on"})
    roster_import = RosterImport.objects.latest("pk")
    run_job(roster_import.job_id)
    page = detail(admin, roster_import)
    assert all(words in page for words in ("证件号玛", "相近", "导入1户"))
    assert committed(admin, roster_import).state == "committed"


def test_before_the_first_campaign_the_page_says_what_to_do(admin: Any, campaign: Any) -> None:
    with history_written_by_caller():
        campaign.years.all().delete()
        campaign.quotas.all().delete()
        type(campaign).objects.all().delete()
    answer = admin.get(reverse("households:import_new"))
    assert answer.status_code == 200
    assert "还没有帮扶周期" in answer.content.decode()


@pytest.mark.parametrize("number", [1, 60])
def test_findings_come_twenty_five_at_a_time_in_the_same_number_of_queries(
    admin: Any, roster: Roster, number: int, django_assert_max_num_queries: Any
) -> None:
    rows = []
    for n in range(number):
        row = line(f"3{n:03}", f"孙{'四五六'[n % 3]}", "户主", wage="很多")
        row[4] = with_check_digit(f"12999919700101{n:03}")
        rows.append(row)
    roster_import = uploaded(admin, roster(*rows))
    with django_assert_max_num_queries(12):
        page = detail(admin, roster_import)
    assert page.count("<code>很多</code>") == min(number, 25)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.DISTRICT_ADMIN])
def test_nobody_but_a_district_admin_imports(client: Any, role: Role, roster: Roster) -> None:
    user = UserFactory(username="somebody")
    places = {Role.VILLAGE_CLERK: Level.VILLAGE, Role.TOWNSHIP_OFFICIAL: Level.TOWNSHIP}
    division = Division.objects.filter(level=places[role]).first() if role in places else None
    unit = UnitFactory() if role in (Role.UNIT_LIAISON, Role.DEPARTMENT_OFFICER) else None
    GrantFactory(user=user, role=role, division=division, unit=unit)
    client.force_login(user)
    with roster(*GOOD).open("rb") as file:
        answer = client.post(reverse("households:import_new"), {"file": file})
    assert (answer.status_code, RosterImport.objects.count()) == (403, 0)


def test_income_over_the_line_of_a_known_household_is_shown_as_a_result(admin: Any, roster: Roster) -> None:
    committed(admin, uploaded(admin, roster(*GOOD)))
    again = uploaded(
        admin, roster(line("1001", "赵一", "户主", wage=90000, year=2017), line("1001", "李二", "配偶", year=2017))
    )
    page = admin.get(reverse("households:import_detail", args=[again.pk])).content.decode()
    assert (again.report["over_line"], "1 户收入已超标准" in page) == (1, True)
    committed(admin, again)
    case_file = reverse("households:detail", args=[Household.objects.get().pk])
    assert "收入已超标准" in admin.get(case_file).content.decode()
    third = uploaded(
        admin, roster(line("1001", "赵一", "户主", wage=100, year=2018), line("1001", "李二", "配偶", year=2018))
    )
    assert third.report["over_line"] == 0
    committed(admin, third)
    assert "收入已超标准" not in admin.get(case_file).content.decode()
