"""A password that an administrator gave lasts for one act: choosing another."""

import pytest
from django.urls import reverse

from accounts import users
from accounts.models import User
from accounts.roles import Role
from tests.factories.accounts import GrantFactory, UserFactory

PAGE = reverse("account_change_password")
OWN = "willow-by-the-river-17"


@pytest.fixture
def chief(db):
    return GrantFactory(user=UserFactory(username="chief"), role=Role.SYSTEM_ADMIN).user


@pytest.fixture
def given(chief):
    """(a new account, the password that was given with it)"""
    return users.create_user(username="wanglin", display_name="王林")


def change(client, old):
    return client.post(PAGE, {"oldpassword": old, "password1": OWN, "password2": OWN})


def test_every_page_leads_to_the_change_until_it_is_done(client, given):
    user, password = given
    client.post(reverse("account_login"), {"login": "wanglin", "password": password})
    for address in ("/", reverse("households:list"), reverse("accounts:me"), reverse("core:jobs")):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert client.get(PAGE).status_code == 200
    assert change(client, password)["Location"] == reverse("dashboards:home")
    assert client.get(reverse("accounts:me")).status_code == 200
    assert User.objects.get(pk=user.pk).must_change_password is False


def test_a_part_of_a_page_leads_the_whole_page(client, given):
    client.force_login(given[0])
    answer = client.get(reverse("households:list"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, PAGE)


@pytest.mark.parametrize("address", [reverse("core:health_live"), reverse("account_logout")])
def test_signing_out_and_health_answer_as_always(address, client, given):
    client.force_login(given[0])
    assert client.get(address).status_code == 200


def test_what_is_sent_meanwhile_changes_nothing(client, given):
    client.force_login(given[0])
    assert client.post(reverse("households:new"), {"head_name": "赵有田"})["Location"] == PAGE


def test_a_replaced_password_is_a_given_one_again(client, chief, given):
    user, password = given
    client.force_login(user)
    change(client, password)
    again = users.new_password(User.objects.get(pk=user.pk), by=chief)
    client.post(reverse("account_login"), {"login": "wanglin", "password": again})
    assert client.get("/")["Location"] == PAGE


def test_the_given_password_itself_is_not_taken_as_the_new_one(client, given):
    user, password = given
    client.force_login(user)
    client.post(PAGE, {"oldpassword": password, "password1": password, "password2": password})
    assert User.objects.get(pk=user.pk).must_change_password is True
