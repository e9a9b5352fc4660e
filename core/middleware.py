"""Middleware: language by the switch alone; what no row can have is refused before a query meets it; no shared copy."""

import codecs
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation


class LanguageMiddleware:
    """Chinese by default, English by switch: the cookie decides, never the browser's own language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class CacheMiddleware:
    """What somebody who has signed in gets is kept by nobody else, and asked for again before it is shown again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-cache"  # no-store would lose a half-filled form on the way back
        return response


class InputMiddleware:
    """Refuses with 400 what no page can read: another encoding than UTF-8, a NUL in an address, too long a number.

    A whole number of 19 digits and more is no key, year or count; also with signs, blanks and the underscores that
    int() takes. Fields that hold long numbers by their nature are left alone.
    """

    LONG = frozenset({"q", "id_no", "head_id_no", "bank_card", "login", "password"})
    TOO_LONG = re.compile(r"\s*[+-]?[\d_]{19,}\s*")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":  # Django has looked it up
            request.encoding = "utf-8"  # for the page that says so
            raise BadRequest("what is sent is read as UTF-8 alone")
        if "\0" in request.path_info:
            raise BadRequest("a NUL character stands in the address")
        self.refuse_query(request.GET)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """What was sent, uploads too: read only once it is known that there is such a page."""
        if request.method == "POST":
            self._refuse(request.POST)

    @classmethod
    def refuse_query(cls, asked: QueryDict) -> None:
        """BadRequest for a query that no page can answer. (A form says of its own field that it holds a NUL.)"""
        cls._refuse(asked)
        if any("\0" in value for _name, values in asked.lists() for value in values):  # PostgreSQL knows no such text
            raise BadRequest("a NUL character stands in the address")

    @classmethod
    def _refuse(cls, given: QueryDict) -> None:
        for name, values in given.lists():
            if name not in cls.LONG and any(map(cls.TOO_LONG.fullmatch, values)):
                raise BadRequest(f"{name} is no number that anything has")
