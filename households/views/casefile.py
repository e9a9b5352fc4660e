"""The case file: one household as cadres know it, its history, reveals and calls."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.audit import record
from households import casefile, changes
from households.forms_reveal import RevealForm
from households.models import Household
from households.scope import actions_on
from households.sections import buttons, sections


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The case file; opening it is logged."""
    household = _household(request, pk)
    may = actions_on(request.user, household)
    record(request.user, "case_file", household, label=str(household.code))
    context: dict[str, Any] = {
        "household": household,
        "may": may,
        "flag": casefile.latest_flag(household),
        "enrolment": household.enrolments.order_by("-pk").first(),  # type: ignore[attr-defined]
        "basics": casefile.basics(household),
        "income": casefile.income(household),
        "people": casefile.people(household),
        "guarantees": casefile.guarantees(household),
        "parts": _parts(request, household, may),
        "buttons": [
            {"button": b, "url": b.url(household)}
            for b in buttons()
            if b.action in may and b.offered(household, request.user, may)
        ],
    }
    return render(request, "households/detail.html", context)


def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed what, when, through what, before and after; names masked as in the case file."""
    household = _household(request, pk)
    record(request.user, "case_file", household, label=str(household.code))
    page = changes.entries(household, page=request.GET.get("page"))
    return render(request, "households/history.html", {"household": household, "page": page})


def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The full value of one masked field (?what=&member=): asks for a reason, then shows it and logs both."""
    household = _household(request, pk)
    if "reveal" not in actions_on(request.user, household):
        raise PermissionDenied
    what, member = request.GET.get("what", ""), request.GET.get("member", "")
    found = casefile.secret(household, what, int(member) if member.isdecimal() else None)
    if found is None:
        raise Http404
    row, value = found
    form = RevealForm(request.POST or None, prefix=f"{what}-{member}" if member else what)
    context = {"household": household, "form": form, "url": request.get_full_path(), "name": str(row)}
    context["masked"] = casefile.masked(what, value)
    if request.method != "POST" or not form.is_valid():
        template = "components/reveal_form.html" if request.htmx else "households/reveal.html"  # type: ignore[attr-defined]
        return render(request, template, context, status=422 if request.method == "POST" else 200)
    record(
        request.user, "reveal", row, label=casefile.label_of(household, row, what), reason=form.cleaned_data["reason"]
    )
    template = "households/_revealed.html" if request.htmx else "households/reveal.html"  # type: ignore[attr-defined]
    response = render(request, template, context | {"value": value})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the household's phone. No reason is asked; it is logged."""
    household = _household(request, pk)
    if "call" not in actions_on(request.user, household):
        raise PermissionDenied
    if not household.phone:
        messages.warning(request, _("No phone number of this household is known."))
        return redirect("households:detail", pk)
    record(request.user, "call", household, label=str(household.code))
    response = HttpResponse(status=302)
    response["Location"] = f"tel:{household.phone}"
    response["Cache-Control"] = "no-store"
    return response


def _household(request: HttpRequest, pk: int) -> Any:
    seen = Household.objects.visible_to(request.user).with_masking(request.user)
    return get_object_or_404(seen.select_related("village__parent"), pk=pk)


def _parts(request: HttpRequest, household: Household, may: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {"name": s.name, "label": s.label, "order": s.order, "template": s.template,
         "data": s.load(household, request.user, may)}
        for s in sections()
    ]  # fmt: skip
