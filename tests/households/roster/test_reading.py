"""A whole roster: layouts, families, and one finding for each thing that can be wrong."""

import openpyxl
import pytest

from households.roster.codes import FINDINGS, REFUSALS, refusal_sentence, sentence
from households.roster.rows import Income
from tests.households.roster.makers import (
    HEAD_ID,
    HEADERS,
    OTHER_ID,
    SON_ID,
    WIFE_ID,
    found,
    other_head,
    reading,
    row,
    saved,
    wife,
    workbook,
)


def money(*amounts):
    return [None if a is None else f"{a:.2f}" for a in amounts]


def test_a_clean_file_has_no_finding():
    result = reading(workbook(row(), wife(), other_head()))
    assert result.refusal is None
    assert found(result) == []
    assert (result.rows, result.rows_skipped) == (3, 0)
    assert [(f.code, f.village_code, f.people, f.year) for f in result.families] == [
        ("9900100001", "120119106211", 2, 2016),
        ("9900100002", "120119106211", 1, 2016),
    ]
    assert [(m.name, m.id_no, m.relation, m.sex) for m in result.families[0].members] == [
        ("李三丰", HEAD_ID, "head", "male"),
        ("王美", WIFE_ID, "spouse", "female"),
    ]


ERRORS = {
    "id_length": ([row(证件号码=HEAD_ID[:17]), wife()], [(2, "id_no", "id_length")]),
    "id_15_digit": ([row(证件号码="129999650315301"), wife()], [(2, "id_no", "id_15_digit")]),
    "id_chars": ([row(证件号码="12999919650315O01X"), wife()], [(2, "id_no", "id_chars")]),
    "id_precision_lost": ([row(证件号码=int(HEAD_ID[:15])), wife()], [(2, "id_no", "id_precision_lost")]),
    "head_missing": ([row(与户主关系="其他"), wife()], [(2, "relation", "head_missing")]),
    "head_two": ([row(), wife(与户主关系="户主")], [(3, "relation", "head_two")]),
    "money_negative": ([row(工资性收入=-1, 家庭纯收入=None), wife(工资性收入="", 家庭纯收入=None)],
                       [(2, "wage", "money_negative")]),
    "money_not_number": ([row(工资性收入="多", 家庭纯收入=None), wife(工资性收入="", 家庭纯收入=None)],
                         [(2, "wage", "money_not_number")]),
    "money_decimals": ([row(财产性收入="0.125"), wife(财产性收入="")], [(2, "property", "money_decimals")]),
    "money_too_large": ([row(财产性收入=99999999), wife(财产性收入="")], [(2, "property", "money_too_large")]),
    "township_unknown": ([row(**{"乡(镇)": "无名镇"}), wife(**{"乡(镇)": "无名镇"})],
                         [(2, "township", "township_unknown")]),
    "village_unknown": ([row(行政村="无名村"), wife(行政村="无名村")], [(2, "village", "village_unknown")]),
    "village_not_in_township": ([row(行政村="小辛庄村"), wife(行政村="小辛庄村")],
                                [(2, "village", "village_not_in_township")]),
    "name_missing": ([row(姓名=""), wife()], [(2, "name", "name_missing")]),
    "name_chars": ([row(姓名="@李三"), wife()], [(2, "name", "name_chars")]),
    "year_invalid": ([row(年度=""), wife(年度="")], [(2, "income_year", "year_invalid")]),
    "household_conflict": ([row(), wife(主要致贫原因="因学")], [(3, "main_cause", "household_conflict")]),
    "household_no_missing": ([row(), wife(户编号="")], [(3, "household_no", "household_no_missing")]),
    "id_duplicate": ([row(), wife(证件号码=HEAD_ID, 性别="男", 出生日期="")],
                     [(2, "id_no", "id_duplicate"), (3, "id_no", "id_duplicate")]),
}  # fmt: skip


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_rejects_exactly_its_household(code):
    rows, expected = ERRORS[code]
    result = reading(workbook(*rows, other_head()))
    assert found(result) == expected
    assert result.rejected_keys == {"9900100001"}
    assert [f.code for f in result.accepted] == ["9900100002"]


WARNINGS = {
    "id_missing": ([row(), wife(证件号码="")], [(3, "id_no", "id_missing")]),
    "id_birth_conflict": ([row(出生日期="1965-03-16"), wife()], [(2, "birth_date", "id_birth_conflict")]),
    "id_sex_conflict": ([row(性别="女"), wife()], [(2, "sex", "id_sex_conflict")]),
    "size_mismatch": ([row(人数=3), wife(人数=3)], [(2, "member_count", "size_mismatch")]),
    "income_sum": ([row(家庭纯收入=9001.01), wife(家庭纯收入="")], [(2, "net", "income_sum")]),
    "money_unit": ([row(家庭纯收入="0.9万元"), wife(家庭纯收入="")], [(2, "net", "money_unit")]),
    "code_unknown": ([row(主要致贫原因="命"), wife(主要致贫原因="")], [(2, "main_cause", "code_unknown")]),
    "relation_unknown": ([row(), wife(与户主关系="邻居")], [(3, "relation", "relation_unknown")]),
    "phone_invalid": ([row(户联系电话="123"), wife()], [(2, "household_phone", "phone_invalid")]),
    "date_invalid": ([row(出生日期="某日"), wife()], [(2, "birth_date", "date_invalid")]),
    "date_future": ([row(出生日期="2099-01-01"), wife()], [(2, "birth_date", "date_future")]),
    "name_length": ([row(姓名="李"), wife()], [(2, "name", "name_length")]),
    "people_invalid": ([row(人数="两个"), wife(人数="")], [(2, "member_count", "people_invalid")]),
    "township_from_village": ([row(**{"乡(镇)": ""}), wife(**{"乡(镇)": ""})],
                              [(2, "township", "township_from_village")]),
}  # fmt: skip


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_rejects_nobody(code):
    rows, expected = WARNINGS[code]
    result = reading(workbook(*rows, other_head()))
    assert found(result) == expected
    assert {f.severity for f in result.findings} == {"warning"}
    assert len(result.accepted) == 2


def test_a_person_in_two_households_rejects_both():
    result = reading(workbook(row(), wife(), other_head(证件号码=HEAD_ID, 姓名="李三丰", 出生日期="")))
    assert found(result) == [(2, "id_no", "person_two_households"), (4, "id_no", "person_two_households")]
    assert result.accepted == ()


def test_one_number_with_two_names_is_a_duplicate():
    result = reading(workbook(row(), wife(), other_head(证件号码=HEAD_ID, 出生日期="")))
    assert [c for _, _, c in found(result)] == ["id_duplicate", "id_duplicate"]


def test_a_row_that_repeats_whole_is_said_and_counted_once():
    result = reading(workbook(row(), wife(), wife()))
    assert [(f.row, f.code, f.severity) for f in result.findings] == [
        (3, "id_duplicate", "warning"),
        (4, "id_duplicate", "warning"),
    ]
    assert result.families[0].people == 2


def test_two_households_with_one_code_are_rejected():
    result = reading(workbook(row(人数=1), other_head(), row(姓名="孙七", 证件号码=SON_ID, 出生日期="", 人数=1)))
    assert {(r, c) for r, _, c in found(result)} >= {(2, "household_no_shared"), (4, "household_no_shared")}
    assert [f.code for f in result.accepted] == ["9900100002"]


def test_the_column_of_the_heads_name_is_compared():
    result = reading(workbook(row(户主姓名="李四"), wife(), headers=(*HEADERS, "户主姓名")))
    assert found(result) == [(2, "head_name", "head_name_conflict")]


def test_findings_hide_the_number():
    result = reading(workbook(row(证件号码=HEAD_ID[:17] + ("0" if HEAD_ID[17] != "0" else "1")), wife()))
    assert [(f.code, f.column, f.value) for f in result.findings] == [("id_checksum", "证件号码", "1299**************")]


# income


@pytest.mark.parametrize(
    ("cells", "income"),
    [
        ({"家庭纯收入": 9000}, ("9000.00", None, "net")),
        ({"家庭纯收入": 9000, "年收入": 10000}, ("9000.00", "10000.00", "disposable")),
        ({"年收入": 10000}, ("10000.00", None, "disposable")),
        ({"家庭纯收入": 9000, "人均纯收入": 4500}, ("9000.00", None, "net")),
    ],
)
def test_the_stated_total_is_the_households(cells, income):
    names = (*HEADERS[:13], *cells)
    result = reading(workbook({h: v for h, v in row().items() if h in HEADERS[:13]} | cells, wife(), headers=names))
    taken = result.families[0].income
    total, other = money(taken.stated_total, taken.stated_other)
    assert (total, other, taken.definition) == income


def test_all_income_cells_empty_is_a_household_without_a_statement():
    blank = dict.fromkeys(HEADERS[13:])
    result = reading(workbook(row(**blank), wife(**blank)))
    assert found(result) == []
    assert result.families[0].income is None


def test_sources_count_before_the_total():
    taken = reading(workbook(row(), wife())).families[0].income
    assert isinstance(taken, Income)
    assert money(taken.total, taken.stated_total) == ["9000.00", "9000.00"]
    assert taken.definition == "disposable"


def test_a_file_without_a_year_column_takes_the_year_of_the_caller():
    names = tuple(h for h in HEADERS if h != "年度")
    assert reading(workbook(row(), wife(), headers=names), year=2017).families[0].year == 2017
    assert reading(workbook(row(), wife(), headers=names)).refusal.code == "year_missing"


def test_the_year_of_the_caller_does_not_fill_a_year_column():
    assert found(reading(workbook(row(年度=""), wife(年度="")), year=2017)) == [(2, "income_year", "year_invalid")]


# places


@pytest.mark.parametrize(
    ("township", "village", "code"),
    [
        ("别山", "西九户", "120119106211"),
        ("别山乡", "西九户村村委会", "120119106211"),
        ("穿芳峪乡", "小辛庄", "120119122225"),
        ("穿芳峪镇", "东山村", "120119122212"),
        ("孙各庄乡", "马家庄村委会", "120119203213"),
        ("天津市蓟州区穿芳峪镇", "东山村", "120119122212"),
        ("蓟县穿芳峪乡", "穿芳峪乡东山行政村", "120119122212"),
        ("穿芳峪镇", "天津市蓟州区穿芳峪镇东山村", "120119122212"),
    ],
)
def test_places_by_alias_prefix_and_suffix(township, village, code):
    result = reading(workbook(other_head(**{"乡(镇)": township, "行政村": village})))
    assert found(result) == []
    assert result.families[0].village_code == code


@pytest.mark.parametrize(
    ("township", "village", "code"),
    [
        ("河北省遵化市别山镇", "西九户村", "township_unknown"),
        ("穿芳峪镇", "别山镇东山村", "village_unknown"),
        ("蓟州区", "东山村", "township_unknown"),
    ],
)
def test_the_name_of_another_place_before_it_is_not_passed_over(township, village, code):
    result = reading(workbook(other_head(**{"乡(镇)": township, "行政村": village})))
    assert [f.code for f in result.findings] == [code]


@pytest.mark.parametrize("code", ["120119106211", "120225106211"])
def test_a_village_by_its_code_old_or_new(code):
    names = ("行政村编码", *HEADERS[2:])
    result = reading(workbook(other_head(行政村编码=code), headers=names))
    assert (found(result), result.families[0].village_code) == ([], "120119106211")


# layouts


def test_title_lines_totals_notes_and_blank_rows_are_skipped():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["别山镇低收入户花名册"])
    sheet.merge_cells("A1:S1")
    sheet.append(["单位：元"])
    sheet.append(HEADERS)
    for cells in (row(), wife()):
        sheet.append([cells.get(h) for h in HEADERS])
    sheet.append([])
    sheet.append(["合计", None, None, None, None, None, None, None, None, 2])
    sheet.append(["填表人：", "张某", None, "审核人："])
    result = reading(saved(book))
    assert found(result) == []
    assert (result.sheets[0].header_rows, result.rows, result.rows_skipped) == ((3,), 5, 3)
    assert result.families[0].people == 2


@pytest.mark.parametrize(
    "total",
    [
        {"行政村": "西九户村小计"},
        {"乡(镇)": "别山镇", "行政村": "西九户村 合 计"},
        {"乡(镇)": "本镇合计：", "工资性收入": 10000},
        {"与户主关系": "合计"},
        {"姓名": "共2户3人"},
    ],
)
def test_totals_of_a_place_are_skipped(total):
    result = reading(workbook(row(), wife(), {"人数": 2, "家庭纯收入": 9000} | total, other_head()))
    assert (found(result), result.rows, result.rows_skipped) == ([], 4, 1)


def test_a_row_without_name_and_number_beside_a_note_is_no_total():
    nameless = wife(姓名="", 证件号码="", 主要致贫原因="收入合计")
    result = reading(workbook(row(), nameless, other_head()))
    assert ((3, "name", "name_missing") in found(result), result.rows_skipped) == (True, 0)


@pytest.mark.parametrize("header", ["乡(镇)", "行政村", "户编号"])
@pytest.mark.parametrize(("value", "code"), [("#REF!", "cell_error"), ("=A1", "formula_no_value")])
def test_a_cell_of_the_households_place_or_code_that_cannot_be_read(header, value, code):
    told = reading(workbook(row(**{header: value}), wife(**{header: value}), other_head(**{header: value})))
    errors = [(f.row, f.column, f.code) for f in told.findings if f.severity == "error"]
    assert {(r, h, c) for r, h, c in errors if r in (2, 4)} == {(2, header, code), (4, header, code)}
    assert (len(told.families), {c for _, _, c in errors}) == (2, {code})


@pytest.mark.parametrize(
    "above",
    [["填报单位：别山镇", None, None, None, "单位：元"], [None, "制表日期: 2017.3"], ["单位：元", "填表人：张某"]],
)
def test_a_line_of_office_day_or_unit_is_no_part_of_the_header(above):
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (["别山镇低收入户花名册"], above, HEADERS):
        sheet.append(cells)
    for cells in (row(), wife()):
        sheet.append([cells.get(h) for h in HEADERS])
    result = reading(saved(book))
    assert (found(result), result.sheets[0].header_rows) == ([], (3,))
    assert tuple(column.header for column in result.columns) == tuple(HEADERS)


def test_a_header_of_two_rows_and_a_group_of_helpers():
    book = openpyxl.Workbook()
    sheet = book.active
    plain = HEADERS[:13]
    sheet.append([*plain, "家庭收入", *[None] * 5, "结对帮扶干部", None, None])
    sheet.append([*[None] * 13, *HEADERS[13:], "姓名", "工作单位", "联系电话"])
    for i in range(13):
        sheet.merge_cells(start_row=1, end_row=2, start_column=i + 1, end_column=i + 1)
    sheet.merge_cells("N1:S1")
    sheet.merge_cells("T1:V1")
    for cells in (row(), wife()):
        sheet.append([*(cells.get(h) for h in HEADERS), "钱八", "某局", "14000000009"])
    result = reading(saved(book))
    assert (result.refusal, found(result)) == (None, [])
    assert result.sheets[0].header_rows == (1, 2)
    assert [(c.header, c.how) for c in result.columns[-4:]] == [
        ("家庭收入/家庭纯收入", "known"),
        ("结对帮扶干部/姓名", "unused"),
        ("结对帮扶干部/工作单位", "unused"),
        ("结对帮扶干部/联系电话", "unused"),
    ]


def test_merged_household_cells_are_filled_down():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    for cells in (row(), wife(), other_head()):
        sheet.append([cells.get(h) for h in HEADERS])
    for i, header in enumerate(HEADERS, start=1):
        if header not in ("姓名", "证件号码", "与户主关系", "性别", "出生日期", "健康状况"):
            sheet.merge_cells(start_row=2, end_row=3, start_column=i, end_column=i)
    result = reading(saved(book))
    assert found(result) == []
    assert [f.people for f in result.families] == [2, 1]


def test_sheets_with_one_header_are_all_taken_and_hidden_ones_are_not():
    book = openpyxl.Workbook()
    first, second, hidden, notes = book.active, book.create_sheet(), book.create_sheet("旧"), book.create_sheet("说明")
    first.title, second.title = "一", "二"
    for sheet, rows in ((first, [row(), wife()]), (second, [other_head()]), (hidden, [other_head()])):
        sheet.append(HEADERS)
        for cells in rows:
            sheet.append([cells.get(h) for h in HEADERS])
    hidden.sheet_state = "hidden"
    notes.append(["请如实填写"])
    result = reading(saved(book))
    assert found(result) == []
    assert [(s.name, s.used, s.rows, s.why) for s in result.sheets] == [
        ("一", True, 2, ""),
        ("二", True, 1, ""),
        ("旧", False, 0, "hidden"),
        ("说明", False, 0, "no_header"),
    ]


def test_without_a_household_number_a_head_begins_a_household():
    names = tuple(h for h in HEADERS if h != "户编号")
    result = reading(workbook(row(), wife(), other_head(), headers=names))
    assert found(result) == []
    assert [(f.code, f.key, f.people) for f in result.families] == [("", "花名册!2", 2), ("", "花名册!4", 1)]


def test_error_values_hidden_rows_and_formulas_without_a_result_are_said():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    for cells in (row(工资性收入="#N/A"), wife(工资性收入=""), other_head(财产性收入="=1+1")):
        sheet.append([cells.get(h) for h in HEADERS])
    sheet.row_dimensions[4].hidden = True
    assert found(reading(saved(book)))[-3:] == [
        (2, "wage", "cell_error"),
        (4, "", "hidden_data"),
        (4, "property", "formula_no_value"),
    ]


def test_progress_tells_all_households_and_may_cancel():
    told = []
    reading(workbook(row(), wife(), other_head()), progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (0, 2), (2, 2), (2, 2)]

    def cancel(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reading(workbook(row()), progress=cancel)


def test_every_sentence_can_be_said():
    result = reading(workbook(*(r for rows, _ in (*ERRORS.values(), *WARNINGS.values()) for r in rows)))
    assert all(sentence(f) and "%(" not in sentence(f) for f in result.findings)
    assert len(FINDINGS) > 40
    refusal = reading(workbook(row(), headers=HEADERS[:4])).refusal
    assert refusal.code in REFUSALS
    assert "%(" not in refusal_sentence(refusal)


def test_the_numbers_of_the_fixtures_belong_to_nobody():
    assert {n[:6] for n in (HEAD_ID, WIFE_ID, SON_ID, OTHER_ID)} == {"129999"}
