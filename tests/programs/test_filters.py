"""Who finds measures by a name: only one who reads it."""

import pytest
from django.utils import timezone

from programs.measures import record_measure
from tests.factories.accounts import GrantFactory

WORDS = ("赵有田", "有田", "9900000001", "东山前", "东山前 有田")


@pytest.fixture
def found(client, zhao, qian):
    """The codes of the households whose measures a user finds by a word."""
    for household in (zhao, qian):
        record_measure(household=household, kind="gift", source="unit", starts_on=timezone.localdate(), note="米")

    def ask(user, words):
        client.force_login(user)
        answer = client.get("/programs/measures/", {"q": words})
        assert answer.status_code == 200
        return [row.record.household.code for row in answer.context["table"].rows]

    return ask


def test_an_official_finds_by_name_code_and_village(found, people, zhao):
    assert [found(people.township_official, words) for words in WORDS] == [[zhao.code]] * 5


def test_an_inspector_finds_by_code_and_village_and_by_no_name(found, people, zhao):
    assert [found(people.inspector, words) for words in WORDS] == [[], [], [zhao.code], [zhao.code], []]


def test_with_two_roles_a_name_is_found_where_it_is_read(found, people, zhao):
    GrantFactory(user=people.village_clerk, role="inspector")  # the other hat opens 钱 masked only
    asked = [found(people.village_clerk, words) for words in ("有田", "满仓", "9900000002")]
    assert asked == [[zhao.code], [], ["9900000002"]]
