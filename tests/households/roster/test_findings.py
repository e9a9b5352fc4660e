"""What findings show, where they stand, and the words that they use."""

import io
import zipfile
from typing import Any

import pytest
from django.utils import translation

from households.roster import cells
from households.roster.codes import FINDINGS, REFUSALS, VARIANTS, refusal_sentence, sentence
from households.roster.rows import Finding

from .makers import HEAD_ID, HEADERS, OTHER_ID, SON_ID, WIFE_ID, found, other_head, reading, row, wife, workbook

WORDS = {
    "id_missing": ["缺"], "id_length": ["18位"], "id_15_digit": ["15位", "旧"], "id_chars": ["18位"],
    "id_date": ["日期"], "id_checksum": ["校验位"], "id_precision_lost": ["文本格式"],
    "id_birth_conflict": ["出生", "不一致"], "id_sex_conflict": ["性别", "不一致"], "id_duplicate": ["重复"],
    "person_two_households": ["重复"], "id_conflict": ["户档案", "花名册"], "head_missing": ["户主"],
    "head_two": ["户主"],
    "head_name_conflict": ["户主", "不一致"], "head_id_conflict": ["户主", "不一致"],
    "size_mismatch": ["人口数", "不一致"], "people_invalid": ["人口数"], "income_sum": ["收入合计"],
    "income_missing": ["收入", "未填"], "income_is_per_head": ["人均"], "money_negative": ["负数"],
    "money_not_number": ["数字格式"], "money_unit": ["单位", "万元"], "money_decimals": ["小数"],
    "money_too_large": ["过大"], "not_eligible": ["标准", "待认定"], "statement_final": ["年度"],
    "several_years": ["年度"], "year_invalid": ["年度"], "township_unknown": ["乡镇"], "village_unknown": ["村"],
    "village_not_in_township": ["乡镇", "村"], "township_from_village": ["乡镇"], "name_missing": ["缺", "姓名"],
    "name_chars": ["姓名"], "name_length": ["姓名"], "name_too_long": ["姓名", "过长"], "text_too_long": ["过长"],
    "encoding_lost": ["编码", "乱码"], "date_invalid": ["日期"], "date_future": ["日期"],
    "code_unknown": ["不在选项"], "relation_unknown": ["不在选项"], "phone_invalid": ["电话"],
    "household_no_missing": ["缺", "户编号"], "household_no_invalid": ["户编号"], "household_conflict": ["户编号"],
    "household_no_shared": ["户编号"], "household_closed": ["户编号"], "matched_by_head": ["户编号"],
    "head_namesake": ["户主", "花名册"], "formula_no_value": ["公式"], "cell_error": ["错误"], "hidden_data": ["隐藏"],
    "file_encrypted": ["密码"], "file_damaged": ["损坏"], "file_type": ["格式"], "file_too_big": ["过大"],
    "file_unsafe": ["不安全"], "file_empty": ["空"], "header_not_found": ["表头"], "column_missing": ["缺少列"],
    "year_missing": ["年度"],
}  # fmt: skip


@pytest.mark.parametrize("code", WORDS)
def test_a_sentence_holds_the_offices_word(code: str) -> None:
    text = FINDINGS[code].sentence if code in FINDINGS else REFUSALS[code]
    with translation.override("zh-hans"):
        told = str(text)
    with translation.override("en"):
        english = str(text)
    assert told == english or [w for w in WORDS[code] if w not in told] == []  # untranslated ones are found elsewhere


def test_variants_belong_to_a_code() -> None:
    assert {code for code, _why in VARIANTS} <= FINDINGS.keys() | REFUSALS.keys()


# what is shown


def shows(number: str, **wrong: Any) -> bool:
    """Whether any finding of a roster with this row tells the number."""
    result = reading(workbook(row(**wrong), wife()))
    assert result.findings
    told = [(f.value, *map(str, f.params.values()), f.household, sentence(f)) for f in result.findings]
    return any(number[6:14] in text for texts in told for text in texts)


@pytest.mark.parametrize(
    "header",
    ["姓名", "行政村", "乡(镇)", "户编号", "与户主关系", "性别", "健康状况", "主要致贫原因", "家庭纯收入", "年度",
     "户联系电话", "出生日期", "人数"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["text", "number", "spaced"])
def test_an_id_number_in_a_wrong_column_is_masked(header: str, form: str) -> None:
    forms: dict[str, Any] = {"text": SON_ID, "number": int(SON_ID[:17] + "0"), "spaced": f"{SON_ID[:6]} {SON_ID[6:]}"}
    assert not shows(SON_ID, **{header: forms[form]})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("地址１３８００１３８０００转1", "地址138****8000转1"),
        ("1 138-0013-8000", "1 138****8000"),
        ("+86 13800138000", "138****8000"),
        ("6222021234567890123", "****0123"),
        ("12999919571224016x", "1299**************"),
        ("2016年 9900100001", "2016年 9900100001"),
        ("H1201191062110001", "H1201191062110001"),
        ("120119106211", "120119106211"),
        ("别山镇 2017-09-03", "别山镇 2017-09-03"),
    ],
)
def test_numbers_of_people_are_masked_in_any_text(value: str, shown: str) -> None:
    assert cells.shown("village", value) == shown


def test_an_id_number_is_no_household_code() -> None:
    result = reading(workbook(row(户编号=HEAD_ID), wife(户编号=HEAD_ID)))
    assert found(result) == [(2, "household_no", "household_no_invalid")]
    assert ([f.key for f in result.families], [f.code for f in result.families]) == (["花名册!2"], [""])
    assert sentence(result.findings[0]) != str(FINDINGS["household_no_invalid"].sentence)


@pytest.mark.parametrize("name", ["锟斤拷", "李锟斤拷", "烫烫烫", "æŽä¸‰", "Ã¤Â¸", "ÀîÈý", "李??", "李\ufffd"])
def test_lost_characters_are_no_name(name: str) -> None:
    assert cells.name(name).code == "encoding_lost"


@pytest.mark.parametrize("name", ["吴锟", "JOÃO", "李屯", "阿依古丽·麦麦提", "Müller"])
def test_rare_names_are_not_taken_for_lost_characters(name: str) -> None:
    assert cells.name(name).code == ""


# where findings stand


@pytest.mark.parametrize("value", ["很多", "#N/A", -1])
@pytest.mark.parametrize("header", ["家庭纯收入", "工资性收入"])
def test_a_bad_cell_is_said_once_and_brings_nothing_along(header: str, value: Any) -> None:
    result = reading(workbook(row(**{header: value}), wife(**{header: 9000})))
    codes = [(f.row, f.code) for f in result.findings]
    if (header, value) != ("家庭纯收入", -1):  # a total may be negative
        assert [n for n, _code in codes] == [2]


def test_a_bad_place_is_said_once() -> None:
    assert found(reading(workbook(row(行政村="无名村"), wife()))) == [(2, "village", "village_unknown")]
    assert found(reading(workbook(row(), wife(行政村="无名村")))) == [(3, "village", "village_unknown")]


def test_what_is_empty_is_said_to_be_missing() -> None:
    result = reading(workbook(row(行政村=""), wife(行政村="", 与户主关系="")))
    assert [(f.code, f.params) for f in result.findings] == [
        ("village_unknown", {"why": "missing"}),
        ("relation_unknown", {"why": "missing"}),
    ]


def test_households_that_share_a_code_are_said_once_each() -> None:
    apart = [row(), wife(), other_head(), row(姓名="孙七", 证件号码=SON_ID, 出生日期="", 人数=1, 工资性收入=1)]
    assert found(reading(workbook(*apart))) == [
        (2, "household_no", "household_no_shared"),
        (5, "household_no", "household_no_shared"),
    ]
    below = [row(), wife(), other_head(户编号="9900100001", 工资性收入=1)]
    assert [c for _row, _field, c in found(reading(workbook(*below)))] == ["household_no_shared"] * 2


def test_two_heads_of_one_household_are_two_heads() -> None:
    assert found(reading(workbook(row(), wife(与户主关系="户主")))) == [(3, "relation", "head_two")]


@pytest.mark.parametrize("value", ["12345", "李?", "锟斤拷", "李四"])
def test_the_column_of_the_heads_name_is_read_on_each_row(value: str) -> None:
    result = reading(workbook(row(户主姓名="李三丰"), wife(户主姓名=value), headers=(*HEADERS, "户主姓名")))
    codes = {"12345": "name_chars", "李四": "head_name_conflict"}
    assert found(result) == [(3, "head_name", codes.get(value, "encoding_lost"))]


def test_two_years_of_a_household_are_one_clear_finding() -> None:
    again = [row(年度=2015, 工资性收入=1), wife(年度=2015, 工资性收入=1)]
    result = reading(workbook(row(), wife(), *again, other_head()))
    assert found(result) == [(4, "income_year", "several_years")]
    names = tuple(h for h in HEADERS if h != "户编号")
    result = reading(workbook(row(), wife(), *again, headers=names))
    assert {c for _row, _field, c in found(result)} == {"several_years"}
    assert result.accepted == ()


# rows


def test_a_row_that_repeats_whole_is_skipped() -> None:
    names = tuple(h for h in HEADERS if h != "户编号")
    for headers in (HEADERS, names):
        result = reading(workbook(row(), wife(), other_head(), wife(), row(), headers=headers))
        assert (result.rows, result.rows_skipped, [f.rows for f in result.families]) == (5, 2, [(2, 3), (4,)])
        assert {(f.row, f.code, f.severity) for f in result.findings} == {
            (n, "id_duplicate", "warning") for n in (2, 3, 5, 6)
        }


def test_a_person_below_two_heads_with_blank_household_cells_is_no_repeated_row() -> None:
    names = tuple(h for h in HEADERS if h != "户编号")
    blank = {h: None for h in names if h not in ("姓名", "证件号码", "与户主关系")}
    rows = [row(), wife(**blank), other_head(人数=2), wife(**blank)]
    assert {c for _row, _field, c in found(reading(workbook(*rows, headers=names)))} == {"person_two_households"}


def test_only_a_header_is_an_empty_file() -> None:
    refusal = reading(workbook()).refusal
    assert refusal is not None
    assert (refusal.code, refusal.params) == ("file_empty", {"why": "no_rows"})


def test_definitions_have_a_sentence_of_their_own() -> None:
    source, out = zipfile.ZipFile(io.BytesIO(workbook(row()))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, b'<!DOCTYPE x [<!ENTITY a "b">]>' + data if name.endswith("sheet1.xml") else data)
    refusal = reading(out.getvalue()).refusal
    assert refusal is not None
    assert refusal.code == "file_unsafe"
    assert refusal_sentence(refusal) == str(VARIANTS["file_unsafe", "external"])


# words for another row


def test_another_row_is_named_as_readers_know_it() -> None:
    told = Finding("花名册", 2, "", "id_no", "", "id_duplicate", "error", params={"other": "花名册!28"})
    with translation.override("en"):
        assert "see 花名册, row 28." in sentence(told)
        assert "see 花名册, row 3." in sentence(told, {("花名册", 28): 3})
        assert "see 花名册, row 28 of the original file." in sentence(told, {})
    assert len({HEAD_ID, WIFE_ID, SON_ID, OTHER_ID}) == 4


@pytest.mark.parametrize(
    ("township", "village", "also"),
    [
        ("无名镇", "无名村", ["village_unknown"]),
        ("#N/A", "#REF!", ["cell_error"]),
        ("无名镇", None, ["village_unknown"]),
        (None, "无名村", ["village_unknown"]),
        ("无名镇", "西九户", []),
        ("无名镇", "别山镇西九户村", []),
        ("无名镇", "东山村", []),
        (None, "东山村", []),
    ],
)
def test_what_is_wrong_with_either_place_is_said_at_once(township: Any, village: Any, also: list[str]) -> None:
    result = reading(workbook(row(**{"乡(镇)": township, "行政村": village, "人数": 1})))
    first = "cell_error" if township == "#N/A" else "township_unknown"
    assert found(result) == [(2, "township", first), *((2, "village", code) for code in also)]
