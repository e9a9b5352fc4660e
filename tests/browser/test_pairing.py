"""The admin ends a pairing, and pairs the household anew."""

from playwright.sync_api import Page, expect

from tests.browser.acting import confirm, sign_in
from tests.browser.product import Product

ACTIVE = "SELECT id, household_id, cadre_id FROM cadres_pairing WHERE ended_on IS NULL ORDER BY id DESC LIMIT 1"


def test_admin_ends_a_pairing_and_pairs_the_household_again(page: Page, product: Product) -> None:
    pairing, household, cadre = product.rows(ACTIVE)[0]
    (name, code) = product.rows("SELECT head_name, code FROM households_household WHERE id = ?", household)[0]
    sign_in(page, product, "district_admin")

    page.goto(f"/cadres/{cadre}/")
    page.locator(f"a[href='/cadres/pairing/{pairing}/end/']").click()
    page.get_by_label("原因").fill("工作调动")
    page.get_by_role("button", name="解除结对").click()
    confirm(page)
    page.wait_for_url(lambda url: not url.endswith("/end/"))
    today = product.one("SELECT date(ended_on) FROM cadres_pairing WHERE id = ?", pairing)
    assert product.rows("SELECT end_reason, ended_on FROM cadres_pairing WHERE id = ?", pairing) == [
        ("工作调动", today)
    ]

    page.goto(f"/households/{household}/")
    expect(page.locator("#pairing")).to_contain_text("工作调动")
    page.goto(f"/cadres/pairing/?q={code}")
    row = page.get_by_role("row").filter(has_text=code)
    expect(row).to_contain_text(name)
    row.get_by_role("link", name="选择干部").click()
    panel = page.locator("section[aria-labelledby=pair-heading]")
    panel.get_by_role("radio").first.check()
    panel.get_by_role("button", name="结对").click()
    expect(row).to_have_count(0)
    page.wait_for_load_state()
    again = product.rows(
        "SELECT slot BETWEEN 1 AND quota, starts_on FROM cadres_pairing WHERE household_id = ? AND ended_on IS NULL",
        household,
    )
    assert again == [(1, today)]
