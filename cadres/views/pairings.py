"""Pairing by hand: who is without a cadre, choose one, end, transfer; and who is not covered."""

from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import may
from cadres.coverage import (
    campaign_now,
    quotas_by_rank,
    suggestions,
    uncovered,
    unpaired_households,
    with_load,
    with_room,
)
from cadres.filters import UnpairedFilter
from cadres.forms import END, REASONS, EndForm, PairForm, TransferForm
from cadres.models import Cadre, Pairing
from cadres.pairing import end_pairing, pair, transfer
from cadres.tables import UncoveredTable, UnderQuotaTable, UnpairedTable
from cadres.views.access import done, needs, status
from core.pages import paged
from households.models import Household
from households.scope import require


@needs("see_cadres")
def pairing(request: HttpRequest) -> HttpResponse:
    """Households without a cadre, for who pairs them."""
    campaign = campaign_now()
    sight = Household.objects.visible_to(request.user).with_masking(request.user)
    rows = sight.filter(pk__in=unpaired_households(campaign).values("pk")).select_related("village__parent")
    found = UnpairedFilter(request.GET, queryset=rows)
    may_pair = may(request.user, "pair")
    page = {
        "filter": found,
        "table": paged(request, UnpairedTable(found.qs, exclude=() if may_pair else ("choose",))),
        "unpaired": rows.count(),
        "places": with_room(quotas_by_rank(campaign)).aggregate(n=Sum("room"))["n"] or 0,
        "may_pair": may_pair,
    }
    return render(request, "cadres/pairing.html", page)


def pair_household(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a cadre with a free place for this household; page, or the panel beside the list."""
    household = get_object_or_404(
        Household.objects.visible_to(request.user).with_masking(request.user).select_related("village__parent"), pk=pk
    )
    require(request.user, household, "pair")
    form = PairForm(request.POST or None)
    if request.method == "POST" and done(
        form, lambda: pair(household, form.cleaned_data["to"], starts_on=form.cleaned_data["starts_on"])
    ):
        names = {"household": household.head_name, "cadre": form.cleaned_data["to"].name}
        messages.success(request, _("%(household)s is now with %(cadre)s.") % names)
        return redirect("cadres:pairing")
    page = {"form": form, "household": household, **_options(request, household, chosen=form["to"].value())}
    panel = request.htmx and request.method == "GET"  # type: ignore[attr-defined]
    return render(request, "cadres/_pair.html" if panel else "cadres/pair.html", page, status=status(form))


def pairing_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a pairing with date and reason."""
    found = _active(request, pk)
    form = EndForm(request.POST or None, since=found.starts_on)
    if request.method == "POST" and done(form, lambda: end_pairing(found, **form.cleaned_data)):
        messages.success(request, _("The pairing has ended. The household now waits for another cadre."))
        return redirect("cadres:detail", found.cadre_id)
    page = {"form": form, "pairing": found, "household": found.household, "reasons": REASONS}
    return render(request, "cadres/end.html", page, status=status(form))


def pairing_transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Another cadre takes the household over."""
    found = _active(request, pk)
    form = TransferForm(request.POST or None, since=found.starts_on)
    if request.method == "POST" and done(form, lambda: transfer(found, **form.cleaned_data)):
        names = {"household": found.household.head_name, "cadre": form.cleaned_data["to"].name}
        messages.success(request, _("%(household)s is now with %(cadre)s.") % names)
        return redirect("cadres:detail", form.cleaned_data["to"].pk)
    page = {"form": form, "pairing": found, "household": found.household, "reasons": REASONS}
    page |= _options(request, found.household, chosen=form["to"].value(), but=found.cadre)
    return render(request, "cadres/transfer.html", page, status=status(form))


@needs("pair")
def options(request: HttpRequest) -> HttpResponse:
    """The cadres with a free place that a search finds, as choices of the form that asks."""
    households = Household.objects.visible_to(request.user).select_related("village__parent")
    household = households.filter(pk=_number(request.GET.get("household"))).first()
    but = Cadre.objects.filter(pk=_number(request.GET.get("but"))).first()
    q = request.GET.get("q", "").strip()
    found = suggestions(quotas_by_rank(campaign_now()), household=household, q=q, but=but)
    name = f"to_{_number(request.GET.get('of'))}" if request.GET.get("of") else "to"
    page = {"options": found, "q": q, "name": name, "township": household.village.parent_id if household else None}
    return render(request, "cadres/_options.html", page | {"may_end": bool(request.GET.get("of")), "end": END})


@needs("see_cadres")
def coverage(request: HttpRequest) -> HttpResponse:
    """Households that nobody helps, and cadres with free places, by unit and name."""
    campaign = campaign_now()
    rows = uncovered(request.user, campaign).with_masking(request.user).select_related("village__parent")
    quotas = quotas_by_rank(campaign)
    under = with_room(quotas).order_by("unit__name", "name", "pk")
    may_pair = may(request.user, "pair")
    households = UncoveredTable(rows.order_by("village__code", "code"), exclude=() if may_pair else ("choose",))
    page = {
        "households": paged(request, households),
        "cadres": paged(request, UnderQuotaTable(under)),
        "may_pair": may_pair,
    }
    return render(request, "cadres/coverage.html", page)


def _active(request: HttpRequest, pk: int) -> Pairing:
    rows = Pairing.objects.visible_to(request.user).active().select_related("household__village__parent", "cadre__unit")
    found = get_object_or_404(rows, pk=pk)
    require(request.user, found.household, "pair")
    return found


def _options(
    request: HttpRequest, household: Household, *, chosen: Any = None, but: Cadre | None = None
) -> dict[str, Any]:
    """What the picker of cadres shows at first; what was chosen stays in sight."""
    quotas = quotas_by_rank(campaign_now())
    found = suggestions(quotas, household=household, but=but)
    number = _number(chosen)
    if number and number not in {cadre.pk for cadre in found}:
        found = [*with_load(Cadre.objects.filter(pk=number), quotas).select_related("unit"), *found]
    township = household.village.parent_id
    return {"options": found, "chosen": number, "name": "to", "but": but, "township": township}


def _number(text: Any) -> int:
    return int(text) if text and str(text).isdecimal() else 0
