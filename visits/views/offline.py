"""The phone's copy: the own households made for reading and writing without network, and the list of what to keep."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.audit import record
from accounts.roles import may
from households import casefile
from households.models import Household
from programs.sections import load as load_measures
from visits.forms import NeedForm, VisitForm
from visits.keeping import kept_households, pages_of
from visits.needs import DUE_AFTER
from visits.sections import load_needs, load_visits

ACTS: frozenset[str] = frozenset()  # links to pages that need the network are not offered


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """The own households; also what the phone shows in place of a page that it does not keep."""
    _only_cadres(request)
    households = kept_households(request.user)[: settings.OFFLINE_HOUSEHOLDS]
    return render(request, "visits/offline.html", {"households": households, "made_at": timezone.now()})


@require_GET
def offline_household(request: HttpRequest, pk: int) -> HttpResponse:
    """A case file without ID number, bank card, phone and disease, and the form for a visit; logged."""
    household = get_object_or_404(kept_households(request.user), pk=pk)
    record(request.user, "case_file", household, label=str(household.code))
    return render(request, "visits/offline_household.html", _facts(request, household))


@require_GET
def offline_need(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for a need of the household."""
    household = get_object_or_404(kept_households(request.user), pk=pk)
    context = {"household": household, "form": NeedForm(), "due_after": DUE_AFTER.days}
    return render(request, "visits/offline_need.html", context)


@require_GET
def offline_list(request: HttpRequest) -> JsonResponse:
    """What the phone keeps, with versions, and for how many days."""
    _only_cadres(request)
    pages = pages_of(request.user)
    return JsonResponse(
        {
            "user": request.user.pk,
            "days": settings.OFFLINE_KEEP_DAYS,
            "pages": [{"url": page.url, "version": page.version} for page in pages],
            "pictures": [url for page in pages for url in page.pictures],
        }
    )


def _only_cadres(request: HttpRequest) -> None:
    if not may(request.user, "keep_offline"):
        raise PermissionDenied


def _facts(request: HttpRequest, household: Household) -> dict[str, Any]:
    user = request.user
    needs = load_needs(household, user, ACTS)
    return {
        "household": household,
        "may": ACTS,
        "made_at": timezone.now(),
        "due_after": DUE_AFTER.days,
        "flag": casefile.latest_flag(household),
        "basics": casefile.basics_without_secrets(household),
        "people": [person for person in casefile.people(household) if person.member.active],
        "income": casefile.income(household),
        "guarantees": casefile.guarantees(household),
        "needs": [need for need in needs["needs"] if need.is_pending],
        "visits": load_visits(household, user, ACTS),
        "measures": load_measures(household, user, ACTS),
        "form": VisitForm(household=household),
    }
