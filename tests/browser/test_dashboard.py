"""An official goes from a figure to exactly the list that it counts, to a household, and back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import sign_in
from tests.browser.product import Product

READ = """async (address) => {
  const answer = await fetch(address)
  const list = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#list")
  const rows = list.querySelectorAll("tbody tr").length
  return [rows, list.querySelector(".pages-count")?.textContent ?? "0", !!list.querySelector("a[rel=next]")]
}"""


def number_in(text: str) -> int:
    """The last number of what a list says it holds."""
    return int(re.search(r"(\d[\d,]*)\D*$", text)[1].replace(",", ""))


def total(page: Page) -> int:
    """What the list of households says it holds; an empty list says so in words."""
    if page.locator(".pages-count").count() == 0:
        expect(page.locator(".empty")).to_be_visible()
        return 0
    return number_in(page.locator(".pages-count").inner_text())


def listed(page: Page, address: str) -> int:
    """What the list at this address says it holds, and does where all its rows stand on one page; nothing is drawn."""
    rows, words, more = page.evaluate(READ, address)
    assert more or rows == number_in(words)
    return number_in(words)


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
