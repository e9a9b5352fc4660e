"""Verbs on places and policy: load the district, set a year's policy, move a campaign in time."""

import csv
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import bulk
from district.models import Campaign, CampaignYear, Division, Level, LineBasis, Rank, RankQuota

FIXTURE = Path(__file__).resolve().parent / "fixtures" / "divisions.csv"
SLUG = "bangfu-gongjian"
# The article's figures: the policy of a new installation, changed on the campaign page.
FIRST_POLICY = {
    "income_line": Decimal("12600.00"),
    "line_basis": LineBasis.HOUSEHOLD,
    "line_included": False,
    "growth_target_bp": 1000,
    "visit_interval_days": 60,
}
ASSESSED_BY = frozenset({"growth_target_bp", "statements_due_on"})  # what a growth flag of the year depends on
MOST_YEARS_AHEAD = 10  # of today: a policy is set for years that somebody plans, not for the next century
FIRST_QUOTAS = {Rank.DISTRICT_LEADER: 5, Rank.DIVISION_LEVEL: 3}


class YearRefused(ValueError):
    """The year is not added; the code and a sentence say why."""

    SENTENCES = {
        "already_there": _("%(year)s is there already. Nothing was changed."),
        "not_the_next": _("Only the year after the last one can be added. Nothing was changed."),
        "too_far_ahead": _("%(year)s lies more than %(most)s years ahead and was not added."),
    }

    def __init__(self, code: str, year: int) -> None:
        super().__init__(code)
        self.code, self.year = code, year

    @property
    def sentence(self) -> str:
        return str(self.SENTENCES[self.code]) % {"year": self.year, "most": MOST_YEARS_AHEAD}


@transaction.atomic
def load_divisions() -> int:
    """Bring the places of the fixture in, level by level; unchanged ones are left alone. Returns how many changed."""
    with FIXTURE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    changed = 0
    for level in Level.values:
        known = {d.code: d for d in Division.objects.all()}
        new = []
        for row in (r for r in rows if r["level"] == level):
            facts = _facts(row, known)
            division = known.get(row["code"])
            if division is None:
                new.append(Division(code=row["code"], **facts))
            elif any(getattr(division, name) != value for name, value in facts.items()):
                for name, value in facts.items():
                    setattr(division, name, value)
                division.save()
                changed += 1
        bulk.insert(new)
        changed += len(new)
    return changed


def _facts(row: dict[str, str], known: dict[str, Division]) -> dict[str, Any]:
    parent = known.get(row["parent_code"])
    return {
        "level": row["level"],
        "name": row["name"],
        "official_name": row["official_name"],
        "aliases": [a for a in row["aliases"].split("|") if a],
        "zone": row["zone"],
        "parent_id": parent.pk if parent else None,
    }


@transaction.atomic
def open_campaign(first_year: int = 2016, years: int = 5) -> Campaign:
    """The campaign with its policy for each year, if it is not there yet; an existing one is left as it is."""
    campaign, created = Campaign.objects.get_or_create(
        slug=SLUG, defaults={"name": "帮扶攻坚行动", **_dates(first_year, years)}
    )
    if created:
        for year in range(first_year, first_year + years):
            CampaignYear.objects.create(campaign=campaign, year=year, statements_due_on=due_date(year), **FIRST_POLICY)
        for rank, households in FIRST_QUOTAS.items():
            RankQuota.objects.create(campaign=campaign, rank=rank, households=households)
    return campaign


@transaction.atomic
def move_campaign(campaign: Campaign, first_year: int) -> None:
    """Move an empty campaign in time, its policy with it; ValueError if households are enrolled in it."""
    if campaign.enrolments.exists():  # type: ignore[attr-defined]
        raise ValueError("households are enrolled in the campaign: it can't be moved")
    policies = list(campaign.years.order_by("year"))  # type: ignore[attr-defined]
    shift = first_year - policies[0].year
    for policy in sorted(policies, key=lambda p: -p.year if shift > 0 else p.year):
        policy.year += shift
        policy.statements_due_on = due_date(policy.year)
        policy.save()
    for name, value in _dates(first_year, len(policies)).items():
        setattr(campaign, name, value)
    campaign.save()


def due_date(year: int) -> date:
    """31 March of the next year: by then the year's statements should be in."""
    return date(year + 1, 3, 31)


def _dates(first_year: int, years: int) -> dict[str, date | int]:
    return {
        "starts_on": date(first_year, 4, 1),
        "ends_on": date(first_year + years - 1, 12, 31),
        "base_year": first_year,
    }


_followers: list[Callable[[CampaignYear], object]] = []


def when_assessed_anew(follower: Callable[[CampaignYear], object]) -> Callable[[CampaignYear], object]:
    """Register, as a decorator, what apps above do when a change of policy makes a year's growth flags old."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


@transaction.atomic
def set_policy(policy: CampaignYear, **facts: Any) -> set[str]:
    """Change the policy of one year; the names of what changed. What was computed for other years stays as it is."""
    stored = CampaignYear.objects.get(pk=policy.pk)  # a form has perhaps changed `policy` already
    changed = {name for name, value in facts.items() if getattr(stored, name) != value}
    for name, value in facts.items():
        setattr(policy, name, value)
    if changed:
        policy.full_clean()
        policy.save()
    if changed & ASSESSED_BY:
        for follow in _followers:
            follow(policy)
    return changed


def next_year(policies: Sequence[CampaignYear]) -> int | None:
    """The year that can be added to these, in order; None if it lies too far ahead or there is none to follow."""
    latest = timezone.localdate().year + MOST_YEARS_AHEAD
    return policies[-1].year + 1 if policies and policies[-1].year < latest else None


@transaction.atomic
def add_year(campaign: Campaign, year: int) -> CampaignYear:
    """Add `year`, the one after the last one, with the policy of the last one; YearRefused if it may not be added."""
    policies = list(campaign.years.all())  # type: ignore[attr-defined]
    if year in {policy.year for policy in policies}:
        raise YearRefused("already_there", year)
    if not policies or year != policies[-1].year + 1:
        raise YearRefused("not_the_next", year)
    if year != next_year(policies):
        raise YearRefused("too_far_ahead", year)
    last = policies[-1]
    try:
        with transaction.atomic():
            policy = CampaignYear.objects.create(
                campaign=campaign, year=year, income_line=last.income_line, line_basis=last.line_basis,
                line_included=last.line_included, growth_target_bp=last.growth_target_bp,
                visit_interval_days=last.visit_interval_days, statements_due_on=due_date(year),
            )  # fmt: skip
    except IntegrityError as error:  # campaign_year_once: another request was a moment earlier
        raise YearRefused("already_there", year) from error
    campaign.ends_on = max(campaign.ends_on, date(year, 12, 31))
    campaign.save()
    return policy


def set_quota(quota: RankQuota, households: int) -> RankQuota:
    """How many households a rank helps, for pairings made from now on; standing ones keep the quota they have."""
    quota.households = households
    quota.full_clean()
    quota.save()
    return quota
