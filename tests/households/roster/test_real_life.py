"""Rosters as townships make them are read as they stand: no answer, no mapping, nothing left out."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from district.register import load_divisions, open_campaign
from households.models import IncomeStatement, Member
from households.roster.loading import check_bytes, commit_bytes
from households.roster.reading import read
from households.roster.rows import ERROR, UNASKED, Answers, Reading
from tests.households.roster.real_layouts import LAYOUTS, Layout, Roster, laid_out
from tests.households.roster.real_life import TODAY, House, expected, facts, places, some_houses

SAID_OF_THE_FILE = {"filled_down", "place_proposed", "column_unused"}
EACH_LAYOUT = list(LAYOUTS)


def answers_of(layout: Layout) -> Answers:
    """A place in no column is proposed; that is the one thing that is asked."""
    return Answers(accept_proposed=True) if layout.told else UNASKED


def reading_of(roster: Roster) -> Reading:
    return read(roster.data(), roster.file_name, places=places(), today=TODAY, answers=answers_of(roster.layout))


def all_expected(roster: Roster, houses: Sequence[House]) -> list[dict[str, Any]]:
    alone = roster.layout.per == "household"
    return [expected(h, roster.layout.fields, alone=alone) for h in houses]


def assert_conserved(result: Reading) -> None:
    """Rows of the file = rows taken + rows of rejected households + rows skipped."""
    taken = {(f.sheet, r) for f in result.accepted for r in f.rows}
    rejected = {(f.sheet, r) for f in result.families for r in f.rows} - taken
    assert result.rows == len(taken) + len(rejected) + result.rows_skipped
    assert sum(len(f.rows) for f in result.families) == len(taken) + len(rejected)


@pytest.mark.parametrize("name", EACH_LAYOUT)
def test_the_families_are_exactly_those_that_were_written(name):
    houses = some_houses(Random(name), 40)
    roster = laid_out(LAYOUTS[name], houses)
    result = reading_of(roster)
    assert result.refusal is None
    assert [f for f in result.findings if f.severity == ERROR] == []
    assert {f.code for f in result.findings if f.row is None} <= SAID_OF_THE_FILE
    assert len({(f.sheet, f.row) for f in result.findings if f.row}) <= 0.05 * result.rows
    assert [facts(f) for f in result.accepted] == all_expected(roster, houses)
    assert_conserved(result)


@pytest.mark.parametrize("name", LAYOUTS)
def test_nothing_is_guessed_about_the_headers(name):
    result = reading_of(laid_out(LAYOUTS[name], some_houses(Random(name), 4)))
    assert {c.how for c in result.columns} <= {"known", "unused"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["titled", "merged", "side", "townships", "gb18030", "no_code", "township_told"])
def test_a_layout_is_saved_and_the_same_file_again_changes_nothing(name):
    load_divisions()
    open_campaign()
    houses = some_houses(Random(f"saved {name}"), 8)
    roster = laid_out(LAYOUTS[name], houses)
    first, again = (saved(roster)["counts"] for _ in range(2))
    assert first["households"]["created"] == 8
    assert again["households"] == dict.fromkeys(first["households"], 0) | {"unchanged": 8}
    assert first["rows"] - first["rows_skipped"] == len(set.union(*(roster.rows_of(i) for i in range(8))))
    assert sum(first["members"].values()) == sum(len(h.people) for h in houses)
    people = Member.objects.values_list("household__village__code", "name", "relation")
    assert sorted(people) == sorted((h.village_code, p.name, p.relation) for h in houses for p in h.people)
    wanted = all_expected(roster, houses)
    assert sorted(map(_statement, IncomeStatement.objects.all()), key=repr) == sorted(
        ([w["village"], w["count"], *w["income"], w["total"]] for w in wanted), key=repr
    )


def saved(roster: Roster) -> dict[str, Any]:
    """The document of a roster that is checked and saved at once."""
    data, answers = roster.data(), answers_of(roster.layout)
    checked = check_bytes(data, roster.file_name, year=None, answers=answers)
    return commit_bytes(data, checked, year=None, answers=answers)


def _statement(kept: IncomeStatement) -> list[Any]:
    amounts = (
        kept.wage, kept.business, kept.property_income, kept.transfer, kept.business_cost, kept.stated_total,
        kept.disposable_total,
    )  # fmt: skip
    fen = [None if a is None else int(a * 100) for a in amounts]
    return [kept.household.village.code, kept.people, *fen]
