"""What a file is not sure of is asked in the browser, answered by hand, and remembered."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.jobs import run_job
from households.forms_imports import MOST_FILES
from households.models import HeaderMapping, Household, RosterImport
from households.roster import helpers, leftovers
from tests.households.imports.conftest import HEADER, line
from tests.households.imports.test_import_pages import admin, committed, uploaded  # noqa: F401 a fixture

pytestmark = pytest.mark.usefixtures("campaign")
GOOD = [line("1001", "赵一", "户主"), line("1001", "李二", "配偶")]
BAD = [line("1002", "孙四", "户主", wage="很多"), line("1002", "周五", "配偶")]


def again(roster_import: RosterImport) -> RosterImport:
    """Let the worker do what waits."""
    roster_import.refresh_from_db()
    run_job(roster_import.job_id)
    roster_import.refresh_from_db()
    return roster_import


def answered(client, roster_import, **fields):
    """Post the page of answers as it stands, with some fields changed; by header for columns."""
    page = client.get(reverse("households:import_answers", args=[roster_import.pk]))
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    by_header = {c["header"]: f"column_{i}" for i, c in enumerate(form.columns)}
    data |= {by_header.get(name, name): value for name, value in fields.items()}
    data = {name: "on" if value is True else value for name, value in data.items() if value is not False}
    return client.post(reverse("households:import_answers", args=[roster_import.pk]), data)


def odd_header(name: str, instead: str) -> list[str]:
    return [instead if cell == name else cell for cell in HEADER]


def test_a_header_that_nobody_knows_is_answered_and_remembered(admin, roster):  # noqa: F811
    header = odd_header("证件号码", "号码栏")
    first = uploaded(admin, roster(*GOOD, header=header))
    assert (first.state, first.report["refusal"]["code"]) == ("refused", "column_missing")
    assert answered(admin, first, 号码栏="id_no").status_code == 302
    first = again(first)
    assert (first.state, first.counts["households"]["created"]) == ("checked", 1)
    assert HeaderMapping.objects.count() == 1
    committed(admin, first)
    second = uploaded(admin, roster(*GOOD, header=header, name="次年.xlsx"))
    assert (second.state, second.counts["households"]["unchanged"]) == ("checked", 1)
    assert {c["how"] for c in second.report["columns"] if c["field"] == "id_no"} == {"remembered"}


def test_two_columns_for_one_field_are_asked(admin, roster):  # noqa: F811
    rows = [[*row, "129999000000000000"] for row in GOOD]
    asked = uploaded(admin, roster(*rows, header=[*HEADER, "身份证号"]))
    assert asked.report["refusal"]["code"] == "column_ambiguous"
    refused = answered(admin, asked)
    assert refused.status_code == 422
    page = admin.get(reverse("households:import_detail", args=[asked.pk])).content.decode()
    assert reverse("households:import_answers", args=[asked.pk]) in page
    assert answered(admin, asked, 身份证号="").status_code == 302
    assert again(asked).counts["households"]["created"] == 1


def test_a_wrong_cell_is_mended_in_the_preview_and_the_file_stays(admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(*GOOD, *BAD))
    finding = asked.findings.get(code="money_not_number")
    sent = {"sheet": finding.sheet, "row": finding.row, "field": finding.field, "value": "1200"}
    admin.post(reverse("households:import_mend", args=[asked.pk]), sent)
    asked = again(asked)
    assert (asked.counts["households"]["created"], asked.counts["households"]["rejected"]) == (2, 0)
    mend = asked.mends.get()
    assert (mend.value, mend.before_masked, mend.made_by.username) == ("1200", "很多", "admin")
    assert "1200" in admin.get(reverse("households:import_detail", args=[asked.pk])).content.decode()
    admin.post(reverse("households:import_unmend", args=[mend.pk]))
    assert again(asked).counts["households"]["rejected"] == 1


def test_only_a_cell_with_a_finding_can_be_mended(admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(*GOOD))
    sent = {"sheet": "花名册", "row": 2, "field": "name", "value": "别人"}
    admin.post(reverse("households:import_mend", args=[asked.pk]), sent)
    asked.refresh_from_db()
    assert (asked.state, asked.mends.count()) == ("checked", 0)


def test_what_is_mended_from_a_page_left_open_is_told_exactly(admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(*GOOD, *BAD))
    sent = {"sheet": "花名册", "row": 4, "field": "wage", "value": "1200"}
    admin.post(reverse("households:import_mend", args=[asked.pk]), sent)
    asked = again(asked)
    late = admin.post(reverse("households:import_mend", args=[asked.pk]), {**sent, "value": "9999"}, follow=True)
    assert [str(m) for m in late.context["messages"]] == ["该处已没有问题提示，因此未作更改。请查看最新的检查结果。"]
    assert asked.mends.get().value == "1200"
    saved = committed(admin, asked)
    late = admin.post(reverse("households:import_mend", args=[saved.pk]), sent, follow=True)
    assert [str(m) for m in late.context["messages"]] == ["该导入已不在待处理状态，请查看当前状态。"]


def test_notes_of_a_kind_can_be_refused_and_accepted_again(admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(*GOOD, line("1003", "孙四", "户主", phone="123")))
    sent = {"code": "phone_invalid", "refused": "1"}
    admin.post(reverse("households:import_notes", args=[asked.pk]), sent)
    asked = again(asked)
    assert (asked.counts["households"]["created"], asked.report["rejected_households"]) == (1, ["1003"])
    admin.post(reverse("households:import_notes", args=[asked.pk]), {**sent, "refused": "0"})
    assert again(asked).counts["households"]["created"] == 2


def test_nothing_is_answered_once_it_is_saved(admin, roster):  # noqa: F811
    saved = committed(admin, uploaded(admin, roster(*GOOD)))
    answer = answered(admin, saved)
    saved.refresh_from_db()
    assert (answer.status_code, saved.state, Household.objects.count()) == (302, "committed", 1)


def test_several_files_go_up_at_once_and_are_saved_together(admin, roster):  # noqa: F811
    paths = [roster(*GOOD, name="甲.xlsx"), roster(line("1002", "孙四", "户主"), name="乙.xlsx")]
    opened = [path.open("rb") for path in paths]
    answer = admin.post(reverse("households:import_new"), {"file": opened, "year": ""})
    for file in opened:
        file.close()
    rows = list(RosterImport.objects.order_by("pk"))
    assert (len(rows), len({row.batch for row in rows})) == (2, 1)
    for row in rows:
        run_job(row.job_id)
    page = admin.get(answer.url)
    assert page.context["ready"] == 2
    admin.post(reverse("households:import_commit_batch"), {"batch": rows[0].batch})
    for row in rows:
        again(row)
    assert [row.state for row in RosterImport.objects.order_by("pk")] == ["committed", "committed"]


def test_the_good_ones_of_several_files_are_taken_and_the_others_named(admin, roster):  # noqa: F811
    contents = {"通知.pdf": b"%PDF-1.7", "空.xlsx": b""}
    contents |= {name: roster(*rows).read_bytes() for name, rows in (("甲.xlsx", GOOD), ("乙.xlsx", BAD))}
    files = [SimpleUploadedFile(name, content) for name, content in contents.items()]
    answer = admin.post(reverse("households:import_new"), {"file": files, "year": ""}, follow=True)
    assert sorted(RosterImport.objects.values_list("file_name", flat=True)) == ["乙.xlsx", "甲.xlsx"]
    told = [str(m) for m in answer.context["messages"]]
    assert [text.partition(":")[0] for text in told] == ["通知.pdf", "空.xlsx"]
    assert "文件格式" in told[0]
    assert "文件是空的" in told[1]


def test_several_files_of_which_none_is_good_are_refused(admin):  # noqa: F811
    files = [SimpleUploadedFile("通知.pdf", b"%PDF-1.7"), SimpleUploadedFile("空.xlsx", b"")]
    answer = admin.post(reverse("households:import_new"), {"file": files, "year": ""})
    page = answer.content.decode()
    assert (answer.status_code, "通知.pdf" in page, "空.xlsx" in page) == (422, True, True)


def test_a_second_copy_in_a_batch_is_not_confirmed_twice(admin, roster):  # noqa: F811
    path = roster(*GOOD, *BAD)
    files = [SimpleUploadedFile(name, path.read_bytes()) for name in ("甲.xlsx", "甲(1).xlsx")]
    admin.post(reverse("households:import_new"), {"file": files, "year": ""})
    first, second = (again(row) for row in RosterImport.objects.order_by("pk"))
    admin.post(reverse("households:import_commit_batch"), {"batch": first.batch})
    first, second = again(first), again(again(second))
    assert (first.state, second.state) == ("committed", "committed")
    assert (second.counts["households"]["created"], second.counts["households"]["unchanged"]) == (0, 1)
    assert Household.objects.count() == 1
    assert leftovers.worklist().count() == 1


def test_a_file_of_a_batch_that_changes_nothing_is_not_offered(admin, roster):  # noqa: F811
    committed(admin, uploaded(admin, roster(*GOOD)))
    same, new = (uploaded(admin, roster(*rows)) for rows in (GOOD, [line("1009", "周五", "户主")]))
    address = f"{reverse('households:imports')}?batch=b1"
    RosterImport.objects.filter(pk=same.pk).update(batch="b1")
    page = admin.get(address)
    assert (page.context["ready"], reverse("households:import_commit_batch") in page.content.decode()) == (0, False)
    RosterImport.objects.filter(pk=new.pk).update(batch="b1")
    page = admin.get(address)
    assert (page.context["ready"], reverse("households:import_commit_batch") in page.content.decode()) == (1, True)
    admin.post(reverse("households:import_commit_batch"), {"batch": "b1"})
    assert [again(row).state for row in (same, new)] == ["checked", "committed"]


def test_a_file_with_rejected_rows_alone_is_saved_with_its_batch(admin, roster):  # noqa: F811
    bad = uploaded(admin, roster(*BAD))
    RosterImport.objects.filter(pk=bad.pk).update(batch="b1")
    page = admin.get(reverse("households:import_detail", args=[bad.pk])).content.decode()
    assert f"{reverse('households:imports')}?batch=b1" in page  # the way back to the others
    assert ("保存结果" in page, "没有可导入的内容" in page) == (True, False)
    admin.post(reverse("households:import_commit_batch"), {"batch": "b1"})
    assert again(bad).state == "committed"
    assert list(leftovers.worklist().values_list("key", flat=True)) == ["1002"]


def test_a_file_that_only_names_cadres_is_saved_with_its_batch_once(admin, roster):  # noqa: F811
    committed(admin, uploaded(admin, roster(*GOOD)))
    named = roster(*([*row, "王林"] for row in GOOD), header=[*HEADER, "帮扶责任人"])
    first = uploaded(admin, named)
    RosterImport.objects.filter(pk=first.pk).update(batch="b1")
    admin.post(reverse("households:import_commit_batch"), {"batch": "b1"})
    assert [row.helper.name for row in helpers.of(again(first))] == ["王林"]
    assert not uploaded(admin, named).waits_for_import


def test_all_files_of_a_batch_stand_on_one_page(admin, roster):  # noqa: F811
    one = uploaded(admin, roster(*GOOD))
    others = [
        RosterImport(campaign=one.campaign, state=one.state, counts=one.counts) for _number in range(MOST_FILES - 1)
    ]
    RosterImport.objects.bulk_create(others)
    RosterImport.objects.update(batch="b1")
    page = admin.get(f"{reverse('households:imports')}?batch=b1")
    assert page.context["ready"] == MOST_FILES


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_counts_a_township(count, admin, roster, django_assert_num_queries):  # noqa: F811
    people = ["赵一", "孙四", "周五"][:count]
    committed(admin, uploaded(admin, roster(*(line(str(i), name, "户主") for i, name in enumerate(people, 1001)))))
    address = reverse("households:import_board") + "?year=2016"
    admin.get(address)
    with django_assert_num_queries(7):
        page = admin.get(address)
    row = next(row for row in page.context["rows"] if row.name == "穿芳峪镇")
    assert (row.expected, row.loaded, row.missing, row.pending, row.rejected) == (count, count, 0, 0, 0)


def test_each_figure_of_the_board_opens_the_households_that_it_counts(admin, roster):  # noqa: F811
    rich = line("1009", "王三", "户主", wage=90000)
    committed(admin, uploaded(admin, roster(line("1001", "赵一", "户主"), line("1002", "孙四", "户主"), rich)))
    board = admin.get(reverse("households:import_board") + "?year=2016").content.decode()
    links = re.findall(r'<a href="(/households/\?[^"]+)">(\d+)</a>', board)
    opened = [admin.get(html.unescape(url)).context["total"] for url, _number in links]
    assert (opened, [int(number) for _url, number in links]) == ([2, 1], [2, 1])
