"""Cells: what a fixed rule folds is silent, what needs a choice or can't be taken has a code."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from households.roster import cells
from households.roster.cells import Cell

TODAY = date(2018, 3, 1)
amounts = st.integers(0, 10**9).map(lambda fen: Decimal(fen) / 100)


@given(amounts, st.sampled_from(["{:.2f}", "{:,.2f}", "{:.2f}元", " {:.2f} ", "¥{:,.2f}", "'{:.2f}", '="{:.2f}"']))
def test_money_in_any_form_of_writing_is_the_same(amount, form):
    assert cells.money(form.format(amount)) == Cell(amount)


@given(amounts)
def test_money_as_a_number_is_exact_at_the_fen(amount):
    assert cells.money(float(amount)) == Cell(amount)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, Cell()),
        ("", Cell()),
        ("  ", Cell()),
        ("-", Cell()),
        (0, Cell(Decimal("0.00"))),
        (-0.0, Cell(Decimal("0.00"))),
        (0.1 + 0.2, Cell(Decimal("0.30"))),
        ("１２，０００", Cell(Decimal("12000.00"))),
        ("1.2万元", Cell(Decimal("12000.00"), "money_unit", {"taken": "12,000.00"})),
        ("1.2万", Cell(Decimal("12000.00"), "money_unit", {"taken": "12,000.00"})),
        (-1, Cell(code="money_negative")),
        ("-0.01", Cell(code="money_negative")),
        ("约三千", Cell(code="money_not_number")),
        ("1,00", Cell(code="money_not_number")),
        ("1e999", Cell(code="money_too_large")),
        ("NaN", Cell(code="money_not_number")),
        (float("nan"), Cell(code="money_not_number")),
        (True, Cell(code="money_not_number")),
        (datetime(2017, 9, 3), Cell(code="money_not_number")),  # noqa: DTZ001 - as the reader gives it
        (10.125, Cell(code="money_decimals")),
        ("0.001", Cell(code="money_decimals")),
        (10_000_000.01, Cell(code="money_too_large")),
    ],
)
def test_money(value, cell):
    assert cells.money(value) == cell


def test_a_column_in_10_000_yuan_is_said():
    assert cells.money(0.9, unit="万元") == Cell(Decimal("9000.00"), "money_unit", {"taken": "9,000.00"})


def test_a_total_may_be_negative():
    assert cells.money("-300", signed=True) == Cell(Decimal("-300.00"))


@given(st.dates(date(1900, 1, 1), TODAY))
def test_a_date_in_any_form_is_the_same(day):
    parts = (day.year, day.month, day.day)
    forms = (
        f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}", float(f"{day:%Y%m%d}"), day,
        datetime(day.year, day.month, day.day),  # noqa: DTZ001
    )  # fmt: skip
    assert {cells.day(form, today=TODAY).value for form in forms} == {parts}


@given(st.dates(date(1930, 1, 1), TODAY))
def test_a_serial_number_is_the_date_that_excel_shows(day):
    serial = (day - date(1899, 12, 30)).days
    assert cells.day(float(serial), today=TODAY).value == (day.year, day.month, day.day)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("", Cell()),
        ("1965年3月", Cell((1965, 3, None))),
        ("196503", Cell((1965, 3, None))),
        ("2017-02-30", Cell(code="date_invalid")),
        ("昨天", Cell(code="date_invalid")),
        (TODAY + timedelta(days=1), Cell(code="date_future")),
    ],
)
def test_dates(value, cell):
    assert cells.day(value, today=TODAY) == cell


@pytest.mark.parametrize("value", [2017, 2017.0, "2017", "2017年", "2017年度", "201712", "2017-12", date(2017, 12, 31)])
def test_an_income_year_in_any_form(value):
    assert cells.year(value, today=TODAY) == Cell(2017)


@pytest.mark.parametrize("value", ["", None, "去年", "17", 1917, 2019, 20171, "2017-13"])
def test_an_absurd_income_year(value):
    assert cells.year(value, today=TODAY) == Cell(code="year_invalid")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("李 三", "李三"),
        ("李\u3000三", "李三"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("𠮷田一", "𠮷田一"),
        ("张㛃", "张㛃"),
        ("张〇", "张〇"),
        ("Maria  Li", "Maria Li"),
        ("\ue000三", "\ue000三"),
    ],
)
def test_rare_and_minority_names_are_names(value, name):
    assert cells.name(value) == Cell(name)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "name_missing"),
        ("李", "name_length"),
        ("李" * 41, "name_too_long"),
        ("李三1", "name_chars"),
        ("=A1", "name_chars"),
        ("+李三", "name_chars"),
        ("@李三", "name_chars"),
        ("<b>李三</b>", "name_chars"),
        ("李三(已故)", "name_chars"),
        ("李?", "encoding_lost"),
        ("李\ufffd", "encoding_lost"),
        ("李\ud800", "encoding_lost"),
        ("李\x00三", "encoding_lost"),
    ],
)
def test_what_is_no_name(value, code):
    assert cells.name(value).code == code


def test_an_id_number_as_a_number_is_refused_never_repaired():
    assert cells.id_no(120225196503153010.0, today=TODAY) == Cell(code="id_precision_lost")
    assert cells.id_no("1.20225E+17", today=TODAY) == Cell(code="id_precision_lost")


def test_a_certificate_gives_the_id_number_too():
    assert cells.id_no("12022519650315301044", today=TODAY) == Cell(("120225196503153010", "12022519650315301044"))


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("长期慢性病、残疾", ("chronic", "disabled")),
        ("残疾|长期慢性病", ("chronic", "disabled")),
        ("大病残疾", ("serious", "disabled")),
        ("长期慢性病及残疾", ("chronic", "disabled")),
        ("健康", ("healthy",)),
        ("", ()),
    ],
)
def test_health_may_be_several(value, codes):
    assert cells.health(value) == Cell(codes)


def test_an_unknown_code_names_the_options():
    assert cells.coded("sex", "甲") == Cell("", "code_unknown", {"options": "男、女"})
    assert cells.health("甲状腺").code == "code_unknown"
    assert cells.coded("main_cause", "1").code == "code_unknown"  # digits mean other things elsewhere


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("14000000001", "14000000001"),
        (14000000001.0, "14000000001"),
        ("+86 140-0000-0001", "14000000001"),
        ("022-12345678", "022-12345678"),
        ("14000000001、022-12345678", "14000000001、022-12345678"),
        ("", ""),
    ],
)
def test_phones(value, taken):
    assert cells.phone(value) == Cell(taken)


def test_a_wrong_phone_is_not_taken():
    assert cells.phone("12345") == Cell("", "phone_invalid")


def test_bank_cards():
    assert cells.bank_card("6222 0000 0000 0000 012").code in ("", "card_checksum")
    assert cells.bank_card(6222000000000000.0) == Cell("", "card_invalid")
    assert cells.bank_card("abc") == Cell("", "card_invalid")
    assert cells.bank_card("4111111111111111") == Cell("4111111111111111")


def test_household_numbers_keep_their_digits():
    assert cells.household_no(9900100001.0) == Cell("9900100001")
    assert cells.household_no("0012") == Cell("0012")
    assert cells.household_no(12345678901234567.0) == Cell("", "id_precision_lost")
    assert cells.household_no("九号").code == "household_no_invalid"
    assert [cells.household_no(v).value for v in ("X-002", " x-002 ", "Ｘ－００２", "'X–002")] == ["X-002"] * 4
    assert cells.household_no("120119106211-0001") == Cell("120119106211-0001")
    assert [cells.household_no(v).code for v in ("-", "——", "")] == ["household_no_missing"] * 3


def test_findings_show_no_personal_number():
    assert cells.shown("id_no", "120225196503153010") == "1202**************"
    assert cells.shown("household_phone", "14000000001") == "140****0001"
    assert cells.shown("bank_card_no", "4111111111111111") == "****1111"
    assert cells.shown("name", "李\x00三") == "李\ufffd三"


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.none()))
def test_no_cell_ever_raises(value):
    for parse in (cells.money, cells.name, cells.phone, cells.bank_card, cells.household_no, cells.free_text,
                  cells.people, cells.health, lambda v: cells.day(v, today=TODAY),
                  lambda v: cells.year(v, today=TODAY), lambda v: cells.id_no(v, today=TODAY)):  # fmt: skip
        assert isinstance(parse(value), Cell)
    assert cells.shown("id_no", value).isprintable()


@pytest.mark.parametrize("value", ["5000元", "5,000.00元整", "5000 元"])
def test_the_unit_of_a_cell_counts_before_the_columns(value):
    assert cells.money(value, unit="万元") == Cell(Decimal("5000.00"))


@pytest.mark.parametrize("value", ["无", "-", "—", "/", "暂无", " － "])
def test_what_people_write_to_leave_a_cell_empty(value):
    assert cells.id_no(value, today=TODAY) == Cell(code="id_missing")
    assert cells.day(value, today=TODAY) == cells.money(value) == cells.people(value) == Cell()
    assert cells.phone(value) == cells.bank_card(value) == cells.stated(value) == Cell("")
    assert cells.coded("main_cause", value) == Cell("")
    assert cells.coded("relation", value).code == "relation_unknown"


@pytest.mark.parametrize(
    "value", ["1965/3/15 0:00", "1965-03-15 08:30:00", "1965年3月15号", "1965-03-15T00:00:00", "1965-03-15 00:00:00"]
)
def test_a_date_with_a_time_or_in_spoken_words(value):
    assert cells.day(value, today=TODAY) == Cell((1965, 3, 15))


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("14000000001\n14000000002", "14000000001、14000000002"),
        ("14000000001 14000000002", "14000000001、14000000002"),
        ("140 0000 0001", "14000000001"),
        ("\u202d14000000001\u202c", "14000000001"),
        ("022-29140000\n14000000001", "022-29140000、14000000001"),
    ],
)
def test_phones_as_people_write_them(value, taken):
    assert cells.phone(value) == Cell(taken)


@pytest.mark.parametrize("value", ["李三\u200b", "\ufeff李三", "李\u202d三", "李\u00ad三"])
def test_characters_that_nobody_sees_are_folded(value):
    assert (cells.name(value), cells.household_no(f"X\u200b{1}")) == (Cell("李三"), Cell("X1"))


@pytest.mark.parametrize("value", ["阿依∙买买提", "阿依⋅买买提"])
def test_other_dots_of_a_name(value):
    assert cells.name(value) == Cell("阿依·买买提")


@pytest.mark.parametrize(("value", "sex"), [("1", "male"), (2.0, "female"), (1, "male")])
def test_sex_as_a_digit(value, sex):
    assert cells.coded("sex", value) == Cell(sex)
