"""A picture of a sore leg goes to the hospital; its answer comes back to the cadre, who tells the household."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.acting import sign_in
from tests.browser.product import Product

ASKED, ANSWERED = "小腿红肿，已三天", "外敷药膏，每日两次，一周后复诊"

ONE = re.compile(r"/referrals/(\d+)/")


@pytest.fixture
def leg() -> dict:
    file = io.BytesIO()
    Image.new("RGB", (900, 1200), "#b07060").save(file, "JPEG")
    return {"name": "leg.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


@pytest.mark.parametrize("device", ["phone"])
def test_a_sore_leg_is_shown_to_the_hospital_and_the_household_told(page: Page, product: Product, leg: dict) -> None:
    sign_in(page, product, "cadre")
    page.goto("/")
    page.locator(".household-card a[href^='/households/']").last.click()
    page.get_by_role("link", name="登记诉求").click()
    page.get_by_label("助医").check()
    page.locator("#id_text").fill("老人腿疼")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="转交部门或专家").click()
    option = page.locator("#id_to option", has_text="区人民医院（全体经办人").get_attribute("value")
    page.locator("#id_to").select_option(option)
    page.locator("#id_text").fill(ASKED)
    page.locator("input[type=file]").set_input_files(leg)
    page.get_by_role("button", name="发送").click()
    page.wait_for_url(ONE)
    found = ONE.search(page.url)
    assert found
    referral = found[1]

    page.context.clear_cookies()
    sign_in(page, product, "department_officer")
    page.goto("/referrals/?state=sent")
    page.locator(f"a[href='/referrals/{referral}/']").first.click()
    expect(page.locator(".thread")).to_contain_text(ASKED)
    expect(page.locator(".thread img")).not_to_have_js_property("naturalWidth", 0)
    page.locator("#id_text").fill(ANSWERED)
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".message-success")).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, product, "cadre")
    page.goto("/todo/")
    page.locator(f"a[href='/referrals/{referral}/']").click()
    expect(page.locator(".thread-answer")).to_contain_text(ANSWERED)
    page.get_by_role("link", name="记录走访").last.click()
    page.get_by_role("radio", name="入户").check()
    page.locator(f"input[name=answers_told][value='{referral}']").check()
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/*/")
    state = product.one("SELECT state FROM visits_referral WHERE id = ?", referral)
    assert (state, product.one("SELECT state FROM visits_need ORDER BY id DESC LIMIT 1")) == ("told", "closed")
