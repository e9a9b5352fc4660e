"""The policy in force: which campaign, which year's line and target, which quota."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone

from district.models import Campaign, CampaignYear, LineBasis, RankQuota


class PolicyMissing(LookupError):
    """There is no campaign, or it has no policy for the year asked for."""


def current_campaign() -> Campaign:
    """The campaign that today lies in, else the latest one; PolicyMissing before the first."""
    today = timezone.localdate()
    running = Campaign.objects.filter(starts_on__lte=today, ends_on__gte=today).first()
    campaign = running or Campaign.objects.first()
    if campaign is None:
        raise PolicyMissing("no campaign: run manage.py load_district")
    return campaign


def policies_now(today: date | None = None) -> list[CampaignYear]:
    """The policies of current_campaign() by year, each with its campaign; [] if none has one. One query."""
    today = today or timezone.localdate()
    rows = list(CampaignYear.objects.select_related("campaign").order_by("-campaign__starts_on", "year"))
    campaigns = list(dict.fromkeys(row.campaign for row in rows))
    campaign = next((c for c in campaigns if c.starts_on <= today <= c.ends_on), campaigns[0] if campaigns else None)
    return [row for row in rows if row.campaign == campaign]


def campaign_of(year: int) -> Campaign:
    """The campaign that has a policy for this income year, the current one first; PolicyMissing if none has."""
    return policy_for(year).campaign


def policy_for(year: int, campaign: Campaign | None = None) -> CampaignYear:
    """The policy of an income year; PolicyMissing if there is none."""
    rows = CampaignYear.objects.select_related("campaign").filter(year=year)
    if campaign is not None:
        rows = rows.filter(campaign=campaign)
    policy = rows.order_by("-campaign__starts_on").first()
    if policy is None:
        raise PolicyMissing(f"no policy for {year}")
    return policy


def default_year(today: date | None = None) -> int | None:
    """The latest income year whose statements are due by today; the earliest year if none is; None without policy."""
    return default_of(list(CampaignYear.objects.filter(campaign=current_campaign())), today)


def default_of(policies: Sequence[CampaignYear], today: date | None = None) -> int | None:
    """default_year() among policies at hand."""
    today = today or timezone.localdate()
    due = [policy.year for policy in policies if policy.statements_due_on <= today]
    return max(due) if due else min((policy.year for policy in policies), default=None)


def quota_of(campaign: Campaign, rank: str) -> int:
    """How many households a cadre of this rank helps; PolicyMissing if the campaign does not say."""
    quota = RankQuota.objects.filter(campaign=campaign, rank=rank).first()
    if quota is None:
        raise PolicyMissing(f"no quota for {rank}")
    return quota.households


def is_below_line(policy: CampaignYear, *, total: Decimal, people: int) -> bool:
    """Whether a household with this income (yuan a year) and number of people is low-income in the policy's year."""
    line = policy.income_line * people if policy.line_basis == LineBasis.PER_HEAD else policy.income_line
    return total <= line if policy.line_included else total < line
