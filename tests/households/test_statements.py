"""Draft, correct, check and close income statements; guarantees."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import override

from households.guarantees import set_guarantee
from households.models import GrowthAssessment
from households.register import RegisterRefused, close_household
from households.statements import change_statement, check_statement, draft_statement, finalise_statement
from tests.factories.households import StatementFactory

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def draft(zhao, people):
    return draft_statement(zhao, by=people.village_clerk, year=2017, people=2, wage=Decimal("13000"))


def why(act):
    with pytest.raises(RegisterRefused) as refusal:
        act()
    return str(refusal.value)


def test_a_draft_is_of_the_hand_that_wrote_it(draft, people):
    draft.refresh_from_db()
    assert (draft.state, draft.drafted_by, draft.disposable_per_head) == (
        "draft", people.village_clerk, Decimal("6500.00"),
    )  # fmt: skip


def test_one_statement_a_year(draft, people, zhao):
    assert why(lambda: draft_statement(zhao, by=people.village_clerk, year=2017, people=2, wage=Decimal(1))) == (
        "There is a statement of this year already. Change that one."
    )


def test_a_statement_says_something(zhao, people):
    assert why(
        lambda: draft_statement(zhao, by=people.village_clerk, year=2018, people=2, stated_other=Decimal(1))
    ) == ("Enter at least one source of income, or the total.")


def test_nobody_checks_a_statement_of_the_own_hand(zhao, people):
    own = draft_statement(zhao, by=people.township_official, year=2018, people=2, wage=Decimal(1))
    assert why(lambda: check_statement(own, by=people.township_official)) == (
        "Nobody checks a statement of the own hand. Ask a colleague."
    )
    own.refresh_from_db()
    assert own.state == "draft"


def test_from_draft_to_checked_to_final(draft, people):
    assert why(lambda: finalise_statement(draft)) == "Only a checked statement can be made final."
    check_statement(draft, by=people.township_official)
    assert why(lambda: check_statement(draft, by=people.district_admin)) == "This statement has been checked already."
    finalise_statement(draft)
    assert why(lambda: change_statement(draft, by=people.district_admin, wage=Decimal(1))) == "This statement is final."
    assert [row.state for row in draft.history.order_by("history_id")] == ["draft", "checked", "final"]


def test_a_correction_waits_for_another_check_by_somebody_else(draft, people):
    check_statement(draft, by=people.township_official)
    change_statement(draft, by=people.township_official, wage=Decimal("14000"))
    assert (draft.state, draft.drafted_by) == ("draft", people.township_official)
    assert why(lambda: check_statement(draft, by=people.township_official)).startswith("Nobody checks")
    check_statement(draft, by=people.district_admin)


def test_saving_without_a_change_keeps_the_check(draft, people):
    check_statement(draft, by=people.township_official)
    change_statement(draft, by=people.village_clerk, wage=Decimal("13000.00"), people=2)
    assert (draft.state, draft.drafted_by, draft.history.count()) == ("checked", people.village_clerk, 2)


def test_the_flag_follows_the_check_at_once(draft, zhao, people, small_district):
    StatementFactory(household=zhao, year=2016, people=2)
    GrowthAssessment.objects.create(
        household=zhao, year=2017, base_year=2016, verdict="no_statement", assessed_at=timezone.now()
    )
    check_statement(draft, by=people.township_official)
    assert zhao.assessments.values_list("verdict", "growth_bp").get() == ("missed", 833)
    change_statement(draft, by=people.village_clerk, wage=Decimal("13200"))
    assert zhao.assessments.get().verdict == "no_statement"
    check_statement(draft, by=people.township_official)
    assert zhao.assessments.values_list("verdict", "growth_bp").get() == ("met", 1000)


def test_a_closed_household_gets_no_statement_and_no_correction(draft, zhao, people):
    closed = close_household(zhao, on=TODAY, reason="迁出")
    draft.household = closed
    for act in (
        lambda: draft_statement(closed, by=people.village_clerk, year=2018, people=2, wage=Decimal(1)),
        lambda: change_statement(draft, by=people.village_clerk, wage=Decimal(1)),
        lambda: set_guarantee(closed, item="housing", state="gap", as_of=TODAY),
    ):
        assert why(act) == "This household is closed."


def test_a_guarantee_is_written_when_it_changes(zhao):
    yesterday = TODAY - timedelta(days=1)
    set_guarantee(zhao, item="housing", state="unverified", as_of=yesterday)
    assert zhao.guarantees.count() == 0
    set_guarantee(zhao, item="housing", state="gap", as_of=yesterday, evidence="屋顶漏雨")
    set_guarantee(zhao, item="housing", state="gap", as_of=TODAY, evidence="屋顶漏雨")
    status = zhao.guarantees.get()
    assert (status.state, status.as_of, status.history.count()) == ("gap", yesterday, 1)
    set_guarantee(zhao, item="housing", state="held", as_of=TODAY, evidence="已修缮")
    assert zhao.guarantees.values_list("state", "as_of", "evidence").get() == ("held", TODAY, "已修缮")


def test_a_guarantee_is_not_dated_ahead(zhao):
    tomorrow = TODAY + timedelta(days=1)
    assert why(lambda: set_guarantee(zhao, item="food", state="held", as_of=tomorrow)) == "The date lies in the future."
