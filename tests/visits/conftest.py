"""The cast of visits: Wang helps the Zhao family; around them a liaison, a clerk, an official and others."""

from datetime import date, timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import RoleGrant, Unit, User
from accounts.roles import Role
from cadres.models import Cadre, Pairing
from district.models import Campaign, CampaignYear, Division, Level, Rank
from households.models import Enrolment, Household
from visits.logging import log_visit

TODAY = timezone.localdate()
PAIRED_ON = TODAY - timedelta(days=200)
_numbers = count(1)


@pytest.fixture
def campaign(db):
    campaign = Campaign.objects.create(
        slug="trial", name="试点帮扶", starts_on=date(TODAY.year - 1, 1, 1), ends_on=date(TODAY.year + 3, 12, 31),
        base_year=TODAY.year - 2,
    )  # fmt: skip
    for year in (TODAY.year - 1, TODAY.year):
        CampaignYear.objects.create(
            campaign=campaign, year=year, income_line=12600, line_basis="household", growth_target_bp=1000,
            visit_interval_days=60, statements_due_on=date(year + 1, 3, 31),
        )  # fmt: skip
    return campaign


@pytest.fixture
def villages(db):
    """Two villages in each of two townships."""
    district = Division.objects.create(code="129999000000", level=Level.DISTRICT, name="试验区")
    found = {}
    for t, township in enumerate(["东山镇", "西河镇"], 1):
        town = Division.objects.create(code=f"129999{t:03}000", level=Level.TOWNSHIP, name=township, parent=district)
        for v, village in enumerate(["前", "后"], 1):
            name = f"{township[:2]}{village}村"
            found[name] = Division.objects.create(
                code=f"129999{t:03}{v:03}", level=Level.VILLAGE, name=name, parent=town
            )
    return found


@pytest.fixture
def bureau(db):
    return Unit.objects.create(name="区林业局", kind="bureau")


@pytest.fixture
def hospital(db):
    return Unit.objects.create(name="区人民医院", kind="institution")


@pytest.fixture
def make_user(db):
    def make(name, role, **place):
        user = User.objects.create_user(f"user{next(_numbers)}", display_name=name)
        ends = {"reason": "督查通知", "ends_on": TODAY + timedelta(days=30)} if role == Role.INSPECTOR else {}
        RoleGrant.objects.create(user=user, role=role, starts_on=PAIRED_ON, **ends, **place)
        return user

    return make


@pytest.fixture
def make_cadre(make_user, bureau):
    def make(name, unit=None):
        user = make_user(name, Role.CADRE)
        return Cadre.objects.create(
            name=name, user=user, unit=unit or bureau, rank=Rank.DIVISION_LEVEL, active_from=PAIRED_ON
        )

    return make


@pytest.fixture
def make_household(campaign, villages):
    def make(name="赵某", village="东山前村", cadre=None, slot=1, starts_on=PAIRED_ON):
        number = next(_numbers)
        household = Household.objects.create(code=f"99{number:08}", village=villages[village], head_name=name)
        Enrolment.objects.create(
            household=household, campaign=campaign, state="active", entry_year=TODAY.year - 1, entered_on=PAIRED_ON
        )
        if cadre:
            Pairing.objects.create(
                household=household, cadre=cadre, campaign=campaign, slot=slot, quota=9, starts_on=starts_on
            )
        return household

    return make


@pytest.fixture
def wang(make_cadre):
    """The cadre who helps the Zhao family."""
    return make_cadre("王林")


@pytest.fixture
def li(make_cadre, hospital):
    """A cadre of another unit, who helps the Sun family."""
    return make_cadre("李岚", hospital)


@pytest.fixture
def zhao(make_household, wang):
    return make_household("赵三田", cadre=wang)


@pytest.fixture
def sun(make_household, li):
    return make_household("孙小满", village="西河前村", cadre=li)


@pytest.fixture
def liaison(make_user, bureau):
    return make_user("联络员", Role.UNIT_LIAISON, unit=bureau)


@pytest.fixture
def clerk(make_user, villages):
    return make_user("村级信息员", Role.VILLAGE_CLERK, division=villages["东山前村"])


@pytest.fixture
def official(make_user, villages):
    return make_user("乡镇工作人员", Role.TOWNSHIP_OFFICIAL, division=villages["东山前村"].parent)


@pytest.fixture
def officer(make_user, hospital):
    return make_user("医院经办人", Role.DEPARTMENT_OFFICER, unit=hospital)


@pytest.fixture
def admin(make_user):
    return make_user("区级管理员", Role.DISTRICT_ADMIN)


@pytest.fixture
def inspector(make_user):
    return make_user("督查人员", Role.INSPECTOR)


@pytest.fixture
def auditor(make_user):
    return make_user("审计管理员", Role.LOG_AUDITOR)


@pytest.fixture
def log(zhao, wang):
    """Log a visit to the Zhao family by Wang, or as told."""

    def logged(**facts):
        return log_visit(
            **{"client_id": uuid4(), "household": zhao, "by": wang.user, "visited_on": TODAY, "mode": "home", **facts}
        )

    return logged
