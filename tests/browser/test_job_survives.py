"""A job that was started in the browser goes on while the web process is gone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import sign_in
from tests.browser.product import Product

pytestmark = pytest.mark.parametrize("device", ["desktop"], indirect=True)


def test_job_of_the_browser_is_done_after_a_restart_of_the_web_process(
    page: Page, product: Product, console: list[str]
) -> None:
    sign_in(page, product, "district_admin")
    page.goto("/households/growth/")
    before = product.one("SELECT max(id) FROM core_job")
    with product.paused("worker"):
        page.get_by_role("button", name="评估").click()
        expect(page.locator("#growth-run progress")).to_be_visible()
        job = product.one("SELECT id FROM core_job WHERE kind = 'assess_growth' AND id > ?", before)
        page.goto(f"/jobs/{job}/")
        product.restart("web")
        assert product.one("SELECT state FROM core_job WHERE id = ?", job) == "queued"
    expect(page.locator("[data-job-ended]")).to_be_visible(timeout=40_000)  # the page itself asked again
    assert product.rows("SELECT state, attempt FROM core_job WHERE id = ?", job) == [("done", 1)]
    assert all("ERR_CONNECTION" in error or "htmx" in error for error in console), console
    console.clear()
