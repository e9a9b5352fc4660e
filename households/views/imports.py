"""Roster imports: upload → check → preview → confirm → result."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_tables2 import RequestConfig

from accounts.audit import record
from accounts.roles import may
from district.policy import current_campaign
from households.forms_imports import UploadForm
from households.models import ImportState, RosterImport
from households.roster import loading
from households.roster.codes import FINDINGS, kind_label, sentence
from households.roster.wording import named_changes, named_columns
from households.tables_imports import ImportTable

PER_PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STEPS = [
    gettext_lazy("Upload"),
    gettext_lazy("Check"),
    gettext_lazy("Preview"),
    gettext_lazy("Save"),
    gettext_lazy("Result"),
]
STEP_OF = {
    ImportState.CHECKING: 2,
    ImportState.CHECKED: 3,
    ImportState.REFUSED: 2,
    ImportState.COMMITTING: 4,
    ImportState.COMMITTED: 5,
    ImportState.CANCELLED: 3,
}


def imports(request: HttpRequest) -> HttpResponse:
    """All imports, the newest first."""
    _require(request)
    table = ImportTable(RosterImport.objects.select_related("created_by"))
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    return render(request, "households/imports.html", {"table": table})


def import_new(request: HttpRequest) -> HttpResponse:
    """Upload one roster; its check begins at once."""
    _require(request)
    form = UploadForm(request.POST or None, request.FILES or None, campaign=current_campaign())
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        roster_import = loading.upload(
            file.read(), file.name, campaign=current_campaign(), year=form.cleaned_data["year"], by=request.user
        )
        return redirect("households:import_detail", roster_import.pk)
    return render(
        request, "households/import_new.html", {"form": form, "steps": STEPS}, status=422 if form.errors else 200
    )


def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress, preview or result, by the state of the import."""
    _require(request)
    roster_import = get_object_or_404(RosterImport.objects.select_related("job", "created_by", "campaign"), pk=pk)
    context: dict[str, Any] = {
        "roster_import": roster_import,
        "job": roster_import.job,
        "report": roster_import.report | {"columns": named_columns(roster_import.report.get("columns", []))},
        "counts": roster_import.counts,
        "steps": STEPS,
        "current": STEP_OF[ImportState(roster_import.state)],
    }
    if roster_import.state in (ImportState.CHECKED, ImportState.COMMITTED, ImportState.CANCELLED, ImportState.REFUSED):
        context |= _findings(request, roster_import)
    template = (
        "households/_import_findings.html" if getattr(request, "htmx", False) else "households/import_detail.html"
    )
    return render(request, template, context)


def _findings(request: HttpRequest, roster_import: RosterImport) -> dict[str, Any]:
    kinds = [
        {**kind, "label": kind_label(kind["code"])}
        for kind in loading.findings_by_kind(roster_import)
        if kind["code"] in FINDINGS
    ]
    chosen = request.GET.get("kind") or (kinds[0]["code"] if kinds else "")
    rows = roster_import.findings.filter(code=chosen)  # type: ignore[attr-defined]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found: list[Any] = list(page)
    for row in found:
        row.message = sentence(loading.finding_of(row))
    changes = Paginator(roster_import.report.get("changes", []), PER_PAGE).get_page(request.GET.get("changes"))
    changes.object_list = named_changes(list(changes.object_list))
    return {
        "errors": [k for k in kinds if k["severity"] == "error"],
        "warnings": [k for k in kinds if k["severity"] == "warning"],
        "chosen": chosen,
        "page": page,
        "found": found,
        "changes": changes,
        "taken": sum(roster_import.counts["households"][k] for k in ("created", "updated"))
        if roster_import.counts
        else 0,
    }


@require_POST
def import_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what the preview shows."""
    _require(request)
    roster_import = get_object_or_404(RosterImport, pk=pk)
    if not loading.ask_commit(roster_import, by=request.user):
        messages.warning(request, _("This import no longer waits for confirmation. Look at its present state."))
    return redirect("households:import_detail", pk)


@require_POST
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the import up; nothing of it was written."""
    _require(request)
    roster_import = get_object_or_404(RosterImport.objects.select_related("job"), pk=pk)
    if loading.cancel(roster_import):
        messages.success(request, _("The import was cancelled. Nothing was saved."))
    else:
        messages.warning(request, _("It is too late to cancel: the import is being saved or is done."))
    return redirect("households:imports")


def import_rejected(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of the rejected households as xlsx, with what is wrong in comments."""
    _require(request)
    states = [ImportState.CHECKED, ImportState.COMMITTED, ImportState.COMMITTING]
    roster_import = get_object_or_404(RosterImport, pk=pk, state__in=states)
    record(request.user, "export", roster_import, label=roster_import.file_name, reason=_("Rejected rows of an import"))
    response = HttpResponse(loading.rejected_file(roster_import), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="rejected-{pk}.xlsx"'
    return response


def _require(request: HttpRequest) -> None:
    if not may(request.user, "import_roster"):
        raise PermissionDenied
