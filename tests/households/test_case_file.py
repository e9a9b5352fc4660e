"""The case file: what it shows to whom, what is logged, reveals, calls, history in words."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from households import register
from households.members import add_member, change_member
from households.models import GrowthAssessment
from tests.factories.accounts import GrantFactory
from tests.factories.households import MemberFactory, StatementFactory, id_number

TODAY = timezone.localdate()


@pytest.fixture
def sign_in(client):
    def signed_in(user):
        client.force_login(user, backend="accounts.backends.NameOrPhoneBackend")
        client.cookies["django_language"] = "en"
        return client

    return signed_in


@pytest.fixture
def opened(sign_in):
    """The text of a page as a user reads it."""

    def text(user, household, name="detail"):
        answer = sign_in(user).get(reverse(f"households:{name}", args=[household.pk]))
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))

    return text


def reveal(client, household, query, **data):
    return client.post(f"{reverse('households:reveal', args=[household.pk])}?{query}", data)


def lines(kind):
    return list(AccessLog.objects.filter(kind=kind).values_list("who__username", "object_kind", "label", "reason"))


def test_opening_is_logged_with_the_code_and_nothing_secret(opened, people, zhao):
    opened(people.cadre, zhao)
    assert lines("case_file") == [("the_cadre", "household", zhao.code, "")]


def test_out_of_sight_is_404_and_leaves_no_line(sign_in, people, qian):
    answer = sign_in(people.village_clerk).get(reverse("households:detail", args=[qian.pk]))
    assert (answer.status_code, lines("case_file")) == (404, [])


@pytest.mark.parametrize("size", [1, 6])
def test_the_case_file_asks_as_many_queries_however_full_it_is(size, sign_in, people, zhao, django_assert_num_queries):
    for n in range(size):
        MemberFactory(household=zhao)
        StatementFactory(household=zhao, year=2015 + n)
    GrowthAssessment.objects.create(
        household=zhao, year=2016, base_year=2015, verdict="no_base", assessed_at=timezone.now()
    )
    client = sign_in(people.cadre)
    client.get(reverse("households:detail", args=[zhao.pk]))
    with django_assert_num_queries(24):
        client.get(reverse("households:detail", args=[zhao.pk]))


def test_parts_stand_in_the_order_that_cadres_know(sign_in, people, zhao):
    page = sign_in(people.cadre).get(reverse("households:detail", args=[zhao.pk])).content.decode()
    assert re.findall(r'<section id="(\w+)"', page) == [
        "basics", "income", "members", "pairing", "needs", "planned", "told", "visits", "measures", "guarantees",
    ]  # fmt: skip


def test_income_by_source_over_the_years_with_totals(opened, people, zhao):
    StatementFactory(household=zhao, year=2016, people=2, wage=Decimal("8000"), business_cost=Decimal("500.50"))
    StatementFactory(household=zhao, year=2017, people=2, wage=None, stated_total=Decimal("9000"))
    page = opened(people.cadre, zhao)
    assert [figure in page for figure in ("7,499.50", "3,749.75", "9,000.00", "4,500.00")] == [True] * 4


def test_a_draft_is_marked_in_the_table_and_stands_in_no_chart(sign_in, people, zhao):
    StatementFactory(household=zhao, year=2016)
    StatementFactory(household=zhao, year=2017, state="draft")
    answer = sign_in(people.cadre).get(reverse("households:detail", args=[zhao.pk]))
    assert answer.context["income"]["chart"]["labels"] == ["2016"]
    marked = re.findall(r'<th scope="col" class="num">(\d{4})\s*<span class="tag', answer.content.decode())
    assert marked == ["2017"]


def test_full_numbers_are_not_on_the_page_of_anybody(sign_in, people, zhao):
    secrets = [zhao.phone, *zhao.members.values_list("id_no", flat=True)]
    for role in ("cadre", "village_clerk", "township_official", "district_admin", "inspector"):
        page = sign_in(getattr(people, role)).get(reverse("households:detail", args=[zhao.pk])).content.decode()
        assert [secret in page for secret in secrets] == [False, False, False]
        assert "1299**************" in page


def test_an_inspector_sees_names_masked_and_no_acts(sign_in, people, zhao):
    page = sign_in(people.inspector).get(reverse("households:detail", args=[zhao.pk])).content.decode()
    assert [name in page for name in ("赵有田", "赵小河")] == [False, False]
    acts = ("edit", "close", "reveal", "call", "guarantees")
    assert [act for act in acts if reverse(f"households:{act}", args=[zhao.pk]) in page] == []


def test_an_inspector_who_is_official_here_sees_names(opened, people, zhao, small_district):
    GrantFactory(user=people.inspector, role="township_official", division=small_district.places["东山镇"])
    assert "赵有田" in opened(people.inspector, zhao)


def test_a_reveal_asks_for_a_reason_shows_the_number_and_is_logged(sign_in, people, zhao):
    son = zhao.members.get(relation="son")
    client, query = sign_in(people.cadre), f"what=id_no&member={son.pk}"
    asked = client.get(f"{reverse('households:reveal', args=[zhao.pk])}?{query}")
    assert (son.id_no in asked.content.decode(), lines("reveal")) == (False, [])
    refused = reveal(client, zhao, query, **{f"id_no-{son.pk}-reason": " "})
    assert (refused.status_code, son.id_no in refused.content.decode(), lines("reveal")) == (422, False, [])
    shown = reveal(client, zhao, query, **{f"id_no-{son.pk}-reason": "核对证件"})
    assert (son.id_no in shown.content.decode(), shown["Cache-Control"]) == (True, "no-store")
    assert lines("reveal") == [("the_cadre", "member", f"{zhao.code} 赵*河 ID number", "核对证件")]


@pytest.mark.parametrize(
    ("who", "status"),
    [("cadre", 200), ("township_official", 200), ("district_admin", 200), ("unit_liaison", 403),
     ("village_clerk", 403), ("department_officer", 403), ("inspector", 403), ("log_auditor", 404)],
)  # fmt: skip
def test_who_may_reveal_the_phone(who, status, sign_in, people, zhao):
    answer = reveal(sign_in(getattr(people, who)), zhao, "what=phone", **{"phone-reason": "联系"})
    assert (answer.status_code, zhao.phone in answer.content.decode()) == (status, status == 200)
    assert len(lines("reveal")) == (status == 200)


def test_only_secrets_of_this_household_can_be_revealed(sign_in, people, zhao, qian):
    client = sign_in(people.cadre)
    for query in ("what=address", "what=bank_card", f"what=id_no&member={qian.members.get().pk}", "what=id_no", ""):
        assert reveal(client, zhao, query).status_code == 404


def test_the_own_household_is_called_without_a_reason_and_logged(sign_in, people, zhao):
    answer = sign_in(people.cadre).post(reverse("households:call", args=[zhao.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "tel:13900000001")
    assert lines("call") == [("the_cadre", "household", zhao.code, "")]


def test_a_household_without_a_phone_is_not_called(sign_in, people, qian):
    answer = sign_in(people.district_admin).post(reverse("households:call", args=[qian.pk]))
    assert (answer.url, lines("call")) == (reverse("households:detail", args=[qian.pk]), [])


def test_the_history_says_what_changed_in_words_and_hides_secrets(sign_in, opened, people, zhao, small_district):
    client, son = sign_in(people.township_official), zhao.members.get(relation="son")
    register.change_household(zhao, village=small_district.places["东山后村"], phone="13900000077")
    change_member(son, health=["chronic", "disabled"], id_no=id_number(77))
    others = dict.fromkeys(("food", "clothing", "schooling", "medical", "old_age"), "unverified")
    client.post(
        reverse("households:guarantees", args=[zhao.pk]), {"as_of": TODAY.isoformat(), "housing": "gap", **others}
    )
    page = opened(people.township_official, zhao, "history")
    assert "Village: 东山前村 → 东山后村" in page
    assert "Health: Healthy → Long-term chronic illness、Disabled" in page
    assert "Phone: ****** → ******" in page
    assert "Guarantees Housing added" in page
    assert "township_official · page" in page
    assert ("13900000077" in page, id_number(77) in page) == (False, False)


def test_the_history_is_paged(opened, people, zhao):
    for n in range(30):
        register.change_household(zhao, address=f"{n}号")
    assert "1–25 of" in opened(people.district_admin, zhao, "history")


def test_somebody_new_and_somebody_gone_stand_in_the_list_of_members(opened, people, zhao):
    add_member(zhao, name="李秀", id_no=id_number(31), relation="spouse")
    MemberFactory(household=zhao, name="赵远", active=False, left_on=TODAY - timedelta(days=9), left_reason="出嫁")
    page = opened(people.cadre, zhao)
    assert ["李秀" in page, "赵远" in page, "出嫁" in page] == [True, True, True]
