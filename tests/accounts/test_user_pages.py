"""Pages of accounts: the list, one account, its grants, its password; one's own account."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, User
from accounts.roles import Role
from core.crypto import keyed_hash
from tests.factories.accounts import GrantFactory, UserFactory

TODAY = timezone.localdate()


@pytest.fixture
def chief(db):
    return GrantFactory(user=UserFactory(username="chief"), role=Role.SYSTEM_ADMIN).user


@pytest.fixture
def wang(db):
    return UserFactory(username="wanglin", display_name="王林", phone="13900000010")


@pytest.fixture
def go(client, chief):
    """Open an address as the system administrator; with post= send a form."""
    client.force_login(chief)

    def act(name, *args, post=None, **query):
        address = reverse(f"accounts:{name}", args=args)
        return client.get(address, query) if post is None else client.post(address, post)

    return act


def named(answer):
    return [row.record.username for row in answer.context["table"].paginated_rows]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_seven_queries_however_long_it_is(count, go, small_district, django_assert_num_queries):
    for n in range(count):
        user = UserFactory(username=f"x{n}")
        GrantFactory(user=user)
        GrantFactory(user=user, role=Role.VILLAGE_CLERK, division=small_district.places["东山前村"])
    go("users")
    with django_assert_num_queries(7):
        answer = go("users")
    assert named(answer) == ["chief", *(f"x{n}" for n in range(count))]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("user", 5), ("me", 4)])  # a clerk's menu counts what an import left out
def test_the_pages_of_one_account_ask_a_fixed_number(
    name, queries, count, go, chief, wang, small_district, django_assert_num_queries
):
    person = wang if name == "user" else chief
    for village in list(small_district.places.values())[:count]:
        GrantFactory(user=person, role=Role.VILLAGE_CLERK, division=village)
    args = [person.pk] if name == "user" else []
    go(name, *args)
    with django_assert_num_queries(queries):
        answer = go(name, *args)
    assert len(answer.context["grants"]) == count + (name == "me")


def test_a_row_tells_the_live_roles_with_their_place_and_no_ended_one(go, wang, small_district):
    GrantFactory(user=wang, role=Role.VILLAGE_CLERK, division=small_district.places["东山前村"])
    GrantFactory(user=wang, role=Role.DISTRICT_ADMIN, ends_on=TODAY - timedelta(days=1))
    row = go("users", q="王林").context["table"].rows[0]
    assert (row.get_cell("display_name"), row.get_cell("held")) == ("王林", "村级信息员 东山前村")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "wang"}, ["wanglin"]),
        ({"q": "王"}, ["wanglin"]),
        ({"q": "13900000010"}, ["wanglin"]),
        ({"q": "1390000"}, []),
        ({"q": "nobody"}, []),
        ({"role": "system_admin"}, ["chief"]),
        ({"state": "inactive"}, ["gone"]),
        ({"state": "all"}, ["chief", "gone", "wanglin"]),
        ({}, ["chief", "wanglin"]),
    ],
)
def test_the_list_is_narrowed(query, found, go, wang):
    UserFactory(username="gone", is_active=False)
    assert named(go("users", **query)) == found


def test_the_password_of_a_new_account_is_shown_once_and_not_kept_by_the_browser(go, client):
    answer = go("user_new", post={"username": "liling", "display_name": "李岭", "phone": "13900000012"})
    user = User.objects.get(username="liling")
    password = answer.context["password"]
    assert (answer["Cache-Control"], user.check_password(password), user.phone) == ("no-store", True, "13900000012")
    assert password in answer.content.decode()
    assert password not in go("user", user.pk).content.decode()


@pytest.mark.parametrize(
    "post",
    [
        {"username": "wanglin", "display_name": "王二"},
        {"username": "WangLin", "display_name": "王二"},
        {"username": "wang er", "display_name": "王二"},
        {"username": "wanger", "display_name": ""},
        {"username": "wanger", "display_name": "王二", "phone": "139"},
        {"username": "wanger", "display_name": "王二", "phone": "13900000010"},
    ],
)
def test_a_wrong_new_account_comes_back_with_its_error(post, go, wang, chief):
    answer = go("user_new", post=post)
    assert (answer.status_code, answer.context["form"].is_valid()) == (422, False)
    assert set(User.objects.all()) == {wang, chief}


def test_the_phone_is_shown_masked_and_its_input_is_empty(go, wang):
    answer = go("user", wang.pk)
    page = answer.content.decode()
    assert ("139****0010" in page, "13900000010" in page, answer.context["form"]["phone"].value()) == (
        True,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("post", "phone"),
    [
        ({}, "13900000010"),
        ({"phone": ""}, "13900000010"),
        ({"phone": "13900000011"}, "13900000011"),
        ({"phone": "", "remove_phone": "on"}, ""),
    ],
)
def test_an_empty_input_keeps_the_phone_and_the_tick_removes_it(post, phone, go, wang):
    answer = go("user", wang.pk, post={"username": "boss", "display_name": "王大林", **post})
    wang.refresh_from_db()
    kept = (wang.username, wang.display_name, wang.phone, wang.phone_hash)
    assert (answer.status_code, *kept) == (302, "wanglin", "王大林", phone, keyed_hash(phone) or None)


@pytest.mark.parametrize("post", [{"phone": "139"}, {"phone": "13900000011", "remove_phone": "on"}])
def test_a_wrong_phone_is_told_and_the_kept_one_stays_masked(post, go, wang):
    answer = go("user", wang.pk, post={"display_name": "王林", **post})
    page = answer.content.decode()
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["phone"])
    assert ("139****0010" in page, "13900000010" in page) == (True, False)
    assert User.objects.get(pk=wang.pk).phone == "13900000010"


def test_a_phone_of_another_changes_nothing(go, wang, chief):
    answer = go("user", chief.pk, post={"display_name": "管理员", "phone": "13900000010"})
    chief.refresh_from_db()
    assert (answer.status_code, len(answer.context["form"].non_field_errors())) == (422, 1)
    assert (chief.display_name == "管理员", chief.phone) == (False, "")


def test_a_role_is_granted_and_ended(go, wang, small_district):
    village = small_district.places["东山前村"]
    facts = {"role": "village_clerk", "division": village.pk, "reason": "任命", "starts_on": TODAY.isoformat()}
    assert go("grant_new", wang.pk, post=facts)["Location"] == reverse("accounts:user", args=[wang.pk])
    grant = wang.grants.get()
    assert (grant.role, grant.division, grant.reason) == ("village_clerk", village, "任命")
    go("grant_end", grant.pk, post={})
    assert list(wang.grants.live()) == []


def test_a_refused_role_comes_back_with_the_reason(go, wang):
    answer = go("grant_new", wang.pk, post={"role": "inspector", "reason": "督查组", "starts_on": TODAY.isoformat()})
    assert (answer.status_code, wang.grants.count()) == (422, 0)
    assert "督查" in str(answer.context["form"].errors)


def test_the_own_roles_stay_as_they_are(go, chief):
    go("grant_new", chief.pk, post={"role": "district_admin", "reason": "任命", "starts_on": TODAY.isoformat()})
    go("grant_end", chief.grants.get().pk, post={})
    go("user_deactivate", chief.pk, post={"reason": "离职"})
    assert (User.objects.get(pk=chief.pk).roles, User.objects.get(pk=chief.pk).is_active) == ({"system_admin"}, True)


def test_deactivated_and_taken_back(go, wang):
    found = []
    for name, post in (("user_deactivate", {}), ("user_deactivate", {"reason": "调离"}), ("user_reactivate", {})):
        go(name, wang.pk, post=post)
        wang.refresh_from_db()
        found.append((wang.is_active, wang.deactivated_reason))
    assert found == [(True, ""), (False, "调离"), (True, "")]


def test_the_history_names_who_did_it_and_through_which_page(go, wang, chief):
    go("user_deactivate", wang.pk, post={"reason": "调离"})
    last = wang.history.latest("history_id")
    assert (last.history_user, last.history_change_reason) == (
        chief,
        f"form {reverse('accounts:user_deactivate', args=[wang.pk])}",
    )


def test_a_new_password_replaces_the_old_one(go, wang):
    answer = go("user_password", wang.pk, post={})
    wang.refresh_from_db()
    assert (answer["Cache-Control"], wang.check_password(answer.context["password"])) == ("no-store", True)


def test_the_own_password_is_not_replaced_on_the_page_of_accounts(go, chief):
    answer = go("user_password", chief.pk, post={})
    assert answer["Location"] == reverse("accounts:user", args=[chief.pk])
    assert User.objects.get(pk=chief.pk).password == chief.password


def test_the_log_auditor_sees_who_replaced_his_password(go, chief, client):
    auditor = GrantFactory(user=UserFactory(username="auditor"), role=Role.LOG_AUDITOR).user
    given = go("user_password", auditor.pk, post={}).context["password"]
    client.force_login(User.objects.get(pk=auditor.pk))
    new = {"oldpassword": given, "password1": "new-willow-17", "password2": "new-willow-17"}
    client.post(reverse("account_change_password"), new)
    _own, row = client.get(reverse("accounts:audit"), {"kind": "password"}).context["table"].rows
    assert (row.get_cell("who"), row.get_cell("label")) == (chief, "auditor")


def test_one_changes_the_own_password_with_the_old_one(client, wang):
    wang.set_password("old-willow-16")
    wang.save()
    client.force_login(wang)
    new = {"password1": "new-willow-17", "password2": "new-willow-17"}
    for old in ("wrong", "old-willow-16"):
        client.post(reverse("account_change_password"), {"oldpassword": old, **new})
        wang.refresh_from_db()
        assert wang.check_password("new-willow-17") == (old == "old-willow-16")
    found = AccessLog.objects.filter(kind="password").values_list("who", "label")
    assert list(found) == [(wang.pk, "wanglin")]


def test_a_change_of_the_own_password_ends_the_other_sessions_and_not_this_one(client, wang):
    wang.set_password("old-willow-16")
    wang.save()
    other = Client()
    for browser in (client, other):
        browser.force_login(wang)
    new = {"oldpassword": "old-willow-16", "password1": "new-willow-17", "password2": "new-willow-17"}
    client.post(reverse("account_change_password"), new)
    assert [browser.get(reverse("accounts:me")).status_code for browser in (client, other)] == [200, 302]


def test_who_lost_the_role_is_refused_with_the_next_page(go, chief, client):
    assert go("users").status_code == 200
    grant = chief.grants.get()
    grant.ends_on = TODAY - timedelta(days=1)
    grant.save()
    assert client.get(reverse("accounts:users")).status_code == 403
