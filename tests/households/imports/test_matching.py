"""Which household of the system a family of the file is, who moves, and what an import leaves as it is."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from district.models import Campaign, CampaignYear
from district.register import FIRST_POLICY
from households.models import Enrolment, GuaranteeStatus, Household, IncomeStatement, Member
from households.register import close_household

from .conftest import HEADER, PEOPLE, counts, line, run

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("campaign")]
Roster = Callable[..., Path]
NO_CODE = [h for h in HEADER if h != "户编号"]


def found(document: dict[str, Any]) -> list[tuple[str, int]]:
    return [(f["code"], f["row"]) for f in document["findings"]]


def nameless(*args: Any, **facts: Any) -> list[object]:
    """A row without the column 户编号."""
    row = line("", *args, **facts)
    return [*row[:2], *row[3:]]


def members() -> list[tuple[str, str, str]]:
    """(household, name, relation) of those who live there."""
    return sorted(Member.objects.filter(active=True).values_list("household__code", "name", "relation"))


# --- files without 户编号 ---


def test_households_without_a_code_get_the_next_ones_of_their_village(roster: Roster) -> None:
    run(roster(nameless("赵一", "户主"), nameless("李二", "配偶"), nameless("王三", "户主"), header=NO_CODE))
    village = Household.objects.first().village.code
    assert [h.code for h in Household.objects.order_by("code")] == [f"H{village}0001", f"H{village}0002"]
    run(roster(nameless("孙四", "户主"), header=NO_CODE))
    assert Household.objects.order_by("code").last().code == f"H{village}0003"


def test_without_a_code_a_household_is_known_by_its_head(roster: Roster) -> None:
    path = roster(nameless("赵一", "户主"), nameless("李二", "配偶"), header=NO_CODE)
    run(path)
    again = run(path)
    assert (again["counts"]["households"], again["findings"], again["not_in_file"]) == (counts(unchanged=1), [], [])
    more = run(roster(nameless("赵一", "户主"), nameless("李二", "配偶"), nameless("王三", "之子"), header=NO_CODE))
    assert more["counts"]["households"] == counts(updated=1)


def test_a_rejected_household_without_a_code_is_named_by_its_place(roster: Roster) -> None:
    document = run(roster(nameless("赵一", "户主", wage=-1), header=NO_CODE))
    assert document["rejected_households"] == ["花名册!2"]


def test_a_known_household_that_is_rejected_is_in_the_file_all_the_same(roster: Roster) -> None:
    run(roster(nameless("赵一", "户主"), header=NO_CODE))
    document = run(roster(nameless("赵一", "户主", wage=-1), header=NO_CODE))
    assert (document["counts"]["households"], document["not_in_file"]) == (counts(rejected=1), [])


@pytest.mark.parametrize("relations", [("之子", "之女"), ("之女", "之女")])
def test_members_of_one_name_without_number_are_not_doubled(roster: Roster, relations: tuple[str, str]) -> None:
    babies = [line("1001", "未取名", relation) for relation in relations]
    run(roster(line("1001", "赵一", "户主"), *babies))
    before = members()
    again = run(roster(line("1001", "赵一", "户主"), *reversed(babies)))
    assert (again["counts"]["households"], again["counts"]["members"]["left_out"]) == (counts(unchanged=1), 0)
    assert members() == before


def test_one_of_two_members_of_one_name_gets_its_number(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "未取名", "之子"), line("1001", "未取名", "之女")))
    daughter = line("1001", "未取名", "之女")
    daughter[4] = PEOPLE["李二"]
    run(roster(line("1001", "赵一", "户主"), line("1001", "未取名", "之子"), daughter))
    assert [(m.name, m.relation, bool(m.id_no)) for m in Member.objects.order_by("relation")] == [
        ("未取名", "daughter", True), ("赵一", "head", True), ("未取名", "son", False),
    ]  # fmt: skip


def test_an_unknown_code_is_matched_by_the_head_and_said(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主")))
    document = run(roster(line("2001", "赵一", "户主", wage=6000)))
    assert (document["counts"]["households"], found(document)) == (counts(updated=1), [("matched_by_head", 2)])
    assert (Household.objects.get().code, document["not_in_file"]) == ("1001", [])


def test_a_closed_household_is_not_opened_by_a_file(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主")))
    close_household(Household.objects.get(), on=timezone.localdate(), reason="迁出")
    document = run(roster(line("1001", "赵一", "户主")))
    assert (document["counts"]["households"], found(document)) == (counts(rejected=1), [("household_closed", 2)])


# --- people who move ---


def test_somebody_moves_between_two_households_of_the_file(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "王三", "之子"), line("1002", "孙四", "户主")))
    document = run(roster(line("1001", "赵一", "户主"), line("1002", "孙四", "户主"), line("1002", "王三", "之女婿")))
    assert document["counts"]["households"] == counts(updated=2)
    assert document["counts"]["members"] == {"created": 1, "updated": 0, "unchanged": 2, "left_out": 0}
    assert members() == [("1001", "赵一", "head"), ("1002", "孙四", "head"), ("1002", "王三", "son_in_law")]
    left = Member.objects.get(active=False)
    assert (left.household.code, left.left_on, left.left_reason) == ("1001", timezone.localdate(), "→ 1002")


def test_a_head_moves_and_both_households_have_one_head(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "李二", "配偶"), line("1002", "孙四", "户主")))
    run(roster(line("1001", "李二", "户主"), line("1002", "赵一", "户主"), line("1002", "孙四", "之母")))
    assert members() == [("1001", "李二", "head"), ("1002", "孙四", "mother"), ("1002", "赵一", "head")]
    assert sorted(Household.objects.values_list("code", "head_name")) == [("1001", "李二"), ("1002", "赵一")]


def test_two_people_change_places(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "王三", "之子"),
               line("1002", "孙四", "户主"), line("1002", "周五", "之子")))  # fmt: skip
    run(roster(line("1001", "赵一", "户主"), line("1001", "周五", "之子"),
               line("1002", "孙四", "户主"), line("1002", "王三", "之子")))  # fmt: skip
    assert [m[:2] for m in members()] == [("1001", "周五"), ("1001", "赵一"), ("1002", "孙四"), ("1002", "王三")]


def test_a_son_who_has_a_household_of_his_own_now(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "王三", "之子")))
    document = run(roster(line("1001", "赵一", "户主"), line("1002", "王三", "户主")))
    assert document["counts"]["households"] == counts(created=1, updated=1)
    assert members() == [("1001", "赵一", "head"), ("1002", "王三", "head")]


def test_nobody_moves_out_of_a_household_that_is_rejected(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "王三", "之子"), line("1002", "孙四", "户主")))
    bad = line("1001", "赵一", "户主", wage=-1)
    document = run(roster(bad, line("1002", "孙四", "户主"), line("1002", "王三", "之女婿")))
    assert (document["rejected_households"], found(document)) == (
        ["1001", "1002"], [("money_negative", 2), ("person_two_households", 4)],
    )  # fmt: skip
    assert members() == [("1001", "王三", "son"), ("1001", "赵一", "head"), ("1002", "孙四", "head")]


# --- statements ---


def net(code: str, name: str, total: object) -> list[object]:
    return ["穿芳峪镇", "小辛庄村", code, name, line(code, name, "户主")[4], "户主", 2016, total]


NET = ["乡(镇)", "行政村", "户编号", "姓名", "证件号码", "与户主关系", "收入登记表年度", "家庭纯收入"]


def statement() -> dict[str, Any]:
    names = ("definition", "wage", "stated_total", "stated_other", "disposable_total", "state")
    row: dict[str, Any] = IncomeStatement.objects.values(*names).get()
    return row


def test_a_net_total_does_not_replace_a_disposable_one(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主")))
    path = roster(net("1001", "赵一", 9000), header=NET)
    assert run(path)["counts"]["households"] == counts(updated=1)
    assert statement() == {
        "definition": "disposable", "wage": Decimal("5000.00"), "stated_total": None,
        "stated_other": Decimal("9000.00"), "disposable_total": Decimal("6000.00"), "state": "checked",
    }  # fmt: skip
    assert run(path)["counts"]["households"] == counts(unchanged=1)


def test_a_disposable_total_replaces_a_net_one_and_keeps_it_beside(roster: Roster) -> None:
    run(roster(net("1001", "赵一", 9000), header=NET))
    assert statement()["definition"] == "net"
    run(roster(line("1001", "赵一", "户主")))
    assert statement() == {
        "definition": "disposable", "wage": Decimal("5000.00"), "stated_total": None,
        "stated_other": Decimal("9000.00"), "disposable_total": Decimal("6000.00"), "state": "checked",
    }  # fmt: skip


def test_empty_income_cells_take_nothing_away(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主")))
    document = run(roster(line("1001", "赵一", "户主", wage="", transfer=2000)))
    assert document["counts"]["households"] == counts(updated=1)
    assert IncomeStatement.objects.get().disposable_total == Decimal("7000.00")
    assert run(roster(line("1001", "赵一", "户主", wage="", transfer="")))["counts"]["households"] == counts(
        unchanged=1
    )


def test_a_household_without_any_income_is_taken_without_a_statement(roster: Roster) -> None:
    document = run(roster(line("1001", "赵一", "户主", wage="", transfer="")))
    assert document["counts"]["households"] == counts(created=1)
    assert (IncomeStatement.objects.count(), Enrolment.objects.get().state) == (0, "active")


def test_a_draft_is_checked_by_the_roster(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主")))
    draft = IncomeStatement.objects.get()
    draft.state = "draft"
    draft.save()
    assert run(roster(line("1001", "赵一", "户主")))["counts"]["households"] == counts(updated=1)
    assert IncomeStatement.objects.get().state == "checked"


def test_a_final_statement_that_the_file_repeats_is_no_problem(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主")))
    final = IncomeStatement.objects.get()
    final.state = "final"
    final.save()
    document = run(roster(line("1001", "赵一", "户主", phone="13800138000")))
    assert (document["counts"]["households"], document["findings"]) == (counts(updated=1), [])


def test_a_guarantee_that_changes_carries_the_day(roster: Roster) -> None:
    header = [*HEADER, "住房保障"]
    run(roster([*line("1001", "赵一", "户主"), "否"], header=header))
    status = GuaranteeStatus.objects.get()
    status.as_of = date(2016, 1, 1)
    status.save()
    run(roster([*line("1001", "赵一", "户主"), "是"], header=header))
    assert list(GuaranteeStatus.objects.values_list("item", "state", "as_of")) == [
        ("housing", "held", timezone.localdate())
    ]


# --- campaigns ---


def second_campaign() -> Campaign:
    campaign = Campaign.objects.create(
        slug="second", name="第二轮", starts_on=date(2021, 1, 1), ends_on=date(2025, 12, 31), base_year=2020
    )
    CampaignYear.objects.create(campaign=campaign, year=2021, statements_due_on=date(2022, 3, 31), **FIRST_POLICY)
    return campaign


def test_the_year_of_the_file_chooses_the_campaign(roster: Roster) -> None:
    second_campaign()
    run(roster(line("1001", "赵一", "户主", year=2016), line("1002", "孙四", "户主", year=2016)))
    assert {e.campaign.slug for e in Enrolment.objects.all()} == {Campaign.objects.exclude(slug="second").get().slug}


def test_a_known_household_enters_a_second_campaign_whatever_its_income(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主", year=2016)))
    second_campaign()
    document = run(roster(line("1001", "赵一", "户主", year=2021, wage=90000)))
    assert (document["counts"]["households"], document["findings"]) == (counts(updated=1), [])
    assert sorted(Enrolment.objects.values_list("state", "entry_year")) == [("active", 2016), ("active", 2021)]


def test_the_line_of_the_nearest_year_holds_where_the_year_has_none(roster: Roster) -> None:
    document = run(roster(line("1001", "赵一", "户主", year=2015, wage=12000)))
    assert document["counts"]["households"] == counts(created=1, pending=1)
    assert Enrolment.objects.get().entry_year == 2016


def test_a_campaign_without_policy_is_wrong_usage(roster: Roster) -> None:
    Campaign.objects.create(
        slug="empty", name="空", starts_on=date(2016, 1, 1), ends_on=date(2016, 12, 31), base_year=2015
    )
    with pytest.raises(CommandError) as error:
        run(roster(line("1001", "赵一", "户主")), campaign="empty")
    assert error.value.returncode == 2


# --- a member's name with another number ---


def renumbered(code: str, name: str, relation: str, number: str) -> list[object]:
    row = line(code, name, relation)
    row[4] = PEOPLE[number]
    return row


def test_a_known_name_with_another_number_is_said_and_doubles_nobody(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "李二", "配偶")))
    before = members()
    document = run(roster(line("1001", "赵一", "户主"), renumbered("1001", "李二", "配偶", "孙四")))
    assert (found(document), document["counts"]["households"]) == ([("id_conflict", 3)], counts(rejected=1))
    finding = document["findings"][0]
    assert (finding["column"], finding["value"]) == ("证件号码", "1299**************")
    assert members() == before


@pytest.mark.parametrize("also", [[], [line("1001", "李二", "配偶")]])
def test_a_head_with_another_number_is_said_once(roster: Roster, also: list[list[object]]) -> None:
    run(roster(line("1001", "赵一", "户主"), *also))
    document = run(roster(renumbered("1001", "赵一", "户主", "王三"), *also))
    assert (found(document), document["counts"]["households"]) == ([("id_conflict", 2)], counts(rejected=1))


def test_a_member_with_the_number_of_somebody_who_moves_takes_not_their_place(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "李二", "配偶"), line("1002", "孙四", "户主"),
               line("1002", "王三", "之子")))  # fmt: skip
    before = members()
    document = run(
        roster(line("1001", "赵一", "户主"), renumbered("1001", "李二", "配偶", "王三"), line("1002", "孙四", "户主"))
    )
    assert found(document) == [("id_conflict", 3)]
    assert members() == before


def test_two_of_one_name_are_two(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "李二", "配偶")))
    file = roster(
        line("1001", "赵一", "户主"), line("1001", "李二", "配偶"), renumbered("1001", "李二", "之女", "王三")
    )
    document = run(file)
    assert (document["findings"], document["counts"]["members"]["created"]) == ([], 1)
    assert run(file)["counts"]["households"] == counts(unchanged=1)


def test_who_left_stands_not_against_somebody_of_the_same_name(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "李二", "配偶")))
    wife = Member.objects.get(name="李二")
    wife.active, wife.left_on, wife.left_reason = False, timezone.localdate(), "死亡"
    wife.save()
    document = run(roster(line("1001", "赵一", "户主"), renumbered("1001", "李二", "配偶", "王三")))
    assert (document["findings"], document["counts"]["households"]) == ([], counts(updated=1))


def test_a_member_who_moves_within_the_file_stands_not_against_another_of_the_name(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "李二", "之女"), line("1002", "孙四", "户主")))
    document = run(
        roster(line("1001", "赵一", "户主"), renumbered("1001", "李二", "配偶", "王三"), line("1002", "孙四", "户主"),
               line("1002", "李二", "之儿媳"))
    )  # fmt: skip
    assert (document["findings"], document["counts"]["members"]["created"]) == ([], 2)


def test_without_a_code_a_head_of_the_same_name_in_the_village_is_asked_about(roster: Roster) -> None:
    run(roster(nameless("赵一", "户主"), nameless("孙四", "户主"), header=NO_CODE))
    code = Household.objects.get(head_name="赵一").code
    other = nameless("赵一", "户主")
    other[3] = PEOPLE["周五"]
    document = run(roster(other, nameless("孙四", "户主"), header=NO_CODE), commit=False)
    assert found(document)[0] == ("head_namesake", 2)
    assert code in document["findings"][0]["message"]
    assert document["counts"]["households"] == counts(created=1, unchanged=1)


def test_of_two_heads_of_one_name_who_both_are_there_nothing_is_asked(roster: Roster) -> None:
    other, elsewhere = nameless("赵一", "户主"), nameless("赵一", "户主", village="石臼村")
    other[3], elsewhere[3] = PEOPLE["周五"], PEOPLE["王三"]
    run(roster(nameless("赵一", "户主"), header=NO_CODE))
    document = run(roster(nameless("赵一", "户主"), other, elsewhere, header=NO_CODE))
    assert (document["findings"], document["counts"]["households"]) == ([], counts(created=2, unchanged=1))
    code = line("1009", "赵一", "户主")
    code[4] = PEOPLE["李二"]
    assert {f["code"] for f in run(roster(code))["findings"]} == {"not_in_file"}


def test_a_head_with_another_number_among_known_members_is_said_once(roster: Roster) -> None:
    run(roster(nameless("赵一", "户主"), nameless("李二", "配偶"), header=NO_CODE))
    head = nameless("赵一", "户主")
    head[3] = PEOPLE["周五"]
    assert found(run(roster(head, nameless("李二", "配偶"), header=NO_CODE))) == [("id_conflict", 2)]
