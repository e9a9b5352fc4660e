"""A cadre plans a visit on the phone and finds it in to-do and calendar; on the desktop by the keyboard."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import confirm, problems_of, sign_in
from tests.browser.product import Product


@pytest.mark.parametrize("device", ["phone"], indirect=True)
def test_planned_by_a_day_of_the_calendar_it_stands_in_to_do_until_dropped(page: Page, product: Product) -> None:
    sign_in(page, product, "cadre")
    before = product.count("visits_plannedvisit")
    page.goto("/todo/")
    page.get_by_role("link", name="走访日历").first.click()
    day = date.fromisoformat(product.one("SELECT date('now', '+8 hours')")) + timedelta(days=1)
    page.goto(f"/visits/planned/new/?day={day}")  # what the day leads to, if nothing is planned on it yet
    page.locator(".kinds a").first.click()
    expect(page.get_by_label("计划日期")).to_have_value(str(day))
    page.get_by_label("事由").fill("送棉被")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(f"#day-{day}").get_by_text("送棉被")).to_be_visible()

    page.goto("/todo/")
    card = page.locator(".todo-card", has_text="送棉被")
    expect(card.get_by_role("link", name="记录走访")).to_be_visible()
    assert list(problems_of(page)) == []
    card.get_by_role("link", name="改期").click()
    page.get_by_role("button", name="取消计划").click()
    confirm(page)
    expect(page.get_by_role("button", name="恢复计划")).to_be_visible()
    page.goto("/todo/")
    expect(page.locator(".todo-card", has_text="送棉被")).to_have_count(0)
    assert product.count("visits_plannedvisit") == before + 1


@pytest.mark.parametrize("device", ["desktop"], indirect=True)
def test_arrows_move_from_day_to_day(page: Page, product: Product) -> None:
    sign_in(page, product, "cadre")
    page.goto("/calendar/")
    page.locator("[data-month] a").first.focus()
    page.keyboard.press("PageDown")
    page.wait_for_url("**/calendar/?month=*")
    page.locator("[data-month] a").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.querySelector('.num').textContent.trim()") == "2"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.querySelector('.num').textContent.trim()") == "9"
