"""What people do on every page."""

from collections.abc import Iterator

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.product import Product

VIOLATIONS = """axe.run({exclude: ["[data-alike]"]}, {resultTypes: ["violations"], preload: false})
  .then((results) => results.violations)"""
MARK_ALIKE = """() => {
  const given = (a) => `${a.name} ${a.name === "style" ? a.value : Boolean(a.value.trim())}`
  const attributes = (e) => [...e.attributes].filter((a) => a.name !== "data-alike").map(given).join()
  const drawn = (e) => [e.tagName, e.className, attributes(e),
    e.children.length ? [...e.children].map(drawn).join() : Boolean(e.textContent.trim())].join("|")
  for (const all of document.querySelectorAll("tbody, select")) {
    const seen = new Set()
    for (const one of [...all.children]) {
      one.toggleAttribute("data-alike", seen.has(drawn(one)))
      seen.add(drawn(one))
    }
  }
}"""  # rows of a table and options of a choice that differ from an earlier one in nothing but their words
_sessions: dict[tuple[str, str], list] = {}


def sign_in(page: Page, product: Product, role: str) -> None:
    """Sign in as the demo's account of this role; by the form the first time, then by the session's cookie."""
    key = (product.base, role)
    if key in _sessions:
        page.context.add_cookies(_sessions[key])
        page.goto("/")
        return
    page.goto("/sign-in/")
    type_sign_in(page, product, role)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    _sessions[key] = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]


def type_sign_in(page: Page, product: Product, role: str) -> None:
    """Fill the two fields of the sign-in page."""
    account = product.accounts[role]
    page.get_by_label("用户名或手机号").fill(account["username"])
    page.get_by_label("密码").fill(account["password"])


def confirm(page: Page) -> None:
    """Say yes in the dialog that asks once."""
    page.locator("#confirm-yes").click()


def problems_of(page: Page) -> Iterator[str]:
    """What the phone's width, the language or axe finds wrong on the page, in a line each."""
    page.wait_for_load_state()  # a page that is just being replaced has no element yet
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wider > 0:
        yield f"{wider} px wider than the screen"
    if (language := page.evaluate("document.documentElement.lang")) != "zh-Hans":
        yield f"lang={language}"
    page.evaluate(MARK_ALIKE)
    page.evaluate(AXE_SCRIPT)
    for violation in page.evaluate(VIOLATIONS):
        nodes = "; ".join(f"{node['target'][0]} {node['html'][:120]}" for node in violation["nodes"][:3])
        yield f"{violation['id']} ({violation['impact']}, {len(violation['nodes'])}): {nodes}"
