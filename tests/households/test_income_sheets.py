"""The yearly income update: download, fill in, upload, preview, save, check."""

import io
import zipfile
from decimal import Decimal
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AccessLog
from core.jobs import run_job
from core.models import Job
from households.income_sheet import acts
from households.income_sheet.codes import OWN, SheetRefused
from households.income_sheet.layout import GIVEN, HIDDEN_SHEET, KEYS_ROW, MONEY
from households.income_sheet.wording import named_findings
from households.income_sheet.write import make_sheet
from households.models import IncomeSheet, IncomeStatement, IncomeUpload, Member
from households.register import RegisterRefused, close_household
from households.statements import change_statement, check_statement, draft_statement
from tests.factories.accounts import GrantFactory, UserFactory
from tests.factories.households import HouseholdFactory, StatementFactory

ZHAO, SUN, LI = "9900000001", "9900000011", "9900000012"


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def place(small_district):
    return small_district.places["东山镇"]


@pytest.fixture
def official(people):
    return people.township_official


@pytest.fixture
def families(zhao, small_district):
    """Three households of 东山镇 by code: Zhao has a statement of 2016, Sun of both years, Li of none."""
    village = small_district.places["东山后村"]
    found = {ZHAO: zhao}
    for code, name in ((SUN, "孙大力"), (LI, "=李(1)")):
        found[code] = HouseholdFactory(
            code=code, village=village, head_name=name, campaign=small_district.campaign, head=True
        )
    StatementFactory(household=zhao, year=2016, people=2, wage=Decimal("12000.10"), definition="net")
    StatementFactory(household=found[SUN], year=2016)
    StatementFactory(household=found[SUN], year=2017, wage=Decimal("13000.00"), transfer=Decimal("100.00"))
    return found


@pytest.fixture
def sheet(place, official, families):
    return make_sheet(place, year=2017, by=official)[1]


def keys_of(page):
    return {cell.value: cell.column for cell in page[KEYS_ROW + 1] if cell.value}


def filled(data, cells, *, also=lambda book: None):
    """The file with {code: {field: value}} typed into it, saved by another program."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    keys = keys_of(page)
    for row in range(KEYS_ROW + 2, page.max_row + 1):
        for field, value in cells.get(page.cell(row, keys["code"]).value, {}).items():
            page.cell(row, keys[field]).value = value
    also(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sent(data, place, by, year=2017):
    return acts.upload(data, "收入.xlsx", division=place, year=year, by=by)


def saved(upload):
    assert acts.ask_save(upload, by=upload.uploaded_by)
    upload.refresh_from_db()
    run_job(upload.job_id)
    upload.refresh_from_db()
    return upload


def cells_of(upload):
    return {change.code: change.cells for change in acts.plan_shown(upload).changes}


def codes_of(upload):
    return [(one.household, one.column, one.code) for one in acts.plan_shown(upload).findings]


def statement(household, year=2017):
    return IncomeStatement.objects.get(household=household, year=year)


# --- The sheet ---


def test_a_row_for_each_household_with_last_years_figures_locked_and_this_years_cells_open(sheet, families):
    page = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0]
    keys = keys_of(page)
    rows = {page.cell(r, keys["code"]).value: r for r in range(KEYS_ROW + 2, page.max_row + 1)}
    assert list(rows) == [ZHAO, SUN, LI]
    zhao = {key: page.cell(rows[ZHAO], column) for key, column in keys.items()}
    assert {key: cell.value for key, cell in zhao.items() if cell.value is not None and key != "row"} == {
        "code": ZHAO, "head": "赵有田", "id": "1299**************", "village": "东山前村", "state": "Not yet entered",
        "last.people": 2, "last.definition": "Net income", "last.wage": 12000.1, "last.disposable_total": 12000.1,
    }  # fmt: skip
    assert {key for key, cell in zhao.items() if not cell.protection.locked} == set(GIVEN)
    assert page.cell(rows[SUN], keys["state"]).value == "Checked"
    assert (page.protection.sheet, page.protection.password, page.freeze_panes) == (True, None, "C5")
    rules = {
        str(rule.sqref)[0:2]: (rule.type, rule.operator, rule.formula1) for rule in page.data_validations.dataValidation
    }
    letter = {key: page.cell(1, column).column_letter for key, column in keys.items()}
    assert rules[f"{letter['wage']}5"[:2]] == ("decimal", "greaterThanOrEqual", "0")
    assert rules[f"{letter['definition']}5"[:2]] == ("list", None, '"Disposable income,Net income"')
    assert page.row_dimensions[KEYS_ROW + 1].hidden


def test_headers_name_the_unit(sheet):
    page = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0]
    keys = keys_of(page)
    assert page.cell(3, keys["wage"]).value == "Wage income (yuan)"
    assert page.cell(1, 1).value == "Income of 2017: 试验区 东山镇"


def test_no_text_becomes_a_formula(sheet):
    with zipfile.ZipFile(io.BytesIO(sheet)) as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist() if "worksheets" in name)
    page = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0]
    assert "=李(1)" in [cell.value for cell in page["B"]]


def test_a_closed_household_and_one_of_another_township_are_not_in_it(families, qian, place, official):
    close_household(families[SUN], on=timezone.localdate(), reason="迁出")
    page = openpyxl.load_workbook(io.BytesIO(make_sheet(place, year=2017, by=official)[1])).worksheets[0]
    assert [page.cell(r, 1).value for r in range(KEYS_ROW + 2, page.max_row + 1)] == [ZHAO, LI]


def test_it_is_the_same_sheet_until_something_in_it_changes(families, place, official, people):
    first, _data = make_sheet(place, year=2017, by=official)
    again, _data = make_sheet(place, year=2017, by=people.district_admin)
    draft_statement(families[LI], by=official, year=2017, people=1, wage=Decimal(1))
    later, _data = make_sheet(place, year=2017, by=official)
    assert (first == again, first == later, first.seen) == (
        True,
        False,
        {str(families[SUN].pk): later.seen[str(families[SUN].pk)]},
    )


# --- What a file changes ---


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


# --- What is refused ---


def why(data, place, by, year=2017):
    with pytest.raises(SheetRefused) as refused:
        sent(data, place, by, year)
    return refused.value.code


def tampered(data, column, value):
    def also(book):
        book[HIDDEN_SHEET].cell(1, column).value = value

    return filled(data, {}, also=also)


def test_another_village_another_year_another_version(sheet, small_district, place, official, families):
    village = small_district.places["东山前村"]
    assert why(sheet, village, official) == "sheet_place"
    assert why(sheet, place, official, year=2018) == "sheet_year"
    assert why(tampered(sheet, 2, "2"), place, official) == "sheet_layout"
    assert why(tampered(sheet, 3, "0" * 32), place, official) == "sheet_foreign"
    draft_statement(families[LI], by=official, year=2017, people=1, wage=Decimal(1))
    make_sheet(place, year=2017, by=official)
    assert why(sheet, place, official) == "sheet_older"
    assert IncomeUpload.objects.count() == 0


def test_a_sheet_of_a_place_out_of_sight(sheet, place, people, small_district):
    other = UserFactory(username="west")
    GrantFactory(user=other, role="township_official", division=small_district.places["西河镇"])
    assert why(sheet, small_district.places["西河镇"], other) == "sheet_out_of_sight"
    assert why(sheet, place, people.village_clerk) == "sheet_out_of_sight"


def test_what_is_no_sheet_of_ours(sheet, place, official):
    book = openpyxl.Workbook()
    book.active["A1"] = "户编号"
    other = io.BytesIO()
    book.save(other)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 100_000_000)
    assert [why(data, place, official) for data in (
        other.getvalue(), bomb.getvalue(), b"", b"a,b\n1,2", sheet[: len(sheet) // 2], b"PK" + b"0" * 6_000_000,
        filled(sheet, {}, also=lambda book: book.worksheets[0].delete_rows(KEYS_ROW + 1)),
        filled(sheet, {}, also=lambda book: book.worksheets[0].delete_cols(keys_of(book.worksheets[0])["wage"])),
    )] == [
        "sheet_foreign", "file_unsafe", "file_empty", "file_type", "file_damaged", "file_too_big", "sheet_columns",
        "sheet_columns",
    ]  # fmt: skip


def test_a_sheet_of_notes_in_front_is_passed_over(sheet, place, official):
    def also(book):
        notes = book.create_sheet("说明", 0)
        for row in range(1, 9):
            notes.cell(row, 1).value = "填表说明"

    data = filled(sheet, {ZHAO: {"wage": 5}}, also=also)
    assert sent(data, place, official).counts["new"] == 1


def test_a_column_that_was_put_in_does_not_move_the_others(sheet, place, official):
    def also(book):
        book.worksheets[0].insert_cols(3)

    upload = sent(filled(sheet, {ZHAO: {"wage": 5}}, also=also), place, official)
    assert cells_of(upload)[ZHAO]["wage"] == ["", "5.00"]


# --- Findings: whole households or not at all ---


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


# --- Checking ---


def test_nobody_checks_the_own_upload_a_colleague_checks_all_at_once(sheet, families, place, official, people):
    upload = saved(sent(filled(sheet, {ZHAO: {"wage": 5}, SUN: {"wage": 6}, LI: {"wage": 7}}), place, official))
    with pytest.raises(RegisterRefused, match="own hand"):
        acts.check_all(upload, by=official)
    change_statement(statement(families[LI]), by=people.village_clerk, wage=Decimal(8))
    check_statement(statement(families[SUN]), by=people.district_admin)
    assert acts.check_all(upload, by=people.district_admin) == 1
    assert [statement(families[code]).state for code in (ZHAO, SUN, LI)] == ["checked", "checked", "draft"]
    latest = statement(families[ZHAO]).history.first()
    assert (latest.history_change_reason, latest.history_user) == (
        f"income sheet {upload.pk} check",
        people.district_admin,
    )
    assert acts.check_all(upload, by=people.district_admin) == 0


# --- Pages ---


@pytest.fixture
def pages(client, official):
    client.force_login(official)
    client.cookies["django_language"] = "en"
    return SimpleNamespace(
        download=lambda **form: client.post(reverse("households:income_sheet_make"), form),
        upload=lambda data, **form: client.post(
            reverse("households:income_sheet_upload"), form | {"file": SimpleUploadedFile("收入.xlsx", data)}
        ),
        get=lambda name, *args: client.get(reverse(f"households:{name}", args=args)),
        post=lambda name, *args: client.post(reverse(f"households:{name}", args=args)),
        client=client,
    )


def test_from_the_download_to_the_check(pages, families, place, people):
    form = {"place": place.pk, "year": 2017}
    got = pages.download(**form)
    assert (got.status_code, got["Cache-Control"], AccessLog.objects.get(kind="export").label) == (
        200, "no-store", "东山镇 2017",
    )  # fmt: skip
    answer = pages.upload(filled(got.content, {ZHAO: {"wage": 13000.5}, SUN: {"wage": -1}}), **form)
    upload = IncomeUpload.objects.get()
    assert answer["Location"] == reverse("households:income_sheet", args=[upload.pk])
    page = pages.get("income_sheet", upload.pk).content.decode()
    assert all(
        words in page for words in ("13,000.50", "赵有田", "The amount is negative", "Save the income of 1 household")
    )
    pages.post("income_sheet_save", upload.pk)
    upload.refresh_from_db()
    assert "data-reload-when-done" in pages.get("income_sheet", upload.pk).content.decode()
    run_job(upload.job_id)
    assert "1 statement is a draft" in pages.get("income_sheet", upload.pk).content.decode()
    pages.client.force_login(people.district_admin)
    assert "Confirm all drafts" in pages.get("income_sheet", upload.pk).content.decode()
    pages.post("income_sheet_check", upload.pk)
    assert statement(families[ZHAO]).state == "checked"
    assert "收入.xlsx" in pages.get("income_sheets").content.decode()


def test_a_refused_file_is_said_in_one_sentence(pages, sheet, place, small_district):
    village = small_district.places["东山前村"]
    answer = pages.upload(sheet, place=village.pk, year=2017)
    assert answer.status_code == 422
    assert (
        "The sheet is of 东山镇, but 东山镇 东山前村 was chosen. Choose the place or the file anew."
        in answer.content.decode()
    )
    answer = pages.upload(b"%PDF-1.4", place=place.pk, year=2017)
    assert "This is no xlsx file. Upload the sheet as it was downloaded, filled in." in answer.content.decode()


def test_a_place_or_year_that_is_not_offered(pages, small_district, families):
    west = small_district.places["西河镇"]
    assert pages.download(place=west.pk, year=2017).status_code == 422
    assert pages.download(place=small_district.places["东山镇"].pk, year=1999).status_code == 422
    assert IncomeSheet.objects.count() == 0


def test_a_clerk_sees_the_own_village_alone(pages, people, small_district):
    pages.client.force_login(people.village_clerk)
    form = pages.get("income_sheets").context["download"]
    assert form.fields["place"].choices == [("东山镇", [(small_district.places["东山前村"].pk, "东山前村")])]


def test_before_the_first_campaign(client, db):
    admin = UserFactory()
    GrantFactory(user=admin, role="district_admin")
    client.force_login(admin)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("households:income_sheets"))
    assert "There is no income sheet to download yet." in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(count, pages, sheet, place, official, django_assert_num_queries):
    for _n in range(count):
        sent(filled(sheet, {}), place, official)
    pages.get("income_sheets")
    with django_assert_num_queries(10):
        page = pages.get("income_sheets")
    assert page.content.decode().count("收入.xlsx") == count


def test_the_work_does_not_grow_with_the_households(
    families, place, official, small_district, django_assert_num_queries
):
    for number in range(20):
        HouseholdFactory(village=small_district.places["东山后村"], campaign=small_district.campaign, head=True,
                         code=f"98{number:08}")  # fmt: skip
    with django_assert_num_queries(8):
        _sheet, data = make_sheet(place, year=2017, by=official)
    data = filled(data, {f"98{number:08}": {"wage": number} for number in range(20)})
    with django_assert_num_queries(10):
        upload = sent(data, place, official)
    assert upload.counts["new"] == 20
    assert Member.objects.count() >= 20


def test_every_sentence_of_ours_stands_without_its_figures():
    assert all(str(text) for text in OWN.values())
