"""Who searches by a whole ID number finds the household, and no address holds the number."""

import re

import pytest
from django.urls import reverse

from core.crypto import keyed_hash
from tests.factories.households import HouseholdFactory

LIST, SEARCH, EXPORT = (reverse(f"households:{name}") for name in ("list", "search", "export"))
HTMX = {"HX-Request": "true"}


@pytest.fixture
def number(zhao, qian):
    """Of the son of 赵; 钱 is another household."""
    return zhao.members.get(relation="son").id_no


@pytest.fixture
def client_of(client):
    def signed_in(user):
        client.force_login(user, backend="accounts.backends.NameOrPhoneBackend")
        client.cookies["django_language"] = "en"
        return client

    return signed_in


def codes(page):
    return [row.record.code for row in page.context["table"].paginated_rows]


def spaced(number):
    return f" {number[:6]} {number[6:14]}-{number[14:]} "


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("typed", [str, spaced, str.lower])
def test_a_number_that_is_sent_leads_to_an_address_without_it(client_of, people, zhao, number, typed, headers):
    sent = {"q": typed(number), "year": "2020", "cause": "", "sort": "-code"}
    page = client_of(people.district_admin).post(SEARCH, sent, follow=True, headers=headers)
    assert page.redirect_chain == [(f"{LIST}?year=2020&sort=-code&person={keyed_hash(number)}", 302)]
    assert (codes(page), number in page.content.decode()) == ([zhao.code], False)


def test_an_old_address_with_a_number_leads_to_one_without_it(client_of, people, zhao, number):
    page = client_of(people.district_admin).get(LIST, {"q": number, "cause": "illness"}, follow=True)
    assert page.redirect_chain == [(f"{LIST}?cause=illness&person={keyed_hash(number)}", 302)]
    assert codes(page) == [zhao.code]


def test_other_words_stand_in_the_address_as_they_are(client_of, people, zhao):
    admin = client_of(people.district_admin)
    for sent, address in (
        ({"q": "有田", "person": "a" * 64, "csrfmiddlewaretoken": "x"}, f"{LIST}?q=%E6%9C%89%E7%94%B0"),
        ({"q": "", "person": "a" * 64}, LIST),
        ({"q": "12999919700101", "state": "active"}, f"{LIST}?q=12999919700101&state=active"),
    ):
        assert admin.post(SEARCH, sent).url == address


def test_the_field_shows_a_mask_that_keeps_the_person_and_a_link_that_clears_it(client_of, people, zhao, number):
    admin, person = client_of(people.district_admin), keyed_hash(number)
    page = admin.get(LIST, {"person": person, "state": "active"})
    form, text = page.context["filter"].form, page.content.decode()
    assert (form["q"].value(), form["person"].value()) == ("*" * 14, person)
    (cleared,) = re.findall(r'href="([^"]*)">Clear the search', text)
    assert cleared == f"{LIST}?state=active"
    again = admin.post(SEARCH, {"q": "*" * 14, "person": person, "cause": "illness"})
    assert again.url == f"{LIST}?person={person}&cause=illness"


def test_sorting_paging_and_export_keep_the_person(client_of, people, zhao, number):
    admin, person = client_of(people.district_admin), keyed_hash(number)
    text = admin.get(LIST, {"person": person}).content.decode()
    links = re.findall(r'href="(\?[^"]*sort=[^"]*)"', text)
    assert links and all(f"person={person}" in link for link in links)
    assert f'name="query" value="person={person}"' in text
    refused = admin.post(EXPORT, {"query": f"q={number}", "reason": " "})
    assert refused.url == f"{LIST}?person={person}"


def test_who_sees_names_masked_finds_nobody_by_a_number_or_its_address(client_of, people, number):
    inspector = client_of(people.inspector)
    assert codes(inspector.post(SEARCH, {"q": number}, follow=True)) == []
    assert codes(inspector.get(LIST, {"person": keyed_hash(number)})) == []


def test_an_address_of_somebody_out_of_sight_or_of_nobody_finds_nobody(client_of, people, qian):
    clerk = client_of(people.village_clerk)
    for person in (keyed_hash(qian.members.get().id_no), "a" * 64, "x"):
        assert codes(clerk.get(LIST, {"person": person})) == []


@pytest.mark.parametrize("count", [1, 25])
def test_it_asks_as_many_queries_as_any_list(
    count, client_of, people, zhao, number, small_district, django_assert_num_queries
):
    for n in range(count):
        HouseholdFactory(code=f"98{n:08}", village=zhao.village, campaign=small_district.campaign, head=True)
    admin = client_of(people.district_admin)
    with django_assert_num_queries(8):
        page = admin.get(LIST, {"person": keyed_hash(number)})
    assert codes(page) == [zhao.code]
    with django_assert_num_queries(3):  # session, user, grants
        admin.post(SEARCH, {"q": number})
