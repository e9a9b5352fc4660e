"""Middleware: a password that an administrator gave is replaced before anything else."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

OPEN = frozenset({"account_change_password", "account_logout", "set_language", "core:health_live",
                  "core:health_ready", "core:manifest", "core:worker", "core:offline_nothing"})  # fmt: skip


class OwnPasswordMiddleware:
    """Whoever signed in with a password that somebody else knows comes to the page where it is changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Leads away from every other page; a part of a page asked by htmx leads the whole page."""
        match = request.resolver_match
        if not getattr(request.user, "must_change_password", False) or (match and match.view_name in OPEN):
            return None
        address = reverse("account_change_password")
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        messages.info(request, _("This password was given to you. Choose one that only you know, then go on."))
        return HttpResponseRedirect(address)
