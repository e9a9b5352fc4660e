"""Who sees what of the small district."""

from households.models import Household

SEES = {
    "cadre": ["赵有田"],
    "unit_liaison": ["赵有田"],
    "village_clerk": ["赵有田"],
    "township_official": ["赵有田"],
    "department_officer": ["赵有田"],
    "district_admin": ["赵有田", "钱满仓"],
    "inspector": ["赵有田", "钱满仓"],
    "log_auditor": [],
    "system_admin": [],
    "stranger": [],
    "two_hats": [],
}


def test_each_person_sees_the_households_of_the_own_grants(people, zhao, qian):
    seen = {
        name: [h.head_name for h in Household.objects.visible_to(getattr(people, name)).order_by("code")]
        for name in SEES
    }
    assert seen == SEES


def test_the_inspector_alone_sees_names_masked(people, zhao):
    masked = {
        name: Household.objects.visible_to(getattr(people, name)).with_masking(getattr(people, name)).get().masked
        for name, households in SEES.items()
        if households == ["赵有田"] or name == "district_admin"
    }
    inspector = Household.objects.visible_to(people.inspector).with_masking(people.inspector).get()
    assert (set(masked.values()), inspector.masked) == ({False}, True)
