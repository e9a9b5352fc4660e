"""Somebody without an account complains on the phone; an official answers; the receipt code opens the answer."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import confirm, problems_of, sign_in
from tests.browser.product import Product

pytestmark = pytest.mark.parametrize("device", ["phone"], indirect=True)


def test_complaint_from_the_sign_in_page_to_the_answer(page: Page, product: Product) -> None:
    village = product.one(
        "SELECT name FROM district_division WHERE code LIKE '120119122%' AND level = 'village' LIMIT 1"
    )
    page.goto("/sign-in/")
    page.get_by_role("link", name="投诉建议").click()
    page.get_by_text("帮扶资金、物资").click()
    page.get_by_label("具体情况").fill("大米没有收到")
    page.get_by_label("乡镇（街道）").select_option(label="穿芳峪镇")
    page.get_by_label("行政村").select_option(label=village)
    page.get_by_role("button", name="提交").click()
    code = page.locator("[data-receipt]").inner_text()
    assert list(problems_of(page)) == []

    sign_in(page, product, "township_official")
    page.get_by_text("件投诉建议待答复").locator("xpath=ancestor::*[contains(@class, 'todo-card')]//a").click()
    page.locator("#list tbody tr", has_text="大米没有收到").get_by_role("link").click()
    page.get_by_label("答复内容").fill("已补发到村委会")
    page.get_by_role("button", name="保存答复").click()
    expect(page.locator(".tag", has_text="已答复").first).to_be_visible()

    page.context.clear_cookies()
    page.goto("/say/answer/")
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询答复").click()
    expect(page.locator("[data-answer]")).to_have_text("已补发到村委会")


def test_a_card_is_printed_and_the_household_confirms_with_it(page: Page, product: Product) -> None:
    household = product.one(
        "SELECT p.household_id FROM cadres_pairing p JOIN cadres_cadre c ON c.id = p.cadre_id"
        " JOIN accounts_user u ON u.id = c.user_id WHERE u.username = 'cadre' AND p.ended_on IS NULL LIMIT 1"
    )
    visit = product.one("SELECT max(id) FROM visits_visit WHERE household_id = ?", household)
    sign_in(page, product, "district_admin")
    page.goto(f"/cards/{household}/")
    page.get_by_role("button", name="连心卡").or_(page.get_by_role("button", name="补办新卡")).click()
    if page.locator("#confirm-dialog").is_visible():
        confirm(page)
    code = page.locator("[data-code]").inner_text()
    page.context.clear_cookies()

    sign_in(page, product, "cadre")
    page.goto(f"/visits/{visit}/")
    page.get_by_role("link", name="农户确认与评价").click()
    page.get_by_label("或填连心卡卡号").fill(code)
    page.get_by_role("button", name="确认走访").click()
    expect(page.locator("[data-confirmed]")).to_contain_text("卡号确认")
