"""Middleware: the language by the switch alone; what no row can have is refused before a query meets it."""

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


class NumberMiddleware:
    """A whole number of 19 digits and more is no key, year or count: 400, before a database or int() meets it.

    Also with signs, blanks and the underscores that int() takes. Fields that hold long numbers by their nature are left
    alone.
    """

    LONG = frozenset({"q", "id_no", "head_id_no", "bank_card", "login", "password"})
    TOO_LONG = re.compile(r"\s*[+-]?[\d_]{19,}\s*")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._refuse(request.GET)
        asked = (request.path_info, *(value for _name, values in request.GET.lists() for value in values))
        if any("\0" in value for value in asked):  # PostgreSQL knows no such text; a form says it of its field
            raise BadRequest("a NUL character stands in the address")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """What was sent, uploads too: read only once it is known that there is such a page."""
        if request.method == "POST":
            self._refuse(request.POST)

    def _refuse(self, given: QueryDict) -> None:
        for name, values in given.lists():
            if name not in self.LONG and any(map(self.TOO_LONG.fullmatch, values)):
                raise BadRequest(f"{name} is no number that anything has")
