"""A small district for pairings: two townships, a campaign with quotas 5 and 3, cadres and households by name."""

from datetime import date, timedelta
from itertools import count

import pytest
from django.utils import timezone

from accounts.models import RoleGrant, Unit, User
from cadres.models import Cadre
from district.models import Campaign, Division, Level, Rank, RankQuota
from households.models import Enrolment, Household

BEGAN = date(2026, 1, 1)
_numbers = count(1)


@pytest.fixture
def campaign(db):
    campaign = Campaign.objects.create(
        slug="trial", name="试点帮扶", starts_on=BEGAN, ends_on=date(2099, 12, 31), base_year=2025
    )
    RankQuota.objects.create(campaign=campaign, rank=Rank.DISTRICT_LEADER, households=5)
    RankQuota.objects.create(campaign=campaign, rank=Rank.DIVISION_LEVEL, households=3)
    return campaign


@pytest.fixture
def places(db):
    """Villages by name, two in each of two townships."""
    district = Division.objects.create(code="129999000000", level=Level.DISTRICT, name="试验区")
    villages = {}
    for t, township in enumerate(["东山镇", "西河镇"], 1):
        town = Division.objects.create(code=f"129999{t:03}000", level=Level.TOWNSHIP, name=township, parent=district)
        for v, village in enumerate(["前", "后"], 1):
            name = f"{township[:2]}{village}村"
            villages[name] = Division.objects.create(
                code=f"129999{t:03}{v:03}", level=Level.VILLAGE, name=name, parent=town
            )
    return villages


@pytest.fixture
def units(places):
    """A bureau of the district, and the government of each township."""
    east, west = places["东山前村"].parent, places["西河前村"].parent
    return {
        "区林业局": Unit.objects.create(name="区林业局", kind="bureau"),
        "东山镇政府": Unit.objects.create(name="东山镇政府", kind="township", division=east),
        "西河镇政府": Unit.objects.create(name="西河镇政府", kind="township", division=west),
    }


@pytest.fixture
def make_cadre(units):
    def make(name, *, unit="区林业局", rank=Rank.DIVISION_LEVEL, **facts):
        return Cadre.objects.create(name=name, unit=units[unit], rank=rank, active_from=BEGAN, **facts)

    return make


@pytest.fixture
def make_household(campaign, places):
    def make(name="赵某", *, village="东山前村", state="active", **facts):
        number = next(_numbers)
        household = Household.objects.create(code=f"99{number:08}", village=places[village], head_name=name, **facts)
        ended = {"ended_on": BEGAN, "reason": "不符合条件"} if state in ("refused", "exited") else {}
        Enrolment.objects.create(
            household=household, campaign=campaign, state=state, entry_year=2025, entered_on=BEGAN, **ended
        )
        return household

    return make


@pytest.fixture
def wang(make_cadre):
    """A division-level cadre: three places."""
    return make_cadre("王林")


@pytest.fixture
def li(make_cadre):
    """A district leader: five places."""
    return make_cadre("李岭", rank=Rank.DISTRICT_LEADER)


@pytest.fixture
def four_households(make_household):
    return [make_household(name) for name in ["钱一", "孙二", "周三", "吴四"]]


@pytest.fixture
def household(make_household):
    return make_household("郑五")


@pytest.fixture
def make_user(db):
    def make(username, role=None, **grant):
        user = User.objects.create_user(username, display_name=username)
        if role:
            RoleGrant.objects.create(user=user, role=role, starts_on=BEGAN, reason="督查", **grant)
        return user

    return make


@pytest.fixture
def admin(make_user):
    return make_user("admin", "district_admin")


@pytest.fixture
def official(make_user, places):
    """Of 东山镇 only."""
    return make_user("official", "township_official", division=places["东山前村"].parent)


@pytest.fixture
def inspector(make_user):
    return make_user("inspector", "inspector", ends_on=timezone.localdate() + timedelta(days=30))


@pytest.fixture
def today():
    return timezone.localdate()
