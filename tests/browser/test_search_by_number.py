"""A whole ID number that is typed into the search of households stands in no address, not even its beginning."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import sign_in
from tests.browser.product import Product

pytestmark = pytest.mark.parametrize("device", ["desktop"], indirect=True)
NUMBER = "129999197001010018"


def test_typed_with_a_pause_it_stands_in_no_address(page: Page, product: Product) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, product, "district_admin")
    page.goto("/households/")
    field = page.locator("form[data-filter] [name=q]")
    field.press_sequentially(NUMBER[:15])
    page.wait_for_timeout(700)  # longer than the form waits for the next letter
    field.press_sequentially(NUMBER[15:])
    expect(page).to_have_url(re.compile(r"\?(.*&)?person=[0-9a-f]{64}"))
    assert [address for address in asked if NUMBER[:8] in address] == []
    page.reload()
    expect(field).to_have_value("*" * 14)
    page.get_by_role("link", name=re.compile("Clear the search|清除搜索")).click()
    expect(field).to_have_value("")
    assert "person" not in page.url
