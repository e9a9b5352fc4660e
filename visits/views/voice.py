"""What a household says of a visit, typed on the cadre's phone; what households say, for the township; their cards."""

from typing import Any, cast
from uuid import uuid4

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.roles import may
from core.pages import paged
from households.models import Household
from households.scope import require
from visits.cards import make_cards, villages_with_cards, with_card
from visits.filters_voice import VillageFilter, VoiceFilter
from visits.forms_voice import CardsForm, ConfirmForm, VoiceForm
from visits.models import HouseholdCard, HouseholdVoice, Visit
from visits.tables_voice import VillageCardTable, VoiceTable
from visits.views.shown import shown
from visits.voice import CardRefused, confirm_visit, first_version, say


def visit_voice(request: HttpRequest, pk: int) -> HttpResponse:
    """On a visit, if the household wants to: it confirms it, it says how satisfied it is (what=confirm|say)."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user).select_related("corrects"), pk=pk)
    require(request.user, visit.household, "log_visit")
    what = request.POST.get("what") if request.method == "POST" else None
    fresh = {"client_id": uuid4()}
    confirm = ConfirmForm(request.POST if what == "confirm" else None, initial=fresh)
    voice = VoiceForm(request.POST if what == "say" else None, initial=fresh)
    if confirm.is_bound and confirm.is_valid() and _may_try(request, confirm):
        try:
            confirm_visit(visit, by=cast(User, request.user), **confirm.cleaned_data)
        except CardRefused as refusal:
            confirm.add_error("card_code", refusal.sentence)
        else:
            messages.success(request, _("The household has confirmed the visit."))
            return redirect("visits:voice", pk)
    if voice.is_bound and voice.is_valid():
        say(visit.household, visit=visit, **voice.cleaned_data)
        messages.success(request, _("Thank you. Only the township and the district read it."))
        return redirect("visits:detail", pk)
    context = {
        "visit": visit, "household": get_object_or_404(shown(request), pk=visit.household_id), "confirm": confirm,
        "voice": voice, "confirmations": first_version(visit).confirmations.all(),  # type: ignore[attr-defined]
    }  # fmt: skip
    response = render(request, "visits/visit_voice.html", context, status=422 if what else 200)
    response["Cache-Control"] = "no-store"  # the way back shows nobody what the household chose
    return response


def _may_try(request: HttpRequest, form: ConfirmForm) -> bool:
    """Codes of cards are not tried without end here either."""
    if not form.cleaned_data["card_code"] or consume(request, action="open_code"):
        return True
    form.add_error("card_code", _("Too many codes were tried within the hour. Confirm by name, or try again later."))
    return False


def voices(request: HttpRequest) -> HttpResponse:
    """What households say, newest first: for the township and the district."""
    if not may(request.user, "read_voice"):
        raise PermissionDenied
    rows = HouseholdVoice.objects.visible_to(request.user).prefetch_related(Prefetch("household", shown(request)))
    found = VoiceFilter(request.GET, queryset=rows, request=request)
    return render(request, "visits/voices.html", {"filter": found, "table": paged(request, VoiceTable(found.qs))})


def cards(request: HttpRequest) -> HttpResponse:
    """Villages with how many of their households hold a card."""
    if not may(request.user, "make_cards"):
        raise PermissionDenied
    places = villages_with_cards(Household.objects.allowed(request.user, "make_cards"))
    found = VillageFilter(request.GET, queryset=places.select_related("parent"), request=request)
    context = {"filter": found, "table": paged(request, VillageCardTable(found.qs))}
    return render(request, "visits/cards.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def village_cards(request: HttpRequest, pk: int) -> HttpResponse:
    """The cards of one village; POST: make and print them."""
    households = Household.objects.allowed(request.user, "make_cards").filter(village=pk, closed_on=None)
    village = get_object_or_404(villages_with_cards(households).select_related("parent"))
    form = CardsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = with_card(households).select_related("village__parent").order_by("code")
        return _sheet(request, list(chosen if form.cleaned_data["anew"] else chosen.filter(has_card=False)))
    return render(request, "visits/cards_village.html", {"form": form, "village": village})


@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of one household; POST: make and print a new one, the old one ends."""
    household: Any = get_object_or_404(shown(request), pk=pk)
    require(request.user, household, "make_cards")
    if request.method == "POST" and household.closed_on is None:
        return _sheet(request, [household])
    held = HouseholdCard.objects.in_use().filter(household=household).select_related("made_by").first()
    return render(request, "visits/card.html", {"household": household, "card": held})


def _sheet(request: HttpRequest, households: list[Household]) -> HttpResponse:
    """The new cards on a page to print: their codes are shown here and never again."""
    made = make_cards(households, by=cast(User, request.user))
    address = request.build_absolute_uri(reverse("visits:card_voice"))
    response = render(request, "visits/cards_sheet.html", {"cards": made, "address": address})
    response["Cache-Control"] = "no-store"
    return response
