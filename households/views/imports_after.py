"""After an import: take it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import may
from households.models import Enrolment, GuaranteeStatus, Household, ImportState, IncomeStatement, Member, RosterImport
from households.roster import undo

KINDS = (Household, Member, Enrolment, IncomeStatement, GuaranteeStatus)


def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What the undo would take back, and what stands on the import; sent: it begins."""
    if not may(request.user, "import_roster"):
        raise PermissionDenied
    roster_import = get_object_or_404(RosterImport.objects.select_related("job").defer("report", "helpers"), pk=pk)
    if not undo.can_undo(roster_import):
        raise Http404
    dependants = undo.dependants(roster_import)
    if request.method == "POST":
        if dependants:
            messages.warning(request, _("Nothing was undone: later facts depend on this import."))
            return redirect("households:import_undo", pk)
        undo.ask(roster_import, by=request.user)
        return redirect("households:import_detail", pk)
    counts = undo.counts(roster_import)
    kinds = [counts[str(model._meta.model_name)] | {"name": model._meta.verbose_name} for model in KINDS]
    page = {
        "roster_import": roster_import, "dependants": dependants, "undo_job": undo.latest_job(roster_import),
        "kinds": [kind for kind in kinds if kind["made"] or kind["changed"]], "can_undo": True,
        "in_part": roster_import.state != ImportState.COMMITTED, "places": undo.places(roster_import),
    }  # fmt: skip
    return render(request, "households/import_undo.html", page)
