"""Rows of whole households, members side by side, places in no column, answers, and where findings point."""

from typing import Any

import openpyxl
import pytest

from households.roster.reading import read
from households.roster.rows import Answers, Helper, Mapping
from tests.households.roster.makers import (
    HEAD_ID,
    HEADERS,
    OTHER_ID,
    PLACES,
    SON_ID,
    TODAY,
    WIFE_ID,
    found,
    other_head,
    reading,
    row,
    saved,
    wife,
    workbook,
)

LEDGER = ("乡镇", "村", "户主姓名", "身份证号", "家庭人口", "家庭年收入", "年度")
HERE = {"乡镇": "别山镇", "村": "西九户村", "年度": 2016}


def ledger(**cells: Any) -> dict[str, Any]:
    return HERE | {"户主姓名": "李三丰", "身份证号": HEAD_ID, "家庭人口": 3, "家庭年收入": 9000} | cells


def table(*rows: Any, title: str = "花名册", above: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for line in above:
        sheet.append([line])
    for cells in rows:
        sheet.append(cells)
    return saved(book)


def people(result: Any) -> list[list[tuple[str, str, str]]]:
    return [[(m.name, m.id_no, m.relation) for m in f.members] for f in result.families]


# a row per household


def test_a_row_per_household_is_its_head():
    data = workbook(ledger(), ledger(户主姓名="赵六一", 身份证号=OTHER_ID, 家庭人口=1), headers=LEDGER)
    result = reading(data)
    assert (result.refusal, list(result.findings)) == (None, [])
    assert people(result) == [[("李三丰", HEAD_ID, "head")], [("赵六一", OTHER_ID, "head")]]
    assert [(f.people, f.members_complete, f.key) for f in result.families] == [
        (3, False, "花名册!2"),
        (1, False, "花名册!3"),
    ]
    assert [(c.header, c.field) for c in result.columns][2:5] == [
        ("户主姓名", "head_name"),
        ("身份证号", "id_no"),
        ("家庭人口", "member_count"),
    ]


@pytest.mark.parametrize(
    ("name", "number"),
    [("户主", "户主身份证号"), ("户主姓名", "证件号码"), ("姓名", "户主身份证号"), ("姓名", "身份证号")],
)
def test_the_head_by_any_of_its_headers(name, number):
    headers = ("乡镇", "村", name, number, "家庭人口", "家庭年收入", "年度")
    result = reading(
        workbook(HERE | {name: "李三丰", number: HEAD_ID, "家庭人口": 3, "家庭年收入": 1}, headers=headers)
    )
    assert (found(result), people(result)) == ([], [[("李三丰", HEAD_ID, "head")]])


def test_without_a_number_of_people_it_is_one():
    headers = tuple(h for h in LEDGER if h != "家庭人口")
    assert reading(workbook(ledger(), headers=headers)).families[0].people == 1


def test_findings_of_a_head_name_the_column_of_the_file():
    wrong = HEAD_ID[:17] + ("0" if HEAD_ID[17] != "0" else "1")
    headers = tuple("户主身份证号" if h == "身份证号" else h for h in LEDGER)
    result = reading(workbook(ledger(户主身份证号=wrong), headers=headers))
    assert [(f.row, f.column, f.field, f.code) for f in result.findings] == [
        (2, "户主身份证号", "id_no", "id_checksum")
    ]


def test_a_head_in_two_rows_is_said():
    result = reading(workbook(ledger(), ledger(家庭年收入=8000), headers=LEDGER))
    assert found(result) == [(2, "id_no", "person_two_households"), (3, "id_no", "person_two_households")]


def test_two_rows_with_one_household_number():
    headers = ("户编号", *LEDGER)
    data = workbook(
        ledger(户编号="99001"), ledger(户编号="99001", 户主姓名="赵六一", 身份证号=OTHER_ID), headers=headers
    )
    result = reading(data)
    assert {(r, c) for r, _, c in found(result)} >= {(2, "household_no_shared"), (3, "household_no_shared")}
    assert result.accepted == ()


def test_facts_of_the_head_in_a_row_per_household():
    headers = (*LEDGER, "户主性别", "健康状况", "户主年龄")
    result = reading(workbook(ledger(户主性别="女", 健康状况="残疾"), headers=headers))
    assert found(result) == [(2, "sex", "id_sex_conflict")]
    assert result.families[0].members[0].health == ("disabled",)


@pytest.mark.parametrize(("header", "named"), [("户主姓名", "与户主关系"), ("身份证号", "户主证件号码")])
def test_a_row_per_household_needs_its_head(header, named):
    headers = tuple(h for h in LEDGER if h != header)
    headers = headers if header != "户主姓名" else (*headers, "姓名", "性别")
    refusal = reading(workbook(ledger(), headers=headers)).refusal
    assert (refusal.code, refusal.params["header"]) == ("column_missing", named)


def test_a_total_and_a_signature_below_a_ledger_are_no_households():
    rows = [
        [ledger().get(h) for h in LEDGER],
        ["合计", None, None, None, 3, 9000],
        ["村委会（盖章）", None, "审核人："],
    ]
    result = reading(table(LEDGER, *rows, [None, None, None, None, "2018年3月1日"]))
    assert (found(result), len(result.families), result.rows, result.rows_skipped) == ([], 1, 4, 3)


# members side by side

ONE_ROW = (*LEDGER, *(f"成员{n}{what}" for n in (1, 2) for what in ("姓名", "身份证号", "关系")))
THREE = [("李三丰", HEAD_ID, "head"), ("王美", WIFE_ID, "spouse"), ("李小", SON_ID, "child")]
SIDE = ["别山镇", "西九户村", "李三丰", HEAD_ID, 3, 9000, 2016, "王美", WIFE_ID, "配偶", "李小", SON_ID, "之子"]
ALONE = ["别山镇", "西九户村", "赵六一", OTHER_ID, 1, 9000, 2016]


def relations(result: Any) -> list[list[str]]:
    return [[m.name for m in f.members] for f in result.families]


def test_members_side_by_side_by_number():
    result = reading(table(ONE_ROW, SIDE, ALONE))
    assert (result.refusal, list(result.findings)) == (None, [])
    assert [(m.name, m.id_no, m.row, m.part) for m in result.families[0].members] == [
        ("李三丰", HEAD_ID, 2, 0),
        ("王美", WIFE_ID, 2, 1),
        ("李小", SON_ID, 2, 2),
    ]
    assert [m.relation for m in result.families[0].members][:2] == ["head", "spouse"]
    assert [(f.people, f.rows, f.members_complete) for f in result.families] == [(3, (2,), True), (1, (3,), True)]
    assert result.rows == 2


def test_members_side_by_side_under_merged_groups():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["花名册"])
    sheet.append([*LEDGER, "家庭成员1", None, None, "家庭成员2"])
    sheet.append([*[None] * 7, *("姓名", "身份证号", "关系") * 2])
    sheet.append(SIDE)
    sheet.append([*ALONE, None, None, "之子"])
    for i in range(1, 8):
        sheet.merge_cells(start_row=2, end_row=3, start_column=i, end_column=i)
    sheet.merge_cells("H2:J2")
    sheet.merge_cells("K2:M2")
    result = reading(saved(book))
    assert (result.refusal, found(result)) == (None, [])
    assert relations(result) == [["李三丰", "王美", "李小"], ["赵六一"]]


def test_headers_that_come_again():
    headers = (*LEDGER[:2], *("姓名", "身份证号", "与户主关系") * 3, *LEDGER[4:])
    full = [
        "别山镇",
        "西九户村",
        "李三丰",
        HEAD_ID,
        "户主",
        "王美",
        WIFE_ID,
        "配偶",
        "李小",
        SON_ID,
        "之子",
        3,
        9000,
        2016,
    ]
    short = ["别山镇", "西九户村", "赵六一", OTHER_ID, "户主", *[None] * 6, 1, 9000, 2016]
    result = reading(table(headers, full, short))
    assert (result.refusal, found(result)) == (None, [])
    assert relations(result) == [["李三丰", "王美", "李小"], ["赵六一"]]
    full[9] = SON_ID[:17]
    result = reading(table(headers, full, short))
    assert [(f.row, f.column, f.field, f.code) for f in result.findings] == [(2, "身份证号 (J)", "id_no", "id_length")]
    assert [f.row for f in result.accepted] == [3]


def test_the_first_person_of_the_row_without_a_relation_is_the_head():
    headers = (*LEDGER[:2], "姓名", "身份证号", *("姓名", "身份证号", "与户主关系") * 2, *LEDGER[4:])
    full = ["别山镇", "西九户村", "李三丰", HEAD_ID, "王美", WIFE_ID, "配偶", "李小", SON_ID, "之子", 3, 9000, 2016]
    result = reading(table(headers, full))
    assert (found(result), relations(result)) == ([], [["李三丰", "王美", "李小"]])
    assert result.families[0].head.name == "李三丰"


def test_a_head_who_is_listed_again_is_one_person():
    first = [*SIDE[:7], "李三丰", HEAD_ID, "户主", *SIDE[7:10]]
    first[4] = 2
    result = reading(table(ONE_ROW, first))
    assert (found(result), relations(result)) == ([], [["李三丰", "王美"]])


@pytest.mark.parametrize(
    "headers",
    [
        (*LEDGER, *(f"{what}{n}" for n in (1, 2) for what in ("姓名", "身份证号", "与户主关系"))),
        (*LEDGER, *(f"家庭成员{n}{what}" for n in "一二" for what in ("姓名", "证件号码", "与户主关系"))),
        (*LEDGER, *(w for n in (1, 2) for w in (f"家庭成员{n}", "身份证号码", "与户主关系"))),
        (*LEDGER, *(f"第{n}人{what}" for n in (1, 2) for what in ("姓名", "身份证号", "与户主关系"))),
    ],
)
def test_other_ways_to_number_members(headers):
    result = reading(table(headers, SIDE, ALONE))
    assert (result.refusal, found(result)) == (None, [])
    assert relations(result) == [["李三丰", "王美", "李小"], ["赵六一"]]


def test_a_finding_of_a_member_names_the_members_column():
    wrong = [*SIDE[:8], WIFE_ID[:17], *SIDE[9:]]
    result = reading(table(ONE_ROW, wrong, ALONE))
    assert [(f.row, f.column, f.code) for f in result.findings] == [(2, "成员1身份证号", "id_length")]
    twice = [*SIDE[:11], WIFE_ID, "之女"]
    result = reading(table(ONE_ROW, twice, ALONE))
    assert [(f.column, f.code) for f in result.findings] == [
        ("成员1身份证号", "id_duplicate"),
        ("成员2身份证号", "id_duplicate"),
    ]


def test_two_heads_side_by_side():
    wrong = [*SIDE[:9], "户主", *SIDE[10:]]
    result = reading(table(ONE_ROW, wrong))
    assert [(f.column, f.code) for f in result.findings] == [("成员1关系", "head_two")]


def test_members_without_their_number_or_relation_are_asked_for():
    headers = (*LEDGER, "成员1姓名", "成员1身份证号", "成员2姓名", "成员2关系")
    refusal = reading(table(headers, SIDE)).refusal
    assert (refusal.code, refusal.params["header"]) == ("column_missing", "与户主关系")


def test_the_head_of_member_rows_is_not_side_by_side():
    headers = (*HEADERS, "户主姓名", "户主身份证号")
    result = reading(workbook(row(户主姓名="李三丰", 户主身份证号=HEAD_ID), wife(), headers=headers))
    assert (result.refusal, found(result), [f.people for f in result.families]) == (None, [], [2])


# places in no column

NO_TOWNSHIP = tuple(h for h in HEADERS if h != "乡(镇)")
NO_PLACE = tuple(h for h in NO_TOWNSHIP if h != "行政村")


def sheet_of(headers: tuple[str, ...], *, title: str = "花名册", above: tuple[str, ...] = ()) -> bytes:
    return table(*above_rows(headers), title=title, above=above)


def above_rows(headers: tuple[str, ...]) -> list[list[Any]]:
    rows = (row(), wife(), other_head())
    return [list(headers), *([cells.get(h) for h in headers] for cells in rows)]


@pytest.mark.parametrize(
    ("title", "above", "file"),
    [
        ("别山镇", (), "a.xlsx"),
        ("别山", (), "a.xlsx"),
        ("Sheet1", ("2016年别山镇低收入户花名册", "单位：元"), "a.xlsx"),
        ("Sheet1", (), "别山镇花名册.xlsx"),
    ],
)
def test_a_township_in_no_column_is_proposed_and_asked(title, above, file):
    data = sheet_of(NO_TOWNSHIP, title=title, above=above)
    asked = read(data, file, places=PLACES, today=TODAY)
    assert (asked.refusal.code, asked.refusal.params["expected"]) == ("township_unknown", "别山镇")
    assert (asked.sheets[0].place_proposed, asked.sheets[0].place_question) == ("120119106000", True)
    for answers in (Answers(accept_proposed=True), Answers(places={title: "120119106000"})):
        result = read(data, file, places=PLACES, today=TODAY, answers=answers)
        assert result.refusal is None
        assert {f.village_code for f in result.families} == {"120119106211"}
        assert len(result.accepted) == 2


def test_an_accepted_place_is_said_once_and_an_answer_is_not():
    data = sheet_of(NO_TOWNSHIP, title="别山镇")
    accepted = reading(data, answers=Answers(accept_proposed=True))
    assert found(accepted) == [(None, "township", "place_proposed")]
    assert found(reading(data, answers=Answers(places={"别山镇": "120119106000"}))) == []


def test_an_answer_counts_before_the_proposal():
    data = sheet_of(NO_TOWNSHIP, title="穿芳峪镇")
    result = reading(data, answers=Answers(accept_proposed=True, places={"穿芳峪镇": "120119106000"}))
    assert (found(result), {f.township for f in result.families}) == ([], {"别山镇"})


def test_a_village_in_no_column():
    data = sheet_of(NO_PLACE, title="西九户村", above=("别山镇低收入户花名册",))
    asked = reading(data)
    assert (asked.refusal.code, asked.sheets[0].place_proposed) == ("township_unknown", "120119106211")
    result = reading(data, answers=Answers(accept_proposed=True))
    assert {f.village_code for f in result.families} == {"120119106211"}


def test_a_village_in_no_column_beside_one_township():
    headers = tuple(h for h in HEADERS if h != "行政村")
    asked = reading(sheet_of(headers, title="东山村"))
    assert (asked.refusal.code, asked.sheets[0].place_proposed) == ("township_unknown", "120119106212")
    result = reading(sheet_of(headers, title="东山村"), answers=Answers(places={"东山村": "120119106212"}))
    assert {f.village_code for f in result.families} == {"120119106212"}


@pytest.mark.parametrize(("title", "above"), [("东山村", ()), ("Sheet1", ("别山镇、穿芳峪镇汇总",)), ("Sheet1", ())])
def test_what_nothing_tells_is_a_missing_column(title, above):
    result = reading(sheet_of(NO_PLACE, title=title, above=above))
    assert (result.refusal.code, result.refusal.params["header"]) == ("column_missing", "行政村")
    assert (result.sheets[0].place_proposed, result.sheets[0].place_question) == ("", True)


def test_a_township_alone_does_not_place_a_household_without_village():
    result = reading(sheet_of(NO_PLACE, title="别山镇"), answers=Answers(accept_proposed=True))
    assert (result.refusal.code, result.sheets[0].place_proposed) == ("column_missing", "120119106000")


# answers


def test_a_column_chosen_by_hand():
    names = tuple("某列" if h == "与户主关系" else h for h in HEADERS)
    data = workbook(row(某列="户主"), wife(某列="配偶"), headers=names)
    result = reading(data, answers=Answers(columns={"花名册": {"F": "relation"}}))
    assert (result.refusal, found(result)) == (None, [])
    assert [(c.letter, c.how) for c in result.columns if c.field == "relation"] == [("F", "remembered")]


@pytest.mark.parametrize("answer", [{"T": ""}, {"E": "id_no"}, {"E": "id_no", "T": ""}])
def test_two_columns_for_one_field_are_answered(answer):
    data = workbook(row(身份证号="x"), headers=(*HEADERS, "身份证号"))
    assert reading(data).refusal.code == "column_ambiguous"
    result = reading(data, answers=Answers(columns={"花名册": answer}))
    assert (result.refusal, found(result)) == (None, [(2, "member_count", "size_mismatch")])


def test_a_mapping_remembered_by_letter():
    names = tuple("某列" if h == "与户主关系" else h for h in HEADERS)
    data = workbook(row(某列="户主"), wife(某列="配偶"), headers=names)
    mapping = Mapping({reading(data).sheets[0].fingerprint: {"F": "relation"}})
    assert reading(data, mapping=mapping).refusal is None


def test_a_sheet_left_out():
    book = openpyxl.Workbook()
    for title, cells in (("一", row(人数=1)), ("二", other_head())):
        sheet = book.create_sheet(title)
        sheet.append(HEADERS)
        sheet.append([cells.get(h) for h in HEADERS])
    result = reading(saved(book), answers=Answers(sheets={"一": False}))
    assert [f.code for f in result.families] == ["9900100002"]
    assert [(s.name, s.used, s.why) for s in result.sheets][1:] == [("一", False, "left_out"), ("二", True, "")]


def test_a_mended_cell_is_read_instead():
    data = workbook(row(姓名="@"), wife(), other_head())
    result = reading(data, answers=Answers(cells={("花名册", 2, "name"): "李三丰"}))
    assert (found(result), result.families[0].head.name) == ([], "李三丰")


def test_a_mend_of_one_of_several_columns_needs_its_letter():
    data = table(ONE_ROW, [*SIDE[:8], "x", *SIDE[9:]])
    by_field = reading(data, answers=Answers(cells={("花名册", 2, "id_no"): WIFE_ID}))
    assert [(f.column, f.code) for f in by_field.findings] == [("成员1身份证号", "id_length")]
    by_letter = reading(data, answers=Answers(cells={("花名册", 2, "I"): WIFE_ID}))
    assert (found(by_letter), by_letter.families[0].members[1].id_no) == ([], WIFE_ID)


def test_a_mended_head_of_a_ledger():
    headers = tuple("户主身份证号" if h == "身份证号" else h for h in LEDGER)
    data = workbook(ledger(户主身份证号="x"), headers=headers)
    result = reading(data, answers=Answers(cells={("花名册", 2, "id_no"): HEAD_ID}))
    assert (found(result), result.families[0].head.id_no) == ([], HEAD_ID)


# what is said of a column, members without a number, helpers


def test_blank_cells_below_the_first_row_are_said_once_a_column():
    blank = {"乡(镇)": None, "行政村": None, "年度": None, "人数": None, "工资性收入": None}
    result = reading(workbook(row(), wife(**blank), other_head()))
    said = [(f.row, f.field, f.column, f.code, f.params["count"]) for f in result.findings]
    assert said == [
        (None, "township", "乡(镇)", "filled_down", 1),
        (None, "village", "行政村", "filled_down", 1),
        (None, "income_year", "年度", "filled_down", 1),
    ]
    assert {f.village_code for f in result.accepted} == {"120119106211"}


def test_a_place_is_not_filled_into_the_next_household():
    result = reading(workbook(row(), wife(), other_head(**{"乡(镇)": None, "行政村": None})))
    assert [f.code for f in result.accepted] == ["9900100001"]


def test_a_member_without_number_is_taken():
    result = reading(workbook(row(), wife(证件号码=None)))
    assert [(f.row, f.code, f.severity) for f in result.findings] == [(3, "id_missing", "warning")]
    assert [(m.id_no, m.no_id_reason) for m in result.families[0].members] == [(HEAD_ID, ""), ("", "roster")]


def test_a_head_without_number_needs_a_household_number():
    with_code = reading(workbook(row(证件号码=None), wife()))
    assert [(f.code, f.severity) for f in with_code.findings] == [("id_missing", "warning")]
    names = tuple(h for h in HEADERS if h != "户编号")
    without = reading(workbook(row(证件号码=None), wife(), other_head(), headers=names))
    assert [(f.row, f.code, f.severity) for f in without.findings] == [(2, "id_missing", "error")]
    assert [f.head.name for f in without.accepted] == ["赵六一"]


def test_helpers_are_kept_and_their_columns_unused():
    headers = (*HEADERS, "帮扶责任人", "帮扶单位", "帮扶人职务", "帮扶责任人联系电话")
    helper = {"帮扶责任人": "钱八", "帮扶单位": "某局", "帮扶人职务": "科长", "帮扶责任人联系电话": "14000000009"}
    result = reading(workbook(row(**helper), wife(), other_head(帮扶责任人联系电话="x"), headers=headers))
    assert [f.helper for f in result.families] == [Helper("钱八", "某局", "科长", "14000000009"), None]
    assert [(c.field, c.how) for c in result.columns[-4:]] == [(None, "unused")] * 4
    assert found(result) == []


def test_helpers_under_a_group_in_a_ledger_with_three_header_rows():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2016年低收入户结对帮扶台账"])
    sheet.append(["结对帮扶对象", *[None] * 6, None, "结对帮扶干部"])
    sheet.append(["基本情况", *[None] * 4, "收入", None, None, "单位", "姓名", "联系电话"])
    sheet.append(["所属镇", "村名", "户主姓名", "身份证号", "家庭人数", "家庭年收入", "年度"])
    for area in ("A1:K1", "A2:G2", "I2:K2", "A3:E3", "F3:G3", "I3:I4", "J3:J4", "K3:K4"):
        sheet.merge_cells(area)
    sheet.append([*ALONE, None, "某局", "钱八", "14000000009"])
    sheet.append(["填表人：张某", None, None, "审核人：", None, None, "2018年3月1日"])
    sheet.row_dimensions[5].hidden = True
    result = reading(saved(book))
    assert (result.refusal, found(result)) == (None, [(5, "", "hidden_data")])
    assert (result.sheets[0].header_rows, result.rows_skipped) == ((2, 3, 4), 1)
    assert result.families[0].helper == Helper("钱八", "某局", "", "14000000009")


def test_members_who_go_on_in_a_second_row_of_the_same_number():
    headers = ("户编号", *ONE_ROW)
    more = [None, None, None, None, None, None, None, "李大", OTHER_ID, "之子"]
    result = reading(table(headers, ["99001", *SIDE], ["99001", *more]))
    assert relations(result) == [["李三丰", "王美", "李小", "李大"]]
    assert result.families[0].rows == (2, 3)
    assert {f.code for f in result.findings} == {"size_mismatch", "filled_down"}


def test_a_row_side_by_side_without_household_number_stays_one_household():
    headers = ("户编号", *ONE_ROW)
    wrong = [*SIDE[:9], "户主", *SIDE[10:]]
    result = reading(table(headers, [None, *wrong], ["99002", *ALONE]))
    assert [(f.row, f.code) for f in result.findings] == [(2, "household_no_missing"), (2, "head_two")]
    assert [(f.rows, f.code) for f in result.families] == [((2,), ""), ((3,), "99002")]


def test_a_person_beside_a_signed_note_is_no_signature():
    headers = ("姓名", "证件号码", "与户主关系", "乡(镇)", "行政村", "户编号", "年度", "家庭纯收入", "备注")
    cells = {"姓名": "王小", "证件号码": None, "与户主关系": "之女", "户编号": "9900100001", "备注": "本人已签字"}
    result = reading(workbook(row(), cells, headers=headers))
    assert [m.name for m in result.families[0].members] == ["李三丰", "王小"]
    assert result.rows_skipped == 0


@pytest.mark.parametrize(
    "signature",
    [
        ["单位负责人（签字）：", None, "填表人："],
        [None, None, "2018年3月1日"],
        [None, "村委会（公章）"],
        [None, "年  月  日"],
    ],
)
def test_signature_lines_are_skipped_in_every_layout(signature):
    for header, cells in ((HEADERS, [row(人数=1).get(h) for h in HEADERS]), (LEDGER, ALONE), (ONE_ROW, SIDE)):
        result = reading(table(header, cells, [], signature))
        assert (found(result), result.rows_skipped, len(result.families)) == ([], 2, 1)


def test_a_column_that_nobody_knows_is_named_once():
    result = reading(workbook(row(某列="x", 序号=1), wife(某列="y"), headers=(*HEADERS, "某列", "序号", "空列")))
    assert [(f.row, f.column, f.code, f.severity) for f in result.findings] == [
        (None, "某列", "column_unused", "warning")
    ]
    answered = Answers(columns={"花名册": {"T": ""}})
    assert reading(workbook(row(某列="x"), wife(), headers=(*HEADERS, "某列")), answers=answered).findings == ()


@pytest.mark.parametrize(
    ("value", "code"), [("3/4/1965", "date_ambiguous"), ("65.3.15", "date_ambiguous"), ("15/3/1965", "")]
)
def test_a_date_that_can_be_read_in_two_ways(value, code):
    result = reading(workbook(row(出生日期=value), wife()))
    assert [c for _, _, c in found(result)] == ([code] if code else [])
