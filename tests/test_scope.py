"""Who sees and may do what on which household: the union of the grants that are live today, and nothing else."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from accounts.roles import ACTIONS, Role
from cadres.models import Cadre, Pairing
from cadres.pairing import end_pairing
from district.models import Rank
from households.models import Household, Member
from households.scope import actions_on, is_allowed, require
from programs.models import Measure
from tests.factories.accounts import SINCE, GrantFactory, UnitFactory
from tests.factories.households import HouseholdFactory
from visits.models import Need

TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def sun(small_district):
    """The Sun family in the other village of 东山镇, without a cadre."""
    return HouseholdFactory(
        code="9900000003", village=small_district.places["东山后村"], head_name="孙富",
        campaign=small_district.campaign, head=True,
    )  # fmt: skip


@pytest.fixture
def all_three(zhao, qian, sun):
    return SimpleNamespace(zhao=zhao, qian=qian, sun=sun)


@pytest.fixture
def wang(zhao):
    """The cadre of the Zhao family."""
    return Cadre.objects.get()


def again(user):
    """The user as the next request finds him."""
    return User.objects.get(pk=user.pk)


def names(rows):
    """Surnames in order, doubled if a row comes twice."""
    return "".join(sorted(row.head_name[0] for row in rows))


def seen(user):
    return names(Household.objects.visible_to(again(user)))


def may(user, action):
    return names(Household.objects.allowed(again(user), action))


def pair(household, cadre, slot, **facts):
    campaign = household.enrolments.get().campaign
    return Pairing.objects.create(
        household=household, cadre=cadre, campaign=campaign, slot=slot, quota=3, starts_on=SINCE, **facts
    )


def need(household, unit, **facts):
    return Need.objects.create(
        household=household, kind="education", department=unit, raised_on=TODAY, due_on=TODAY, **facts
    )


SIGHT = {
    "cadre": "赵",
    "unit_liaison": "赵",
    "village_clerk": "赵",
    "township_official": "孙赵",
    "department_officer": "赵",
    "district_admin": "孙赵钱",
    "inspector": "孙赵钱",
    "log_auditor": "",
    "system_admin": "",
}


@pytest.mark.parametrize("role", Role.values)
def test_what_each_role_sees(role, people, all_three):
    assert seen(getattr(people, role)) == SIGHT[role]


def test_strangers_and_anonymous_see_nothing(people, all_three):
    assert [seen(people.stranger), names(Household.objects.visible_to(AnonymousUser()))] == ["", ""]
    assert names(Household.objects.allowed(AnonymousUser(), "see_households")) == ""


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_nobody_may_do_more_than_he_sees(action, people, all_three):
    for role in Role.values:
        user = getattr(people, role)
        expected = SIGHT[role] if role in ACTIONS[action] else ""
        assert may(user, action) == expected, role


def test_the_view_is_the_union_of_the_grants(people, all_three, wang):
    wang.user = people.two_hats
    wang.save()
    assert seen(people.two_hats) == "孙赵"
    assert [may(people.two_hats, action) for action in ("reveal", "edit_household", "log_visit")] == [
        "赵",
        "孙",
        "孙赵",
    ]


def test_two_grants_that_open_the_same_household_show_it_once(people, all_three, small_district):
    GrantFactory(user=people.cadre, role=Role.VILLAGE_CLERK, division=small_district.places["东山前村"])
    GrantFactory(user=people.cadre, role=Role.TOWNSHIP_OFFICIAL, division=small_district.places["东山镇"])
    assert seen(people.cadre) == "孙赵"


def test_an_inspector_who_is_a_cadre_logs_visits_only_for_his_own(people, all_three):
    GrantFactory(user=people.cadre, role=Role.INSPECTOR)
    assert [seen(people.cadre), may(people.cadre, "log_visit"), may(people.cadre, "reveal")] == ["孙赵钱", "赵", "赵"]
    user = again(people.cadre)
    assert [is_allowed(user, h, "log_visit") for h in (all_three.zhao, all_three.qian)] == [True, False]
    require(user, all_three.zhao, "log_visit")
    with pytest.raises(PermissionDenied):
        require(user, all_three.qian, "log_visit")


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [(SINCE, YESTERDAY), (TODAY + timedelta(days=1), TODAY + timedelta(days=9))]
)
def test_a_grant_that_has_ended_or_not_begun_gives_nothing(starts_on, ends_on, role, people, all_three):
    user = getattr(people, role)
    grant = user.grants.get()
    grant.starts_on, grant.ends_on = starts_on, ends_on
    grant.save()
    assert (seen(user), again(user).roles, actions_on(again(user), all_three.zhao)) == ("", frozenset(), frozenset())


def test_the_last_day_of_a_grant_still_counts(people, all_three):
    grant = people.district_admin.grants.get()
    grant.ends_on = TODAY
    grant.save()
    assert seen(people.district_admin) == "孙赵钱"


def test_a_deactivated_user_sees_nothing(people, all_three):
    people.district_admin.is_active = False
    people.district_admin.save()
    assert seen(people.district_admin) == ""


def test_a_cadre_sees_his_household_until_the_pairing_ends(people, all_three):
    end_pairing(Pairing.objects.get(), on=TODAY, reason="调整")
    assert (seen(people.cadre), seen(people.unit_liaison)) == ("", "")


def test_a_pairing_gives_nothing_without_the_role(people, all_three, wang):
    wang.user = people.stranger
    wang.save()
    assert seen(people.stranger) == ""


def test_the_successor_sees_it_and_the_one_before_no_longer(people, all_three, wang):
    successor = Cadre.objects.create(
        name="李岭",
        user=people.two_hats,
        unit=UnitFactory(name="区水务局"),
        rank=Rank.DIVISION_LEVEL,
        active_from=SINCE,
    )
    end_pairing(Pairing.objects.get(), on=TODAY, reason="调整")
    pair(all_three.zhao, successor, 1)
    assert (seen(people.cadre), seen(people.unit_liaison), seen(people.two_hats)) == ("", "", "孙赵")


def test_the_liaison_of_another_unit_sees_nothing(people, all_three):
    other = GrantFactory(role=Role.UNIT_LIAISON, unit=people.units["区教育局"]).user
    assert (seen(people.unit_liaison), seen(other), may(other, "log_visit")) == ("赵", "", "")


def test_a_liaison_sees_each_household_of_the_unit_once(people, all_three, wang):
    pair(all_three.qian, wang, 2)
    pair(all_three.sun, wang, 3, ended_on=YESTERDAY, end_reason="调整")
    pair(all_three.sun, wang, 3)
    assert (seen(people.unit_liaison), seen(people.cadre)) == ("孙赵钱", "孙赵钱")


def test_a_department_sees_by_need_and_by_measure(people, all_three):
    school, health = people.units["区教育局"], UnitFactory(name="区卫生局")
    officer = GrantFactory(role=Role.DEPARTMENT_OFFICER, unit=health).user
    found = [seen(officer)]
    need(all_three.qian, health)
    found.append(seen(officer))
    Measure.objects.create(household=all_three.sun, department=health, kind="health", source="fiscal", starts_on=TODAY)
    found.append(seen(officer))
    need(all_three.sun, school)
    assert (found, seen(people.department_officer)) == (["", "钱", "孙钱"], "孙赵")


def test_needs_and_measures_in_number_double_no_row(people, all_three):
    unit = people.units["区教育局"]
    for _ in range(2):
        need(all_three.zhao, unit)
        Measure.objects.create(
            household=all_three.zhao, department=unit, kind="education", source="fiscal", starts_on=TODAY
        )
    officer = again(people.department_officer)
    assert (seen(officer), Household.objects.visible_to(officer).count()) == ("赵", 1)
    assert Need.objects.visible_to(officer).count() == 3
    assert sorted(m.name for m in Member.objects.visible_to(officer)) == ["赵小河", "赵有田"]


def test_rows_that_hang_on_a_household_follow_it(people, all_three):
    for household in (all_three.qian, all_three.sun):
        need(household, people.units["区林业局"])
    found = {
        role: names(row.household for row in Need.objects.visible_to(again(getattr(people, role))))
        for role in Role.values
    }
    assert found == SIGHT


def test_masked_only_where_an_inspector_alone_opens_it(people, all_three):
    GrantFactory(user=people.cadre, role=Role.INSPECTOR)
    found = {
        who: names(Household.objects.visible_to(user).with_masking(user).filter(masked=True))
        for who in ("inspector", "district_admin", "cadre", "township_official")
        if (user := again(getattr(people, who)))
    }
    assert found == {"inspector": "孙赵钱", "district_admin": "", "cadre": "孙钱", "township_official": ""}


def test_members_and_needs_are_masked_with_their_household(people, all_three):
    GrantFactory(user=people.cadre, role=Role.INSPECTOR)
    user = again(people.cadre)
    rows = Member.objects.visible_to(user).with_masking(user)
    assert {row.name: row.masked for row in rows} == {"赵有田": False, "赵小河": False, "钱满仓": True, "孙富": True}


def test_an_inspector_who_is_the_admin_too_sees_plain(people, all_three):
    GrantFactory(user=people.inspector, role=Role.DISTRICT_ADMIN)
    user = again(people.inspector)
    assert names(Household.objects.visible_to(user).with_masking(user).filter(masked=True)) == ""


def test_what_one_may_do_on_a_household_is_what_the_lists_say(people, all_three):
    GrantFactory(user=people.cadre, role=Role.INSPECTOR)
    for user in map(again, (people.cadre, people.two_hats, people.township_official, people.department_officer)):
        for household in (all_three.zhao, all_three.qian, all_three.sun):
            found = {
                action for action in ACTIONS if Household.objects.allowed(user, action).filter(pk=household.pk).exists()
            }
            assert actions_on(user, household) == found


def test_a_list_in_sight_is_one_query(people, all_three, django_assert_num_queries):
    user = again(people.department_officer)
    assert user.roles
    with django_assert_num_queries(1):
        assert names(Household.objects.visible_to(user).with_masking(user)) == "赵"


def test_sight_reaches_closed_households_too(people, all_three):
    all_three.zhao.closed_on, all_three.zhao.closed_reason = date(2020, 1, 1), "迁出"
    all_three.zhao.save()
    assert seen(people.village_clerk) == "赵"
