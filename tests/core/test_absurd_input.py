"""Numbers and pages that no row can have."""

import pytest
from django.urls import reverse

HUGE = "9" * 24


@pytest.mark.parametrize(
    ("view", "field"),
    [
        ("visits:list", "household"),
        ("visits:needs", "household"),
        ("households:list", "cadre"),
        ("households:growth", "job"),
    ],
)
def test_a_number_that_no_row_can_have_is_a_bad_request(client, people, view, field):
    client.force_login(people.district_admin)
    assert client.get(reverse(view), {field: HUGE}).status_code == 400


def test_how_many_rows_a_page_has_is_not_the_addresss_to_say(client, people, zhao, qian):
    client.force_login(people.district_admin)
    page = client.get(reverse("households:list"), {"per_page": "1", "page": "abc"})
    assert [row.record.code for row in page.context["table"].paginated_rows] == [zhao.code, qian.code]


def test_an_id_number_may_be_searched_for(client, people, zhao):
    client.force_login(people.district_admin)
    assert client.get(reverse("households:list"), {"q": "9" * 30}).status_code == 200


def test_an_inspector_does_not_spell_a_masked_name_out(client, people, zhao):
    client.force_login(people.inspector)
    page = client.get(reverse("households:list"), {"q": "赵有"})
    assert list(page.context["table"].paginated_rows) == []


@pytest.mark.parametrize("days", ["0", "99999999"])
def test_an_absurd_interval_is_refused_at_its_field(client, people, days):
    client.force_login(people.district_admin)
    facts = {
        "income_line": "12600",
        "line_basis": "household",
        "growth_target": "10",
        "statements_due_on": "2018-03-31",
    }
    page = client.post(reverse("district:campaign_year", args=[2017]), {**facts, "visit_interval_days": days})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["visit_interval_days"]


@pytest.mark.parametrize(
    "address", ["/households/?q=a%00b", "/cadres/pairing/options/?household=1&q=%00", "/dashboards/township/%00/"]
)
def test_a_nul_character_in_an_address_is_a_bad_request(client, people, address):
    """PostgreSQL has no text with one: a query would fail."""
    client.force_login(people.district_admin)
    assert client.get(address).status_code == 400


def test_a_nul_character_in_a_form_is_told_at_its_field(client, people, zhao):
    client.force_login(people.district_admin)
    page = client.post(reverse("households:edit", args=[zhao.pk]), {"head_name": "赵\0", "code": zhao.code})
    assert page.status_code == 422
