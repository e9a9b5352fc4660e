"""Any valid households in any layout are read as they are; one spoiled cell concerns its household and no other."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from households.roster.rows import ERROR
from tests.households.roster.real_layouts import LAYOUTS, Roster, Spot, laid_out
from tests.households.roster.real_life import SOURCES, House, Person, facts, some_houses
from tests.households.roster.test_real_life import all_expected, assert_conserved, reading_of

layouts = st.sampled_from(sorted(LAYOUTS))
chances = st.randoms(use_true_random=False)
EXAMPLES = int(os.environ.get("EXAMPLES", "150"))  # 3000 looks harder
quick = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def assert_read_as_written(layout: str, chance: Random, count: int) -> None:
    houses = some_houses(chance, count)
    roster = laid_out(LAYOUTS[layout], houses)
    result = reading_of(roster)
    assert result.refusal is None
    assert [f for f in result.findings if f.row] == []
    assert [facts(f) for f in result.accepted] == all_expected(roster, houses)
    assert_conserved(result)


@given(layouts, chances, st.integers(1, 5))
@settings(max_examples=EXAMPLES, **quick)
def test_any_households_in_any_layout(layout, chance, count):
    assert_read_as_written(layout, chance, count)


# one spoiled cell


@dataclass(frozen=True)
class Spoil:
    """What is put into a cell of these fields, and what is said of it; `rejects`: the household is left out whole."""

    fields: tuple[str, ...]
    change: Callable[[Person, Any], Any]
    codes: tuple[str, ...]
    rejects: bool = True
    fits: Callable[[Roster, Spot], bool] = lambda _roster, _spot: True


def _is(value: Any) -> Callable[[Person, Any], Any]:
    return lambda _person, _cell: value


def _wrong_digit(person: Person, _cell: Any) -> str:
    return person.number[:17] + ("0" if person.number[17] == "X" else str((int(person.number[17]) + 1) % 10))


def _of_head(_roster: Roster, spot: Spot) -> bool:
    return spot.person == 0


def _of_member(_roster: Roster, spot: Spot) -> bool:
    return spot.person > 0


def _of_coded_head(roster: Roster, spot: Spot) -> bool:
    """Without 户编号 a household begins where a head stands; who is head cannot be told otherwise."""
    return spot.person == 0 and "no" in roster.layout.fields


def _of_coded_member(roster: Roster, spot: Spot) -> bool:
    return spot.person > 0 and "no" in roster.layout.fields


def _in_xlsx(roster: Roster, _spot: Spot) -> bool:
    return roster.layout.kind == "xlsx"


NAMES, NUMBERS = ("name", "head_name"), ("number", "head_number")
PLACE = ("household_conflict", "township_unknown", "village_unknown", "village_not_in_township")
AMOUNTS = (*SOURCES, "cost")
TOTALS = ("net", "gross")
SPOILS = {
    "check digit": Spoil(NUMBERS, _wrong_digit, ("id_checksum",)),
    "17 characters": Spoil(NUMBERS, lambda p, _: p.number[:17], ("id_length",)),
    "15 digits": Spoil(NUMBERS, lambda p, _: p.number[:6] + p.number[8:17], ("id_15_digit",)),
    "letter in number": Spoil(NUMBERS, lambda p, _: "A" + p.number[1:], ("id_chars",)),
    "13th month": Spoil(NUMBERS, lambda p, _: p.number[:10] + "1305" + p.number[14:], ("id_date",)),
    "scientific": Spoil(NUMBERS, _is("1.20225E+17"), ("id_precision_lost",)),
    "a number": Spoil(NUMBERS, lambda p, _: float(p.number[:15] + "000"), ("id_precision_lost",), fits=_in_xlsx),
    "no number": Spoil(NUMBERS, _is(None), ("id_missing",), rejects=False),
    "no name": Spoil(NAMES, _is(None), ("name_missing",)),
    "digits for a name": Spoil(NAMES, _is("12345"), ("name_chars",)),
    "lost character": Spoil(NAMES, _is("李\ufffd明"), ("encoding_lost",)),
    "no township": Spoil(("township",), _is("无此镇"), PLACE),
    "unknown village": Spoil(("village",), _is("无此村"), PLACE),
    "village elsewhere": Spoil(("village",), _is("翠屏山村"), PLACE),
    "words for money": Spoil((*AMOUNTS, *TOTALS), _is("五千元"), ("money_not_number",)),
    "negative": Spoil(AMOUNTS, _is(-5), ("money_negative",)),
    "three decimals": Spoil((*AMOUNTS, *TOTALS), _is("12.345"), ("money_decimals",)),
    "too much": Spoil((*AMOUNTS, *TOTALS), _is(99_999_999_999), ("money_too_large",)),
    "no code": Spoil(("no",), _is(None), ("household_no_missing",)),
    "odd code": Spoil(("no",), _is("户#1"), ("household_no_invalid",)),
    "another code": Spoil(("no",), _is("990000001"), ("head_missing", "household_conflict"), fits=_of_member),
    "two heads": Spoil(("relation",), _is("户主"), ("head_two", "household_no_shared"), fits=_of_coded_member),
    "no head": Spoil(("relation",), _is("配偶"), ("head_missing",), fits=_of_coded_head),
    "no relation of the head": Spoil(("relation",), _is(None), ("head_missing",), fits=_of_coded_head),
    "odd relation": Spoil(("relation",), _is("邻居"), ("relation_unknown",), rejects=False, fits=_of_member),
    "year in words": Spoil(("year",), _is("二〇一六"), ("year_invalid",)),
    "long ago": Spoil(("year",), _is(1990), ("year_invalid",)),
    "many people": Spoil(("people",), _is("很多"), ("people_invalid", "household_conflict"), rejects=False),
    "short phone": Spoil(("phone",), _is("12"), ("phone_invalid",), rejects=False, fits=_of_head),
    "short phone of a member": Spoil(("member_phone",), _is("12"), ("phone_invalid",), rejects=False),
    "odd word": Spoil(("health", "education", "labour", "student"), _is("外星人"), ("code_unknown",), rejects=False),
    "odd kind": Spoil(("attribute", "cause"), _is("外星"), ("code_unknown", "household_conflict"), rejects=False),
    "other sex": Spoil(("sex",), lambda p, _: "男" if p.female else "女", ("id_sex_conflict",), rejects=False),
    "other birth": Spoil(("born",), _is("1903-02-01"), ("id_birth_conflict",), rejects=False),
    "no date": Spoil(("born",), _is("不详"), ("date_invalid",), rejects=False),
    "formula": Spoil(
        (*NAMES, *NUMBERS, *AMOUNTS, *TOTALS, "year"), _is("=1/0"), ("formula_no_value",), fits=_in_xlsx
    ),
    "formula for a place": Spoil(("township", "village"), _is("=1/0"), ("formula_no_value",), fits=_in_xlsx),
    "formula for a code": Spoil(("no",), _is("=1/0"), ("household_no_invalid", "formula_no_value"), fits=_in_xlsx),
    "error value": Spoil((*NAMES, *NUMBERS, *AMOUNTS, *TOTALS), _is("#REF!"), ("cell_error",), fits=_in_xlsx),
}  # fmt: skip

EACH_KIND = list(SPOILS)
SINGLE = sorted(LAYOUTS.keys() - {"side_head_again"})  # a cell that stands twice is not lost when one is spoiled
kinds = st.sampled_from(sorted(SPOILS))


def spoiled(layout: str, kind: str, houses: tuple[House, ...], chance: Random) -> tuple[Roster, Spot] | None:
    """The roster with one spoiled cell, and which; None where this layout has no cell that fits."""
    roster, spoil = laid_out(LAYOUTS[layout], houses), SPOILS[kind]
    spots = [s for s in roster.spots if s.field in spoil.fields and spoil.fits(roster, s)]
    if not spots:
        return None
    spot = chance.choice(spots)
    roster.put(spot, spoil.change(houses[spot.house].people[spot.person], roster.get(spot)))
    return roster, spot


def assert_concerns_its_household(layout: str, kind: str, chance: Random, count: int) -> None:
    houses, spoil = some_houses(chance, count), SPOILS[kind]
    made = spoiled(layout, kind, houses, chance)
    if made is None:
        return
    roster, spot = made
    result = reading_of(roster)
    assert result.refusal is None
    on_rows = [f for f in result.findings if f.row]
    assert {f.code for f in on_rows} & set(spoil.codes)
    assert {(f.sheet, f.row) for f in on_rows} <= roster.rows_of(spot.house)
    wanted = all_expected(roster, houses)
    others = wanted[: spot.house] + wanted[spot.house + 1 :]
    hit = [f for f in result.accepted if {(f.sheet, r) for r in f.rows} & roster.rows_of(spot.house)]
    assert [facts(f) for f in result.accepted if f not in hit] == others
    assert len(hit) <= (0 if spoil.rejects else 1)
    assert not spoil.rejects or any(f.severity == ERROR for f in on_rows)
    assert_conserved(result)


@pytest.mark.parametrize("kind", EACH_KIND)
def test_each_kind_of_spoiled_cell(kind):
    """Once in each layout, so that none is left to chance."""
    for layout in SINGLE:
        assert_concerns_its_household(layout, kind, Random(f"{kind} {layout}"), 3)


@given(st.sampled_from(SINGLE), kinds, chances, st.integers(1, 4))
@settings(max_examples=EXAMPLES, **quick)
def test_any_spoiled_cell(layout, kind, chance, count):
    assert_concerns_its_household(layout, kind, chance, count)
