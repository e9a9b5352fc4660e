"""Answers about one cell, one person, one note: what stands side by side is told apart, and each has its history."""

import pytest
from django.urls import reverse

from households.models import Household, Member, RosterMend
from tests.households.imports.conftest import HEADER, PEOPLE, line
from tests.households.imports.test_answers import again, answered
from tests.households.imports.test_import_pages import admin, committed, uploaded  # noqa: F401 a fixture

pytestmark = pytest.mark.usefixtures("campaign")
LEDGER = ["乡镇", "村", "户编号", "户主姓名", "户主身份证号", "家庭人口", "工资性收入", "年度"]
SIDE = [*LEDGER, *(f"成员{n}{what}" for n in (1, 2) for what in ("姓名", "身份证号", "关系", "疾病"))]
HEAD = ["穿芳峪镇", "小辛庄村", "1001", "赵一", PEOPLE["赵一"], 3, 5000, 2016]
WRONG = PEOPLE["王三"][:17]
BESIDE = [*HEAD, "李二", PEOPLE["李二"], "配偶", "", "王三", WRONG, "之子", ""]
NOTED = [line("1001", "赵一", "户主", phone="123"), line("1003", "孙四", "户主", phone="456")]


def page_of(client, roster_import, kind=""):
    return client.get(reverse("households:import_detail", args=[roster_import.pk]) + (f"?kind={kind}" if kind else ""))


def sent(client, name, roster_import, **data):
    return client.post(reverse(f"households:{name}", args=[roster_import.pk]), data)


# one cell


def test_the_finding_names_the_person_and_the_cell_that_it_is_about(admin, roster):  # noqa: F811
    page = page_of(admin, uploaded(admin, roster(BESIDE, header=SIDE)))
    finding = page.context["findings"][0]
    assert (finding["person"], finding["place"], finding["letter"]) == ("王三", "花名册!N2", "N")
    assert 'name="letter" value="N"' in page.content.decode()


def test_one_of_several_members_in_a_row_is_mended(admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(BESIDE, header=SIDE))
    cell = {"sheet": "花名册", "row": 2, "letter": "N", "field": "id_no", "value": PEOPLE["王三"]}
    sent(admin, "import_mend", asked, **cell)
    asked = again(asked)
    assert (asked.counts["households"]["created"], asked.counts["members"]["created"]) == (1, 3)
    mend = asked.mends.get()
    assert (mend.letter, mend.field, mend.value, mend.before_masked) == (
        "N",
        "id_no",
        PEOPLE["王三"],
        "1299" + "*" * 14,
    )
    page = page_of(admin, asked).content.decode()
    assert "花名册!N2 成员2身份证号" in page
    assert PEOPLE["王三"] not in page
    committed(admin, asked)
    assert {m.id_no for m in Member.objects.all()} == {PEOPLE[name] for name in ("赵一", "李二", "王三")}


@pytest.mark.parametrize("letter", ["J", "E", "ZZ"])
def test_only_the_cell_that_the_finding_names_is_mended(letter, admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(BESIDE, header=SIDE))
    cell = {"sheet": "花名册", "row": 2, "letter": letter, "field": "id_no", "value": PEOPLE["王三"]}
    sent(admin, "import_mend", asked, **cell)
    asked.refresh_from_db()
    assert (asked.state, RosterMend.objects.count()) == ("checked", 0)


def test_without_a_letter_two_wrong_cells_of_a_field_are_not_mended(admin, roster):  # noqa: F811
    asked = uploaded(admin, roster([*BESIDE[:9], WRONG[:16], *BESIDE[10:]], header=SIDE))
    sent(admin, "import_mend", asked, sheet="花名册", row=2, field="id_no", value=PEOPLE["王三"])
    asked.refresh_from_db()
    assert (asked.state, RosterMend.objects.count()) == ("checked", 0)


def test_a_cell_is_mended_again_and_its_first_content_is_kept(admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(*NOTED))
    for phone in ("789", "14000000001"):
        sent(admin, "import_mend", asked, sheet="花名册", row=2, letter="G", field="household_phone", value=phone)
        asked = again(asked)
    mend = asked.mends.get()
    assert (mend.value, mend.before_masked) == ("14000000001", "****")


# columns


def test_columns_of_several_members_are_answered(admin, roster):  # noqa: F811
    header = ["某列" if h == "村" else h for h in SIDE]
    asked = uploaded(admin, roster([*BESIDE[:13], PEOPLE["王三"], *BESIDE[14:]], header=header))
    assert asked.report["refusal"]["code"] == "column_missing"
    assert answered(admin, asked, 某列="village").status_code == 302
    asked = again(asked)
    assert (asked.state, asked.counts["members"]["created"]) == ("checked", 3)


def test_a_year_of_several_is_answered(admin, roster):  # noqa: F811
    header = [*LEDGER[:6], "2016年家庭纯收入", "2017年家庭纯收入"]
    asked = uploaded(admin, roster([*HEAD[:6], 3000, 5000], header=header))
    assert asked.report["refusal"]["code"] == "year_several"
    assert list(answered(admin, asked).context["form"].errors) == ["year"]
    for year in ("2017", "2016"):
        assert answered(admin, asked, year=year).status_code == 302
        asked = again(asked)
        assert asked.state == "checked"
    committed(admin, asked)
    household = Household.objects.get(code="1001")
    assert list(household.statements.values_list("year", "stated_total")) == [(2016, 3000)]


def test_the_page_of_questions_asks_for_the_place(admin, roster):  # noqa: F811
    rows = [row[1:] for row in (line("1001", "赵一", "户主"), line("1001", "李二", "配偶"))]
    asked = uploaded(admin, roster(*rows, header=HEADER[1:]))
    address = reverse("households:import_answers", args=[asked.pk])
    page = admin.get(address)
    assert [part["asks_place"] for part in page.context["form"].rows_of()] == [True]
    refused = answered(admin, asked)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["place_0"])
    assert answered(admin, asked, place_0="穿芳峪镇").status_code == 302
    assert again(asked).counts["households"]["created"] == 1
    assert [part["asks_place"] for part in admin.get(address).context["form"].rows_of()] == [False]


def test_a_township_alone_does_not_answer_for_the_village(admin, roster):  # noqa: F811
    rows = [[*row[:1], *row[2:]] for row in (line("1001", "赵一", "户主"),)]
    asked = uploaded(admin, roster(*rows, header=[HEADER[0], *HEADER[2:]]))
    assert answered(admin, asked, place_0="穿芳峪镇").status_code == 422
    assert answered(admin, asked, place_0="穿芳峪镇 小辛庄村").status_code == 302
    assert again(asked).counts["households"]["created"] == 1


def test_a_place_left_blank_is_what_the_name_of_the_file_says(admin, roster):  # noqa: F811
    rows = [row[1:] for row in (line("1001", "赵一", "户主"), line("1001", "李二", "配偶"))]
    asked = uploaded(admin, roster(*rows, header=HEADER[1:], name="穿芳峪镇.xlsx"))
    assert asked.report["refusal"]["code"] == "township_unknown"
    assert answered(admin, asked, place_0="").status_code == 302
    asked = again(asked)
    assert (asked.counts["households"]["created"], asked.findings.get().code) == (1, "place_proposed")


# one note


def test_one_note_is_refused_and_accepted_again(admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(*NOTED))
    note = {"sheet": "花名册", "row": 3, "code": "phone_invalid"}
    sent(admin, "import_note", asked, **note, refused="1")
    asked = again(asked)
    assert (asked.counts["households"]["created"], asked.report["rejected_households"]) == (1, ["1003"])
    page = page_of(admin, asked, "error.phone_invalid")
    assert [(f["row"], f["answer"]) for f in page.context["findings"]] == [(3, "accept")]
    rest = page_of(admin, asked, "warning.phone_invalid").context["findings"]
    assert [(f["row"], f["answer"]) for f in rest] == [(2, "refuse")]
    sent(admin, "import_note", asked, **note, refused="0")
    asked = again(asked)
    assert asked.counts["households"]["created"] == 2


def test_answers_to_notes_are_listed_with_who_gave_them_and_none_is_lost(admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(*NOTED))
    note = {"sheet": "花名册", "row": 3, "code": "phone_invalid"}
    for name, data in (
        ("import_note", note | {"refused": "1"}),
        ("import_note", note | {"refused": "0"}),
        ("import_notes", {"code": "phone_invalid", "refused": "1"}),
    ):
        sent(admin, name, asked, **data)
        asked = again(asked)
    listed = page_of(admin, asked).context["notes"]
    assert [(n["row"], n["refused"], n["by"].username) for n in listed] == [(None, True, "admin"), (3, False, "admin")]
    assert [(said["row"], said["refused"]) for said in asked.mapping["notes"]] == [(3, True), (3, False), (None, True)]
    assert {f["answer"] for f in page_of(admin, asked, "error.phone_invalid").context["findings"]} == {""}


def test_a_note_of_the_comparison_is_refused_by_itself(admin, roster):  # noqa: F811
    rich = [line("1001", "赵一", "户主", wage=90000), line("1003", "孙四", "户主", wage=90000)]
    asked = uploaded(admin, roster(*rich))
    sent(admin, "import_note", asked, sheet="花名册", row=3, code="not_eligible", refused="1")
    asked = again(asked)
    assert (asked.counts["households"]["created"], asked.report["rejected_households"]) == (1, ["1003"])


@pytest.mark.parametrize(
    "note",
    [
        {"sheet": "花名册", "row": 9, "code": "phone_invalid"},
        {"sheet": "花名册", "row": 3, "code": "no_such_code"},
        {"sheet": "花名册", "row": "x", "code": "phone_invalid"},
        {"sheet": "", "row": 3, "code": "phone_invalid"},
    ],
)
def test_what_is_no_note_changes_nothing(note, admin, roster):  # noqa: F811
    asked = uploaded(admin, roster(*NOTED))
    for refused in "10":
        assert sent(admin, "import_note", asked, **note, refused=refused).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.mapping.get("notes", [])) == ("checked", [])


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_asks_as_much_however_many_answers_there_are(count, admin, roster, django_assert_num_queries):  # noqa: F811
    rows = [line(str(i), name, "户主", phone="1") for i, name in enumerate(["赵一", "孙四", "周五"][:count], 1001)]
    asked = uploaded(admin, roster(*rows))
    for row in range(2, count + 2):
        sent(admin, "import_note", asked, sheet="花名册", row=row, code="phone_invalid", refused="1")
        asked = again(asked)
    page_of(admin, asked)
    with django_assert_num_queries(11):
        assert len(page_of(admin, asked).context["notes"]) == count
