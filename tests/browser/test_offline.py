"""No network: a cadre's phone shows what it keeps, also after the browser was killed; signing out takes it away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.acting import type_sign_in
from tests.browser.conftest import DEVICES, PATIENCE
from tests.browser.network import Line, line_to
from tests.browser.product import Product

KEPT = """async () => {
  const db = await store.database();
  return (await db.getAllKeys("pages")).map(([user, url]) => `${user} ${url}`);
}"""
DRAFTED = """async () => {
  const keys = await (await store.database()).getAllKeys("pages");
  return keys.some(([, url]) => url.startsWith("draft "));
}"""
SIGNED_IN = "async () => (await store.user())?.name === document.querySelector('script[data-user]').dataset.name"
ANOTHER_WORKER = """async () => {
  await caches.open("bangfu of before");
  await (await navigator.serviceWorker.ready).unregister();
}"""
TIME_HAS_PASSED = """async () => {
  for (const row of await (await store.database()).getAll("pages"))
    await store.put("pages", {...row, expires: Date.now() - 1});
}"""
WRITE = """async () => {
  const user = (await store.user()).id;
  await store.put("items", {client_id: "one", user, state: "waiting"}, {secret: {text: "看望"}});
}"""
IN_CLEAR = """async (name) => {
  const rows = await (await store.database()).getAll("pages");
  const text = (row) => new TextDecoder().decode(row.sealed.data) + JSON.stringify(row);
  const cached = [];
  for (const cache of await caches.keys())
    for (const request of await (await caches.open(cache)).keys())
      cached.push(await (await caches.match(request)).text());
  return [...rows.map(text), ...cached].filter((one) => one.includes(name)).length;
}"""


@pytest.fixture
def line(product: Product) -> Iterator[Line]:
    """The phone's line to the product."""
    with line_to(product.base) as opened:
        yield opened


@contextmanager
def phone(playwright: Playwright, line: Line, arguments: dict[str, Any], folder: Path) -> Iterator[BrowserContext]:
    """A phone's browser that keeps its data in `folder`; at the end of the block it is gone, as if killed."""
    opened = playwright.chromium.launch_persistent_context(
        folder, base_url=line.base, locale="zh-CN", **arguments, **DEVICES["phone"]
    )
    opened.set_default_timeout(PATIENCE)
    try:
        yield opened
    finally:
        opened.close()


def enter(page: Page, product: Product, role: str) -> None:
    """Sign in by the form, as on a phone that knows nobody."""
    page.goto("/sign-in/")
    type_sign_in(page, product, role)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def until(page: Page, holds: str) -> None:
    """Wait until an asynchronous function of the page gives true (wait_for_function takes its promise for that)."""
    for _look in range(PATIENCE // 100):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {holds}")


def test_own_households_can_be_read_without_network_until_signing_out(
    playwright: Playwright, product: Product, line: Line, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> None:
    with phone(playwright, line, browser_type_launch_args, tmp_path) as first:
        page = first.new_page()
        enter(page, product, "cadre")
        expect(page.locator("[data-kept]")).to_contain_text("可离线使用")
        household = page.locator(".household-card .top a").first
        name, address = household.inner_text(), household.get_attribute("href") or ""
        assert page.evaluate(IN_CLEAR, name) == 0

    with phone(playwright, line, browser_type_launch_args, tmp_path) as second:
        line.cut()
        page = second.new_page()
        page.goto("/")
        expect(page.locator(".household-card .top a", has_text=name)).to_be_visible()
        assert page.locator(".household-card").first.evaluate("card => getComputedStyle(card).borderRadius") == "10px"
        page.goto(address)
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        expect(page.locator(".offline-file")).to_contain_text("家庭成员")
        page.goto(f"/visits/new/?household={address.split('/')[2]}")
        expect(page.locator("#visit").get_by_role("button", name="保存")).to_be_visible()
        page.goto(f"/needs/new/?household={address.split('/')[2]}")
        expect(page.get_by_role("radio", name="助学")).to_be_visible()

        line.mend()
        with product.paused("web"):  # a network that lets wait
            page.goto("/")
            expect(page.locator(".household-card .top a", has_text=name)).to_be_visible()
        enter(page, product, "cadre")
        page.goto("/account/")
        page.locator("main form[data-sign-out] button").click()
        page.wait_for_url("**/sign-in/")
        line.cut()
        page.goto("/")
        expect(page.get_by_role("heading", name="没有网络")).to_be_visible()
        page.goto(address)
        expect(page.get_by_role("heading", name="没有网络")).to_be_visible()


def test_another_user_sees_nothing_of_the_first(
    playwright: Playwright, product: Product, line: Line, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> None:
    with phone(playwright, line, browser_type_launch_args, tmp_path) as shared:
        page = shared.new_page()
        enter(page, product, "cadre")
        expect(page.locator("[data-kept]")).to_contain_text("可离线使用")
        kept = page.evaluate(KEPT)
        page.evaluate(ANOTHER_WORKER)
        page.goto("/")
        until(page, "async () => !(await caches.has('bangfu of before')) && (await caches.keys()).length === 1")
        assert page.evaluate(KEPT) == kept
        line.cut()
        page.goto("/account/")
        expect(page).to_have_url(f"{line.base}/offline/")
        page.locator("[data-nav-toggle]").click()
        page.locator("#side-nav form[data-sign-out] button").click()
        expect(page.locator("#sign-out-question")).to_contain_text("没有网络")
        page.get_by_role("button", name="取消").click()
        line.mend()
        page.goto("/")
        page.evaluate(WRITE)
        shared.clear_cookies()  # the session has ended; nobody signed out
        enter(page, product, "district_admin")
        until(page, SIGNED_IN)
        line.cut()
        page.goto("/")
        expect(page.get_by_role("heading", name="没有网络")).to_be_visible()

        line.mend()
        page.goto("/sign-out/")
        page.locator("main button").click()
        page.wait_for_url("**/sign-in/")
        enter(page, product, "cadre")
        until(page, SIGNED_IN)
        assert set(kept) <= set(page.evaluate(KEPT))
        page.goto("/account/")
        page.locator("main form[data-sign-out] button").click()
        expect(page.locator("#sign-out-question")).to_contain_text("1")
        page.get_by_role("button", name="退出，保留在本机").click()
        page.wait_for_url("**/sign-in/")
        enter(page, product, "cadre")
        until(page, SIGNED_IN)
        assert page.evaluate("async () => (await store.secretOf(await store.get('items', 'one'))).text") == "看望"
        page.evaluate(TIME_HAS_PASSED)
        line.cut()
        page.goto("/")
        expect(page.get_by_role("heading", name="没有网络")).to_be_visible()
        line.mend()
        page.goto("/account/")
        page.locator("main form[data-sign-out] button").click()
        page.get_by_role("button", name="退出并丢弃").click()
        page.get_by_role("button", name="确定丢弃").click()
        page.wait_for_url("**/sign-in/")


def test_what_is_typed_is_there_again_until_it_is_sent(
    playwright: Playwright,
    product: Product,
    line: Line,
    browser_type_launch_args: dict[str, Any],
    tmp_path: Path,
) -> None:
    with phone(playwright, line, browser_type_launch_args, tmp_path) as first:
        page = first.new_page()
        enter(page, product, "cadre")
        page.locator(".household-card a.btn-primary").first.click()
        page.get_by_role("radio", name="电话").check()
        page.locator("#id_text").fill("孩子开学")
        until(page, DRAFTED)
        address, cookies = page.url.split("&id=")[0], first.cookies()

    with phone(playwright, line, browser_type_launch_args, tmp_path) as second:
        second.add_cookies(cookies)
        page = second.new_page()
        page.goto(address)
        expect(page.locator("[data-draft-note]")).to_be_visible()
        expect(page.locator("#id_text")).to_have_value("孩子开学")
        expect(page.get_by_role("radio", name="电话")).to_be_checked()
        before = product.count("visits_visit")
        page.get_by_role("button", name="保存").click()
        page.wait_for_url("**/visits/*/")
        assert product.count("visits_visit") == before + 1
        page.goto(address)
        until(page, f"async () => !(await ({DRAFTED})())")
        expect(page.locator("#id_text")).to_have_value("")


def test_what_is_written_in_the_copy_arrives_once_the_network_is_back(
    playwright: Playwright, product: Product, line: Line, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> None:
    with phone(playwright, line, browser_type_launch_args, tmp_path) as first:
        page = first.new_page()
        enter(page, product, "cadre")
        expect(page.locator("[data-kept]")).to_contain_text("可离线使用")
        household = (page.locator(".household-card .top a").first.get_attribute("href") or "").split("/")[2]
        cookies = first.cookies()

    with phone(playwright, line, browser_type_launch_args, tmp_path) as second:
        second.add_cookies(cookies)
        line.cut()
        page = second.new_page()
        page.goto(f"/visits/new/?household={household}")
        form = page.locator("#visit")
        form.get_by_role("radio", name="入户").check()
        form.locator("#id_text").fill("在村里写的走访")
        form.get_by_role("button", name="保存").click()
        expect(form.locator("[data-kept-title]")).to_have_text("已保存在手机上")
        page.goto(f"/needs/new/?household={household}")
        need = page.locator("#main")
        need.get_by_label("助学").check()
        need.get_by_role("button", name="保存").click()
        expect(need.locator("[data-kept-title]")).to_have_text("已保存在手机上")
        page.goto("/outbox/")
        expect(page.locator("[data-outbox-list] [data-item]")).to_have_count(2)
        expect(page.locator(".phone-bar [data-outbox-count]")).to_have_text("2")
        line.mend()
        expect(page.locator("[data-outbox-list] [data-state=sent]")).to_have_count(2)
        expect(page.locator(".phone-bar [data-outbox-count]")).to_be_hidden()
    assert product.rows("SELECT count(*) FROM visits_visit WHERE text = '在村里写的走访'") == [(1,)]


def test_a_browser_that_keeps_nothing_works_as_ever(
    playwright: Playwright,
    product: Product,
    line: Line,
    browser_type_launch_args: dict[str, Any],
    tmp_path: Path,
) -> None:
    with phone(playwright, line, browser_type_launch_args, tmp_path) as wechat:
        wechat.add_init_script("delete Navigator.prototype.serviceWorker; delete window.indexedDB;")
        page = wechat.new_page()
        enter(page, product, "cadre")
        expect(page.locator("[data-kept]")).to_contain_text("不能离线使用")
        page.locator(".household-card a.btn-primary").first.click()
        page.locator("#id_text").fill("孩子开学")
        until(page, "async () => Object.keys(sessionStorage).some((key) => key.startsWith('draft '))")
        page.evaluate("window.location.reload()")
        expect(page.locator("[data-draft-note]")).to_be_visible()
        expect(page.locator("#id_text")).to_have_value("孩子开学")
        page.goto("/account/")
        page.locator("main form[data-sign-out] button").click()
        page.wait_for_url("**/sign-in/")
        assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft'))") == []
