"""The cast: one person for each role, in a district of two townships with two villages each.

东山镇 is the place of the official, 东山前村 that of the clerk; nobody but the district's people looks into 西河镇.
王林 of 区林业局 helps the Zhao family in 东山前村; 区教育局 has a need of theirs.
"""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from accounts.roles import Role
from cadres.models import Cadre, Pairing
from district.models import Rank
from tests.factories.accounts import SINCE, GrantFactory, UnitFactory, UserFactory
from tests.factories.district import CampaignFactory, DistrictFactory, TownshipFactory, VillageFactory
from tests.factories.households import HouseholdFactory, MemberFactory
from visits.models import Need

TOWNSHIPS = {"东山镇": "101", "西河镇": "102"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first: one process is at them while the other runs the many quick ones, and neither ends idle."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture
def small_district(db):
    """Places by name, with the campaign of 2016–2020."""
    district = DistrictFactory()
    places = {"试验区": district}
    for township, code in TOWNSHIPS.items():
        places[township] = TownshipFactory(code=f"129999{code}000", name=township, parent=district)
        for number, end in enumerate(["前村", "后村"], 1):
            name = f"{township[:2]}{end}"
            places[name] = VillageFactory(code=f"129999{code}{number:03}", name=name, parent=places[township])
    return SimpleNamespace(places=places, campaign=CampaignFactory())


@pytest.fixture
def people(small_district):
    """One user for each role by the role's name; `stranger` has none, `two_hats` is a cadre and a clerk."""
    places = small_district.places
    units = {name: UnitFactory(name=name) for name in ("区林业局", "区教育局")}
    where = {
        Role.UNIT_LIAISON: {"unit": units["区林业局"]},
        Role.VILLAGE_CLERK: {"division": places["东山前村"]},
        Role.TOWNSHIP_OFFICIAL: {"division": places["东山镇"]},
        Role.DEPARTMENT_OFFICER: {"unit": units["区教育局"]},
    }
    cast = {}
    for role in Role:
        cast[str(role)] = UserFactory(username=f"the_{role}", display_name=str(role))
        GrantFactory(user=cast[str(role)], role=role, **where.get(role, {}))
    cast["stranger"] = UserFactory(username="stranger")
    cast["two_hats"] = UserFactory(username="two_hats")
    GrantFactory(user=cast["two_hats"], role=Role.CADRE)
    GrantFactory(user=cast["two_hats"], role=Role.VILLAGE_CLERK, division=places["东山后村"])
    return SimpleNamespace(**cast, units=units)


@pytest.fixture
def zhao(small_district, people):
    """The Zhao family: head, son, phone; paired with the cadre, a need lies with the department."""
    household = HouseholdFactory(
        code="9900000001", village=small_district.places["东山前村"], head_name="赵有田", phone="13900000001",
        campaign=small_district.campaign, head=True,
    )  # fmt: skip
    MemberFactory(household=household, name="赵小河")
    cadre = Cadre.objects.create(
        name="王林", user=people.cadre, unit=people.units["区林业局"], rank=Rank.DIVISION_LEVEL, active_from=SINCE
    )
    Pairing.objects.create(
        household=household, cadre=cadre, campaign=small_district.campaign, slot=1, quota=3, starts_on=SINCE
    )
    Need.objects.create(
        household=household, kind="education", text="学费", owner=people.cadre, raised_on=timezone.localdate(),
        due_on=timezone.localdate(), department=people.units["区教育局"],
    )  # fmt: skip
    return household


@pytest.fixture
def qian(small_district):
    """The Qian family in the other township, without a cadre."""
    return HouseholdFactory(
        code="9900000002", village=small_district.places["西河前村"], head_name="钱满仓",
        campaign=small_district.campaign, head=True,
    )  # fmt: skip
