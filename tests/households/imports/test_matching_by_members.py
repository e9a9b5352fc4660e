"""A file without 户编号: a family whose head has changed is found through its other members."""

from households.models import Household, Member
from households.roster.loading import check_bytes
from households.roster.rows import Answers

from .conftest import HEADER, counts, line, run

NO_CODE = [cell for cell in HEADER if cell != "户编号"]


def without_code(*rows):
    return [[cell for place, cell in enumerate(row) if place != HEADER.index("户编号")] for row in rows]


def test_the_new_head_of_a_family_without_code_is_a_change_not_a_new_household(roster, campaign):
    run(
        roster(
            *without_code(line("", "赵一", "户主"), line("", "李二", "配偶"), line("", "王三", "之子")), header=NO_CODE
        )
    )
    after = roster(*without_code(line("", "王三", "户主"), line("", "李二", "母亲")), header=NO_CODE, name="次年.xlsx")
    found = run(after)
    assert found["counts"]["households"] == counts(updated=1)
    assert [f["code"] for f in found["findings"] if f["field"] == "relation"] == ["matched_by_members"]
    assert (Household.objects.get().head_name, Member.objects.filter(active=True, relation="head").count()) == (
        "王三",
        1,
    )


def test_a_family_whose_members_live_in_two_households_is_not_guessed(roster, campaign):
    two = [line("", "赵一", "户主"), line("", "李二", "配偶"), line("", "孙四", "户主"), line("", "周五", "配偶")]
    run(roster(*without_code(*two), header=NO_CODE))
    mixed = roster(*without_code(line("", "李二", "户主"), line("", "周五", "配偶")), header=NO_CODE, name="混.xlsx")
    found = run(mixed)
    assert (found["counts"]["households"], Household.objects.count()) == (counts(rejected=1), 2)
    assert {f["code"] for f in found["findings"] if f["severity"] == "error"} == {"person_two_households"}


def test_one_household_is_not_taken_by_two_families(roster, campaign):
    run(
        roster(
            *without_code(line("", "赵一", "户主"), line("", "李二", "配偶"), line("", "王三", "之子")), header=NO_CODE
        )
    )
    split = roster(*without_code(line("", "李二", "户主"), line("", "王三", "户主")), header=NO_CODE, name="分户.xlsx")
    assert run(split)["counts"]["households"] == counts(rejected=2)


def test_notes_that_an_admin_refuses_reject_a_new_household_over_the_line(roster, campaign):
    path = roster(line("1001", "赵一", "户主", wage=50000))
    checked = check_bytes(
        path.read_bytes(), path.name, year=None, answers=Answers(refused_codes=frozenset({"not_eligible"}))
    )
    assert checked.plan.counts()["households"] == counts(rejected=1)
