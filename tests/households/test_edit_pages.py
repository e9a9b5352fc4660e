"""Pages that enter and change: what a form takes, what it never shows, how a refusal comes back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from core.crypto import keyed_hash
from households.models import Household
from tests.factories.households import EnrolmentFactory, HouseholdFactory, StatementFactory, id_number

TODAY = timezone.localdate()


@pytest.fixture
def sign_in(client):
    def signed_in(user):
        client.force_login(user, backend="accounts.backends.NameOrPhoneBackend")
        client.cookies["django_language"] = "en"
        return client

    return signed_in


@pytest.fixture
def act(sign_in):
    """Send a form as somebody; gives the answer."""

    def send(user, name, row, /, **data):
        return sign_in(user).post(reverse(f"households:{name}", args=[row.pk] if row else []), data)

    return send


def facts_of(household, **facts):
    return {
        "village": household.village_id, "attribute": household.attribute, "main_cause": household.main_cause,
        "address": household.address, **facts,
    }  # fmt: skip


def new_household(village, **facts):
    return {
        "code": "9900000009", "head_name": "孙大山", "head_id_no": id_number(9), "village": village.pk, "people": "2",
        "income": "9000", "attribute": "general", "main_cause": "illness", **facts,
    }  # fmt: skip


def test_a_clerk_enters_a_household_of_the_own_village(act, people, small_district):
    answer = act(
        people.village_clerk, "new", None, **new_household(small_district.places["东山前村"], phone="13900000009")
    )
    household = Household.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("households:detail", args=[household.pk]))
    assert (household.head_name, household.statements.get().drafted_by) == ("孙大山", people.village_clerk)
    made = household.history.get()
    assert (made.history_user, made.history_change_reason) == (people.village_clerk, "form /households/new/")


@pytest.mark.parametrize(
    ("who", "village", "status"),
    [("village_clerk", "东山后村", 422), ("township_official", "东山后村", 302), ("township_official", "西河前村", 422),
     ("district_admin", "西河前村", 302), ("cadre", "东山前村", 403), ("inspector", "东山前村", 403)],
)  # fmt: skip
def test_households_are_entered_only_in_the_own_place(act, people, small_district, who, village, status):
    answer = act(getattr(people, who), "new", None, **new_household(small_district.places[village]))
    assert (answer.status_code, Household.objects.count()) == (status, int(status == 302))


def test_a_refusal_comes_back_with_the_form_and_what_was_typed(act, people, small_district, zhao):
    data = new_household(small_district.places["东山前村"], code=zhao.code, address="村东头")
    answer = act(people.village_clerk, "new", None, **data)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["There is a household with this code already."]
    assert "村东头" in answer.content.decode()


NAMED = "This person is in household 9900000002, 西河前村. Let the person leave there first."
UNNAMED = "This person is registered in another household, outside your place. Ask the district admin for help."


@pytest.mark.parametrize(("who", "said"), [("village_clerk", UNNAMED), ("district_admin", NAMED)])
def test_where_a_person_lives_is_said_only_to_who_sees_that_household(
    act, people, small_district, zhao, qian, who, said
):
    number = qian.members.get().id_no
    household = new_household(small_district.places["东山前村"], head_id_no=number)
    son = zhao.members.get(relation="son")
    answers = [
        act(getattr(people, who), "new", None, **household),
        act(
            getattr(people, who), "member_new", zhao, name="钱满仓", id_no=number, relation="other", health=["healthy"]
        ),
        act(getattr(people, who), "member_edit", son, name="赵小河", id_no=number, relation="son"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, [said])
        assert (qian.code in answer.content.decode()) == (said == NAMED)


def test_the_edit_form_never_shows_phone_or_card(sign_in, people, zhao):
    zhao.bank_card, zhao.bank_card_hash = "6222000000000000001", "x"
    zhao.save()
    page = sign_in(people.village_clerk).get(reverse("households:edit", args=[zhao.pk])).content.decode()
    assert [secret in page for secret in (zhao.phone, zhao.bank_card)] == [False, False]
    assert ["139****0001" in page, "****0001" in page] == [True, True]


def test_an_empty_phone_keeps_the_number_and_a_tick_removes_it(act, people, zhao):
    act(people.village_clerk, "edit", zhao, **facts_of(zhao, address="村西头"))
    zhao.refresh_from_db()
    assert (zhao.phone, zhao.address) == ("13900000001", "村西头")
    act(people.village_clerk, "edit", zhao, **facts_of(zhao, phone="13900000005"))
    zhao.refresh_from_db()
    assert (zhao.phone, zhao.phone_hash) == ("13900000005", keyed_hash("13900000005"))
    act(people.village_clerk, "edit", zhao, **facts_of(zhao, no_phone="on"))
    zhao.refresh_from_db()
    assert (zhao.phone, zhao.phone_hash) == ("", "")


def test_a_wrong_phone_and_a_third_cause_are_errors_of_their_fields(act, people, zhao):
    data = facts_of(zhao, phone="123", other_causes=["land", "water", "skills"])
    answer = act(people.village_clerk, "edit", zhao, **data)
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, ["other_causes", "phone"])


def test_a_household_is_closed_and_opened_again(act, people, zhao):
    act(people.township_official, "close", zhao, on=TODAY.isoformat(), reason="全家迁出")
    zhao.refresh_from_db()
    assert (zhao.closed_on, zhao.closed_reason) == (TODAY, "全家迁出")
    act(people.township_official, "reopen", zhao)
    zhao.refresh_from_db()
    assert zhao.closed_on is None


def test_a_clerk_does_not_close(act, people, zhao):
    assert act(people.village_clerk, "close", zhao, on=TODAY.isoformat(), reason="迁出").status_code == 403


def test_a_member_joins_changes_and_leaves(act, people, zhao):
    clerk = people.village_clerk
    act(
        clerk,
        "member_new",
        zhao,
        name="李秀",
        id_no=id_number(31),
        relation="spouse",
        health=["healthy"],
        disease="胃病",
    )
    wife = zhao.members.get(name="李秀")
    assert (wife.relation, wife.disease) == ("spouse", "胃病")
    act(clerk, "member_edit", wife, name="李秀英", relation="spouse", health=["chronic"])
    wife.refresh_from_db()
    assert (wife.name, wife.health, wife.disease, wife.id_no) == ("李秀英", ["chronic"], "胃病", id_number(31))
    act(clerk, "member_leave", wife, on=TODAY.isoformat(), reason="去世")
    wife.refresh_from_db()
    assert (wife.active, wife.left_reason) == (False, "去世")


def test_the_member_form_shows_neither_id_number_nor_disease(sign_in, people, zhao):
    son = zhao.members.get(relation="son")
    son.disease = "胃病"
    son.save()
    page = sign_in(people.village_clerk).get(reverse("households:member_edit", args=[son.pk])).content.decode()
    assert [secret in page for secret in (son.id_no, "胃病")] == [False, False]


def test_a_draft_by_the_clerk_is_checked_by_the_official_then_final(act, people, zhao):
    act(people.village_clerk, "statement_new", zhao, year="2017", people="2", definition="disposable", wage="13000.50")
    statement = zhao.statements.get()
    assert (statement.state, statement.disposable_total) == ("draft", Decimal("13000.50"))
    assert act(people.village_clerk, "statement_check", statement).status_code == 403
    for state in ("checked", "final"):
        assert act(people.township_official, "statement_check", statement).status_code == 302
        statement.refresh_from_db()
        assert statement.state == state


def test_who_checks_sees_the_year_before_what_counts_in_no_total_and_whose_hand_it_is(act, sign_in, people, zhao):
    for year, wage in (("2016", "11000"), ("2017", "13000.50")):
        act(people.village_clerk, "statement_new", zhao, year=year, people="2", definition="disposable", wage=wage,
            stated_total="99000", medical_refund="321.09")  # fmt: skip
    statement = zhao.statements.get(year=2017)
    page = sign_in(people.township_official).get(reverse("households:statement_check", args=[statement.pk]))
    rows = {row.label: row.amounts for row in page.context["rows"]}
    assert rows["Stated total"] == [Decimal(99_000)] * 2
    assert rows["Income of the household"] == [Decimal(11_000), Decimal("13000.50")]
    assert rows["Medical refunds (in no total)"] == [Decimal("321.09")] * 2
    assert str(people.village_clerk) in page.content.decode()


def test_the_own_draft_comes_back_unchecked(act, people, zhao):
    act(people.township_official, "statement_new", zhao, year="2017", people="2", definition="disposable", wage="1")
    answer = act(people.township_official, "statement_check", zhao.statements.get())
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (
        422, ["Nobody checks a statement of the own hand. Ask a colleague."],
    )  # fmt: skip


def test_the_check_is_not_offered_to_the_author_but_who_may_is_said(act, sign_in, people, zhao):
    act(people.township_official, "statement_new", zhao, year="2017", people="2", definition="disposable", wage="1")
    address = reverse("households:statement_check", args=[zhao.statements.get().pk])
    case_file = reverse("households:detail", args=[zhao.pk])
    own, said = sign_in(people.township_official).get(case_file).content.decode(), "another township official"
    other = sign_in(people.district_admin).get(case_file).content.decode()
    assert [(address in page, said in page) for page in (own, other)] == [(False, True), (True, False)]
    answer = sign_in(people.township_official).get(address, follow=True)
    assert answer.redirect_chain == [(case_file, 302)]


def test_no_act_is_offered_on_the_draft_of_a_closed_household(sign_in, people, zhao):
    statement = StatementFactory(household=zhao, state="draft")
    zhao.closed_on, zhao.closed_reason = TODAY, "全家迁出"
    zhao.save()
    page = sign_in(people.district_admin).get(reverse("households:detail", args=[zhao.pk])).content.decode()
    acts = ("statement_check", "statement_edit")
    assert [reverse(f"households:{act}", args=[statement.pk]) in page for act in acts] == [False, False]


def test_costs_are_positive_and_named_as_costs_wherever_a_statement_is_shown(sign_in, people, zhao):
    statement = StatementFactory(household=zhao, state="draft", business_cost=Decimal("700"))
    pages = [
        sign_in(people.district_admin).get(reverse(f"households:{name}", args=[pk])).content.decode()
        for name, pk in (("detail", zhao.pk), ("statement_check", statement.pk))
    ]
    assert [("less: Business cost" in page, "-700.00" in page) for page in pages] == [(True, False)] * 2


def test_what_was_done_is_said(act, people, zhao):
    act(people.township_official, "close", zhao, on=TODAY.isoformat(), reason="全家迁出")
    answer = act(people.township_official, "reopen", zhao)
    page = act(people.township_official, "reopen", zhao)
    assert (answer.status_code, page.status_code) == (302, 422)
    said = [str(message) for message in page.context["messages"]]
    assert said == ["The household is closed.", "The household is open again."]


@pytest.mark.parametrize(
    ("facts", "fields"),
    [({"wage": "-1"}, ["wage"]), ({"wage": "1.005"}, ["wage"]), ({"year": str(TODAY.year + 1)}, ["year"]),
     ({"people": "0"}, ["people"]), ({}, ["__all__"])],
)  # fmt: skip
def test_what_a_statement_does_not_take(act, people, zhao, facts, fields):
    data = {"year": "2017", "people": "2", "definition": "disposable", **facts}
    answer = act(people.village_clerk, "statement_new", zhao, **data)
    assert (answer.status_code, sorted(answer.context["form"].errors), zhao.statements.count()) == (422, fields, 0)


def test_a_corrected_statement_keeps_its_year_and_waits_again(act, people, zhao):
    statement = StatementFactory(household=zhao, year=2016)
    act(
        people.village_clerk,
        "statement_edit",
        statement,
        year="1999",
        people="3",
        definition="disposable",
        wage="12500",
    )
    statement.refresh_from_db()
    assert (statement.year, statement.state, statement.wage) == (2016, "draft", Decimal("12500.00"))


def test_guarantees_are_written_as_far_as_they_changed(act, people, zhao):
    states = dict.fromkeys(("food", "clothing", "schooling", "medical", "old_age"), "unverified")
    data = {"as_of": TODAY.isoformat(), **states, "housing": "gap", "housing_evidence": "屋顶漏雨"}
    act(people.village_clerk, "guarantees", zhao, **data)
    act(people.village_clerk, "guarantees", zhao, **data)
    assert [(g.item, g.state, g.evidence, g.history.count()) for g in zhao.guarantees.all()] == [
        ("housing", "gap", "屋顶漏雨", 1)
    ]
    ahead = act(people.village_clerk, "guarantees", zhao, **{**data, "as_of": (TODAY + timedelta(days=1)).isoformat(),
                                                             "food": "held"})  # fmt: skip
    assert (ahead.status_code, zhao.guarantees.count()) == (422, 1)


def test_the_admin_decides_on_who_waits(act, sign_in, people, small_district):
    household = HouseholdFactory(village=small_district.places["东山前村"], head_name="冯富", head=True)
    case = EnrolmentFactory(household=household, campaign=small_district.campaign, state="pending")
    waiting = sign_in(people.district_admin).get(reverse("households:pending"))
    assert [row.record.pk for row in waiting.context["table"].paginated_rows] == [case.pk]
    assert act(people.township_official, "decide", case, decision="accept", reason="核实").status_code == 403
    assert act(people.district_admin, "decide", case, decision="accept", reason="").status_code == 422
    act(people.district_admin, "decide", case, decision="accept", reason="入户核实")
    case.refresh_from_db()
    assert (case.state, case.reason) == ("active", "入户核实")
    again = act(people.district_admin, "decide", case, decision="refuse", reason="再议")
    assert (again.status_code, again.context["form"].non_field_errors()) == (
        422, ["This case has been decided already."],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["edit", "guarantees", "close", "member_new", "statement_new", "member_edit",
                                  "member_leave", "statement_edit", "statement_check"])  # fmt: skip
def test_the_forms_of_a_closed_household_are_not_shown(sign_in, people, zhao, name):
    rows = {"member": zhao.members.last(), "statement": StatementFactory(household=zhao, state="draft")}
    row = zhao if name.endswith("_new") else rows.get(name.partition("_")[0], zhao)
    zhao.closed_on, zhao.closed_reason = TODAY, "全家迁出"
    zhao.save()
    answer = sign_in(people.district_admin).get(reverse(f"households:{name}", args=[row.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("households:detail", args=[zhao.pk]), 302)]
    assert [str(message) for message in answer.context["messages"]] == ["This household is closed."]


def test_a_closed_household_can_be_asked_to_open(sign_in, people, zhao):
    zhao.closed_on, zhao.closed_reason = TODAY, "全家迁出"
    zhao.save()
    assert sign_in(people.district_admin).get(reverse("households:reopen", args=[zhao.pk])).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_nobody_leaves_on_an_absurd_day(act, people, zhao, day):
    answer = act(people.village_clerk, "member_leave", zhao.members.get(relation="son"), on=day, reason="外嫁")
    assert answer.status_code == 422
    assert answer.context["form"].errors["on"][0].startswith("Enter a date from ")


def test_markup_is_no_name(act, people, small_district, zhao):
    village = small_district.places["东山前村"]
    new = act(people.village_clerk, "new", None, **new_household(village, head_name="<b>孙</b>"))
    head = zhao.members.get(relation="head")
    edit = act(people.village_clerk, "member_edit", head, name="=1+1", relation="head")
    said = "A name has only characters or letters, with · or a blank between them."
    assert [new.context["form"].errors, edit.context["form"].errors] == [{"head_name": [said]}, {"name": [said]}]


@pytest.mark.parametrize(
    ("typed", "status", "stored"), [(" ｘ－００２ ", 302, ["X-002"]), ("X-002", 302, ["X-002"]), ("--", 422, [])]
)
def test_a_household_code_is_stored_as_a_roster_stores_it(act, people, small_district, typed, status, stored):
    answer = act(people.village_clerk, "new", None, **new_household(small_district.places["东山前村"], code=typed))
    assert (answer.status_code, [h.code for h in Household.objects.all()]) == (status, stored)
