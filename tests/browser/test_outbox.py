"""The outbox under what happens in a village: no network, a killed browser, failing requests, a restarted server."""

import io
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, BrowserType, Error, Page, Route, expect

from tests.browser.acting import confirm, sign_in
from tests.browser.conftest import DEVICES, PATIENCE
from tests.browser.product import Product

VISITS, PHOTOS = 5, 2
COUNT = ".phone-bar [data-outbox-count]"
SENT = "[data-outbox-list] [data-state=sent]"


def photo(number: int) -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (120, 90), (number * 20 % 255, 120, 90)).save(out, "JPEG")
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@contextmanager
def phone(
    browser_type: BrowserType, launch: dict[str, Any], folder: Path, product: Product
) -> Iterator[BrowserContext]:
    """A browser whose profile lies on the disk; the pages send, not the worker (test_offline.py has that)."""
    opened = browser_type.launch_persistent_context(
        folder, base_url=product.base, locale="zh-CN", service_workers="block", **launch, **DEVICES["phone"]
    )
    opened.set_default_timeout(PATIENCE)
    yield opened
    with suppress(Error):  # it may be dead
        opened.close()


def kill(folder: Path) -> None:
    """End the browser of this profile without a word, as a phone does that needs the memory."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"--user-data-dir={folder}".encode() in entry.read_bytes():
                os.kill(int(entry.parent.name), signal.SIGKILL)


def unsent(page: Page) -> int:
    """What the badge says."""
    badge = page.locator(COUNT)
    return int(badge.inner_text()) if badge.is_visible() else 0


def open_forms(context: BrowserContext, number: int) -> list[Page]:
    """The form of a visit on as many tabs, for the households in turn, while there is a network."""
    first = context.new_page()
    first.goto("/")
    links = first.locator("a[href^='/visits/new/?household=']").evaluate_all("all => all.map((a) => a.href)")
    first.close()
    tabs = []
    for each in range(number):
        tab = context.new_page()
        tab.goto(links[each % len(links)])
        tabs.append(tab)
    return tabs


def write(tab: Page, number: int) -> None:
    """A visit with two photos, saved on the phone."""
    tab.get_by_role("radio", name="入户").check()
    tab.locator("#id_text").fill(f"离线走访{number}")
    tab.locator("input[type=file]").set_input_files([photo(number * PHOTOS + n) for n in range(PHOTOS)])
    expect(tab.locator("[data-previews] img")).to_have_count(PHOTOS)
    tab.get_by_role("button", name="保存").click()
    expect(tab.locator("[data-kept-title]")).to_have_text("已保存在手机上")


def written(product: Product) -> list[tuple[str, int]]:
    """(text, photos) of the visits written in these tests."""
    return product.rows(
        "SELECT text, (SELECT count(*) FROM visits_photo p WHERE p.visit_id = v.id) FROM visits_visit v"
        " WHERE text LIKE '离线走访%' ORDER BY text"
    )


def restless(product: Product) -> Callable[[Route], None]:
    """A network and a server that fail: each way once at least, then one request in twenty."""
    random, seen = Random(5), {"items": 0, "photos": 0}

    def handle(route: Route) -> None:
        kind = "items" if "/items/" in route.request.url else "photos"
        seen[kind] += 1
        number = seen[kind]
        if number == 1:
            route.fulfill(status=500, body="oops")
        elif number == 2:
            route.fetch()  # the server saves, and its answer is lost
            route.abort("connectionreset")
        elif number == 4:
            route.fulfill(status=200, content_type="text/html", body="<html>another network's sign-in</html>")
        elif random.random() < 0.05:
            route.abort("failed")
        else:
            route.continue_()

    return handle


def test_five_visits_with_ten_photos_arrive_once_each_through_all_that_fails(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], product: Product, tmp_path: Path
) -> None:
    before = written(product)
    assert before == []
    with phone(browser_type, browser_type_launch_args, tmp_path / "profile", product) as context:
        sign_in(context.pages[0], product, "cadre")
        tabs = open_forms(context, VISITS)
        context.set_offline(True)
        for number, tab in enumerate(tabs):
            write(tab, number)
            for each in tabs:
                expect(each.locator(COUNT)).to_have_text(str(number + 1))
        cookies = context.cookies()
        kill(tmp_path / "profile")
    assert written(product) == []

    with phone(browser_type, browser_type_launch_args, tmp_path / "profile", product) as context:
        context.route("**/outbox/token/", lambda route: route.abort("failed"))  # no network yet
        page = context.pages[0]
        context.add_cookies(cookies)  # type: ignore[arg-type]  # a session's cookie does not outlive the browser
        page.goto("/outbox/")
        expect(page.locator(COUNT)).to_have_text(str(VISITS))
        expect(page.locator("[data-outbox-list] [data-state=waiting]")).to_have_count(VISITS)
        page.goto("/")
        expect(page.locator("[data-outbox-notice] [data-outbox-count]")).to_have_text(str(VISITS))
        context.route(re.compile("/outbox/(items|photos)/"), restless(product))
        context.unroute("**/outbox/token/")
        page.goto("/outbox/")
        restarted = False
        while (left := unsent(page)) > 0:
            through = sum(photos == PHOTOS for _text, photos in written(product))
            assert VISITS - left <= through  # never said to be sent before it was
            if through >= 2 and not restarted:
                product.restart("web")
                restarted = True
            page.wait_for_timeout(100)
        expect(page.locator(SENT)).to_have_count(VISITS)
        assert restarted
        numbers = page.locator(f"{SENT} [data-receipt]").evaluate_all("all => all.map((a) => a.pathname)")
        assert len(set(numbers)) == VISITS
        page.goto(numbers[0])
        expect(page.locator(".visit-photos img")).to_have_count(PHOTOS)
    assert written(product) == [(f"离线走访{number}", PHOTOS) for number in range(VISITS)]


def save_offline(page: Page, context: BrowserContext, text: str) -> None:
    """A routine visit on the form that is open, without network."""
    context.set_offline(True)
    page.get_by_role("radio", name="电话").check()
    page.locator("#id_text").fill(text)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("[data-kept-title]")).to_have_text("已保存在手机上")


@pytest.mark.parametrize("device", ["phone"], indirect=True)
def test_signed_out_meanwhile_it_waits_and_another_user_neither_sees_nor_sends_it(
    page: Page, context: BrowserContext, product: Product, console: list[str]
) -> None:
    sign_in(page, product, "cadre")
    page.get_by_role("link", name="记录走访").first.click()
    page.wait_for_url("**/visits/new/**")
    save_offline(page, context, "等待登录")
    context.clear_cookies(name="sessionid")  # as a session ends
    context.set_offline(False)
    expect(page.locator("[data-kept-note]")).to_contain_text("登录已失效")
    expect(page.locator(COUNT)).to_have_text("1")

    sign_in(page, product, "unit_liaison")
    page.goto("/outbox/")
    expect(page.locator("[data-outbox-empty]")).to_be_visible()
    assert unsent(page) == 0

    context.clear_cookies(name="sessionid")
    sign_in(page, product, "cadre")  # opens the home page, and that is all it takes
    expect(page.locator(COUNT)).to_be_hidden()
    page.goto("/outbox/")
    expect(page.locator(SENT)).to_have_count(1)
    assert product.one("SELECT count(*) FROM visits_visit WHERE text = '等待登录'") == 1
    console.clear()


@pytest.mark.parametrize("device", ["phone"], indirect=True)
def test_what_the_server_refuses_stays_until_it_is_mended_or_discarded(
    page: Page, context: BrowserContext, product: Product, console: list[str]
) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")  # an older browser
    sign_in(page, product, "cadre")
    for text in ("改正后上传", "放弃"):
        page.goto("/")
        page.get_by_role("link", name="记录走访").first.click()
        page.locator("#id_visited_on").evaluate("day => { day.removeAttribute('max'); day.value = '2999-01-01'; }")
        page.locator("input[type=file]").set_input_files(photo(1))
        expect(page.locator("[data-previews] img")).to_have_count(1)
        page.get_by_role("radio", name="电话").check()
        page.locator("#id_text").fill(text)
        page.get_by_role("button", name="保存").click()
        expect(page.locator("[data-problems] p")).to_contain_text("走访日期")  # typed and chosen stay on the form
        page.evaluate("window.onbeforeunload = null")
        page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/outbox/")
    refused = page.locator("[data-outbox-list] [data-state=refused]")
    expect(refused).to_have_count(2)
    expect(page.locator(COUNT)).to_have_text("2")

    refused.first.locator("[data-discard] button").click()  # the newest
    confirm(page)
    expect(refused).to_have_count(1)
    refused.first.locator("[data-edit]").click()
    expect(page.locator("#id_text")).to_have_value("改正后上传")
    expect(page.locator("[data-kept-photos] b")).to_have_text("1")
    page.locator("#id_visited_on").evaluate("day => { day.value = day.max; }")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(re.compile(r"/visits/\d+/$"))
    expect(page.locator(".message-success")).to_be_visible()
    expect(page.locator(".visit-photos img")).to_have_count(1)
    expect(page.locator(COUNT)).to_be_hidden()
    assert product.one("SELECT count(*) FROM visits_visit WHERE text IN ('改正后上传', '放弃')") == 1
    console.clear()
