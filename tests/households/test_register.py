"""Open, change, close and reopen households; decide on those that wait."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import override

from core.crypto import keyed_hash
from households import register
from households.closing import end_all, when_closing
from households.growth import assess
from households.models import Enrolment, Household
from households.register import RegisterRefused
from tests.factories.households import EnrolmentFactory, HouseholdFactory, MemberFactory, id_number

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def opened(small_district, people):
    """Open a household in 东山前村 by the clerk's hand."""

    def make(**facts):
        given = {
            "by": people.village_clerk, "village": small_district.places["东山前村"], "code": " 9900000009 ",
            "head_name": "孙大山", "head_id_no": id_number(9), "people": 2, "income": Decimal("9000"), **facts,
        }  # fmt: skip
        return register.open_household(**given)

    return make


def why(act):
    with pytest.raises(RegisterRefused) as refusal:
        act()
    return str(refusal.value)


def test_a_household_below_the_line_is_taken_in_with_its_head_and_a_draft(opened, people, small_district):
    household = opened(phone="13900000009")
    head, statement = household.members.get(), household.statements.get()
    assert (household.code, household.phone_hash) == ("9900000009", keyed_hash("13900000009"))
    assert (head.name, head.relation, head.sex, head.birth_date.year) == ("孙大山", "head", "male", 1970)
    assert (statement.year, statement.people, statement.disposable_total) == (2020, 2, Decimal("9000.00"))
    assert (statement.state, statement.drafted_by) == ("draft", people.village_clerk)
    enrolment = household.enrolments.get()
    assert (enrolment.campaign, enrolment.state, enrolment.entry_year) == (small_district.campaign, "active", 2020)


@pytest.mark.parametrize(("income", "state"), [("12599.99", "active"), ("12600.00", "pending"), ("30000", "pending")])
def test_at_or_over_the_line_it_waits_for_a_decision(opened, income, state):
    assert opened(income=Decimal(income)).enrolments.get().state == state


def test_by_a_line_per_head_the_people_count(opened, small_district):
    year = small_district.campaign.years.get(year=2020)
    year.line_basis = "per_head"
    year.save()
    assert opened(income=Decimal("25199.99")).enrolments.get().state == "active"


def test_a_code_that_is_taken_is_refused_and_nothing_is_left(opened, zhao):
    assert why(lambda: opened(code=zhao.code)) == "There is a household with this code already."
    assert Household.objects.count() == 1


def test_a_head_who_lives_in_another_household_is_refused_with_the_place_for_who_sees_it(opened, zhao, people):
    number = zhao.members.get(relation="head").id_no
    with pytest.raises(RegisterRefused) as refusal:
        opened(head_id_no=number)
    assert refusal.value.words_for(people.village_clerk) == (
        "This person is in household 9900000001, 东山前村. Let the person leave there first."
    )
    assert Household.objects.count() == 1


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("123", "An ID number has 18 characters."),
        ("129999700101001", "This is an old ID number of 15 digits. Enter the one of 18."),
        ("12999919700101A010", "An ID number has digits only, the last may be X."),
        ("129999197013010012", "The date of birth in the ID number does not exist."),
    ],
)
def test_a_wrong_id_number_is_refused_with_the_reason(opened, number, sentence):
    assert why(lambda: opened(head_id_no=number)) == sentence


def test_a_change_keeps_hash_and_history(zhao, small_district):
    village = small_district.places["东山后村"]
    register.change_household(zhao, village=village, phone="13900000002")
    zhao.refresh_from_db()
    assert (zhao.village, zhao.phone_hash) == (village, keyed_hash("13900000002"))
    register.change_household(zhao, village=village, phone="13900000002")
    assert zhao.history.count() == 2  # made, changed; the last call changed nothing


def test_closing_ends_membership_enrolment_and_pairing_in_one_act(zhao):
    register.close_household(zhao, on=TODAY, reason=" 全家迁出 ")
    zhao.refresh_from_db()
    assert (zhao.closed_on, zhao.closed_reason) == (TODAY, "全家迁出")
    assert [(m.active, m.left_on) for m in zhao.members.all()] == [(False, None), (False, None)]
    assert zhao.enrolments.values_list("state", "ended_on", "reason").get() == ("exited", TODAY, "全家迁出")
    assert zhao.pairings.values_list("ended_on", "end_reason").get() == (TODAY, "全家迁出")


def test_what_ends_with_a_household_can_take_the_closing_back(zhao, monkeypatch):
    def refuse(household, on, reason):
        raise ValueError("not yet")

    monkeypatch.setattr("households.closing._endings", [])
    when_closing(refuse)
    with pytest.raises(ValueError, match="not yet"):
        register.close_household(zhao, on=TODAY, reason="迁出")
    zhao.refresh_from_db()
    assert (zhao.closed_on, zhao.members.filter(active=True).count()) == (None, 2)


def test_an_ending_registered_twice_runs_once(zhao, monkeypatch):
    monkeypatch.setattr("households.closing._endings", [])
    calls = []

    def note(household, on, reason):
        calls.append(reason)

    when_closing(when_closing(note))
    end_all(zhao, on=TODAY, reason="迁出")
    assert calls == ["迁出"]


def test_closing_is_refused_ahead_of_time_before_entry_without_reason_or_twice(zhao):
    def close(**facts):
        return why(lambda: register.close_household(zhao, **{"on": TODAY, "reason": "迁出", **facts}))

    entered = zhao.enrolments.get().entered_on
    assert [
        close(on=TODAY + timedelta(days=1)),
        close(on=entered - timedelta(days=1)),
        close(reason=" "),
    ] == [
        "The date lies in the future.",
        "The date lies before the household was taken in.",
        "Please give a reason.",
    ]
    register.close_household(zhao, on=TODAY, reason="迁出")
    assert close() == "This household is closed."


def test_a_closed_household_is_not_changed(zhao):
    closed = register.close_household(zhao, on=TODAY, reason="迁出")
    assert why(lambda: register.change_household(closed, address="别处")) == "This household is closed."


@pytest.mark.parametrize("state", ["active", "pending"])
def test_reopening_brings_members_and_the_former_state_back_but_not_who_had_left(small_district, state):
    household = HouseholdFactory(village=small_district.places["东山前村"], head=True)
    EnrolmentFactory(household=household, campaign=small_district.campaign, state=state)
    MemberFactory(household=household, active=False, left_on=TODAY, left_reason="出嫁")
    register.close_household(household, on=TODAY, reason="误操作")
    register.reopen_household(household)
    household.refresh_from_db()
    assert (household.closed_on, household.closed_reason) == (None, "")
    assert household.enrolments.values_list("state", "ended_on").get() == (state, None)
    assert list(household.members.order_by("pk").values_list("active", flat=True)) == [True, False]


def test_a_household_cannot_be_reopened_over_members_who_live_elsewhere_by_now(zhao, qian):
    register.close_household(zhao, on=TODAY, reason="迁出")
    MemberFactory(household=qian, id_no=zhao.members.first().id_no)
    assert why(lambda: register.reopen_household(zhao)) == (
        "A member of this household lives in another household by now."
    )
    zhao.refresh_from_db()
    assert zhao.closed_on == TODAY


def test_an_open_household_cannot_be_reopened(zhao):
    assert why(lambda: register.reopen_household(zhao)) == "This household is not closed."


@pytest.mark.parametrize(("accept", "state", "ended"), [(True, "active", None), (False, "refused", TODAY)])
def test_a_case_is_decided_once_with_a_reason(small_district, accept, state, ended):
    household = HouseholdFactory(village=small_district.places["东山前村"], head=True)
    case = EnrolmentFactory(household=household, campaign=small_district.campaign, state="pending")
    assert why(lambda: register.decide_pending(case, accept=accept, reason=" ")) == "Please give a reason."
    register.decide_pending(case, accept=accept, reason="入户核实")
    decided = Enrolment.objects.get(pk=case.pk)
    assert (decided.state, decided.ended_on, decided.reason) == (state, ended, "入户核实")
    assert why(lambda: register.decide_pending(case, accept=True, reason="再议")) == (
        "This case has been decided already."
    )


def test_a_new_household_has_its_flag_of_every_assessed_year_at_once(opened, zhao):
    assess(2016)
    household = opened()
    assert [(flag.year, flag.verdict) for flag in household.assessments.all()] == [(2016, "no_statement")]


def test_without_a_campaign_nobody_is_taken_in(db):
    with pytest.raises(RegisterRefused) as refusal:
        register.open_household(
            by=None, village=None, code="1", head_name="孙大山", head_id_no="", people=1, income=Decimal("9000")
        )
    assert (refusal.value.code, register.entry_year()) == ("no_campaign", timezone.localdate().year - 1)
