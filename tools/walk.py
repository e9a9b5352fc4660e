"""A visitor over real HTTP: signs in by the form, follows the navigation, sends forms. For `bin/demo --once`."""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser

ERROR_WORDS = ("Traceback (most recent call last)", "Server Error", "TemplateSyntaxError", "服务器错误")


class WalkFailed(Exception):
    """A page that did not answer as it should."""


@dataclass
class Form:
    """A form of a page: where it goes and what a browser would send with it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What the walk needs of a page: links inside <nav>, forms, whether there is a main heading."""

    def __init__(self, url: str, status: int, text: str) -> None:
        super().__init__()
        self.url, self.status, self.text = url, status, text
        self.nav_links: list[str] = []
        self.forms: list[Form] = []
        self.headings = 0
        self._nav_depth = 0
        self._select: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "nav":
            self._nav_depth += 1
        elif tag == "a" and self._nav_depth and values.get("href", "").startswith("/"):
            self.nav_links.append(values["href"].partition("#")[0])
        elif tag in {"h1", "h2"}:
            self.headings += 1
        elif tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif self.forms:
            self._field(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "nav":
            self._nav_depth -= 1
        elif tag == "select":
            self._select = None

    def _field(self, tag: str, values: dict[str, str]) -> None:
        fields, name = self.forms[-1].fields, values.get("name", "")
        if tag == "input" and name and values.get("type") not in {"submit", "button", "checkbox", "radio", "file"}:
            fields[name] = values.get("value", "")
        elif tag == "input" and name and "checked" in values:
            fields[name] = values.get("value", "on")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in values or self._select not in fields):
            fields[self._select] = values.get("value", "")


class Visitor:
    """One person with a cookie jar of his own."""

    def __init__(self, base: str) -> None:
        self.base = base
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def get(self, address: str) -> Page:
        """The page after redirects; WalkFailed for an error status or words of an error."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.base, address)))

    def send(self, page: Page, form: Form, **values: str) -> Page:
        """Post the form as the browser would, with the values put in."""
        target = urllib.parse.urljoin(page.url, form.action)
        data = urllib.parse.urlencode(form.fields | values).encode()
        return self._open(urllib.request.Request(target, data=data, headers={"Referer": page.url}))

    def sign_in(self, username: str, password: str) -> Page:
        """By the form on /sign-in/; the page that comes after it."""
        page = self.get("/sign-in/")
        form = next((form for form in page.forms if "login" in form.fields), None)
        if form is None:
            raise WalkFailed("/sign-in/ has no sign-in form")
        after = self.send(page, form, login=username, password=password)
        if urllib.parse.urlparse(after.url).path == "/sign-in/":
            raise WalkFailed(f"{username} could not sign in")
        return after

    def walk(self, home: Page) -> list[str]:
        """Open every address of the home page's navigation; the addresses, each answered and whole."""
        addresses = list(dict.fromkeys(link for link in home.nav_links if not link.startswith("/sign-out")))
        for address in addresses:
            page = self.get(address)
            if urllib.parse.urlparse(page.url).path.startswith("/sign-in"):
                raise WalkFailed(f"{address} leads to the sign-in page")
            if not page.headings:
                raise WalkFailed(f"{address} has no heading")
        return addresses

    def _open(self, request: urllib.request.Request) -> Page:
        request.add_header("Accept-Language", "zh-CN,zh;q=0.9")
        try:
            with self._opener.open(request, timeout=60) as answer:
                page = Page(answer.url, answer.status, answer.read().decode("utf-8"))
        except urllib.error.HTTPError as error:
            raise WalkFailed(f"{request.full_url} answers {error.code}") from error
        for words in ERROR_WORDS:
            if words in page.text:
                raise WalkFailed(f"{request.full_url} shows “{words}”")
        return page
