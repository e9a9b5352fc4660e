"""Who finds visits and needs by a name: only one who reads it."""

import pytest

from visits.needs import Voiced

WORDS = ("赵三田", "三田", "东山前", "东山前 三田")


@pytest.fixture
def found(client, log, zhao):
    """The codes of the households that a user finds in a list by each of some words."""
    log(needs=[Voiced("relief", "取暖")])

    def ask(user, address, words):
        client.force_login(user)
        answers = [client.get(address, {"q": word}) for word in words]
        return [[row.record.household.code for row in answer.context["table"].rows] for answer in answers]

    return ask


@pytest.mark.parametrize("address", ["/visits/", "/needs/"])
def test_an_official_finds_by_name_code_and_village(found, official, zhao, address):
    assert found(official, address, [*WORDS, zhao.code]) == [[zhao.code]] * 5


@pytest.mark.parametrize("address", ["/visits/", "/needs/"])
def test_an_inspector_finds_by_code_and_village_and_by_no_name(found, inspector, zhao, address):
    assert found(inspector, address, [*WORDS, zhao.code]) == [[], [], [zhao.code], [], [zhao.code]]
