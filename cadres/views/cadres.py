"""The register of cadres: list, one cadre with the households, add, edit, deactivate, take back."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.roles import may
from cadres.codes import HandoverRefused
from cadres.coverage import campaign_now, quotas_by_rank, successors, with_load
from cadres.filters import CadreFilter
from cadres.forms import REASONS, CadreForm, DeactivateForm
from cadres.leave import may_enter, standing
from cadres.models import Cadre, Pairing, PairingQuerySet
from cadres.register import add_cadre, change_cadre, deactivate, reactivate
from cadres.tables import CadreTable, FormerTable, PairingTable
from cadres.views.access import done, must, needs, status
from core.pages import paged
from households.models import Household


@needs("see_cadres")
def cadres(request: HttpRequest) -> HttpResponse:
    """All cadres with search and filters; page or fragment."""
    rows = with_load(Cadre.objects.visible_to(request.user), quotas_by_rank(campaign_now())).select_related("unit")
    found = CadreFilter(request.GET, queryset=rows)
    table = paged(request, CadreTable(found.qs))
    page = {"filter": found, "table": table, "may_edit": may(request.user, "pair")}
    return render(request, "cadres/list.html", page)


def cadre(request: HttpRequest, pk: int) -> HttpResponse:
    """One cadre with the households now and before, as far as they are in the user's sight."""
    rows = with_load(Cadre.objects.visible_to(request.user), quotas_by_rank(campaign_now()))
    found = get_object_or_404(rows.select_related("unit", "user"), pk=pk)
    pairings = _with_households(Pairing.objects.visible_to(request.user).filter(cadre=found), request)
    may_edit = may(request.user, "pair")
    current = PairingTable(pairings.active().order_by("household__village__code", "slot"))
    former = FormerTable(pairings.filter(ended_on__isnull=False).order_by("-ended_on", "-pk"))
    if not may_edit:
        current.exclude = ("acts",)
    page = {
        "cadre": found,
        "current": paged(request, current),
        "former": paged(request, former),
        "may_edit": may_edit,
        "may_see_register": may(request.user, "see_cadres"),
        "may_enter_leave": found.is_active and may_enter(request.user, found),
        "leaves": standing(found).filter(ends_on__gte=timezone.localdate()),
    }
    page["unseen"] = found.load - current.page.paginator.count
    return render(request, "cadres/detail.html", page)


@needs("pair")
def cadre_new(request: HttpRequest) -> HttpResponse:
    """Enter a cadre."""
    form = CadreForm(request.POST or None)
    made: list[Cadre] = []
    if request.method == "POST" and done(form, lambda: made.append(add_cadre(**form.cleaned_data))):
        messages.success(request, _("%(name)s has been added.") % {"name": made[0].name})
        return redirect("cadres:detail", made[0].pk)
    return render(request, "cadres/form.html", {"form": form, "cadre": None}, status=status(form))


def cadre_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known of a cadre."""
    found = get_object_or_404(Cadre.objects.visible_to(request.user).select_related("unit"), pk=pk)
    must(request, "pair")
    form = CadreForm(request.POST or None, instance=found)
    if request.method == "POST" and done(form, lambda: change_cadre(found, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("cadres:detail", pk)
    return render(request, "cadres/form.html", {"form": form, "cadre": found}, status=status(form))


def cadre_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """The cadre helps no more; each household goes to another cadre or its pairing ends, in the same act."""
    found = get_object_or_404(Cadre.objects.visible_to(request.user).active(), pk=pk)
    must(request, "pair")
    pairings = list(_with_households(found.pairings.active().order_by("slot"), request))  # type: ignore[attr-defined]
    since = max([found.active_from, *(pairing.starts_on for pairing in pairings)])
    form = DeactivateForm(request.POST or None, pairings=pairings, since=since)

    def act() -> None:
        facts = {"on": form.cleaned_data["on"], "reason": form.cleaned_data["reason"]}
        try:
            deactivate(found, dispositions=form.dispositions(), **facts)
        except HandoverRefused as refusal:
            form.refused = refusal.pairing
            raise

    if request.method == "POST" and done(form, act):
        messages.success(request, _("%(name)s is not active any more.") % {"name": found.name})
        return redirect("cadres:detail", pk)
    chosen = [int(form.choice(p)) if form.choice(p).isdecimal() else 0 for p in pairings]
    options = successors(quotas_by_rank(campaign_now()), [p.household for p in pairings], of=found, chosen=chosen)
    choices = [(p, f"to_{p.pk}", form.choice(p), few) for p, few in zip(pairings, options, strict=True)]
    page = {"form": form, "cadre": found, "choices": choices, "reasons": REASONS}
    return render(request, "cadres/deactivate.html", page, status=status(form))


@require_POST
def cadre_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """The cadre helps again, without households at first."""
    found = get_object_or_404(Cadre.objects.visible_to(request.user).filter(active_to__isnull=False), pk=pk)
    must(request, "pair")
    reactivate(found)
    messages.success(request, _("%(name)s is active again. Households are paired anew.") % {"name": found.name})
    return redirect("cadres:detail", pk)


def _with_households(pairings: PairingQuerySet, request: HttpRequest) -> PairingQuerySet:
    """Each with its household, village, township, and whether its name is masked for this user."""
    households = Household.objects.with_masking(request.user).select_related("village__parent")
    return pairings.select_related("cadre").prefetch_related(Prefetch("household", queryset=households))
