"""Layouts that name the head alone, members side by side, and members without ID number: loaded, and loaded again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from households.models import Household, IncomeStatement, Member

from .conftest import HEADER, PEOPLE, counts, line, run

pytestmark = pytest.mark.usefixtures("campaign")
Roster = Callable[..., Path]
LEDGER = ["乡镇", "村", "户编号", "户主姓名", "户主身份证号", "家庭人口", "工资性收入", "转移性收入", "年度"]
BESIDE = [*LEDGER, "成员1姓名", "成员1身份证号", "成员1关系"]


def head(code: str = "1001", name: str = "赵一", people: object = 2, wage: object = 5000, **more: Any) -> list[object]:
    return ["穿芳峪镇", "小辛庄村", code, name, PEOPLE[name], people, wage, 1000, more.get("year", 2016)]


def members() -> list[tuple[str, str, bool]]:
    return sorted(Member.objects.values_list("name", "relation", "active"))


def people_of_statement() -> list[int]:
    return list(IncomeStatement.objects.order_by("household__code", "year").values_list("people", flat=True))


def test_a_ledger_makes_households_of_their_heads(roster: Roster) -> None:
    path = roster(head(), head("1002", "孙四", people=1), header=LEDGER)
    document = run(path)
    assert (document["counts"]["households"], document["findings"]) == (counts(created=2), [])
    assert document["counts"]["members"] == {"created": 2, "updated": 0, "unchanged": 0, "left_out": 0}
    assert (members(), people_of_statement()) == ([("孙四", "head", True), ("赵一", "head", True)], [2, 1])
    assert run(path)["counts"]["households"] == counts(unchanged=2)


def test_a_ledger_leaves_the_known_members_as_they_are(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "王三", "之子")))
    document = run(roster(head(), header=LEDGER))
    assert document["counts"]["households"] == counts(unchanged=1)
    assert document["counts"]["members"] == {"created": 0, "updated": 0, "unchanged": 1, "left_out": 0}
    assert members() == [("王三", "son", True), ("赵一", "head", True)]


def test_without_a_number_of_people_the_known_members_count(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "王三", "之子")))
    header = [h for h in LEDGER if h != "家庭人口"]
    again, next_year = ([c for i, c in enumerate(head(year=y)) if i != 5] for y in (2016, 2017))
    assert run(roster(again, header=header))["counts"]["households"] == counts(unchanged=1)
    run(roster(next_year, header=header))
    assert people_of_statement() == [2, 2]


def test_a_ledger_with_another_head_changes_the_head(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "王三", "之子")))
    document = run(roster(head(name="王三"), header=LEDGER))
    assert document["counts"]["households"] == counts(updated=1)
    assert members() == [("王三", "head", True), ("赵一", "other", True)]


def test_members_side_by_side_are_the_same_households(roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主"), line("1001", "王三", "之子"), line("1002", "孙四", "户主")))
    rows = [[*head(), "王三", PEOPLE["王三"], "之子"], head("1002", "孙四", people=1)]
    document = run(roster(*rows, header=BESIDE))
    assert (document["findings"], document["counts"]["households"]) == ([], counts(unchanged=2))
    assert (document["counts"]["rows"], document["counts"]["members"]["unchanged"]) == (2, 3)


def test_a_child_without_number_is_taken_once_and_gets_its_number_later(roster: Roster) -> None:
    child = line("1001", "王三", "之子")
    child[4] = ""
    path = roster(line("1001", "赵一", "户主"), child)
    document = run(path)
    assert [(f["row"], f["code"], f["severity"]) for f in document["findings"]] == [(3, "id_missing", "warning")]
    kept = Member.objects.get(name="王三")
    assert (kept.id_no, kept.id_no_hash, kept.no_id_reason) == ("", None, "roster")
    assert run(path)["counts"]["households"] == counts(unchanged=1)

    document = run(roster(line("1001", "赵一", "户主"), line("1001", "王三", "之子")))
    assert document["counts"]["members"] == {"created": 0, "updated": 1, "unchanged": 1, "left_out": 0}
    kept.refresh_from_db()
    assert (kept.id_no, bool(kept.id_no_hash), kept.no_id_reason) == (PEOPLE["王三"], True, "")
    assert run(path)["counts"]["households"] == counts(unchanged=1)
    assert Member.objects.count() == 2


def test_a_township_from_the_name_of_the_file(roster: Roster) -> None:
    row = line("1001", "赵一", "户主")[1:]
    path = roster(row, header=HEADER[1:], name="穿芳峪镇.xlsx")
    with pytest.raises(SystemExit):
        run(path)
    assert Household.objects.count() == 0
    document = run(path, accept_proposed=True)
    assert [f["code"] for f in document["findings"]] == ["place_proposed"]
    assert Household.objects.get().village.parent.name == "穿芳峪镇"
