"""What `manage.py import_roster` does, end to end, against the database."""

import io
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from core.models import Job
from district.models import Campaign
from district.policy import policy_for
from district.register import move_campaign
from households.management.commands.make_roster import homes_of, rural_villages
from households.models import Enrolment, Household, IncomeStatement, Member, RosterImport
from households.roster.codes import FINDINGS, REFUSALS
from households.roster.sample import District

from .conftest import HEADER, PEOPLE, counts, line, run

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("campaign")]
Roster = Callable[..., Path]


def households(document: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = document["counts"]["households"]
    return found


def family(code: str = "1001", **facts: Any) -> list[list[object]]:
    return [line(code, "赵一", "户主", **facts), line(code, "李二", "配偶", year=facts.get("year", 2016))]


def test_a_check_writes_nothing(roster: Roster) -> None:
    document = run(roster(*family()), commit=False)
    assert (document["state"], households(document)) == ("checked", counts(created=1))
    assert (Household.objects.count(), RosterImport.objects.count(), Job.objects.count()) == (0, 0, 0)


def test_a_commit_creates_household_members_statement_and_enrolment(roster: Roster) -> None:
    document = run(roster(*family(phone="13800138000")))
    assert (document["state"], households(document)) == ("committed", counts(created=1))
    household = Household.objects.get()
    assert (household.code, household.head_name, household.phone, household.village.name) == (
        "1001", "赵一", "13800138000", "小辛庄村",
    )  # fmt: skip
    assert sorted(household.members.values_list("name", "relation")) == [("李二", "spouse"), ("赵一", "head")]
    statement = IncomeStatement.objects.get()
    assert (statement.year, statement.people, statement.disposable_total, statement.state) == (
        2016, 2, Decimal("6000.00"), "checked",
    )  # fmt: skip
    assert Enrolment.objects.get().state == "active"


def test_every_row_has_history_that_names_the_import(roster: Roster) -> None:
    run(roster(*family()))
    reason = f"import {RosterImport.objects.get().pk}"
    for model in (Household, Member, IncomeStatement, Enrolment):
        rows = set(model.history.values_list("history_type", "history_change_reason"))
        assert rows == {("+", reason)}, model


def test_growth_of_the_year_and_the_next_is_asked_for(roster: Roster) -> None:
    run(roster(*family()))
    assert sorted(j.args["year"] for j in Job.objects.filter(kind="assess_growth")) == [2016, 2017]


def test_the_same_file_again_changes_nothing(roster: Roster) -> None:
    path = roster(*family())
    run(path)
    before = Member.history.count() + Household.history.count() + IncomeStatement.history.count()
    assert households(run(path)) == counts(unchanged=1)
    assert Member.history.count() + Household.history.count() + IncomeStatement.history.count() == before


def test_only_the_changed_member_gets_history(roster: Roster) -> None:
    run(roster(*family()))
    document = run(roster(line("1001", "赵一", "户主"), line("1001", "李二", "之女")))
    assert households(document) == counts(updated=1)
    assert document["counts"]["members"] == {"created": 0, "updated": 1, "unchanged": 1, "left_out": 0}
    assert [h.name for h in Member.history.filter(history_type="~")] == ["李二"]


def test_a_household_with_an_error_is_left_out_whole(roster: Roster) -> None:
    bad = [line("1002", "孙四", "户主", wage=-5), line("1002", "周五", "配偶")]
    document = run(roster(*family(), *bad))
    assert (households(document), document["rejected_households"]) == (counts(created=1, rejected=1), ["1002"])
    assert [(f["code"], f["row"], f["severity"]) for f in document["findings"]] == [("money_negative", 4, "error")]
    assert Member.objects.count() == 2


@pytest.mark.parametrize(("wage", "pending"), [("11599.99", 0), ("11600", 1), ("30000", 1)])
def test_a_new_household_at_or_over_the_line_waits_for_a_decision(roster: Roster, wage: str, pending: int) -> None:
    document = run(roster(*family(wage=wage)))
    assert households(document) == counts(created=1, pending=pending)
    assert Enrolment.objects.get().state == ("pending" if pending else "active")
    assert [f["code"] for f in document["findings"]] == ["not_eligible"] * pending


def test_success_of_a_known_household_is_no_finding(roster: Roster) -> None:
    run(roster(*family()))
    document = run(roster(*family(wage=90000, year=2017)))
    assert (households(document), document["findings"]) == (counts(updated=1), [])
    assert Enrolment.objects.get().state == "active"


def test_a_roster_has_the_people_of_the_demo_whatever_the_campaigns_years(campaign: Campaign) -> None:
    move_campaign(campaign, 2021)
    in_demo = District(rural_villages(), seed=1, year=2021, line=policy_for(2021).income_line).first_year(20)
    for year in (2021, 2022, 2023):
        homes = homes_of(year, households=20, seed=1)
        assert [home.people[0].id_no for home in homes] == [home.people[0].id_no for home in in_demo]


def test_a_person_of_another_household_is_refused_with_the_place(roster: Roster) -> None:
    run(roster(*family()))
    document = run(roster(line("1002", "孙四", "户主"), line("1002", "李二", "配偶")))
    assert households(document) == counts(rejected=1)
    finding = document["findings"][0]
    assert (finding["code"], finding["row"]) == ("person_two_households", 3)
    assert "穿芳峪镇 小辛庄村 1001" in finding["message"]


def test_a_code_given_twice_does_not_mix_two_families(roster: Roster) -> None:
    run(roster(*family()))
    document = run(roster(line("1001", "孙四", "户主"), line("1001", "周五", "配偶")))
    assert households(document) == counts(rejected=1)
    finding = document["findings"][0]
    assert finding["code"] == "household_no_shared"
    assert "小辛庄村 赵一" in finding["message"]
    assert "没有一人" in finding["message"]
    assert Member.objects.count() == 2


def test_a_change_of_head_is_taken_though_both_stay(roster: Roster) -> None:
    run(roster(*family()))
    document = run(roster(line("1001", "李二", "户主"), line("1001", "赵一", "配偶")))
    assert households(document) == counts(updated=1)
    assert sorted(Member.objects.values_list("name", "relation")) == [("李二", "head"), ("赵一", "spouse")]
    assert Household.objects.get().head_name == "李二"


def test_a_change_of_head_is_taken_where_the_old_head_is_gone_from_the_file(roster: Roster) -> None:
    run(roster(*family()))
    document = run(roster(line("1001", "李二", "户主")))
    assert (households(document), document["counts"]["members"]["left_out"]) == (counts(updated=1), 1)
    assert sorted(Member.objects.values_list("name", "relation")) == [("李二", "head"), ("赵一", "other")]


def test_a_final_statement_is_not_touched(roster: Roster) -> None:
    run(roster(*family()))
    statement = IncomeStatement.objects.get()
    statement.state = "final"
    statement.save()
    document = run(roster(*family(wage=1)))
    assert (households(document), document["findings"][0]["code"]) == (counts(rejected=1), "statement_final")


def test_households_of_the_townships_that_the_file_lacks_are_named_and_kept(roster: Roster) -> None:
    run(roster(*family(), line("1002", "孙四", "户主")))
    assert run(roster(line("1002", "孙四", "户主")))["not_in_file"] == ["1001"]
    assert Household.objects.count() == 2


def test_a_missing_column_refuses_the_file_by_its_usual_header(roster: Roster) -> None:
    header = [h for h in HEADER if h != "证件号码"]
    rows = [[value for place, value in enumerate(row) if HEADER[place] != "证件号码"] for row in family()]
    path = roster(*rows, header=header)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_roster", str(path), json=True, commit=True, stdout=out)
    document = json.loads(out.getvalue())["files"][0]
    assert (ended.value.code, document["state"], document["refusal"]["code"]) == (1, "refused", "column_missing")
    assert "证件号码" in document["refusal"]["message"]
    assert Household.objects.count() == 0


def test_a_missing_path_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        call_command("import_roster", str(tmp_path / "none.xlsx"))
    assert error.value.returncode == 2


def test_values_are_masked_in_the_document(roster: Roster) -> None:
    document = run(
        roster(line("1001", "赵一", "户主"), ["穿芳峪镇", "小辛庄村", "1001", "钱六", "129999196001019999", "配偶"])
    )
    assert document["findings"][0]["value"] == "1299**************"
    assert PEOPLE["赵一"] not in json.dumps(document, ensure_ascii=False)


def test_a_file_without_household_codes_gets_codes_and_is_known_again(roster: Roster) -> None:
    header = [h for h in HEADER if h != "户编号"]
    rows = [*family(), line("1002", "孙四", "户主"), line("1002", "周五", "配偶")]
    path = roster(*[[v for h, v in zip(HEADER, row, strict=True) if h != "户编号"] for row in rows], header=header)
    assert households(run(path)) == counts(created=2)
    assert list(Household.objects.values_list("code", flat=True)) == ["H1201191222250001", "H1201191222250002"]
    assert households(run(path)) == counts(unchanged=2)


def ended(*arguments: str) -> int:
    with pytest.raises(CommandError) as error:
        call_command("import_roster", *arguments, stdout=io.StringIO())
    status: int = error.value.returncode
    return status


@pytest.mark.parametrize(
    "options", [["--year", "1066"], ["--year", "2999"], ["--year", "2012"], ["--campaign", "none"]]
)
def test_a_year_or_campaign_that_does_not_exist_is_wrong_usage(roster: Roster, options: list[str]) -> None:
    assert ended(str(roster(*family())), *options) == 2


@pytest.mark.parametrize("named", [False, True])
def test_a_year_without_policy_is_refused_and_says_so(roster: Roster, campaign: Campaign, named: bool) -> None:
    more = ["--campaign", campaign.slug] if named else []
    with pytest.raises(CommandError) as error:
        call_command("import_roster", str(roster(*family())), "--year", "2015", *more)
    assert (str(error.value), error.value.returncode) == ("--year 2015：该年度没有帮扶政策。请先录入该年度政策。", 2)


def printed(path: Path) -> list[str]:
    """What people read, in English."""
    out = io.StringIO()
    with translation.override("en"), suppress(SystemExit):
        call_command("import_roster", str(path), stdout=out)
    return out.getvalue().splitlines()


def test_people_read_severity_in_words(roster: Roster) -> None:
    name, counted, finding, nothing = printed(roster(*family(wage=-5)))
    assert (name, counted) == (
        "花名册.xlsx", "  created 0, updated 0, unchanged 0, rejected 1, awaiting decision 0",
    )  # fmt: skip
    assert finding.startswith("  [Error] 花名册 2 工资性收入 -5: ")
    assert nothing.startswith("  Nothing was written.")


def test_people_read_no_counts_of_a_refused_file(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("no workbook")
    assert [line[:2] for line in printed(path)] == ["x.", "  "]


def test_a_file_name_in_gb18030_tells_the_place_like_any_other(roster: Roster) -> None:
    rows = [row[2:] for row in (line("1001", "赵一", "户主"), line("1001", "李二", "配偶"))]
    path = roster(*rows, header=HEADER[2:])
    path = path.rename(path.with_name(os.fsdecode("穿芳峪镇小辛庄村.xlsx".encode("gb18030"))))
    document = run(path, accept_proposed=True)
    assert (document["file"], document["counts"]["households"]["created"]) == ("穿芳峪镇小辛庄村.xlsx", 1)
    assert RosterImport.objects.get().file_name == "穿芳峪镇小辛庄村.xlsx"


def test_a_folder_is_wrong_usage_and_no_other_file_is_loaded(roster: Roster, tmp_path: Path) -> None:
    assert ended(str(roster(*family())), str(tmp_path), "--commit") == 2
    assert Household.objects.count() == 0


def test_the_document_has_these_keys_and_no_others(roster: Roster) -> None:
    document = run(roster(*family(wage=-1)), commit=False)
    assert list(document) == [
        "file", "state", "refusal", "sheets", "columns", "counts", "rejected_households", "not_in_file", "findings",
        "seconds",
    ]  # fmt: skip
    assert {key: list(document[key][0]) for key in ("sheets", "columns", "findings")} == {
        "sheets": ["name", "used", "header_rows", "rows", "why"],
        "columns": ["sheet", "column", "header", "field", "how"],
        "findings": ["sheet", "row", "column", "field", "value", "code", "severity", "message"],
    }
    assert {key: list(document["counts"][key]) for key in ("households", "members")} == {
        "households": ["created", "updated", "unchanged", "rejected", "pending"],
        "members": ["created", "updated", "unchanged", "left_out"],
    }
    assert list(document["seconds"]) == ["read", "check", "commit"]


def test_each_file_has_a_document_of_its_own(roster: Roster) -> None:
    files = [roster(*family(), name="一.xlsx"), roster(line("1002", "孙四", "户主"), name="二.xlsx")]
    out = io.StringIO()
    call_command("import_roster", *map(str, files), json=True, commit=True, stdout=out)
    documents = json.loads(out.getvalue())["files"]
    assert [(d["file"], d["counts"]["households"]["created"], d["not_in_file"]) for d in documents] == [
        ("一.xlsx", 1, []), ("二.xlsx", 1, ["1001"]),
    ]  # fmt: skip


def test_a_file_over_the_limit_is_not_read_whole(roster: Roster, settings: Any) -> None:
    settings.ROSTER_MAX_BYTES = 100
    out = io.StringIO()
    with pytest.raises(SystemExit) as error:
        call_command("import_roster", str(roster(*family())), json=True, stdout=out)
    refusal = json.loads(out.getvalue())["files"][0]["refusal"]
    assert (error.value.code, refusal["code"]) == (1, "file_too_big")


def test_the_closed_list_of_codes_stands_in_the_documentation() -> None:
    text = Path("docs/commands.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (error|warning) \|", text, re.MULTILINE))
    assert told == {name: code.severity for name, code in FINDINGS.items()}
    assert set(REFUSALS) <= set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


# --- two years of one seed, and what is printed ---


def test_the_rosters_of_two_years_of_one_seed_are_imported_in_turn(tmp_path: Path) -> None:
    for year, expected in ((2016, counts(created=60)), (2017, counts(updated=60))):
        path = tmp_path / f"{year}.xlsx"
        call_command("make_roster", out=path, households=60, seed=3, year=year, stdout=io.StringIO())
        document = run(path)
        assert (households(document), document["findings"]) == (expected, [])
    assert document["counts"]["members"]["created"] == document["counts"]["members"]["left_out"] == 0
    totals = {(s.household_id, s.year): s.disposable_total for s in IncomeStatement.objects.all()}
    grown = [key for key, total in totals.items() if key[1] == 2017 and total >= totals[key[0], 2016] * Decimal("1.1")]
    assert 30 < len(grown) < 60


def test_a_finding_without_a_place_is_printed_without_a_colon_before_it(roster: Roster) -> None:
    run(roster(*family()))
    out = io.StringIO()
    with translation.override("en"):
        call_command(
            "import_roster", str(roster(line("1002", "孙四", "户主"), line("1002", "周五", "配偶"))), stdout=out
        )
    (told,) = [said for said in out.getvalue().splitlines() if said.startswith("  [")]
    assert re.match(r"  \[Warning\] \w", told)
