"""户编号 with hyphens: a form and a file store the same code and find the same household."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from district.models import Division
from households.models import Household
from households.register import open_household
from tests.factories.accounts import UserFactory

from .conftest import PEOPLE, counts, line, run

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("campaign")]
Roster = Callable[..., Path]


def family(code: str) -> list[list[object]]:
    return [line(code, "赵一", "户主"), line(code, "李二", "配偶")]


def enter(code: str, name: str = "赵一") -> Household:
    return open_household(
        by=UserFactory(username="clerk"), village=Division.objects.get(name="小辛庄村"), code=code, head_name=name,
        head_id_no=PEOPLE[name], people=2, income=Decimal(6000),
    )  # fmt: skip


def codes() -> list[str]:
    return sorted(Household.objects.values_list("code", flat=True))


@pytest.mark.parametrize("typed", ["X-002", " x-002 ", "Ｘ－００２", "X–002", "X- 002"])
def test_file_and_form_store_the_code_as_it_is_typed(roster: Roster, typed: str) -> None:
    assert enter(typed, "孙四").code == "X-002"
    run(roster(*family(typed.replace("2", "3").replace("２", "３"))))
    assert codes() == ["X-002", "X-003"]


def test_a_household_of_the_form_is_found_by_its_code(roster: Roster) -> None:
    enter("X-002")
    document = run(roster(line("x-002", "李二", "户主"), line("x-002", "赵一", "配偶")))  # not by its head, who is new
    assert (document["counts"]["households"], codes()) == (counts(updated=1), ["X-002"])
    assert document["findings"] == []


@pytest.mark.parametrize("stored", ["X002", "x-002"])
def test_a_household_stored_without_hyphens_or_small_is_found_and_keeps_its_code(roster: Roster, stored: str) -> None:
    run(roster(*family("X-002")))
    household = Household.objects.get()
    household.code = stored
    household.save()
    document = run(roster(*family("X-002")))
    assert (document["counts"]["households"], document["findings"]) == (counts(unchanged=1), [])
    assert (document["not_in_file"], codes()) == ([], [stored])


def test_two_codes_that_differ_by_a_hyphen_are_two_households(roster: Roster) -> None:
    document = run(roster(*family("X002"), line("X-002", "孙四", "户主")))
    assert (document["counts"]["households"], codes()) == (counts(created=2), ["X-002", "X002"])
    again = run(roster(*family("X002"), line("X-002", "孙四", "户主")))
    assert again["counts"]["households"] == counts(unchanged=2)


def test_other_people_under_the_code_without_hyphens_are_another_household(roster: Roster) -> None:
    run(roster(*family("X002")))
    run(roster(line("X-002", "孙四", "户主")))
    assert codes() == ["X-002", "X002"]


@pytest.mark.parametrize("number", [PEOPLE["赵一"][:6] + "-" + PEOPLE["赵一"][6:], "9-" + PEOPLE["赵一"], "-"])
def test_an_id_number_with_hyphens_or_a_hyphen_alone_is_no_code(roster: Roster, number: str) -> None:
    document = run(roster(*family(number)))
    assert (document["counts"]["households"], codes()) == (counts(rejected=1), [])
    assert PEOPLE["赵一"][6:] not in str(document)
