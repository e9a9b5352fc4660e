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

        line.mend()
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
        page.evaluate(WRITE)
        shared.clear_cookies()  # the session has ended; nobody signed out
        enter(page, product, "district_admin")
        page.wait_for_function(
            "async () => (await store.user()).name === document.querySelector('script[data-user]').dataset.name"
        )
        line.cut()
        page.goto("/")
        expect(page.get_by_role("heading", name="没有网络")).to_be_visible()

        line.mend()
        page.goto("/sign-out/")
        page.locator("main button").click()
        page.wait_for_url("**/sign-in/")
        enter(page, product, "cadre")
        page.wait_for_function("async () => (await store.user())?.id")
        assert set(kept) <= set(page.evaluate(KEPT))
        page.goto("/account/")
        page.locator("main form[data-sign-out] button").click()
        expect(page.locator("#sign-out-question")).to_contain_text("1")
        page.get_by_role("button", name="退出，保留在本机").click()
        page.wait_for_url("**/sign-in/")
        enter(page, product, "cadre")
        page.wait_for_function("async () => (await store.user())?.id")
        assert page.evaluate("async () => (await store.secretOf(await store.get('items', 'one'))).text") == "看望"
        page.goto("/account/")
        page.locator("main form[data-sign-out] button").click()
        page.get_by_role("button", name="退出并丢弃").click()
        page.get_by_role("button", name="确定丢弃").click()
        page.wait_for_url("**/sign-in/")
