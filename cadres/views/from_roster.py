"""Pairings that a roster names: look at them, accept one, accept all that fit."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cadres.from_roster import Proposed, Reason, accept, proposals, sentence_of
from cadres.tables_from_roster import FromRosterTable
from cadres.tasks import FROM_ROSTER
from cadres.views.access import needs
from core.jobs import start_once
from core.models import Job, JobState
from core.pages import paged
from households.models import ImportState, RosterImport

GROUPS = {
    "fit": gettext_lazy("Can be paired"),
    "open": gettext_lazy("To be looked at"),
    "done": gettext_lazy("Paired already"),
}
MOST_REFUSALS = 50  # named after "all"; each also stands in its group with its reason


@needs("pair")
def from_roster(request: HttpRequest, pk: int) -> HttpResponse:
    """The households of an import with the cadres whom it names; POST accepts one, or all that fit by a job."""
    saved = RosterImport.objects.defer("report").filter(state=ImportState.COMMITTED)
    roster_import = get_object_or_404(saved, pk=pk)
    rows = proposals(roster_import, by=request.user)
    if request.method == "POST":
        _accept(request, roster_import, rows)
        return redirect(request.get_full_path())
    jobs = Job.objects.visible_to(request.user).filter(kind=FROM_ROSTER, key=str(pk))
    job = jobs.first()
    groups = _groups(rows)
    shown = request.GET.get("show", "")
    shown = shown if shown in groups else next((name for name in groups if groups[name]), "fit")
    page: dict[str, Any] = {
        "roster_import": roster_import,
        "groups": [(name, GROUPS[name], len(groups[name])) for name in GROUPS],
        "shown": shown,
        "fitting": len(groups["fit"]),
        "table": paged(request, FromRosterTable(groups[shown])),
        "job": job,
        "works": job is not None and (not job.is_finished or job.can_retry),
    }
    if job is not None and job.state == JobState.DONE:
        page |= _result(job, rows)
    return render(request, "cadres/from_roster.html", page)


def _groups(rows: Iterable[Proposed]) -> dict[str, list[Proposed]]:
    groups: dict[str, list[Proposed]] = {name: [] for name in GROUPS}
    for row in rows:
        name = "fit" if not row.problem else "done" if row.problem == Reason.WITH_HIM else "open"
        groups[name].append(row)
    return groups


def _accept(request: HttpRequest, roster_import: RosterImport, rows: list[Proposed]) -> None:
    if "all" in request.POST:
        pairs = [(row.household, row.cadre) for row in rows if not row.problem]
        args = {"import": roster_import.pk, "pairs": pairs}
        if pairs and not start_once(FROM_ROSTER, str(roster_import.pk), by=request.user, args=args)[1]:
            messages.info(request, _("These households are being paired already."))
        return
    chosen = [row for row in rows if str(row.household) == request.POST.get("household")]
    for row in chosen:
        names = {"household": row.head_name, "cadre": row.cadre_name}
        result = accept([row], by=request.user)
        if result.paired:
            messages.success(request, _("%(household)s is now with %(cadre)s.") % names)
        for refused in result.refused:
            messages.warning(request, f"{row.head_name}: {refused.sentence}")


def _result(job: Job, rows: Iterable[Proposed]) -> dict[str, Any]:
    """What the last "all" came to, with the names of those that were refused."""
    by_household = {row.household: row for row in rows}
    result = job.result or {}
    refused = result.get("refused", [])
    known = [(by_household[pk], sentence_of(problem)) for pk, problem in refused if pk in by_household]
    return {"paired": result.get("paired", 0), "refused": len(refused), "refusals": known[:MOST_REFUSALS]}
