"""The history of a household for one who sees it masked, and for one who does not."""

import html
import re

import pytest
from django.urls import reverse

from core.history import through
from households import register
from households.members import add_member, change_member
from tests.factories.accounts import GrantFactory
from tests.factories.households import id_number

NAMES = ("赵有田", "赵有福", "赵小河", "赵小江", "李秀英")
PLACES_OF_LIVING = ("12号", "34号")
BORN = ("1991", "1992")


@pytest.fixture
def read(client):
    """A user's history page of a household: (status, its HTML, its text)."""

    def opened(user, household):
        client.force_login(user, backend="accounts.backends.NameOrPhoneBackend")
        client.cookies["django_language"] = "en"
        answer = client.get(reverse("households:history", args=[household.pk]))
        code = answer.content.decode()
        return answer.status_code, code, re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", code)))

    return opened


@pytest.fixture
def changed(zhao, people):
    """The Zhao family after changes of names (the head's as well), address, birth date and phone by the official."""
    head, son = zhao.members.get(relation="head"), zhao.members.get(relation="son")
    with through("form /households/", by=people.township_official):
        add_member(zhao, name="李秀英", id_no=id_number(41), relation="spouse")
        change_member(son, name="赵小江", birth_date="1991-02-03")
        change_member(son, birth_date="1992-02-03")
        change_member(head, name="赵有福")
        zhao.refresh_from_db()
        register.change_household(zhao, address="12号", phone="13900000077")
        register.change_household(zhao, address="34号", main_cause="disaster")
    return zhao


def test_an_inspector_reads_the_history_without_a_full_name_address_or_birth_date(read, people, changed):
    status, code, text = read(people.inspector, changed)
    assert (status, [word for word in (*NAMES, *PLACES_OF_LIVING, *BORN, "13900000077") if word in code]) == (200, [])
    for line in (
        "History of 赵*福", "Household member 李*英 added", "Household member 赵*江 changed", "Name: 赵*河 → 赵*江",
        "Head of household: 赵*田 → 赵*福", "Address: ****** → ******", "Date of birth: ****** → ******",
        "Phone: ****** → ******", "township_official · page",
    ):  # fmt: skip
        assert line in text


def test_an_official_reads_the_same_in_full(read, people, changed):
    status, code, text = read(people.township_official, changed)
    assert (status, [name for name in NAMES if name not in code]) == (200, [])
    assert ["Name: 赵小河 → 赵小江" in text, "Head of household: 赵有田 → 赵有福" in text] == [True, True]
    assert ["Address: 12号 → 34号" in text, "13900000077" in code] == [True, False]


def test_an_inspector_who_is_official_here_reads_it_in_full(read, people, changed, small_district):
    GrantFactory(user=people.inspector, role="township_official", division=small_district.places["东山镇"])
    assert "赵小河 → 赵小江" in read(people.inspector, changed)[2]


def test_what_was_empty_stays_visibly_empty(read, people, changed):
    assert "Address: — → ******" in read(people.inspector, changed)[2]
