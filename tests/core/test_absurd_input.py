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


@pytest.mark.parametrize("number", ["1e30", "-1e30", "99999999999999999999.0", "9223372036854775808.0"])
@pytest.mark.parametrize(
    ("view", "field", "role"),
    [
        ("visits:list", "household", "district_admin"),
        ("visits:needs", "household", "district_admin"),
        ("programs:measures", "household", "district_admin"),
        ("households:growth", "job", "district_admin"),
        ("accounts:audit_history", "number", "log_auditor"),
    ],
)
def test_no_spelling_of_a_number_reaches_the_database_too_long(client, people, view, field, role, number):
    client.force_login(getattr(people, role))
    assert client.get(reverse(view), {field: number}).status_code in (200, 400, 422)


@pytest.mark.parametrize(
    ("view", "facts"),
    [
        ("households:export", {"query": "q=%00", "reason": "督查核对"}),
        ("households:export", {"query": "village=%00", "reason": "督查核对"}),
        ("households:export", {"query": "", "reason": "督\0查"}),
        ("households:import_commit_batch", {"batch": "a\0"}),
    ],
)
def test_a_nul_character_that_is_sent_reaches_no_database(client, people, view, facts):
    client.force_login(people.district_admin)
    answer = client.post(reverse(view), facts)
    assert answer.status_code in (302, 400)


def test_a_nul_character_is_no_reason_to_end_an_account(client, people):
    client.force_login(people.system_admin)
    client.post(reverse("accounts:user_deactivate", args=[people.cadre.pk]), {"reason": "调\0离"})
    people.cadre.refresh_from_db()
    assert people.cadre.is_active


@pytest.mark.parametrize("charset", ["gbk", "utf-7", "utf-16"])
@pytest.mark.parametrize("address", ["/sign-in/", "/households/search/"])
def test_a_form_in_another_encoding_is_a_bad_request(client, db, address, charset):
    sent = f"application/x-www-form-urlencoded; charset={charset}"
    assert client.post(address, "login=a", content_type=sent).status_code == 400


def test_an_address_in_another_encoding_is_a_bad_request(client, people):
    client.force_login(people.district_admin)
    assert (
        client.get("/households/?q=%2B2AA-", headers={"content-type": "text/plain; charset=utf-7"}).status_code == 400
    )
    assert client.get("/households/?q=a", headers={"content-type": "text/plain; charset=UTF-8"}).status_code == 200


def test_what_somebody_sees_is_kept_by_no_one_else(client, people, zhao):
    client.force_login(people.district_admin)
    for address in ("/", "/households/", reverse("households:detail", args=[zhao.pk]), "/cadres/"):
        assert client.get(address)["Cache-Control"] == "private, no-cache", address
