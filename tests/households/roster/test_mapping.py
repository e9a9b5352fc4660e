"""Which column feeds which field: spellings, near misses, two columns for one field, what was remembered."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from households.roster import headers
from households.roster.rows import Answers, Mapping
from tests.households.roster.makers import HEAD_ID, HEADERS, found, reading, row, wife, workbook


@pytest.mark.parametrize("header", ["姓名", "证件号码", "与户主关系", "行政村", "乡(镇)"])
def test_a_missing_column_is_named(header):
    names = tuple(h for h in HEADERS if h != header)
    refusal = reading(workbook(row(), headers=names)).refusal
    assert (refusal.code, refusal.params["header"]) == ("column_missing", header)


def test_income_per_head_alone_is_no_income():
    result = reading(workbook(row(人均纯收入=4500), headers=(*HEADERS[:13], "人均纯收入")))
    assert (result.refusal.code, result.refusal.params["header"]) == ("column_missing", "家庭纯收入")
    assert [(f.code, f.column) for f in result.findings] == [("income_is_per_head", "人均纯收入")]


def test_two_columns_for_one_field_are_refused():
    refusal = reading(workbook(row(身份证号=HEAD_ID), headers=(*HEADERS, "身份证号"))).refusal
    assert (refusal.code, refusal.params["columns"]) == ("column_ambiguous", "E、T")


def test_a_near_miss_is_proposed_not_assumed():
    names = tuple("与户主之关系" if h == "与户主关系" else h for h in HEADERS)
    data = workbook(row(与户主之关系="户主"), wife(与户主之关系="配偶"), headers=names)
    assert reading(data).refusal.code == "header_proposed"
    accepted = reading(data, answers=Answers(accept_proposed=True))
    assert (accepted.refusal, found(accepted)) == (None, [])
    assert [c.how for c in accepted.columns if c.field == "relation"] == ["proposed"]


@pytest.mark.parametrize("header", ["家庭总支出", "户人均年纯收入", "联系电话2", "户主年龄", "帮扶人联系方法"])
def test_an_unknown_column_is_only_unused(header):
    result = reading(workbook(row(), wife(), headers=(*HEADERS, header)))
    assert (result.refusal, [(c.header, c.field) for c in result.columns if c.how == "unused"]) == (
        None,
        [(header, None)],
    )


def test_a_remembered_mapping_is_used():
    names = tuple("某列" if h == "与户主关系" else h for h in HEADERS)
    data = workbook(row(某列="户主"), wife(某列="配偶"), headers=names)
    fingerprint = reading(data).sheets[0].fingerprint
    mapping = Mapping({fingerprint: {"某列": "relation"}})
    result = reading(data, mapping=mapping)
    assert (result.refusal, [c.how for c in result.columns if c.field == "relation"]) == (None, ["remembered"])


@given(
    st.sampled_from(["证件号码", "身份证号", "家庭总收入", "与户主关系"]),
    st.sampled_from(["", "（元）", "(万元)", "*"]),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=40)
def test_spellings_are_folded(header, unit, spaced, wrapped):
    written = (" ".join(header) if spaced else header) + unit
    written = written[:2] + "\n" + written[2:] if wrapped else written
    assert headers.fold(written) == header
