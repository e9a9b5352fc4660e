"""Hints to the writer alone; two visits of one day."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from visits.hints import hints_for, on_same_day
from visits.logging import correct_visit

TODAY = timezone.localdate()
WORDS = "老人精神不错，院里收拾得干净。"


@pytest.fixture
def near(make_household, wang):
    """Another household of Wang's, in the same village."""
    return make_household("钱大山", cadre=wang, slot=2)


@pytest.fixture
def far(make_household, wang):
    """Another one in another village."""
    return make_household("周远", village="西河后村", cadre=wang, slot=3)


def test_the_same_words_about_two_households_are_hinted_at_to_the_writer_alone(log, near, wang, official, admin):
    log(household=near, text=WORDS, mode="phone")
    visit = log(text=WORDS)
    [hint] = hints_for(visit, wang.user)
    assert "钱大山" in hint
    assert [hints_for(visit, user) for user in (official, admin)] == [[], []]


@pytest.mark.parametrize(
    "first", [{"text": "一切正常"}, {"text": WORDS, "visited_on": TODAY - timedelta(days=31)}, {"text": WORDS + "！"}]
)
def test_short_old_or_other_words_are_no_matter(log, near, wang, first):
    log(household=near, mode="phone", **first)
    assert hints_for(log(text=first["text"][:15]), wang.user) == []


def test_the_same_words_about_one_household_are_no_matter(log, wang):
    log(text=WORDS, visited_on=TODAY - timedelta(days=3))
    assert hints_for(log(text=WORDS), wang.user) == []


def test_a_hint_is_given_after_saving_and_not_for_ever(log, near, wang):
    log(household=near, text=WORDS, mode="phone")
    visit = log(text=WORDS)
    visit.entered_at -= timedelta(hours=2)
    assert hints_for(visit, wang.user) == []


@pytest.mark.parametrize(
    ("other", "hinted"),
    [({}, True), ({"mode": "phone"}, False), ({"visited_on": TODAY - timedelta(days=1)}, False)],
)
def test_two_villages_at_one_time(log, far, wang, other, hinted):
    log(household=far, **other)
    assert bool(hints_for(log(), wang.user)) is hinted


def test_two_households_of_one_village_at_one_time_are_no_matter(log, near, wang):
    log(household=near)
    assert hints_for(log(), wang.user) == []


def test_two_visits_of_a_day_are_two_and_can_be_linked(client, log, wang, clerk):
    mine, typed = log(), log(by=clerk, mode="phone")
    assert list(on_same_day(mine)) == [typed]
    client.force_login(wang.user)
    address = f"/visits/{mine.pk}/link/"
    client.post(address, {"other": typed.pk})
    assert list(typed.linked.all()) == [mine]
    third = correct_visit(typed, client_id=uuid4(), by=clerk, visited_on=TODAY, mode="home")
    assert list(on_same_day(mine)) == [third]
    assert third in mine.linked.all()
    client.post(address, {"other": third.pk, "unlink": "1"})
    assert third not in mine.linked.all()


def test_only_visits_of_that_day_to_that_household_are_linked(client, log, near, wang):
    mine, other = log(), log(household=near)
    client.force_login(wang.user)
    for number in (other.pk, mine.pk, 0, "x"):
        client.post(f"/visits/{mine.pk}/link/", {"other": number})
    assert mine.linked.count() == 0
