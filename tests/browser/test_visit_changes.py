"""From the cadre's home to the receipt: taps counted, nothing typed; what changed is shown before → after."""

import json

from playwright.sync_api import Page, expect

from tests.browser.acting import problems_of, sign_in
from tests.browser.product import Product

COUNTED = """for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, (event) => {
  if (!event.isTrusted) return;
  const counts = JSON.parse(sessionStorage.getItem("counts") || "{}");
  counts[kind] = (counts[kind] || 0) + 1;
  sessionStorage.setItem("counts", JSON.stringify(counts));
}, true);"""


def counts(page: Page) -> dict[str, int]:
    """What the browser itself has counted since the person was on the home page."""
    return json.loads(page.evaluate("sessionStorage.getItem('counts')") or "{}")


def test_a_routine_visit_by_way_of_the_household_takes_six_taps_and_no_keystroke(page: Page, product: Product) -> None:
    sign_in(page, product, "cadre")
    page.add_init_script(COUNTED)
    page.goto("/")
    before = product.count("visits_visit")
    page.locator(".household-card a[href^='/households/']").first.click()
    page.get_by_role("link", name="记录走访").first.click()
    page.locator(".modes label", has_text="入户").click()
    page.locator("[data-changes] label", has_text="健康").click()
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/*/")
    assert counts(page) == {"pointerdown": 5}
    assert product.count("visits_visit") == before + 1
    assert product.one("SELECT changes FROM visits_visit ORDER BY id DESC LIMIT 1") == '["health"]'


def test_a_new_number_and_a_birth_need_no_second_form(page: Page, product: Product) -> None:
    sign_in(page, product, "cadre")
    page.get_by_role("link", name="记录走访").nth(1).click()
    household = page.url.split("household=")[1].split("&")[0]
    people = product.one("SELECT count(*) FROM households_member WHERE household_id = ? AND active", household)
    part = page.locator("[data-change=family]")
    expect(part).to_be_hidden()
    page.locator(".modes label", has_text="入户").click()
    page.locator("[data-changes] label", has_text="家庭成员").click()
    on_phone = page.viewport_size["width"] < 500  # both devices have one product
    name, phone = ("赵晓禾", "13900000123") if on_phone else ("赵晓穗", "13900000456")
    part.get_by_label("新的联系电话").fill(phone)
    part.get_by_label("新生儿姓名").fill(name)
    part.get_by_label("性别").select_option("female")
    part.get_by_label("出生日期").fill(page.locator("#id_visited_on").input_value())
    part.get_by_label("与户主关系").select_option("granddaughter")
    assert list(problems_of(page)) == []
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/*/")
    lines = page.locator(".told li")
    expect(lines.nth(0)).to_contain_text("→")
    expect(lines.nth(0)).to_contain_text(f"139****{phone[-4:]}")
    expect(lines.nth(1)).to_contain_text(f"{name} · 女")
    assert list(problems_of(page)) == []
    now = product.one("SELECT count(*) FROM households_member WHERE household_id = ? AND active", household)
    assert now == people + 1


def test_a_part_that_was_closed_again_is_not_sent(page: Page, product: Product) -> None:
    sign_in(page, product, "cadre")
    page.get_by_role("link", name="记录走访").first.click()
    before = product.count("visits_fact")
    page.locator(".modes label", has_text="入户").click()
    income = page.locator("[data-changes] label", has_text="收入")
    income.click()
    page.get_by_label("收入有什么变化").fill("梨价上涨")
    income.click()
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/*/")
    assert product.count("visits_fact") == before
