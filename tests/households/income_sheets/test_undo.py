"""The undo of a saved sheet: everything as it was before, or a sentence that says what was done since."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.jobs import run_job
from core.models import Job
from households import growth
from households.income_sheet import acts, undo
from households.models import IncomeStatement
from households.register import close_household
from households.statements import change_statement, check_statement, finalise_statement
from households.undoing import UndoRefused

from .sheets import LI, SUN, ZHAO, cells_of, filled, saved, sent, statement

ALL = {ZHAO: {"wage": 5}, SUN: {"wage": 6, "transfer": 7}, LI: {"stated_total": 8}}


def state():
    return list(IncomeStatement.objects.order_by("pk").values())


def undone(upload, by=None):
    undo.undo(upload, by=by, effect=transaction.atomic)
    upload.refresh_from_db()
    return upload


def refused(upload):
    """What is said to stand on it; nothing was changed."""
    before = state()
    with pytest.raises(UndoRefused) as refusal:
        undone(upload)
    upload.refresh_from_db()
    assert (state(), upload.state) == (before, "saved")
    return [(d.what, d.households, d.codes) for d in refusal.value.dependants]


@pytest.fixture
def before(sheet):
    return state()


@pytest.fixture
def upload(before, sheet, place, official):
    return saved(sent(filled(sheet, ALL), place, official))


@pytest.mark.both_engines
class TestUndo:
    def test_new_statements_are_gone_and_changed_ones_as_before(self, before, upload, official):
        assert (undo.counts(upload), state() != before) == ({"made": 2, "changed": 1}, True)
        undone(upload, by=official)
        assert state() == before
        assert (upload.state, upload.undone_by, upload.undone_at is not None) == ("undone", official, True)

    def test_the_history_keeps_what_was_uploaded_and_says_who_took_it_back(self, upload, families, official):
        undone(upload, by=official)
        rows = IncomeStatement.history.filter(year=2017).order_by("history_id")
        told = [(families_code(families, r), r.history_type, r.history_change_reason) for r in rows][1:]
        own, back = f"income sheet {upload.pk}", f"undo income sheet {upload.pk}"
        assert sorted(told) == sorted(
            [(ZHAO, "+", own), (SUN, "~", own), (LI, "+", own), (ZHAO, "-", back), (SUN, "~", back), (LI, "-", back)]
        )
        assert {r.history_user for r in rows if r.history_change_reason == back} == {official}

    def test_growth_is_assessed_again(self, upload):
        Job.objects.filter(kind=growth.KIND).delete()
        undone(upload)
        assert {job.args["year"] for job in Job.objects.filter(kind=growth.KIND)} == {2017, 2018}

    def test_twice_is_refused(self, upload):
        undone(upload)
        with pytest.raises(UndoRefused) as refusal:
            undo.undo(upload, by=None, effect=transaction.atomic)
        assert (refusal.value.message, refusal.value.dependants) == (undo.NOT_SAVED, [])

    def test_the_same_sheet_is_filled_in_anew_by_any_hand(self, upload, sheet, place, people, before):
        undone(upload)
        again = sent(filled(sheet, ALL), place, people.district_admin)
        assert (again.counts["new"], again.counts["changed"], again.counts["left_out"]) == (2, 1, 0)
        assert cells_of(again)[SUN] == {"wage": ["13000.00", "6.00"], "transfer": ["100.00", "7.00"]}
        undone(saved(again))
        assert state() == before

    def test_a_later_sheet_that_was_undone_stands_on_it_no_more(self, upload, sheet, place, official, before):
        later = saved(sent(filled(sheet, {ZHAO: {"wage": 9}}), place, official))
        assert refused(upload) == [(f"Changed by income sheet {later.pk} since", 1, (ZHAO,))]
        undone(later)
        undone(upload)
        assert state() == before

    def test_nothing_is_left_to_check(self, upload, people):
        assert acts.drafts_of(undone(upload)).count() == 0
        assert acts.check_all(upload, by=people.district_admin) == 0


def families_code(families, row):
    return next(code for code, household in families.items() if household.pk == row.household_id)


class TestRefusal:
    def test_a_check_of_one(self, upload, families, people):
        check_statement(statement(families[LI]), by=people.district_admin)
        assert refused(upload) == [("Changed by hand since", 1, (LI,))]

    def test_a_check_of_all_and_a_final_one(self, upload, families, people):
        acts.check_all(upload, by=people.district_admin)
        finalise_statement(statement(families[SUN]))
        assert refused(upload) == [("Checked since", 3, (ZHAO, SUN, LI)), ("Changed by hand since", 1, (SUN,))]

    def test_a_form(self, upload, families, people):
        change_statement(statement(families[SUN]), by=people.village_clerk, wage=Decimal(1))
        assert refused(upload) == [("Changed by hand since", 1, (SUN,))]

    def test_a_household_that_was_closed(self, upload, families):
        close_household(families[ZHAO], on=timezone.localdate(), reason="迁出")
        assert refused(upload) == [("The household was closed since", 1, (ZHAO,))]

    def test_a_change_of_another_year_or_household_is_nothing_of_it(self, upload, families, people, before):
        change_statement(statement(families[ZHAO], 2016), by=people.village_clerk, wage=Decimal(1))
        undone(upload)
        assert not IncomeStatement.objects.filter(household=families[ZHAO], year=2017).exists()


class TestPages:
    def test_undone_from_its_page_once_confirmed(self, pages, upload, before):
        url = reverse("households:income_sheet_undo", args=[upload.pk])
        assert url in pages.get("income_sheet", upload.pk).content.decode()
        page = pages.get("income_sheet_undo", upload.pk)
        assert page.context["counts"] == {"made": 2, "changed": 1}
        assert "Undo this sheet? All that it wrote is taken back." in page.content.decode()
        assert state() != before  # to look changes nothing
        assert pages.post("income_sheet_undo", upload.pk)["Location"] == reverse(
            "households:income_sheet", args=[upload.pk]
        )
        text = pages.get("income_sheet", upload.pk).content.decode()
        assert ("data-reload-when-done" in text, url in text) == (True, False)
        run_job(undo.latest_job(upload).pk)
        text = pages.get("income_sheet", upload.pk).content.decode()
        assert ("This sheet was undone on" in text, url in text, state()) == (True, False, before)
        assert pages.get("income_sheet_undo", upload.pk).status_code == 302

    def test_what_was_done_since_is_said_and_nothing_begins(self, pages, upload, families, people):
        check_statement(statement(families[LI]), by=people.district_admin)
        answer = pages.post("income_sheet_undo", upload.pk)
        assert answer.status_code == 422
        assert f"Changed by hand since: 1 household ({LI})" in " ".join(answer.content.decode().split())
        assert undo.latest_job(upload) is None

    def test_what_was_done_after_the_question_fails_the_job_with_a_sentence(self, pages, upload, families, people):
        pages.post("income_sheet_undo", upload.pk)
        check_statement(statement(families[LI]), by=people.district_admin)
        run_job(undo.latest_job(upload).pk)
        assert "were changed or checked since. Nothing was undone." in (
            pages.get("income_sheet", upload.pk).content.decode().replace("&#x27;", "'")
        )

    def test_who_checks_may_undo_and_a_clerk_of_the_place_may_not(self, pages, upload, people, small_district):
        village = small_district.places["东山前村"]
        upload.sheet.division = village
        upload.sheet.save()
        found = []
        for who in (people.district_admin, people.village_clerk):
            pages.client.force_login(who)
            found.append(pages.get("income_sheet_undo", upload.pk).status_code)
        assert found == [200, 403]

    def test_the_history_of_the_household_names_sheet_and_undo(self, pages, upload, families, official):
        undone(upload, by=official)
        text = pages.client.get(reverse("households:history", args=[families[SUN].pk])).content.decode()
        assert f"undo of income sheet {upload.pk}" in text
        assert f">income sheet {upload.pk}" in text or f"income sheet {upload.pk}" in text
