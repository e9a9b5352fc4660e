"""What the pages of this app share: who may open them, and how an act that is refused comes back to its form."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from accounts.roles import may
from cadres.codes import Refused

View = Callable[..., HttpResponse]


def must(request: HttpRequest, action: str) -> None:
    """403 for who has no role with this action. Ask it after the object was found: out of sight is 404."""
    if not may(request.user, action):
        raise PermissionDenied


def needs(action: str) -> Callable[[View], View]:
    """403 for who has no role with this action; for pages that show no single object."""

    def wrap(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            must(request, action)
            return view(request, *args, **kwargs)

        return checked

    return wrap


def done(form: BaseForm, act: Callable[[], Any]) -> bool:
    """Whether the form holds and the act was done; a refusal becomes the form's error."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    return True


def status(form: BaseForm) -> int:
    """422 for a form that comes back with errors (htmx swaps it), else 200."""
    return 422 if form.is_bound and form.errors else 200
