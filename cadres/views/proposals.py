"""Propose cadres for all unpaired households, look at it, pair as proposed. Both are jobs."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cadres.coverage import campaign_now, unpaired_households
from cadres.models import Cadre
from cadres.tables import ProposalTable
from cadres.tasks import APPLY, PROPOSE
from cadres.views.access import must, needs
from core.jobs import start_once
from core.models import Job, JobState
from core.pages import PER_PAGE
from households.models import Household

STEPS = [_("Propose"), _("Preview"), pgettext_lazy("step", "Pair"), _("Result")]


@needs("pair")
def propose(request: HttpRequest) -> HttpResponse:
    """What a proposal is; POST starts one, or leads to the one that is being made for the campaign."""
    campaign = campaign_now()
    if request.method == "POST":
        job, new = start_once(PROPOSE, campaign.slug if campaign else "none", by=request.user)
        if not new:
            messages.info(request, gettext("A proposal is being made already. This is it."))
        return redirect("cadres:proposal", job.pk)
    latest = Job.objects.visible_to(request.user).filter(kind=PROPOSE).first()
    page = {"latest": latest, "unpaired": unpaired_households(campaign).count()}
    return render(request, "cadres/propose.html", page)


def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress, preview, and what came of it; POST pairs as proposed, once."""
    jobs = Job.objects.visible_to(request.user)
    job = get_object_or_404(jobs, pk=pk, kind=PROPOSE)
    must(request, "pair")
    applied = jobs.filter(kind=APPLY, args__proposal=pk).first()
    if request.method == "POST":
        if job.state == JobState.DONE and applied is None:
            start_once(APPLY, str(pk), by=request.user, args={"proposal": pk})
        return redirect("cadres:proposal", pk)
    page: dict[str, Any] = {"job": job, "applied": applied, "steps": STEPS, "step": _step(job, applied)}
    if job.state == JobState.DONE and not (applied and applied.state == JobState.DONE):
        page |= _preview(job, request)
    return render(request, "cadres/proposal.html", page)


def _step(job: Job, applied: Job | None) -> int:
    if applied is not None:
        return 4 if applied.state == JobState.DONE else 3
    return 2 if job.state == JobState.DONE else 1


def _preview(job: Job, request: HttpRequest) -> dict[str, Any]:
    """One page of the proposal's lines with their names, in three queries whatever its length."""
    result = job.result or {}
    pairs = Paginator(result.get("pairs", []), PER_PAGE).get_page(request.GET.get("page"))
    households = Household.objects.visible_to(request.user).select_related("village__parent")
    known = households.in_bulk([household for household, _cadre in pairs])
    cadres = Cadre.objects.select_related("unit").in_bulk([cadre for _household, cadre in pairs])
    lines = [
        {
            "household": known[household].head_name,
            "code": known[household].code,
            "village": f"{known[household].village.parent} {known[household].village}",
            "cadre": cadres[cadre].name,
            "unit": cadres[cadre].unit,
        }
        for household, cadre in pairs
        if household in known and cadre in cadres
    ]
    return {"table": ProposalTable(lines), "pairs": pairs, "result": result, "total": pairs.paginator.count}
