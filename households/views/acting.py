"""What the pages that change a household share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.audit import record
from core.crypto import keyed_hash
from households.codes import Problem
from households.models import Household
from households.register import RegisterRefused
from households.scope import require


def household_for(request: HttpRequest, pk: int, action: str) -> Any:
    """The household if the user sees it (else 404) and may do this on it (else 403). Opening the page is logged."""
    seen = Household.objects.visible_to(request.user).with_masking(request.user).select_related("village__parent")
    household = get_object_or_404(seen, pk=pk)
    require(request.user, household, action)
    if request.method == "GET":  # the form shows what the case file holds
        record(request.user, "case_file", household, label=str(household.code))
    return household


def closed_answer(request: HttpRequest, household: Household) -> HttpResponse | None:
    """For a page that writes to an open household alone: of a closed one, back to its case file with the reason.

    None where the page may go on: the household is open, or something was sent, which the verb refuses.
    """
    if household.closed_on is None or request.method not in ("GET", "HEAD"):
        return None
    messages.warning(request, Problem.CLOSED.label)
    return redirect("households:detail", household.pk)


def sign_off(request: HttpRequest) -> forms.Form:
    """A form that asks nothing: to send it is the act."""
    form = forms.Form(request.POST)
    form.is_bound = request.method == "POST"
    return form


def form_page(
    request: HttpRequest,
    household: Any,
    form: BaseForm,
    act: Callable[[], Any],
    *,
    heading: str,
    back: str = "",
    open_only: bool = True,
    done: str = "",
    row: models.Model | None = None,
    **more: Any,
) -> HttpResponse:
    """Show the form; act on a valid one and go back to the case file (or `back`). A refusal is an error of the form.

    `open_only`: the form of a closed household is not shown. `done`: what was done, instead of "Saved.". `row`: the
    household, member or statement that the form is about. If somebody has changed it since the form was opened, that is
    said and nothing is done; if an undo has taken it or the household, the answer is 404.
    """
    if open_only and (answer := closed_answer(request, household)) is not None:
        return answer
    back = back or reverse("households:detail", args=[household.pk])
    seen = _version(row)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                _hold(household, *([row] if row is not None else []))
                if row is not None and request.POST.get("seen", seen) != _version(_now(row)):
                    raise RegisterRefused(Problem.CHANGED_MEANWHILE)
                act()
        except RegisterRefused as refusal:
            form.add_error(None, refusal.words_for(request.user))
        else:
            messages.success(request, done or _("Saved."))
            return redirect(back)
    context = {"household": household, "form": form, "heading": heading, "back": back, "seen": seen, **more}
    return render(request, "households/form.html", context, status=422 if form.errors else 200)


def _version(row: Any) -> str:
    """Another one as soon as somebody has changed the row; made of what this request has read of it."""
    if row is None:
        return ""
    return keyed_hash("\n".join(str(getattr(row, field.attname)) for field in row._meta.concrete_fields))


def _now(row: Any) -> Any:
    """The row as it stands now; it is held."""
    return type(row).objects.get(pk=row.pk)


def _hold(*rows: Any) -> None:
    """Keep these rows until the transaction ends; 404 if one is gone: to save it would bring it back."""
    for row in rows:
        held = type(row).objects.filter(pk=row.pk).select_for_update(no_key=True)
        if not list(held.values_list("pk")):
            raise Http404
