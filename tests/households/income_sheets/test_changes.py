"""What a filled-in sheet changes: the cells that differ, and nothing else."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import Job
from households.income_sheet import acts
from households.income_sheet.layout import GIVEN, MONEY
from households.income_sheet.write import make_sheet
from households.models import IncomeStatement

from .sheets import LI, SUN, ZHAO, cells_of, codes_of, filled, saved, sent, statement


def test_only_the_cells_that_differ_are_written(sheet, families, place, official):
    upload = sent(filled(sheet, {SUN: {"wage": 13000, "transfer": 250.55}}), place, official)
    assert upload.counts == {"rows": 3, "blank": 2, "unchanged": 0, "left_out": 0, "new": 0, "changed": 1}
    assert cells_of(upload) == {SUN: {"transfer": ["100.00", "250.55"]}}
    assert statement(families[SUN]).transfer == Decimal("100.00")  # nothing is written before the confirmation
    assert saved(upload).state == "saved"
    row = statement(families[SUN])
    assert (row.wage, row.transfer, row.people, row.state, row.drafted_by) == (
        Decimal("13000.00"), Decimal("250.55"), 3, "draft", official,
    )  # fmt: skip
    latest = row.history.first()
    assert (latest.history_change_reason, latest.history_user) == (f"income sheet {upload.pk}", official)


def test_a_new_statement_has_the_members_and_the_definition_of_the_year_before(sheet, families, place, official):
    upload = sent(
        filled(sheet, {ZHAO: {"wage": "1.3万"}, LI: {"stated_total": -5, "definition": "净收入"}}), place, official
    )
    assert codes_of(upload)[0][2] == "money_unit"
    upload = sent(filled(sheet, {ZHAO: {"wage": "13,000.5元"}, LI: {"stated_total": -5, "people": 4}}), place, official)
    assert cells_of(upload) == {
        ZHAO: {"people": ["", "2"], "definition": ["", "net"], "wage": ["", "13000.50"]},
        LI: {"people": ["", "4"], "definition": ["", "disposable"], "stated_total": ["", "-5.00"]},
    }
    saved(upload)
    row = statement(families[ZHAO])
    assert (row.wage, row.people, row.definition, row.disposable_total) == (
        Decimal("13000.50"), 2, "net", Decimal("13000.50"),
    )  # fmt: skip
    assert row.history.get().history_change_reason == f"income sheet {upload.pk}"
    assert [job.args for job in Job.objects.filter(kind="assess_growth").order_by("pk")] == [
        {"year": 2017},
        {"year": 2018},
    ]


def test_the_same_file_again_changes_nothing(sheet, families, place, official):
    data = filled(sheet, {ZHAO: {"wage": 13000.01, "business": 0}, SUN: {"people": 2}})
    saved(sent(data, place, official))
    before = IncomeStatement.history.count()
    upload = sent(data, place, official)
    assert upload.counts == {"rows": 3, "blank": 1, "unchanged": 2, "left_out": 0, "new": 0, "changed": 0}
    assert not acts.ask_save(upload, by=official)
    assert IncomeStatement.history.count() == before


def test_the_same_hand_goes_on_with_the_same_sheet(sheet, families, place, official):
    saved(sent(filled(sheet, {ZHAO: {"wage": 13000}}), place, official))
    upload = sent(filled(sheet, {ZHAO: {"wage": 14000, "business": 1}}), place, official)
    assert cells_of(upload) == {ZHAO: {"wage": ["13000.00", "14000.00"], "business": ["", "1.00"]}}


amounts = st.decimals(min_value=0, max_value=9_999_999, places=2, allow_nan=False)
values = st.fixed_dictionaries({}, optional={
    **dict.fromkeys(MONEY, amounts), "people": st.integers(1, 30), "definition": st.sampled_from(["disposable", "net"]),
})  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.fixed_dictionaries(dict.fromkeys((ZHAO, SUN, LI), values)), as_text=st.booleans())
def test_any_cells_that_are_filled_in_change_exactly_those_to_the_fen(typed, as_text, families, place, official):
    _sheet, data = make_sheet(place, year=2017, by=official)
    before = {code: IncomeStatement.objects.filter(household=h, year=2017).first() for code, h in families.items()}
    shown = {
        code: {name: str(v) if as_text else float(v) if isinstance(v, Decimal) else v for name, v in row.items()}
        for code, row in typed.items()
    }
    upload = sent(filled(data, shown), place, official)
    if acts.plan_shown(upload).changes:
        saved(upload)
    for code, household in families.items():
        old, new = before[code], IncomeStatement.objects.filter(household=household, year=2017).first()
        says = any(name in typed[code] for name in MONEY[:7])
        if old is None and not says:
            assert new is None
            continue
        expected = {name: getattr(old, name, None) for name in GIVEN}
        if old is None:
            expected |= {"people": household.members.count(), "definition": "net" if code == ZHAO else "disposable"}
        assert {name: getattr(new, name) for name in GIVEN} == expected | typed[code]
    IncomeStatement._base_manager.filter(year=2017).exclude(household=families[SUN])._raw_delete("default")
    IncomeStatement.history.filter(year=2017).exclude(household=families[SUN]).delete()
    back = before[SUN]
    back.save()
