"""What people do on every page."""

from playwright.sync_api import Page

from tests.browser.product import Product

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
