"""What lies outside of one's sight is not there; what one's role may not open is refused in words."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import sign_in
from tests.browser.product import Product

pytestmark = pytest.mark.parametrize("device", ["phone"], indirect=True)


def test_case_file_of_anothers_household_is_not_found(page: Page, product: Product, console: list[str]) -> None:
    others = product.one(
        "SELECT max(household_id) FROM cadres_pairing WHERE ended_on IS NULL AND cadre_id NOT IN"
        " (SELECT c.id FROM cadres_cadre c JOIN accounts_user u ON u.id = c.user_id WHERE u.username = 'cadre')"
    )
    sign_in(page, product, "cadre")
    for address in (f"/households/{others}/", f"/visits/new/?household={others}", f"/households/{others}/edit/"):
        assert page.goto(address).status == 404
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    console.clear()  # Chromium reports each answer of 404


def test_page_of_another_role_is_refused(page: Page, product: Product, console: list[str]) -> None:
    sign_in(page, product, "cadre")
    for address in ("/households/imports/", "/settings/users/", "/audit/", "/settings/campaign/"):
        assert page.goto(address).status == 403
    expect(page.locator("main a[href='/']")).to_be_visible()
    console.clear()  # the same of 403


def test_without_signing_in_every_page_leads_to_the_sign_in(page: Page, product: Product) -> None:
    page.goto("/households/")
    assert page.url == f"{product.base}/sign-in/?next=/households/"
    page.get_by_label("用户名或手机号").fill(product.accounts["cadre"]["username"])
    page.get_by_label("密码").fill(product.accounts["cadre"]["password"])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{product.base}/households/")
