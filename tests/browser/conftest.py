"""Chromium against the real product, on a phone and on a desktop; an error on a page's console fails the test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser.product import Product, district, running

ARGUMENTS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--no-first-run"]  # fmt: skip
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "desktop": {"viewport": {"width": 1440, "height": 900}},
}
LEFT = ("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")  # a poll under way when its page was left
FIRST = ("test_dashboard", "test_axe", "test_import_questions", "test_import")
PATIENCE = 15_000  # milliseconds: two products and two browsers share two cores


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, those that add households after those that look at all of them; two processes take turns."""
    here = Path(__file__).parent
    ours = [item for item in items if here in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.browser)
    ours.sort(key=lambda item: FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST))
    items[:] = [*(item for item in items if item not in ours), *ours[::2], *ours[1::2]]


@pytest.fixture(scope="session", autouse=True)
def loop_of_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, which Django would take for asynchronous code."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, not one that playwright would download."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": next(filter(None, found)), "args": [*ARGUMENTS, *as_root]}


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The real product; each process of pytest-xdist has its own, with a copy of the district that the first made."""
    folder = tmp_path_factory.getbasetemp()
    common = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    prepared = district(Path(os.environ.get("BANGFU_DISTRICT", common / "district")))
    own = shutil.copytree(prepared, folder / "product")
    with running(own) as started:
        yield started


@pytest.fixture(params=list(DEVICES))
def device(request: pytest.FixtureRequest) -> str:
    """phone, then desktop."""
    return request.param


@pytest.fixture
def console() -> list[str]:
    """Errors that pages reported; a test that means to cause one clears the list."""
    return []


@pytest.fixture
def context(browser: Browser, product: Product, device: str) -> Iterator[BrowserContext]:
    """A browser of its own: nobody is signed in."""
    opened = browser.new_context(
        base_url=product.base, locale="zh-CN", accept_downloads=True, service_workers="block", **DEVICES[device]
    )
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, console: list[str]) -> Iterator[Page]:
    """A page of it; what Content-Security-Policy refuses is an error on the console too."""

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(LEFT):
            console.append(f"{message.location['url']}: {message.text}")

    opened = context.new_page()
    opened.on("console", heard)
    opened.on("pageerror", lambda error: console.append(f"{opened.url}: {error}"))
    yield opened
    assert console == []
