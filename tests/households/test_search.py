"""Who finds households and growth flags by a name: only one who reads it."""

import pytest
from django.urls import reverse

from households import growth

WORDS = ("赵有田", "有田", "9900000001", "东山前")


@pytest.fixture
def found(client, zhao, qian):
    """How many rows a user finds in a list by each of the words."""
    growth.assess(2017)

    def ask(user, name):
        client.force_login(user, backend="accounts.backends.NameOrPhoneBackend")
        answers = [client.get(reverse(f"households:{name}"), {"q": word, "year": 2017}) for word in WORDS]
        return [len(answer.context["table"].rows) for answer in answers]

    return ask


@pytest.mark.parametrize("name", ["list", "growth"])
def test_an_official_finds_by_name_code_and_village(found, people, name):
    assert found(people.township_official, name) == [1, 1, 1, 1]


@pytest.mark.parametrize("name", ["list", "growth"])
def test_an_inspector_finds_by_code_and_village_and_by_no_name(found, people, name):
    assert found(people.inspector, name) == [0, 0, 1, 1]
