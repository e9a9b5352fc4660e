"""What headers tell by themselves: relatives side by side, whose a phone is, the year of an income, nobody's number."""

import io
from typing import Any

import openpyxl
import pytest

from households.roster.reading import read
from households.roster.rows import Answers, Helper
from tests.households.roster.makers import (
    HEAD_ID,
    HEADERS,
    OTHER_ID,
    PLACES,
    SON_ID,
    TODAY,
    WIFE_ID,
    found,
    reading,
    row,
    saved,
    workbook,
)
from tests.households.roster.test_layouts import ALONE, LEDGER, people, table

BASE = ["别山镇", "西九户村", "李三丰", HEAD_ID, 3, 9000, 2016]
FAMILY = [("李三丰", HEAD_ID, "head"), ("王美", WIFE_ID, "spouse"), ("李小", SON_ID, "son")]


def row_of(number: str, *cells: Any) -> list[Any]:
    return ["别山镇", "西九户村", "李三丰", number, *cells]


# relatives side by side


def test_relatives_named_by_their_headers_are_members():
    headers = (*LEDGER, "配偶姓名", "配偶身份证号", "长子姓名", "长子身份证号")
    result = reading(table(headers, [*BASE, "王美", WIFE_ID, "李小", SON_ID], ALONE))
    assert (result.refusal, found(result)) == (None, [])
    assert people(result) == [FAMILY, [("赵六一", OTHER_ID, "head")]]
    assert [(f.people, f.members_complete) for f in result.families] == [(3, True), (1, True)]


def test_relatives_under_merged_groups():
    groups = [*LEDGER, "配偶", None, "长子情况", None]
    names = [*[None] * len(LEDGER), "姓名", "证件号码", "姓名", "证件号码"]
    result = reading(table(groups, names, [*BASE, "王美", WIFE_ID, "李小", SON_ID]))
    assert (result.refusal, found(result), people(result)) == (None, [], [FAMILY])


def test_children_by_number_are_sons_or_daughters_by_the_id_number():
    headers = (*LEDGER, "子女1姓名", "子女1身份证号", "子女2姓名", "子女2身份证号")
    result = reading(table(headers, [*BASE, "李小", SON_ID, "李美", WIFE_ID]))
    assert [m.relation for m in result.families[0].members] == ["head", "son", "daughter"]
    assert found(result) == []


def test_relatives_beside_numbered_members():
    headers = (*LEDGER, "配偶姓名", "配偶身份证号", "成员1姓名", "成员1身份证号", "成员1关系")
    result = reading(table(headers, [*BASE, "王美", WIFE_ID, "李小", SON_ID, "之子"]))
    assert (result.refusal, found(result)) == (None, [])
    assert {(m.name, m.relation) for m in result.families[0].members} == {
        ("李三丰", "head"), ("王美", "spouse"), ("李小", "son"),
    }  # fmt: skip


def test_a_finding_names_the_column_of_the_relative():
    headers = (*LEDGER, "配偶姓名", "配偶身份证号", "长子姓名", "长子身份证号")
    result = reading(table(headers, [*BASE, "王美", WIFE_ID[:17], "李小", SON_ID]))
    assert [(f.row, f.column, f.code) for f in result.findings] == [(2, "配偶身份证号", "id_length")]


def test_a_relative_without_a_number_of_his_own_is_named_and_left():
    result = reading(table((*LEDGER, "配偶姓名"), [*BASE, "王美"]))
    assert (found(result), people(result)) == ([(None, "", "column_unused")], [[FAMILY[0]]])


def test_parents_beside_a_row_for_each_member_are_no_members():
    cells = dict(zip(HEADERS, ["别山镇", "西九户村", "99001", "李三丰", HEAD_ID, "户主"], strict=False)) | {
        "年度": 2016, "工资性收入": 1,
    }  # fmt: skip
    headers = (*HEADERS, "父亲姓名", "父亲身份证号")
    result = reading(table(headers, [*(cells.get(h) for h in HEADERS), "李大", OTHER_ID]))
    assert (people(result), found(result)) == ([[FAMILY[0]]], [(None, "", "column_unused")] * 2)


# whose a phone is


@pytest.mark.parametrize("phone", ["联系电话", "联系方式", "手机号码"])
def test_a_phone_right_of_the_helper_is_the_helpers(phone):
    headers = (*LEDGER[:4], "联系电话", *LEDGER[4:], "帮扶责任人", "单位", phone)
    cells = row_of(HEAD_ID, "14000000001", 3, 9000, 2016, "钱八", "某局", "14000000009")
    family = reading(table(headers, cells)).families[0]
    assert (family.phone, family.helper) == ("14000000001", Helper("钱八", "某局", "", "14000000009"))


def test_the_only_phone_right_of_the_helper_is_not_the_households():
    family = reading(table((*LEDGER, "帮扶责任人", "联系电话"), [*BASE, "钱八", "14000000009"])).families[0]
    assert (family.phone, family.helper) == ("", Helper("钱八", "", "", "14000000009"))


@pytest.mark.parametrize(
    "last", [("联系电话", "联系电话"), ("联系电话", "帮扶单位", "联系电话"), ("联系电话", "备注", "联系电话")]
)
def test_two_phones_that_nothing_tells_apart_are_asked(last):
    refusal = reading(table((*LEDGER, *last), [*BASE, "1", "2", "3"])).refusal
    assert (refusal.code, refusal.params["header"]) == ("column_ambiguous", "户联系电话")


def test_a_phone_chosen_by_hand_is_the_households():
    headers = (*LEDGER, "帮扶责任人", "联系电话")
    chosen = Answers(columns={"花名册": {"I": "household_phone"}})
    family = reading(table(headers, [*BASE, "钱八", "14000000009"]), answers=chosen).families[0]
    assert (family.phone, family.helper) == ("14000000009", Helper("钱八"))


def test_a_phone_answered_as_not_used_stays_the_helpers():
    headers = (*LEDGER, "帮扶责任人", "联系电话")
    answers = Answers(columns={"花名册": {"H": "", "I": ""}})
    family = reading(table(headers, [*BASE, "钱八", "14000000009"]), answers=answers).families[0]
    assert (family.phone, family.helper) == ("", Helper("钱八", "", "", "14000000009"))


# the year of an income

TWO_YEARS = (*LEDGER[:5], "2015年家庭纯收入", "2016年家庭纯收入(元)")


def test_incomes_of_several_years_are_asked_and_one_is_taken():
    data = table(TWO_YEARS, row_of(HEAD_ID, 3, 8000, 9000))
    refusal = reading(data).refusal
    assert (refusal.code, refusal.params["years"]) == ("year_several", "2015、2016")
    assert reading(data, year=2014).refusal.code == "year_several"
    for year, total in ((2015, 8000), (2016, 9000)):
        result = reading(data, year=year)
        assert [(f.year, f.income.total) for f in result.families] == [(year, total)]
        assert found(result) == []


def test_incomes_of_several_years_under_groups():
    top = [*LEDGER[:5], "2015年收入", None, "2016年收入", None]
    names = [*[None] * 5, *("工资性收入", "转移性收入") * 2]
    data = table(top, names, row_of(HEAD_ID, 3, 1, 2, 30, 40))
    assert reading(data).refusal.code == "year_several"
    assert [(f.year, f.income.total) for f in reading(data, year=2016).families] == [(2016, 70)]


def test_the_year_that_all_incomes_name_is_that_of_the_file():
    data = table((*LEDGER[:5], "2016年家庭纯收入"), row_of(HEAD_ID, 3, 9000))
    for year in (None, 2017):
        result = reading(data, year=year)
        assert [(f.year, f.income.total) for f in result.families] == [(2016, 9000)]


def test_a_column_of_years_says_more_than_a_header():
    data = table((*LEDGER[:5], "2016年家庭纯收入", "年度"), row_of(HEAD_ID, 3, 9000, 2017))
    assert [f.year for f in reading(data).families] == [2017]


def test_last_years_income_beside_this_years_is_not_used_and_named():
    data = table((*LEDGER[:5], "2015年家庭纯收入", "家庭纯收入", "年度"), row_of(HEAD_ID, 3, 8000, 9000, 2016))
    result = reading(data)
    assert [(f.year, f.income.total) for f in result.families] == [(2016, 9000)]
    assert [(f.column, f.code) for f in result.findings] == [("2015年家庭纯收入", "column_unused")]


# what a header may hold


@pytest.mark.parametrize(
    "secret", [HEAD_ID, "14000000001", "6222021234567890123", HEAD_ID[:17].replace("0", "O") + "X"]
)
def test_nobodys_number_stands_in_what_is_said_of_headers(secret):
    headers = [f"家庭纯收 入{secret}", "家庭纯收人", *LEDGER[:5], "年度", f"某列{secret}"]
    result = reading(table(headers, ["x", 9000, *BASE[:5], 2016, "y"]))
    told = [*(c.header + c.label for c in result.columns), *(f.column for f in result.findings)]
    told += [str(v) for v in result.refusal.params.values()]
    assert (result.refusal.code, [text for text in told if secret in text]) == ("header_proposed", [])


def test_a_number_as_the_name_of_a_sheet_is_masked_where_it_is_said():
    data = table(tuple(h for h in LEDGER if h != "身份证号"), ALONE, title=HEAD_ID)
    refusal = read(data, "a.xlsx", places=PLACES, today=TODAY).refusal
    assert (refusal.code, refusal.params["sheet"]) == ("column_missing", HEAD_ID[:4] + "*" * 14)


def test_what_no_page_can_show_is_replaced_in_a_header():
    result = reading(table((*LEDGER, "某\u202e列"), [*BASE, "x"]))
    assert [f.column for f in result.findings] == ["某\ufffd列"]


# the unit of money


@pytest.mark.parametrize(
    ("above", "header"),
    [
        (("低收入户花名册", "单位：万元"), "家庭年收入"),
        (("填报单位：别山镇  单位：户、人、万元",), "家庭年收入"),
        (("低收入户花名册（万元）",), "家庭年收入"),
        ((), "家庭年收入（万）"),
        (("单位：元",), "家庭年收入（万元）"),
    ],
)
def test_an_income_in_10_000_yuan_is_said_wherever_the_unit_stands(above, header):
    headers = [header if h == "家庭年收入" else h for h in LEDGER]
    result = reading(table(headers, row_of(HEAD_ID, 3, 0.9, 2016), above=above))
    assert [(f.row, f.code) for f in result.findings] == [(len(above) + 2, "money_unit")]
    assert [f.income.total for f in result.families] == [9000]


@pytest.mark.parametrize("header", ["家庭年收入（元）", "年收入 (元)"])
def test_the_unit_of_a_header_counts_before_that_of_the_table(header):
    headers = [header if h == "家庭年收入" else h for h in LEDGER]
    result = reading(table(headers, row_of(HEAD_ID, 3, 9000, 2016), above=("单位：万元",)))
    assert (found(result), result.families[0].income.total) == ([], 9000)


# headers as they are printed


@pytest.mark.parametrize("form", ["{n}.{h}", "{n}、{h}", "（{n}）{h}", "\u200b{h}\ufeff", "* {h}"])
def test_numbers_and_unseen_characters_of_a_header_are_folded(form):
    headers = [form.format(n=n, h=h) for n, h in enumerate(LEDGER, start=1)]
    result = reading(table(headers, [*BASE]))
    assert (result.refusal, found(result), [f.members[0].name for f in result.families]) == (None, [], ["李三丰"])


@pytest.mark.parametrize(
    "numbers",
    [
        [*range(1, len(HEADERS) + 1)],
        [f"（{n}）" for n in range(1, len(HEADERS) + 1)],
        [*"甲乙丙丁戊己", *range(1, len(HEADERS) - 5)],
    ],
)
def test_column_numbers_below_the_header_are_no_household(numbers):
    cells = row(人数=1)
    result = reading(table(HEADERS, numbers, [cells[h] for h in HEADERS]))
    assert (found(result), result.rows, result.rows_skipped, len(result.families)) == ([], 2, 1, 1)


def test_a_sheet_of_options_is_another_table():
    book = openpyxl.load_workbook(io.BytesIO(workbook(row(人数=1))))
    for cells in (["与户主关系", "健康状况", "文化程度"], ["户主", "健康", "小学"], ["配偶", "残疾", "初中"]):
        (book["选项"] if "选项" in book else book.create_sheet("选项")).append(cells)
    result = reading(saved(book))
    assert (result.refusal, found(result)) == (None, [])
    assert [(s.name, s.used, s.why) for s in result.sheets] == [("花名册", True, ""), ("选项", False, "other_table")]
