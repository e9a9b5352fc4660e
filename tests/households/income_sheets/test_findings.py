"""Findings: whole households or not at all; what others changed is not overwritten."""

from decimal import Decimal

from django.utils import timezone

from core.jobs import run_job
from core.models import Job
from households.income_sheet import acts
from households.income_sheet.wording import named_findings
from households.models import IncomeStatement
from households.register import close_household
from households.statements import change_statement, draft_statement

from .sheets import LI, SUN, ZHAO, cells_of, codes_of, filled, saved, sent, statement


def test_a_wrong_cell_leaves_its_household_out_whole_and_no_other(sheet, families, place, official):
    upload = sent(
        filled(sheet, {ZHAO: {"wage": 5, "transfer": -1}, SUN: {"wage": "很多", "people": 0}, LI: {"wage": 1}}),
        place, official,
    )  # fmt: skip
    assert upload.counts == {"rows": 3, "blank": 0, "unchanged": 0, "left_out": 2, "new": 1, "changed": 0}
    assert [(one.household, one.field, one.code) for one in acts.plan_shown(upload).findings] == [
        (ZHAO, "transfer", "money_negative"), (SUN, "people", "people_invalid"), (SUN, "wage", "money_not_number"),
    ]  # fmt: skip
    told = named_findings(acts.plan_shown(upload).findings)[0]
    assert (told["place"][-1], told["header"], told["value"], told["message"]) == (
        "5", "Transfer income", "-1", "The amount is negative. Enter 0 or more; costs have a column of their own.",
    )  # fmt: skip
    saved(upload)
    assert not IncomeStatement.objects.filter(household=families[ZHAO], year=2017).exists()
    assert statement(families[LI]).wage == Decimal("1.00")


def test_a_third_decimal_and_an_unknown_definition(sheet, place, official):
    upload = sent(filled(sheet, {ZHAO: {"wage": "5.001"}, LI: {"wage": 1, "definition": "毛收入"}}), place, official)
    assert [code for _h, _c, code in codes_of(upload)] == ["money_decimals", "definition_unknown"]


def test_closed_and_moved_households_are_said(sheet, families, small_district, place, official):
    close_household(families[ZHAO], on=timezone.localdate(), reason="迁出")
    families[SUN].village = small_district.places["西河前村"]
    families[SUN].save()
    upload = sent(filled(sheet, {ZHAO: {"wage": 5}, SUN: {"wage": 6}}), place, official)
    assert codes_of(upload) == [(ZHAO, "", "household_closed"), (SUN, "", "household_moved")]
    assert upload.counts["left_out"] == 2


def test_a_final_statement_is_never_touched(sheet, families, place, official):
    row = statement(families[SUN])
    row.state = "final"
    row.save()
    same = sent(filled(sheet, {SUN: {"wage": 13000}}), place, official)
    other = sent(filled(sheet, {SUN: {"wage": 13001}}), place, official)
    assert (same.counts["unchanged"], codes_of(other)) == (1, [(SUN, "", "statement_final")])


def test_an_income_without_any_amount(sheet, place, official):
    upload = sent(filled(sheet, {ZHAO: {"people": 2, "medical_refund": 3}}), place, official)
    assert codes_of(upload) == [(ZHAO, "", "no_income")]


def test_a_code_that_was_overwritten_and_a_row_that_was_doubled(sheet, place, official):
    def also(book):
        page = book.worksheets[0]
        page.cell(5, 1).value = LI
        for column in range(1, page.max_column + 1):
            page.cell(8, column).value = page.cell(6, column).value

    upload = sent(filled(sheet, {ZHAO: {"wage": 5}, SUN: {"wage": 6}}, also=also), place, official)
    assert codes_of(upload) == [(LI, "", "row_changed"), (SUN, "", "row_twice")]
    assert list(cells_of(upload)) == [SUN]


def test_what_somebody_else_changed_since_the_download_is_shown_and_not_overwritten(
    sheet, families, place, official, people
):
    change_statement(statement(families[SUN]), by=people.district_admin, wage=Decimal("15000"))
    draft_statement(families[LI], by=people.district_admin, year=2017, people=1, wage=Decimal("7"))
    upload = sent(filled(sheet, {ZHAO: {"wage": 5}, SUN: {"wage": 14000}, LI: {"wage": 7}}), place, official)
    assert codes_of(upload) == [(SUN, "", "statement_changed")]
    assert (upload.counts["unchanged"], upload.counts["new"]) == (1, 1)


def test_a_change_between_preview_and_saving_shows_a_new_preview(sheet, families, place, official, people):
    upload = sent(filled(sheet, {ZHAO: {"wage": 5}, SUN: {"wage": 14000}}), place, official)
    change_statement(statement(families[SUN]), by=people.district_admin, wage=Decimal("15000"))
    saved(upload)
    assert (upload.state, upload.outdated, upload.counts["left_out"]) == ("checked", True, 1)
    assert not IncomeStatement.objects.filter(household=families[ZHAO], year=2017).exists()
    saved(upload)
    assert (upload.state, statement(families[ZHAO]).wage, statement(families[SUN]).wage) == (
        "saved", Decimal("5.00"), Decimal("15000.00"),
    )  # fmt: skip


def test_of_two_hands_with_the_same_sheet_the_second_is_told(sheet, families, place, official, people):
    first = sent(filled(sheet, {ZHAO: {"wage": 5}, LI: {"wage": 1}}), place, official)
    second = sent(filled(sheet, {ZHAO: {"wage": 6}, LI: {"wage": 1}}), place, people.district_admin)
    assert (first.counts["new"], second.counts["new"]) == (2, 2)
    saved(first)
    saved(second)
    assert (second.state, second.outdated, codes_of(second)) == ("checked", True, [(ZHAO, "", "statement_changed")])
    assert (second.counts["unchanged"], statement(families[ZHAO]).wage) == (1, Decimal("5.00"))


def test_a_cancelled_upload_is_not_saved_and_a_job_run_twice_writes_once(sheet, families, place, official):
    gone = sent(filled(sheet, {ZHAO: {"wage": 5}}), place, official)
    assert (acts.cancel(gone), acts.ask_save(gone, by=official), acts.cancel(gone)) == (True, False, False)
    upload = saved(sent(filled(sheet, {ZHAO: {"wage": 5}}), place, official))
    Job.objects.filter(pk=upload.job_id).update(state="queued", attempt=0)
    run_job(upload.job_id)
    assert (Job.objects.get(pk=upload.job_id).state, statement(families[ZHAO]).history.count()) == ("failed", 1)


def test_a_job_that_stopped_can_be_confirmed_again(sheet, place, official):
    upload = sent(filled(sheet, {ZHAO: {"wage": 5}}), place, official)
    acts.ask_save(upload, by=official)
    upload.refresh_from_db()
    assert not acts.ask_save(upload, by=official)
    Job.objects.filter(pk=upload.job_id).update(state="failed")
    assert saved(upload).state == "saved"
