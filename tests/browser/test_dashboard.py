"""An official goes from a figure to exactly the list that it counts, to a household, and back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import sign_in
from tests.browser.product import Product

TURN_THE_PAGES = """async (address) => {
  let rows = 0
  for (let next = address; next; ) {
    const here = new URL(next, location.href)
    const answer = await fetch(here)
    const list = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#list")
    rows += list.querySelectorAll("tbody tr").length
    const link = list.querySelector("a[rel=next]")
    next = link && new URL(link.getAttribute("href"), here)
  }
  return rows
}"""


def total(page: Page) -> int:
    """What the list of households says it holds; an empty list says so in words."""
    if page.locator(".pages-count").count() == 0:
        expect(page.locator(".empty")).to_be_visible()
        return 0
    return int(re.search(r"(\d[\d,]*)\D*$", page.locator(".pages-count").inner_text())[1].replace(",", ""))


def listed(page: Page, address: str) -> int:
    """The rows of all pages of the list at this address, counted by turning the pages; nothing is drawn."""
    return page.evaluate(TURN_THE_PAGES, address)


def test_figure_opens_the_list_it_counts_then_a_household_and_back(page: Page, product: Product) -> None:
    sign_in(page, product, "township_official")
    page.goto("/")
    figure = page.locator("a.figure").filter(has_not=page.locator("b", has_text=re.compile("^0$"))).first
    expect(figure).to_be_visible()
    value = int(re.match(r"[\d,]+", figure.locator("b").inner_text())[0].replace(",", ""))
    figure.click()
    page.wait_for_url("**/households/?*")
    address = page.url
    assert total(page) == value
    name = page.locator("#list tbody a[href^='/households/']").first.inner_text()
    page.locator("#list tbody a[href^='/households/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.go_back()
    page.wait_for_url(address)
    assert total(page) == value


@pytest.mark.parametrize("device", ["desktop"], indirect=True)
@pytest.mark.parametrize("role", ["district_admin", "inspector"])
def test_every_figure_of_the_district_equals_the_length_of_its_list(page: Page, product: Product, role: str) -> None:
    sign_in(page, product, role)
    page.goto("/dashboards/district/")
    figures = [
        (link.get_attribute("href"), int(re.match(r"[\d,]+", link.locator("b").inner_text())[0].replace(",", "")))
        for link in page.locator("a.figure[href^='/households/?']").all()
    ]
    assert len(figures) >= 10
    assert [(address, listed(page, address)) for address, _value in figures] == figures
