"""Every page that a role reaches: no axe violation, not wider than the phone, in Chinese, in English by the switch."""

import re

import pytest
from playwright.sync_api import Page

from accounts.roles import Role
from tests.browser.acting import problems_of, sign_in
from tests.browser.product import Product

CASE_FILE = ["/households/{household}/", "/households/{household}/history/"]
EDITS = [
    "/households/new/", "/households/{household}/edit/", "/households/{household}/members/new/",
    "/households/{household}/statements/new/", "/households/{household}/guarantees/",
]  # fmt: skip
VISITS = [
    "/visits/new/?household={household}",
    "/visits/{visit}/",
    "/visits/{visit}/voice/",
    "/needs/new/?household={household}",
]
PLANS = [
    "/calendar/?view=list", "/visits/planned/new/", "/visits/planned/new/?household={household}",
    "/visits/planned/{plan}/", "/reminders/",
]  # fmt: skip
BOARDS = ["/dashboards/township/{township}/", "/households/?sort=-code&page=2"]
PAGES: dict[str, list[str]] = {  # beyond the navigation
    Role.CADRE: [
        *CASE_FILE, *VISITS, "/visits/{visit}/correct/", "/visits/changes/{told}/", "/account/", "/account/password/",
        "/offline/", "/offline/households/{household}/", "/offline/households/{household}/need/", "/offline/nothing/",
        "/referrals/", "/referrals/{referral}/", "/needs/{need}/", "/needs/{need}/refer/", *PLANS,
    ],
    Role.UNIT_LIAISON: [*CASE_FILE, *VISITS, "/cadres/{cadre}/leave/"],
    Role.VILLAGE_CLERK: [],
    Role.TOWNSHIP_OFFICIAL: [
        *BOARDS, "/parked/{parked}/", "/complaints/{complaint}/", "/cards/", "/cards/village/{village}/",
    ],
    Role.DEPARTMENT_OFFICER: ["/referrals/{referral}/"],
    Role.DISTRICT_ADMIN: [
        *CASE_FILE, *EDITS, *BOARDS, "/dashboards/district/", "/households/imports/new/", "/households/?q=nobody",
        "/cadres/{cadre}/", "/cadres/new/", "/cadres/{cadre}/deactivate/", "/cadres/units/", "/cadres/coverage/",
        "/cadres/pairing/propose/", "/cadres/pairing/{pairing}/end/", "/cadres/pairing/{pairing}/transfer/",
        "/programs/measures/new/?household={household}", "/programs/measures/{measure}/",
    ],
    Role.INSPECTOR: ["/households/{household}/", "/dashboards/district/"],
    Role.LOG_AUDITOR: ["/audit/history/"],
    Role.SYSTEM_ADMIN: ["/settings/users/new/", "/settings/users/{user}/"],
}  # fmt: skip
CHANGING = (
    r'(?<="csrfmiddlewaretoken" value=")\w+|(?<="X-CSRFToken": ")\w+|(?<=nonce=")[^"]+|(?<=name="next" value=")[^"]*'
)
OWN = (
    "SELECT p.household_id FROM cadres_pairing p JOIN cadres_cadre c ON c.id = p.cadre_id"
    " JOIN accounts_user u ON u.id = c.user_id WHERE u.username = 'cadre' AND p.ended_on IS NULL"
)
OF_OWN = f"JOIN visits_need n ON n.id = r.need_id WHERE r.state = 'answered' AND n.household_id IN ({OWN})"


@pytest.fixture
def names(product: Product) -> dict[str, object]:
    """Numbers for the addresses: the demo cadre's household and what hangs on it."""
    one = product.one
    household = one(f"{OWN} ORDER BY p.id LIMIT 1")
    return {
        "household": household,
        "visit": one(f"SELECT max(id) FROM visits_visit WHERE household_id IN ({OWN})"),  # noqa: S608
        "told": one("SELECT id FROM visits_fact WHERE state = 'open' ORDER BY id LIMIT 1"),
        "referral": one(f"SELECT max(r.id) FROM visits_referral r {OF_OWN}"),  # noqa: S608
        "need": one(f"SELECT max(r.need_id) FROM visits_referral r {OF_OWN}"),  # noqa: S608
        "plan": one(f"SELECT max(id) FROM visits_plannedvisit WHERE household_id IN ({OWN})"),  # noqa: S608
        "cadre": one(
            "SELECT id FROM cadres_cadre WHERE user_id = (SELECT id FROM accounts_user WHERE username = 'cadre')"
        ),
        "pairing": one("SELECT max(id) FROM cadres_pairing WHERE household_id = ? AND ended_on IS NULL", household),
        "parked": one("SELECT min(id) FROM visits_outbox WHERE state = 'parked'"),
        "measure": one("SELECT max(id) FROM programs_measure"),
        "user": one("SELECT id FROM accounts_user WHERE username = 'cadre'"),
        "township": "120119122000",
        "complaint": one("SELECT max(id) FROM visits_complaint WHERE level = 'township'"),
        "village": one(
            "SELECT min(h.village_id) FROM visits_card c JOIN households_household h ON h.id = c.household_id"
        ),
    }


def navigation_of(page: Page) -> list[str]:
    """The addresses of the side navigation."""
    links = page.locator("#side-nav .side-nav a")
    assert links.count() > 1
    return links.evaluate_all("links => links.map((a) => a.getAttribute('href'))")


def walk(page: Page, addresses: list[str]) -> list[str]:
    """Open each page; the problems of all of them. What holds exactly what a page before held is only opened."""
    found = []
    seen = set()
    for address in addresses:
        answer = page.goto(address)
        if answer is None or answer.status != 200:
            found.append(f"{address}: answers {answer and answer.status}")
        elif (held := re.sub(CHANGING, "", answer.text())) not in seen:
            seen.add(held)
            found += [f"{address}: {problem}" for problem in problems_of(page)]
    return found


@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_pages_of_a_role_have_no_violation(page: Page, product: Product, names: dict[str, object], role: str) -> None:
    sign_in(page, product, role)
    more = [address.format_map(names) for address in PAGES[role]]
    assert walk(page, [*navigation_of(page), *more]) == []


def test_pages_without_an_account_have_no_violation(page: Page, product: Product) -> None:
    assert walk(page, ["/sign-in/", "/say/", "/say/answer/", "/say/card/"]) == []


def test_switch_to_english_and_back(page: Page, product: Product) -> None:
    sign_in(page, product, "district_admin")
    switch_to(page, "English")
    for address in navigation_of(page):
        page.goto(address)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (address, page.evaluate("document.documentElement.lang"), max(wider, 0)) == (address, "en", 0)
    switch_to(page, "简体中文")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"


def switch_to(page: Page, language: str) -> None:
    """Press the switch, which lies in the menu on the phone."""
    menu = page.locator("[data-nav-toggle]")
    if menu.is_visible():
        menu.click()
    with page.expect_navigation():
        page.get_by_role("button", name=language).click()
