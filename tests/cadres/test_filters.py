"""Who finds a household without a cadre by a name: only one who reads it."""

import pytest
from django.urls import reverse

WORDS = ("郑大山", "大山", "东山前", "东山前 大山")


@pytest.fixture
def zheng(make_household):
    return make_household("郑大山")


@pytest.fixture
def found(client, zheng):
    """The codes of the unpaired households that a user finds by each of some words."""

    def ask(user, words):
        client.force_login(user)
        answers = [client.get(reverse("cadres:pairing"), {"q": word}) for word in words]
        return [[row.record.code for row in answer.context["table"].rows] for answer in answers]

    return ask


def test_an_official_finds_by_name_code_and_village(found, official, zheng):
    assert found(official, [*WORDS, zheng.code]) == [[zheng.code]] * 5


def test_an_inspector_finds_by_code_and_village_and_by_no_name(found, inspector, zheng):
    assert found(inspector, [*WORDS, zheng.code]) == [[], [], [zheng.code], [], [zheng.code]]
