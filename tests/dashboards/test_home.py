"""Each role comes to its own home; what stands there, with a fixed number of queries."""

import pytest
from django.urls import reverse

from tests.dashboards.facts import assess, need, pair, visit

HOME = "/"
TEMPLATES = {
    "admin": "dashboards/board.html",
    "inspector": "dashboards/board.html",
    "official": "dashboards/board.html",
    "clerk": "dashboards/board.html",
    "cadre": "dashboards/phone_home.html",
    "liaison": "dashboards/phone_home.html",
    "department": "dashboards/department.html",
    "nobody": "dashboards/no_role.html",
}


def cards(response):
    return [household.head_name for household in response.context["page"]]


@pytest.mark.parametrize(("name", "template"), TEMPLATES.items())
def test_each_role_has_a_home(name, template, client, district, cast):
    client.force_login(cast[name])
    response = client.get(HOME)
    assert (response.status_code, response.templates[0].name) == (200, template)


@pytest.mark.parametrize(("name", "view"), [("auditor", "accounts:audit"), ("sysadmin", "accounts:users")])
def test_who_sees_no_household_goes_to_the_own_work(name, view, client, cast):
    client.force_login(cast[name])
    response = client.get(HOME)
    assert (response.status_code, response.headers["Location"]) == (302, reverse(view))


def test_a_stranger_signs_in_first(client, db):
    assert client.get(HOME).headers["Location"].startswith("/sign-in/")


def test_a_cadre_sees_the_own_households_with_what_matters(client, district, cast):
    client.force_login(cast["cadre"])
    response = client.get(HOME)
    assert cards(response) == ["赵二求"]
    card = response.context["page"][0]
    assert (card.people, card.open_needs, card.growth.verdict, str(card.village)) == (3, 2, "met", "前村")
    assert [item.due_on for item in response.context["todo"].needs] == sorted(n.due_on for n in card.needs.all())
    assert response.context["todo"].not_contacted == 0
    page = response.content.decode()
    assert f'href="{reverse("visits:new")}?household={card.pk}"' in page
    assert f'action="{reverse("households:call", args=[card.pk])}"' in page


def test_an_ended_pairing_leaves_the_home(client, district, cast):
    pairing = district.two_needs.pairings.get()
    pairing.ended_on, pairing.end_reason = pairing.starts_on, "工作调动"
    pairing.save()
    client.force_login(cast["cadre"])
    response = client.get(HOME)
    assert (cards(response), response.context["todo"].needs) == ([], [])


def test_a_liaison_sees_the_households_of_the_unit_with_their_cadres(client, district, cast):
    client.force_login(cast["liaison"])
    response = client.get(HOME)
    assert [(household.head_name, household.cadre_name) for household in response.context["page"]] == [
        ("赵二求", "王林"),
        ("郑后村", "李岭"),
        ("周更正", "李岭"),
    ]


def test_who_helps_and_holds_an_office_switches_between_two_homes(client, district, cast, places):
    client.force_login(cast["cadre_clerk"])
    assert client.get(HOME).context["place"] == places["后村"]
    response = client.get(HOME, {"as": "cadre"})
    assert cards(response) == ["郑后村", "周更正"]  # also outside of the own village, and only the helped ones
    assert cards(client.get(HOME)) == ["郑后村", "周更正"]  # the choice is kept
    assert client.get(HOME, {"as": "village_clerk"}).context["place"] == places["后村"]


def test_a_role_that_is_not_held_cannot_be_chosen(client, district, cast, places):
    client.force_login(cast["clerk"])
    assert client.get(HOME, {"as": "district_admin"}).context["place"] == places["前村"]


def test_a_department_sees_its_own_needs_alone(client, district, cast):
    client.force_login(cast["department"])
    response = client.get(HOME)
    assert [str(item.household) for item in response.context["department"].needs] == [str(district.two_needs)]
    figures = response.context["figures"]
    assert [figure.value for figure in figures] == [1, 1]
    for figure in figures:
        assert client.get(figure.url).context["table"].paginator.count == figure.value


@pytest.mark.parametrize("households", [1, 3])
def test_the_phone_asks_eleven_queries_whatever_the_number_of_households(
    households, client, cast, cadres, campaign, make_household, django_assert_num_queries
):
    for slot in range(1, households + 1):
        household = make_household(f"户{slot}", "前村")
        pair(household, cadres["王林"], campaign, slot=slot)
        visit(household, cadres["王林"], 5)
        assess(household, "met")
        need(household, due=1)
    client.force_login(cast["cadre"])
    client.get(HOME)
    with django_assert_num_queries(11):
        response = client.get(HOME)
    assert len(cards(response)) == households


def test_without_a_roster_the_admin_is_told_what_to_do(client, cast, campaign):
    client.force_login(cast["admin"])
    page = client.get(HOME).content.decode()
    assert f'href="{reverse("households:import_new")}"' in page
    client.force_login(cast["official"])
    assert reverse("households:import_new") not in client.get(HOME).content.decode()


def test_before_the_first_policy_each_home_still_answers(client, cast, cadres):
    for name in TEMPLATES:
        client.force_login(cast[name])
        assert client.get(HOME).status_code == 200, name


def test_waiting_imports_and_decisions_stand_on_the_admins_home(client, district, cast, campaign):
    from households.models import RosterImport

    RosterImport.objects.create(campaign=campaign, file_name="花名册.xlsx", sha256="0", state="checked")
    client.force_login(cast["admin"])
    response = client.get(HOME)
    assert (response.context["waiting"].imports, response.context["pending"].value) == (1, 1)
    assert f'href="{reverse("households:pending")}"' in response.content.decode()
