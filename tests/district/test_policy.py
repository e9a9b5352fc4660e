"""The policy in force: which campaign, year, line and quota; a year's change is that year's alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from district import register
from district.models import Campaign, CampaignYear, LineBasis, Rank, RankQuota
from district.policy import (
    PolicyMissing,
    current_campaign,
    default_of,
    default_year,
    is_below_line,
    policy_for,
    quota_of,
)
from tests.factories.district import CampaignFactory, CampaignYearFactory

TODAY = timezone.localdate()


@pytest.fixture
def campaign(db):
    """2016–2020, statements due on 31 March of the next year."""
    return CampaignFactory()


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2016, 5, 1), 2016),  # none is due: the first
        (date(2017, 3, 30), 2016),
        (date(2017, 3, 31), 2016),
        (date(2018, 3, 30), 2016),
        (date(2018, 3, 31), 2017),
        (date(2035, 1, 1), 2020),
    ],
)
def test_the_default_year_is_the_latest_whose_statements_are_due(today, year, campaign):
    assert (default_year(today), default_of(list(campaign.years.all()), today)) == (year, year)


def test_a_moved_due_day_moves_the_default_year(campaign):
    register.set_policy(policy_for(2017), statements_due_on=date(2018, 6, 30))
    assert [default_year(day) for day in (date(2018, 6, 29), date(2018, 6, 30))] == [2016, 2017]


def test_no_default_year_without_a_policy():
    assert default_of([], TODAY) is None


def test_without_a_campaign_the_policy_is_missing(db):
    for ask in (current_campaign, default_year, lambda: policy_for(2016)):
        with pytest.raises(PolicyMissing):
            ask()


def test_the_policy_of_a_year(campaign):
    assert (policy_for(2018).year, policy_for(2018, campaign).campaign) == (2018, campaign)
    with pytest.raises(PolicyMissing, match="2021"):
        policy_for(2021)


def test_a_later_campaign_decides_on_a_year_of_both_unless_one_is_named(campaign):
    later = CampaignFactory(starts_on=date(2020, 1, 1), ends_on=date(2024, 12, 31))
    found = [policy_for(2020), policy_for(2020, campaign), policy_for(2019), policy_for(2021)]
    assert [policy.campaign for policy in found] == [later, campaign, campaign, later]


def test_the_current_campaign_is_the_one_that_runs_today_else_the_latest(campaign):
    assert current_campaign() == campaign
    soon = CampaignFactory(starts_on=TODAY + timedelta(days=1), ends_on=TODAY + timedelta(days=99))
    assert current_campaign() == soon
    running = CampaignFactory(starts_on=TODAY - timedelta(days=1), ends_on=TODAY)
    assert current_campaign() == running


LINE = "12600.00"


@pytest.mark.parametrize(
    ("basis", "included", "total", "people", "below"),
    [
        (LineBasis.HOUSEHOLD, False, "12599.99", 3, True),
        (LineBasis.HOUSEHOLD, False, "12600.00", 3, False),
        (LineBasis.HOUSEHOLD, True, "12600.00", 3, True),
        (LineBasis.HOUSEHOLD, True, "12600.01", 3, False),
        (LineBasis.HOUSEHOLD, False, "-500.00", 1, True),
        (LineBasis.PER_HEAD, False, "37799.99", 3, True),
        (LineBasis.PER_HEAD, False, "37800.00", 3, False),
        (LineBasis.PER_HEAD, True, "37800.00", 3, True),
        (LineBasis.PER_HEAD, True, "37800.01", 3, False),
        (LineBasis.PER_HEAD, False, "12600.00", 1, False),
    ],
)
def test_below_the_line_by_basis_and_whether_the_line_is_included(basis, included, total, people, below):
    policy = CampaignYear(income_line=Decimal(LINE), line_basis=basis, line_included=included)
    assert is_below_line(policy, total=Decimal(total), people=people) is below


def test_per_head_is_compared_without_rounding():
    policy = CampaignYear(income_line=Decimal("3333.33"), line_basis=LineBasis.PER_HEAD)
    assert [is_below_line(policy, total=Decimal(total), people=3) for total in ("9999.98", "9999.99")] == [True, False]


def test_changing_a_year_leaves_the_others_as_they_are(campaign):
    names = ("year", "income_line", "line_basis", "line_included", "growth_target_bp", "visit_interval_days",
             "statements_due_on")  # fmt: skip
    before = list(campaign.years.exclude(year=2018).values_list(*names))
    facts = {"income_line": Decimal("13800.00"), "line_basis": "per_head", "line_included": True,
             "growth_target_bp": 950, "visit_interval_days": 90, "statements_due_on": date(2019, 4, 30)}  # fmt: skip
    assert register.set_policy(policy_for(2018), **facts) == set(facts)
    assert {name: getattr(policy_for(2018), name) for name in facts} == facts
    assert list(campaign.years.exclude(year=2018).values_list(*names)) == before


def test_only_a_change_makes_history(campaign):
    policy = policy_for(2018)
    assert register.set_policy(policy, growth_target_bp=1000) == set()
    assert register.set_policy(policy, growth_target_bp=950) == {"growth_target_bp"}
    assert list(policy.history.order_by("history_id").values_list("growth_target_bp", flat=True)) == [1000, 950]


@pytest.mark.parametrize(
    "facts", [{"income_line": Decimal("0.00")}, {"visit_interval_days": 0}, {"growth_target_bp": 100_001}]
)
def test_a_senseless_policy_is_refused_by_the_verb_and_by_the_database(facts, campaign):
    with pytest.raises(ValidationError):
        register.set_policy(policy_for(2018), **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignYearFactory(campaign=campaign, year=2030, **facts)


def test_a_year_stands_once_in_a_campaign(campaign):
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignYearFactory(campaign=campaign, year=2018)


def test_the_next_year_takes_over_the_policy_of_the_last(campaign):
    register.set_policy(policy_for(2020), income_line=Decimal("15000.00"), growth_target_bp=800)
    added = register.add_year(campaign, 2021)
    campaign.refresh_from_db()
    assert (added.year, added.income_line, added.growth_target_bp, added.statements_due_on, campaign.ends_on) == (
        2021, Decimal("15000.00"), 800, date(2022, 3, 31), date(2021, 12, 31)
    )  # fmt: skip


def test_quotas_by_rank(campaign):
    assert [quota_of(campaign, rank) for rank in (Rank.DISTRICT_LEADER, Rank.DIVISION_LEVEL)] == [5, 3]
    with pytest.raises(PolicyMissing, match="section_level"):
        quota_of(campaign, "section_level")


def test_a_quota_is_changed_by_its_verb(campaign):
    quota = RankQuota.objects.get(campaign=campaign, rank=Rank.DIVISION_LEVEL)
    register.set_quota(quota, 4)
    with pytest.raises(ValidationError):
        register.set_quota(quota, 0)
    assert [quota_of(campaign, rank) for rank in (Rank.DISTRICT_LEADER, Rank.DIVISION_LEVEL)] == [5, 4]


@pytest.mark.parametrize("first_year", [2010, 2017, 2022])
def test_an_empty_campaign_moves_in_time_with_its_policy(first_year, campaign):
    register.move_campaign(campaign, first_year)
    kept = campaign.years.values_list("year", "statements_due_on", "income_line")
    assert list(kept) == [(y, date(y + 1, 3, 31), Decimal(LINE)) for y in range(first_year, first_year + 5)]
    assert (campaign.base_year, campaign.ends_on) == (first_year, date(first_year + 4, 12, 31))


def test_a_campaign_with_households_stays(zhao, small_district):
    with pytest.raises(ValueError, match="enrolled"):
        register.move_campaign(small_district.campaign, 2020)
    assert Campaign.objects.get().base_year == 2016
