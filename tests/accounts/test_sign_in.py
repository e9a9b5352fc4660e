"""Sign-in with name or phone, its limits, its log, and the language of the page."""

from urllib.parse import urlencode

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.urls import NoReverseMatch, reverse

from accounts import users
from accounts.models import AccessLog
from tests.factories.accounts import UserFactory

PASSWORD = "柳树-2016-bridge"
FAILURES = 5


@pytest.fixture
def wang(db):
    user = UserFactory(username="wanglin", display_name="王林", phone="13900000010")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def chief(db):
    return UserFactory(username="chief")


@pytest.fixture
def sign_in(client, db):
    def act(login, password=PASSWORD, **extra):
        return client.post(reverse("account_login"), {"login": login, "password": password}, **extra)

    return act


def signed_in(client):
    return client.get(reverse("accounts:me")).status_code == 200


@pytest.mark.both_engines
@pytest.mark.parametrize("login", ["wanglin", "WangLin", " wanglin ", "13900000010"])
def test_user_name_or_phone_signs_in(login, client, wang, sign_in):
    answer = sign_in(login)
    assert (answer.status_code, answer["Location"], signed_in(client)) == (302, "/", True)


@pytest.mark.parametrize(
    ("login", "password"), [("wanglin", "wrong"), ("nobody", PASSWORD), ("13900000011", PASSWORD), ("wanglin", "")]
)
def test_wrong_name_or_password_stays_on_the_page(login, password, client, wang, sign_in):
    assert (sign_in(login, password).status_code, signed_in(client)) == (200, False)


def test_wrong_name_and_wrong_password_read_the_same(wang, sign_in):
    known, unknown = (list(sign_in(login, "wrong").context["form"].non_field_errors()) for login in ("wanglin", "no"))
    assert (known, len(known)) == (unknown, 1)


def test_an_account_without_a_password_does_not_sign_in(client, sign_in):
    UserFactory(username="fresh")
    assert [sign_in("fresh", password).status_code for password in ("!", "x")] == [200, 200]
    assert not signed_in(client)


def test_the_right_password_is_refused_after_five_wrong_ones(client, wang, sign_in):
    assert [sign_in("wanglin", "wrong").status_code for _ in range(FAILURES)] == [200] * (FAILURES - 1) + [429]
    assert (sign_in("wanglin").status_code, signed_in(client)) == (429, False)


def test_four_wrong_ones_lock_nobody_and_the_right_one_counts_anew(client, wang, sign_in):
    for _ in range(2):
        assert [sign_in("wanglin", "wrong").status_code for _ in range(FAILURES - 1)] == [200] * (FAILURES - 1)
        assert sign_in("wanglin").status_code == 302
        client.logout()


def test_a_lock_is_for_one_name_at_one_place(client, wang, sign_in):
    for _ in range(FAILURES):
        sign_in("wanglin", "wrong", REMOTE_ADDR="10.0.0.1")
    assert sign_in("wanglin", REMOTE_ADDR="10.0.0.2").status_code == 302


def test_name_and_phone_share_one_lock(client, wang, sign_in):
    for _ in range(FAILURES):
        sign_in("wanglin", "wrong")
    assert (sign_in("13900000010").status_code, signed_in(client)) == (429, False)


def test_upper_and_lower_case_share_one_lock(client, wang, sign_in):
    for login in ("wanglin", "Wanglin", "WangLin", "WANGLIN", " wanglin"):
        sign_in(login, "wrong")
    assert (sign_in("wanglin").status_code, signed_in(client)) == (429, False)


def test_a_name_of_nobody_is_locked_like_any_other(wang, sign_in):
    found = [[sign_in(login, "wrong").status_code for _ in range(FAILURES + 1)] for login in ("wanglin", "nobody")]
    assert found == [[200] * (FAILURES - 1) + [429] * 2] * 2


@pytest.mark.parametrize("login", ["wanglin", "nobody", "gone", "13900000011"])
def test_a_refused_sign_in_hashes_once_whoever_is_named(login, wang, chief, sign_in, monkeypatch):
    users.deactivate(UserFactory(username="gone"), reason="调离", by=chief)
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
    sign_in(login, "wrong")
    assert len(hashed) == 1


def test_sign_in_begins_a_new_session(client, wang, sign_in):
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = 1
    session.save()
    planted = client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    sign_in("wanglin")
    assert signed_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_a_failed_attempt_keeps_no_phone_number(wang, sign_in):
    for phone in ("13900000010", "13900000011"):
        sign_in(phone, "wrong")
    kept = [str(row) for row in AccessAttempt.objects.values_list("username", "get_data", "post_data")]
    assert [row for row in kept if "1390000001" in row] == []


def test_a_deactivated_account_is_refused(client, wang, chief, sign_in):
    users.deactivate(wang, reason="调离", by=chief)
    assert (sign_in("wanglin").status_code, signed_in(client)) == (200, False)


def test_a_deactivated_account_is_signed_out(client, wang, chief, sign_in):
    sign_in("wanglin")
    assert signed_in(client)
    users.deactivate(wang, reason="调离", by=chief)
    assert not signed_in(client)


def test_sign_in_is_logged_and_a_refused_one_is_not(wang, sign_in):
    sign_in("wanglin", "wrong")
    sign_in("13900000010")
    assert list(AccessLog.objects.values_list("who", "kind", "label")) == [(wang.pk, "sign_in", "wanglin")]


def test_signing_out_asks_first(client, wang, sign_in):
    sign_in("wanglin")
    assert (client.get(reverse("account_logout")).status_code, signed_in(client)) == (200, True)
    assert client.post(reverse("account_logout"))["Location"] == reverse("account_login")
    assert not signed_in(client)


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password", "account_email", "admin:index"])
def test_no_address_for_sign_up_mail_or_the_admin(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["/sign-up/", "/signup/", "/accounts/signup/", "/admin/"])
def test_sign_up_does_not_exist(path, client, db):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/households/", "/households/1/", "/audit/", "/settings/users/"])
def test_a_stranger_is_sent_to_the_sign_in_and_back(path, client, wang):
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next={path}")
    assert client.post(answer["Location"], {"login": "wanglin", "password": PASSWORD})["Location"] == path


@pytest.mark.parametrize(
    "address",
    ["https://example.org/", "//example.org/", "///example.org", "/\\example.org", "\\\\example.org",
     "https:example.org", "javascript:alert(1)", "http://testserver@example.org/", " //example.org", "/\t/example.org"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["query", "form"])
def test_sign_in_leads_to_no_other_site(place, address, client, wang):
    query = f"?{urlencode({'next': address})}" if place == "query" else ""
    form = {"login": "wanglin", "password": PASSWORD, **({"next": address} if place == "form" else {})}
    found = [client.post(reverse("account_login") + query, form)["Location"]]
    found.append(client.get(f"{reverse('account_login')}?{urlencode({'next': address})}")["Location"])
    assert found == ["/", "/"]


@pytest.mark.parametrize("browser", ["", "en-US,en;q=0.9", "zh-TW", "fr"])
def test_the_page_is_chinese_whatever_the_browser_says(browser, client, db):
    page = client.get(reverse("account_login"), headers={"accept-language": browser})
    assert (page["Content-Language"], "登录" in page.content.decode()) == ("zh-hans", True)


def test_english_by_the_switch_and_back(client, db):
    found = []
    for language in ("en", "zh-hans"):
        answer = client.post(reverse("set_language"), {"language": language, "next": reverse("account_login")})
        page = client.get(answer["Location"])
        found.append((page["Content-Language"], "Sign in" in page.content.decode()))
    assert found == [("en", True), ("zh-hans", False)]
