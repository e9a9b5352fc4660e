"""The fictitious district: nobody real, the same by seed, and the import takes what it writes."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from households import id_numbers
from households.management.commands import make_roster
from households.roster.sample import District
from households.roster.sample_file import LAYOUTS, write_roster
from tests.households.roster.makers import PLACES, TODAY, reading

LINE = Decimal(12600)
VILLAGES = [
    ("别山镇", "西九户村", "120119106211"),
    ("别山镇", "东山村", "120119106212"),
    ("穿芳峪镇", "小辛庄村", "120119122225"),
]


def district(seed=1):
    return District(VILLAGES, seed=seed, year=2016, line=LINE)


def test_numbers_are_fictitious_valid_and_unique():
    made = district()
    homes = made.next_year(made.first_year(500))
    numbers = [p.id_no for home in homes for p in home.people]
    assert {n[:6] for n in numbers} == {"129999"}
    assert {id_numbers.check(n, today=TODAY) for n in numbers} == {None}
    assert len(set(numbers)) == len(numbers)
    assert len({home.code for home in homes}) == len(homes)
    assert all(id_numbers.sex(p.id_no) == p.sex for home in homes for p in home.people)


def test_the_same_seed_gives_the_same_district():
    one, two = district(), district()
    homes = one.first_year(50)
    assert homes == two.first_year(50)
    assert one.next_year(homes) == two.next_year(homes)
    assert district(seed=2).first_year(50) != homes


def test_all_households_of_the_first_year_are_under_the_line():
    homes = district().first_year(1000)
    assert max(h.total for h in homes) < LINE
    assert 2.6 < sum(len(h.people) for h in homes) / len(homes) < 2.9
    assert min(v for h in homes for v in h.parts.values()) >= 0


def test_the_second_year_grows_as_a_district_does():
    made = district()
    homes = made.first_year(2000)
    before = {h.code: h for h in homes}
    after = made.next_year(homes, missing=0.03, over_line=0.01)
    known = [h for h in after if h.code in before]
    new = [h for h in after if h.code not in before]
    assert (len(known), len(new), sum(not h.parts for h in after)) == (2000, 20, 60)
    assert min(h.total for h in new) >= LINE
    pairs = [(before[h.code], h) for h in known if h.parts]
    met = sum(a.total * len(b.people) * 10 >= b.total * len(a.people) * 11 for b, a in pairs)
    assert 0.74 < met / len(pairs) < 0.82
    assert 0.01 < sum(len(h.people) != len(before[h.code].people) for h in known) / 2000 < 0.035


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_import_takes_every_layout_without_a_finding(layout, tmp_path):
    made = district()
    homes = made.next_year(made.first_year(60))
    write_roster(tmp_path / "r.xlsx", homes, year=2017, layout=layout)
    result = reading((tmp_path / "r.xlsx").read_bytes())
    assert (result.refusal, result.findings) == (None, ())
    taken = {f.code: (f.village_code, f.people, f.year, f.income and f.income.total) for f in result.families}
    assert taken == {h.code: (h.village_code, len(h.people), 2017, h.total if h.parts else None) for h in homes}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_planted_errors_reject_exactly_their_households(layout, tmp_path):
    homes = district().first_year(80)
    spoiled = dict(write_roster(tmp_path / "r.xlsx", homes, year=2016, layout=layout, errors=20))
    result = reading((tmp_path / "r.xlsx").read_bytes())
    codes = {key: {f.code for f in result.findings if f.household == key} for key in result.rejected_keys}
    assert codes.keys() == spoiled.keys()
    assert all(kind in codes[key] for key, kind in spoiled.items())


@pytest.mark.django_db
def test_the_command_writes_a_file(tmp_path, capsys):
    out = tmp_path / "f.xlsx"
    call_command("make_roster", out=out, households=20, errors=2, layout="merged")
    told = capsys.readouterr().out.splitlines()
    assert (len(told), [line.split()[1] for line in told[2:]]) == (4, ["id_checksum", "money_negative"])
    assert openpyxl.load_workbook(out).sheetnames == ["花名册"]


@pytest.mark.django_db
def test_the_command_says_how_many_errors_found_a_household(tmp_path, capsys):
    with translation.override("en"):
        call_command("make_roster", out=tmp_path / "f.xlsx", households=5, errors=50)
    told = capsys.readouterr().out.splitlines()
    assert told[1].startswith(f"{len(told) - 2} of 50 errors written;")
    assert 0 < len(told) - 2 <= 5


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"year": 1}, "--year 1: choose a year from 2000 to "),
        ({"year": 1999}, "--year 1999: choose a year from 2000 to "),
        ({"year": 2999}, "--year 2999: choose a year from 2000 to "),
        ({"households": 0}, "--households 0: choose a number from 1 to 300000."),
        ({"households": -3}, "--households -3: choose a number from 1 to 300000."),
        ({"households": 300_001}, "--households 300001: choose a number from 1 to 300000."),
        ({"errors": -4}, "--errors -4: choose 0 or more."),
        ({"out": Path("no/such/f.xlsx")}, "The folder no/such does not exist."),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, options, sentence):
    with translation.override("en"), pytest.raises(CommandError) as refused:
        call_command("make_roster", **{"out": tmp_path / "f.xlsx", **options})
    assert str(refused.value).startswith(sentence)
    assert (refused.value.returncode, list(tmp_path.iterdir())) == (2, [])


@pytest.mark.django_db
def test_the_command_says_that_a_file_cannot_be_written(tmp_path):
    with pytest.raises(CommandError, match=str(tmp_path)) as refused:
        call_command("make_roster", out=tmp_path, households=2)
    assert refused.value.returncode == 2


def test_the_fixture_places_are_known():
    assert {PLACES.find(t, v).village.code for t, v, _ in VILLAGES} == {code for _, _, code in VILLAGES}


def test_the_same_people_later_differ_in_their_incomes_alone():
    made = district()
    homes = made.first_year(400)
    later = made.same_people_later(homes, 2)
    assert [replace(h, parts={}) for h in later] == [replace(h, parts={}) for h in homes]
    assert all(h.parts for h in later)
    assert sum(b.total > a.total for a, b in zip(homes, later, strict=True)) > 300
    assert made.same_people_later(homes, 0) == homes


@pytest.mark.django_db
def test_the_command_holds_the_same_people_in_every_year(tmp_path):
    def people(year):
        homes = make_roster.homes_of(year, households=30, seed=4)
        return [(h.code, h.village_code, [(p.name, p.id_no, p.born) for p in h.people]) for h in homes]

    assert people(2016) == people(2017) == people(2009) == people(2024)
