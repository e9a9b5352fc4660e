"""Verbs on accounts and grants: who gets what, who is kept apart, what ends with what."""

from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from accounts import users
from accounts.models import AccessLog, RoleGrant, User
from accounts.roles import ACTIONS, Role, may
from accounts.users import AccountRefused
from core.history import HistoryBypassed
from tests.factories.accounts import GrantFactory, UserFactory

TODAY = timezone.localdate()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def plain_words():
    with override("en"):
        yield


@pytest.fixture
def chief(db):
    """The system administrator who acts."""
    return GrantFactory(user=UserFactory(username="chief"), role=Role.SYSTEM_ADMIN).user


@pytest.fixture
def wang(db):
    return UserFactory(username="wanglin", display_name="王林", phone="13900000010")


@pytest.fixture
def give(wang, chief):
    """Grant a role to Wang from today on."""

    def act(role, user=wang, by=chief, **facts):
        return users.grant_role(user, by=by, **{"role": role, "reason": "任命", "starts_on": TODAY, **facts})

    return act


def again(user):
    """The user as the next request finds him."""
    return User.objects.get(pk=user.pk)


def test_a_new_account_signs_in_with_the_password_that_is_shown(db):
    user, password = users.create_user(username="liling", display_name="李岭", phone="13900000012")
    assert [user.check_password(password), user.check_password(""), user.roles] == [True, False, frozenset()]


def test_two_accounts_get_two_passwords(db):
    passwords = {users.create_user(username=f"new{n}", display_name="新")[1] for n in range(5)}
    assert (len(passwords), min(len(password) for password in passwords) >= 12) == (5, True)


@pytest.mark.parametrize(
    "facts", [{"username": "wanglin"}, {"username": "WangLin"}, {"username": "other", "phone": "13900000010"}]
)
def test_name_and_phone_belong_to_one_account(facts, wang):
    with pytest.raises(AccountRefused, match="Another account"):
        users.create_user(display_name="王二", **facts)
    assert User.objects.count() == 1


@pytest.mark.both_engines
def test_the_database_takes_no_name_in_another_case(wang):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("WANGLIN", display_name="王二")
    assert User.objects.get() == wang


def test_many_accounts_have_no_phone(db):
    for name in ("a", "b"):
        users.create_user(username=name, display_name=name)
    assert list(User.objects.values_list("phone_hash", flat=True)) == [None, None]


def test_a_changed_phone_signs_in_and_the_old_one_no_longer(wang, rf):
    wang.set_password("secret-secret")
    users.change_user(wang, display_name="王林", phone="13900000013")
    found = [
        authenticate(rf.post("/"), username=phone, password="secret-secret") for phone in ("13900000013", "13900000010")
    ]
    assert found == [wang, None]


def test_the_phone_of_another_is_refused(wang, chief):
    with pytest.raises(AccountRefused, match="Another account"):
        users.change_user(chief, display_name="管理员", phone="13900000010")
    assert again(chief).phone == ""


def test_a_grant_gives_the_role_from_its_first_day(give, wang):
    give(Role.CADRE)
    assert again(wang).roles == {"cadre"}


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "roles"),
    [
        (TODAY, TODAY, {"cadre"}),
        (TODAY - timedelta(days=9), None, {"cadre"}),
        (TODAY - timedelta(days=9), YESTERDAY, set()),
        (TOMORROW, None, set()),
    ],
)
def test_a_grant_gives_something_from_its_first_to_its_last_day(starts_on, ends_on, roles, wang):
    GrantFactory(user=wang, role=Role.CADRE, starts_on=starts_on, ends_on=ends_on)
    assert again(wang).roles == roles


def test_a_grant_that_has_ended_is_not_given(give):
    with pytest.raises(AccountRefused, match="past"):
        give(Role.CADRE, starts_on=TODAY - timedelta(days=9), ends_on=YESTERDAY)


def test_the_last_day_does_not_lie_before_the_first(give):
    with pytest.raises(AccountRefused):
        give(Role.CADRE, starts_on=TODAY + timedelta(days=9), ends_on=TOMORROW)


@pytest.mark.parametrize("role", Role.values)
def test_nobody_grants_himself_a_role(role, give, chief):
    with pytest.raises(AccountRefused, match="to himself"):
        give(role, user=chief)
    assert again(chief).roles == {"system_admin"}


def test_nobody_ends_a_role_of_his_own(chief):
    with pytest.raises(AccountRefused, match="of his own"):
        users.end_grant(chief.grants.get(), by=chief)


@pytest.mark.parametrize(("first", "second"), [("system_admin", "log_auditor"), ("log_auditor", "system_admin")])
def test_system_admin_and_log_auditor_are_kept_apart(first, second, give, wang):
    give(first)
    with pytest.raises(AccountRefused, match="kept apart"):
        give(second)
    assert again(wang).roles == {first}


def test_they_are_kept_apart_in_days_to_come_too(give):
    give(Role.LOG_AUDITOR, starts_on=TOMORROW)
    with pytest.raises(AccountRefused, match="kept apart"):
        give(Role.SYSTEM_ADMIN)


def test_one_after_the_other_is_allowed(give, wang):
    give(Role.LOG_AUDITOR, ends_on=TODAY)
    give(Role.SYSTEM_ADMIN, starts_on=TOMORROW)
    assert again(wang).roles == {"log_auditor"}


@pytest.mark.parametrize("facts", [{}, {"ends_on": TOMORROW, "reason": " "}, {"reason": "督查组", "ends_on": None}])
def test_an_inspector_needs_a_mandate_and_an_end(facts, give):
    with pytest.raises(AccountRefused):
        give(Role.INSPECTOR, **facts)
    assert not RoleGrant.objects.filter(role=Role.INSPECTOR).exists()


def test_an_inspector_with_both(give, wang):
    give(Role.INSPECTOR, reason="督查组", ends_on=TOMORROW)
    assert again(wang).roles == {"inspector"}


@pytest.mark.parametrize("role", ["village_clerk", "township_official", "unit_liaison", "department_officer"])
def test_a_role_of_a_place_or_unit_needs_it(role, give):
    with pytest.raises(AccountRefused, match="Choose the"):
        give(role)


def test_a_clerk_needs_a_village_and_an_official_a_township(small_district, give, wang):
    places = small_district.places
    for role, place in (
        ("village_clerk", "东山镇"),
        ("township_official", "东山前村"),
        ("township_official", "试验区"),
    ):
        with pytest.raises(AccountRefused, match="needs a"):
            give(role, division=places[place])
    give(Role.VILLAGE_CLERK, division=places["东山前村"])
    give(Role.VILLAGE_CLERK, division=places["东山后村"])
    assert {grant.division.name for grant in again(wang).live_grants} == {"东山前村", "东山后村"}


def test_a_role_is_held_once_at_a_time(give):
    give(Role.CADRE)
    with pytest.raises(AccountRefused, match="already"):
        give(Role.CADRE, starts_on=TOMORROW)


def test_an_ended_role_gives_nothing_from_now_on(give, wang, chief):
    grant = users.end_grant(give(Role.CADRE), by=chief)
    assert (again(wang).roles, grant.ends_on) == (frozenset(), YESTERDAY)
    give(Role.CADRE)
    assert again(wang).roles == {"cadre"}


def test_ending_a_role_keeps_its_first_day(wang, chief):
    grant = GrantFactory(user=wang)
    began = grant.starts_on
    users.end_grant(grant, by=chief)
    assert (grant.starts_on, grant.ends_on) == (began, YESTERDAY)


def test_a_role_ends_once(give, chief):
    grant = users.end_grant(give(Role.CADRE), by=chief)
    with pytest.raises(AccountRefused, match="ended already"):
        users.end_grant(grant, by=chief)


def test_history_keeps_a_grant_and_its_end(give, chief):
    grant = users.end_grant(give(Role.CADRE), by=chief)
    kept = grant.history.order_by("history_id").values_list("history_type", "starts_on", "ends_on")
    assert list(kept) == [("+", TODAY, None), ("~", YESTERDAY, YESTERDAY)]


def test_a_new_password_ends_the_sessions(client, wang, chief):
    client.force_login(wang)
    assert client.get("/account/").status_code == 200
    password = users.new_password(wang, by=chief)
    assert (client.get("/account/").status_code, again(wang).check_password(password)) == (302, True)


def test_a_new_password_stands_in_the_access_log(wang, chief):
    users.new_password(wang, by=chief)
    found = AccessLog.objects.values_list("who", "kind", "object_kind", "object_id", "label")
    assert list(found) == [(chief.pk, "password", "user", str(wang.pk), "wanglin")]


def test_nobody_replaces_his_own_password_without_the_old_one(chief):
    before = chief.password
    with pytest.raises(AccountRefused, match="your own password"):
        users.new_password(chief, by=chief)
    assert (again(chief).password, AccessLog.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(1999, 12, 31), None),
        (date(206, 1, 1), None),
        (TODAY + timedelta(days=400), None),
        (TODAY, date(9999, 12, 31)),
        (TODAY, TODAY + timedelta(days=3700)),
    ],
)
def test_a_grant_with_a_day_far_off_is_not_given(starts_on, ends_on, give, wang):
    with pytest.raises(AccountRefused, match="Enter a date from"):
        give(Role.CADRE, starts_on=starts_on, ends_on=ends_on)
    assert not wang.grants.exists()


def test_deactivation_keeps_the_account_with_day_and_reason_and_takes_every_role(give, wang, chief, client):
    give(Role.CADRE)
    client.force_login(wang)
    users.deactivate(wang, reason=" 调离 ", by=chief)
    found = again(wang)
    assert (found.is_active, found.deactivated_on, found.deactivated_reason) == (False, TODAY, "调离")
    assert (found.roles, client.get("/account/").status_code) == (frozenset(), 302)


def test_a_deactivated_account_may_do_nothing(give, wang, chief):
    give(Role.DISTRICT_ADMIN)
    users.deactivate(wang, reason="调离", by=chief)
    assert [action for action in ACTIONS if may(again(wang), action)] == []


def test_taken_back_the_account_has_the_roles_that_are_still_live(give, wang, chief):
    give(Role.CADRE)
    users.end_grant(give(Role.DISTRICT_ADMIN), by=chief)
    users.deactivate(wang, reason="调离", by=chief)
    users.reactivate(wang)
    found = again(wang)
    assert (found.is_active, found.deactivated_on, found.roles) == (True, None, {"cadre"})


@pytest.mark.parametrize("reason", ["", "  "])
def test_deactivation_needs_a_reason(reason, wang, chief):
    with pytest.raises(AccountRefused, match="reason"):
        users.deactivate(wang, reason=reason, by=chief)
    assert again(wang).is_active


def test_nobody_deactivates_himself(chief):
    with pytest.raises(AccountRefused, match="his own account"):
        users.deactivate(chief, reason="离职", by=chief)


def test_an_account_is_never_deleted(wang):
    with pytest.raises(HistoryBypassed):
        User.objects.filter(pk=wang.pk).delete()
