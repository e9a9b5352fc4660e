"""What is done with the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import sign_in
from tests.browser.product import Product

pytestmark = pytest.mark.parametrize("device", ["desktop"], indirect=True)


def focused(page: Page) -> str:
    """id or name of the element that has the focus."""
    return page.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.tagName")


def tab_to(page: Page, css: str, most: int = 60) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(most):
        if page.evaluate("css => document.activeElement.matches(css)", css):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{css} is not reached by {most} times Tab; the focus is on {focused(page)}")


def test_sign_in_with_the_keyboard(page: Page, product: Product) -> None:
    account = product.accounts["district_admin"]
    page.goto("/sign-in/")
    tab_to(page, "[name=login]")
    page.keyboard.type(account["username"])
    page.keyboard.press("Tab")
    assert focused(page) == "id_password"
    page.keyboard.type(account["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{product.base}/")


def test_skip_link_is_the_first_stop_and_leads_past_the_navigation(page: Page, product: Product) -> None:
    sign_in(page, product, "district_admin")
    page.keyboard.press("Tab")
    skip = page.locator(".skip-link")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_filter_with_the_keyboard_finds_the_household_and_opens_it(page: Page, product: Product) -> None:
    name, code = product.rows("SELECT head_name, code FROM households_household ORDER BY id LIMIT 1")[0]
    sign_in(page, product, "district_admin")
    page.goto("/households/")
    tab_to(page, "form[data-filter] input[type=text], form[data-filter] input[type=search]")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    tab_to(page, "#list tbody a[href^='/households/']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_what_is_missing_is_asked_for_before_the_question(page: Page, product: Product) -> None:
    pairing = product.one("SELECT max(id) FROM cadres_pairing WHERE ended_on IS NULL")
    sign_in(page, product, "district_admin")
    page.goto(f"/cadres/pairing/{pairing}/end/")
    for reason in ("", "   "):
        page.get_by_label("原因").fill(reason)
        page.locator("main form button").click()
        expect(page.locator("#confirm-dialog")).to_be_hidden()
        expect(page.get_by_label("原因")).to_be_focused()


def test_dialog_that_asks_once_keeps_the_focus_and_escape_says_no(page: Page, product: Product) -> None:
    pairing = product.one("SELECT max(id) FROM cadres_pairing WHERE ended_on IS NULL")
    sign_in(page, product, "district_admin")
    page.goto(f"/cadres/pairing/{pairing}/end/")
    page.get_by_label("原因").fill("工作调动")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    dialog = page.locator("#confirm-dialog")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.getElementById('confirm-dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert product.one("SELECT ended_on FROM cadres_pairing WHERE id = ?", pairing) is None
