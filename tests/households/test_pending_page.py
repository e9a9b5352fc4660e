"""The list of households that wait for a decision, and the page that decides."""

from decimal import Decimal

import pytest
from django.urls import reverse

from tests.factories.households import EnrolmentFactory, HouseholdFactory, StatementFactory

PENDING = reverse("households:pending")


@pytest.fixture
def waiting(small_district):
    """Enter households over the line of 2016: 13,000 yuan for two people."""

    def enter(*names, **facts):
        cases = []
        for number, name in enumerate(names, 1):
            household = HouseholdFactory(
                code=f"99000010{number:02}", village=small_district.places["东山前村"], head_name=name, head=True
            )
            StatementFactory(household=household, wage=Decimal("13000.00"), people=2)
            cases.append(EnrolmentFactory(household=household, campaign=small_district.campaign, **facts))
        return cases

    return enter


@pytest.fixture
def admin(client, people):
    client.force_login(people.district_admin, backend="accounts.backends.NameOrPhoneBackend")
    client.cookies["django_language"] = "en"
    return client


def cells(answer):
    return [[str(cell) for cell in row.cells] for row in answer.context["table"].paginated_rows]


def test_the_list_gives_the_income_beside_the_line_that_it_reaches(admin, waiting):
    (case,) = waiting("冯富", state="pending")
    decide = reverse("households:decide", args=[case.pk])
    assert cells(admin.get(PENDING)) == [
        [
            f'<a href="{decide}">冯富</a>', "9900001001", "<span>东山镇 东山前村</span>", "2016年6月1日", "2016",
            "13,000.00", "2", "12,600.00",
        ]
    ]  # fmt: skip


def test_a_household_without_statement_or_policy_waits_too(admin, small_district):
    case = EnrolmentFactory(
        household=HouseholdFactory(village=small_district.places["西河前村"], head_name="冯富"),
        campaign=small_district.campaign, entry_year=2012, state="pending",
    )  # fmt: skip
    assert [cells(admin.get(PENDING))[0][column] for column in (4, 5, 6, 7)] == ["2012", "—", "—", "—"]
    assert admin.get(reverse("households:decide", args=[case.pk])).context["policy"] is None


@pytest.mark.parametrize("state", ["active", "refused", "exited"])
def test_who_is_decided_does_not_wait(admin, waiting, state):
    waiting("冯富", state=state)
    answer = admin.get(PENDING)
    assert cells(answer) == []
    assert "No household waits for a decision." in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_one_as_for_three(count, admin, waiting, django_assert_num_queries):
    waiting(*["冯富", "陈富", "褚富"][:count], state="pending")
    admin.get(PENDING)
    with django_assert_num_queries(6):
        answer = admin.get(PENDING)
    assert len(cells(answer)) == count


@pytest.mark.parametrize(("decision", "state"), [("accept", "active"), ("refuse", "refused")])
def test_a_decision_leads_back_to_the_list_where_the_next_one_waits(admin, waiting, decision, state):
    first, second = waiting("冯富", "陈富", state="pending")
    answer = admin.post(
        reverse("households:decide", args=[first.pk]), {"decision": decision, "reason": "入户核实"}, follow=True
    )
    first.refresh_from_db()
    assert (answer.redirect_chain, first.state) == ([(PENDING, 302)], state)
    assert [row.record.pk for row in answer.context["table"].paginated_rows] == [second.pk]


def test_the_page_asks_once_and_names_the_line(admin, waiting):
    (case,) = waiting("冯富", state="pending")
    page = admin.get(reverse("households:decide", args=[case.pk]))
    assert (page.context["policy"].income_line, page.context["statements"][0].disposable_total) == (
        Decimal("12600.00"), Decimal("13000.00"),
    )  # fmt: skip
    assert page.context["question"] == "Save this decision? It can't be taken back."
