"""A cadre logs a visit with a photo, on the phone in a few taps."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.acting import sign_in
from tests.browser.product import Product

GPS = 0x8825
LATITUDE, LONGITUDE = 2, 4


@pytest.fixture
def photo() -> dict:
    """A photo as a phone takes it: with the place in its metadata."""
    picture = Image.new("RGB", (1200, 900), "#7fb08f")
    exif = Image.Exif()
    exif.get_ifd(GPS).update({LATITUDE: (40.0, 2.0, 30.0), LONGITUDE: (117.0, 24.0, 12.0)})
    exif[0x010F] = "A phone"
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    assert Image.open(file).getexif().get_ifd(GPS) != {}
    return {"name": "yard.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


class Taps:
    """Counts what the person taps."""

    def __init__(self, page: Page) -> None:
        self.page, self.number = page, 0

    def __call__(self, *, text: str, role: str) -> None:
        self.page.get_by_role(role, name=text).first.click()
        self.number += 1


def household_of(page: Page) -> int:
    """The household that the form's address names."""
    return int(parse_qs(urlsplit(page.url).query)["household"][0])


def last_visit(product: Product) -> tuple:
    """(household, mode, reached, day, photos) of the newest row."""
    return product.rows(
        "SELECT household_id, mode, reached, visited_on, (SELECT count(*) FROM visits_photo p WHERE p.visit_id = v.id)"
        " FROM visits_visit v ORDER BY id DESC LIMIT 1"
    )[0]


def test_routine_visit_takes_at_most_six_taps_from_home(page: Page, product: Product) -> None:
    sign_in(page, product, "cadre")
    before, tap = product.count("visits_visit"), Taps(page)

    tap(text="记录走访", role="link")
    household = household_of(page)
    tap(text="入户", role="radio")
    tap(text="保存", role="button")
    page.wait_for_url("**/visits/*/")

    assert tap.number <= 6
    assert product.count("visits_visit") == before + 1
    assert last_visit(product)[:3] == (household, "home", 1)


def test_visit_with_photo_is_kept_without_the_place_it_was_taken(page: Page, product: Product, photo: dict) -> None:
    sign_in(page, product, "cadre")
    page.get_by_role("link", name="记录走访").nth(1).click()
    household = household_of(page)
    page.get_by_role("radio", name="入户").check()
    page.locator("input[type=file]").set_input_files(photo)
    expect(page.locator("[data-previews] img")).to_have_count(1)
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/*/")

    today = product.one("SELECT visited_on FROM visits_visit ORDER BY id DESC LIMIT 1")
    assert last_visit(product) == (household, "home", 1, today, 1)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    thumbnail = page.locator(".visit-photos img")
    thumbnail.scroll_into_view_if_needed()
    expect(thumbnail).not_to_have_js_property("naturalWidth", 0)
    visit = page.url
    page.locator(".visit-photos a").click()
    expect(page.locator(".photo img")).to_have_js_property("naturalWidth", 1200)
    answer = page.request.get(page.locator(".photo img").get_attribute("src"))
    assert answer.status == 200
    served = Image.open(io.BytesIO(answer.body()))
    assert (served.size, dict(served.getexif())) == ((1200, 900), {})
    page.locator(".photo + .acts a").click()
    page.wait_for_url(visit)

    page.goto("/")
    card = page.locator(".household-card", has=page.locator(f"a[href='/households/{household}/']"))
    _year, month, day = (int(part) for part in today.split("-"))
    expect(card.locator("dd", has_text=f"{month}月{day}日")).to_be_visible()


def test_a_double_tap_makes_one_visit(page: Page, product: Product) -> None:
    sign_in(page, product, "cadre")
    before = product.count("visits_visit")
    page.get_by_role("link", name="记录走访").first.click()
    page.get_by_role("radio", name="电话").check()
    page.evaluate(
        "const save = document.querySelector('.savebar button'); save.click(); save.click();"
        "document.querySelector('form[data-visit-form]').requestSubmit();"
    )
    page.wait_for_url("**/visits/*/")
    assert product.count("visits_visit") == before + 1


def test_save_back_and_save_again_make_one_visit(page: Page, product: Product) -> None:
    sign_in(page, product, "cadre")
    before = product.count("visits_visit"), product.count("visits_need"), product.count("programs_measure")
    page.get_by_role("link", name="记录走访").first.click()
    page.wait_for_url("**/visits/new/?household=*&id=*")
    page.reload()  # as a phone does with a tab that it had put away
    page.get_by_role("radio", name="入户").check()
    page.locator(".need-button").first.click()
    page.locator(".visit-more summary").click()
    page.locator("#id_aid_note").fill("大米")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/*/")
    visit = page.url
    expect(page.locator(".message-success")).to_be_visible()
    page.go_back()
    expect(page.locator(".message-info")).to_be_visible()
    assert page.url == visit
    after = product.count("visits_visit"), product.count("visits_need"), product.count("programs_measure")
    assert after == tuple(number + 1 for number in before)


def test_the_same_form_sent_again_makes_no_second_visit(page: Page, product: Product) -> None:
    sign_in(page, product, "cadre")
    before = product.count("visits_visit")
    page.get_by_role("link", name="记录走访").first.click()
    page.get_by_role("radio", name="电话").check()
    sent = """async () => {
        const form = document.querySelector('form[data-visit-form]');
        const send = () => fetch(window.location.href,
            {method: 'POST', body: new FormData(form), headers: {Accept: 'application/json'}}).then((a) => a.json());
        return [await send(), await send()];
    }"""
    first, second = page.evaluate(sent)
    assert first == second
    assert product.count("visits_visit") == before + 1
    page.evaluate("window.onbeforeunload = null")
