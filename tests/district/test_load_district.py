"""load_district: the places and the campaign of a new installation; a second run changes nothing."""

from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import translation

from district import register
from district.models import Campaign, CampaignYear, Division, RankQuota

STATISTICAL = "120119401000"  # 开发区: a row of the statistics, no township


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def loaded(db, capsys):
    call_command("load_district")
    return capsys.readouterr().out


def test_27_townships_with_the_row_401_and_983_villages(loaded):
    assert Counter(Division.objects.values_list("level", flat=True)) == {"district": 1, "township": 28, "village": 983}
    assert Division.objects.filter(level="township").exclude(code=STATISTICAL).count() == 27
    assert loaded == "帮扶攻坚行动: 1012 places changed\n"


def test_each_place_lies_in_the_one_whose_code_it_begins_with(loaded):
    rows = Division.objects.exclude(level="district").values_list("level", "code", "parent__level", "parent__code")
    ends = {"township": (6, "000000", "district"), "village": (9, "000", "township")}
    wrong = [
        code
        for level, code, parent_level, parent_code in rows
        if (parent_code, parent_level) != (code[: ends[level][0]] + ends[level][1], ends[level][2])
    ]
    assert wrong == []


def test_names_are_unique_among_townships(loaded):
    names = Division.objects.filter(level="township").values_list("name", flat=True)
    assert len(set(names)) == 28


def test_the_policy_of_the_article(loaded):
    rows = CampaignYear.objects.values_list(
        "year", "income_line", "line_basis", "line_included", "growth_target_bp", "visit_interval_days"
    )
    assert list(rows) == [(y, Decimal("12600.00"), "household", False, 1000, 60) for y in range(2016, 2021)]
    assert dict(RankQuota.objects.values_list("rank", "households")) == {"district_leader": 5, "division_level": 3}


def test_a_second_run_changes_nothing(loaded, capsys):
    call_command("load_district")
    assert capsys.readouterr().out == "帮扶攻坚行动: 0 places changed\n"
    assert (Division.history.count(), Campaign.history.count(), CampaignYear.history.count()) == (1012, 1, 5)


def test_a_second_run_leaves_a_changed_policy_and_mends_a_changed_name(loaded, capsys):
    policy = CampaignYear.objects.get(year=2017)
    register.set_policy(policy, income_line=Decimal("13000.00"))
    town = Division.objects.get(code="120119100000")
    town.name = "渔阳"
    town.save()
    call_command("load_district")
    policy.refresh_from_db()
    town.refresh_from_db()
    assert (policy.income_line, town.name) == (Decimal("13000.00"), "渔阳镇")
    assert capsys.readouterr().out == "帮扶攻坚行动: 1 place changed\n"


def test_history_names_the_command(loaded):
    assert set(Division.history.values_list("history_change_reason", flat=True)) == {"load_district"}
