"""Roster imports: upload → check → preview → confirm → result."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.audit import record
from accounts.roles import may
from core.exports import XLSX, download
from core.pages import paged
from district.policy import PolicyMissing, current_campaign
from households.forms_imports import MOST_FILES, UploadForm
from households.models import ImportState, RosterImport
from households.roster import after, answers, loading, parts, undo, wording
from households.roster.retention import FileRemoved
from households.tables_imports import ImportTable

PER_PAGE = 25
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
    ImportState.UNDONE: 5,
}


@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """All imports, the newest first; with ?batch= those of files that were uploaded together."""
    _require(request)
    rows = RosterImport.objects.defer("report").select_related("created_by")
    batch = request.GET.get("batch", "")[:36]
    if batch:
        rows = rows.filter(batch=batch)
    table = paged(request, ImportTable(rows), per_page=MOST_FILES if batch else PER_PAGE)
    states = [row.record.state for row in table.paginated_rows]
    context = {
        "table": table,
        "batch": batch,
        "waits": ImportState.CHECKING in states or ImportState.COMMITTING in states,
        "ready": sum(row.record.waits_for_import for row in table.paginated_rows) if batch else 0,
    }
    return render(request, "households/imports.html", context)


@require_POST
def import_commit_batch(request: HttpRequest) -> HttpResponse:
    """Save what the previews of all checked files of a batch show."""
    _require(request)
    batch = request.POST.get("batch", "")[:36]
    waiting = RosterImport.objects.filter(batch=batch, state=ImportState.CHECKED) if batch.isalnum() else ()
    asked = sum(loading.ask_commit(row, by=request.user) for row in waiting if row.waits_for_import)
    if not asked:
        messages.warning(request, _("None of these files waits for confirmation."))
    return redirect(f"{reverse('households:imports')}?{urlencode({'batch': batch})}")


def import_new(request: HttpRequest) -> HttpResponse:
    """Upload one roster; its check begins at once."""
    _require(request)
    try:
        campaign = current_campaign()
    except PolicyMissing:
        return render(request, "households/import_new.html", {"steps": STEPS})
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, campaign=campaign)
    if form.is_valid():
        files = form.cleaned_data.pop("file")
        batch = uuid.uuid4().hex if len(files) > 1 else ""
        for file in files:
            given = {"campaign": campaign, "by": request.user, "batch": batch, **form.cleaned_data}
            roster_import = loading.upload(file.read(), file.name, **given)
        for sentence in form.refused:
            messages.error(request, sentence)
        if batch:
            return redirect(f"{reverse('households:imports')}?batch={batch}")
        return redirect("households:import_detail", roster_import.pk)
    page = {"form": form, "steps": STEPS}
    return render(request, "households/import_new.html", page, status=422 if form.errors else 200)


@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress, preview or result, by the state of the import; by htmx the findings of one kind."""
    _require(request)
    rows = RosterImport.objects.select_related("job", "created_by", "campaign")
    roster_import = get_object_or_404(rows, pk=pk)
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "households/_import_findings.html", _findings(request, roster_import))
    stopped = loading.has_stopped(roster_import)
    undo_job = undo.latest_job(roster_import)
    can_commit = undo_job is None or undo_job.is_finished  # else it is about to be taken back
    can_commit &= roster_import.state == ImportState.CHECKED or (
        stopped and roster_import.state == ImportState.COMMITTING
    )
    page: dict[str, Any] = {
        "roster_import": roster_import,
        "steps": STEPS,
        "current": 3 if can_commit else STEP_OF[ImportState(roster_import.state)],
        "stopped": stopped,
        "can_undo": undo.can_undo(roster_import),
        "can_commit": can_commit,
        "waits": roster_import.state == ImportState.CHECKING
        or (roster_import.state == ImportState.COMMITTING and not stopped),
        "refusal": wording.refusal_of(roster_import.report),
        "before": loading.same_file_before(roster_import),
        "undo_job": undo_job,
        "mends": wording.named_mends(
            roster_import.mends.select_related("made_by"),  # type: ignore[attr-defined]
            roster_import.report.get("columns", []),
        ),
        "notes": wording.named_notes(roster_import.mapping),
        "asked": answers.is_asked(roster_import.report),
        "after_links": after.links(roster_import, request.user),
    }
    page |= _saved_in_part(roster_import)
    page["has_a_result"] = roster_import.has_a_result or page["townships_saved"]
    if roster_import.counts and not page["waits"]:
        page |= _findings(request, roster_import) | _preview(request, roster_import)
    return render(request, "households/import_detail.html", page)


def _saved_in_part(roster_import: RosterImport) -> dict[str, Any]:
    """What of an import that is not saved whole is saved already; nothing of most."""
    townships = 0 if roster_import.state == ImportState.COMMITTED else parts.saved_of(roster_import)
    if not townships or roster_import.state == ImportState.UNDONE:
        return {"townships_saved": 0}
    return {"townships_saved": townships, "places_saved": undo.places(roster_import)}


def _preview(request: HttpRequest, roster_import: RosterImport) -> dict[str, Any]:
    report, counts = roster_import.report, roster_import.counts
    changes = Paginator(report.get("changes", []), PER_PAGE).get_page(request.GET.get("changes"))
    return {
        "counts": counts,
        "over_line": report.get("over_line", 0),
        "rows": wording.sum_of_rows(report, counts),
        "not_in_file": report.get("not_in_file", []),
        "sheets": wording.named_sheets(report.get("sheets", [])),
        "columns": wording.named_columns(report.get("columns", [])),
        "changes": changes,
        "changed": wording.named_changes(changes),
        "taken": counts["households"]["created"] + counts["households"]["updated"],
    }


def _findings(request: HttpRequest, roster_import: RosterImport) -> dict[str, Any]:
    said = answers.notes_of(roster_import.mapping)
    kinds = wording.named_kinds(loading.findings_by_kind(roster_import), said.refused_codes)
    known = {kind["name"]: kind for kind in kinds}
    chosen = known.get(request.GET.get("kind", "")) or (kinds[0] if kinds else None)
    rows = roster_import.findings.none()  # type: ignore[attr-defined]
    if chosen:
        rows = roster_import.findings.filter(code=chosen["code"], severity=chosen["severity"])  # type: ignore[attr-defined]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "roster_import": roster_import,
        "may_answer": roster_import.state in answers.OPEN and roster_import.file_removed_at is None,
        "errors": [k for k in kinds if k["severity"] == "error"],
        "warnings": [k for k in kinds if k["severity"] == "warning"],
        "chosen": chosen,
        "page": page,
        "findings": wording.named_findings(page, roster_import.report.get("columns", []), said),
        "not_kept": roster_import.report.get("findings_total", 0) - sum(k["number"] for k in kinds),
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


@require_GET
def import_rejected(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of the rejected households as xlsx, with what is wrong in comments."""
    _require(request)
    states = [ImportState.CHECKED, ImportState.COMMITTED, ImportState.COMMITTING]
    roster_import = get_object_or_404(RosterImport, pk=pk, state__in=states)
    try:
        rejected = loading.rejected_file(roster_import)
    except FileRemoved as gone:
        messages.warning(request, _(gone.message))
        return redirect("households:import_detail", pk)
    record(request.user, "export", roster_import, label=roster_import.file_name, reason=_("Rejected rows of an import"))
    return download(rejected, _("Rejected households") + f"_{pk}.xlsx", XLSX)


def _require(request: HttpRequest) -> None:
    if not may(request.user, "import_roster"):
        raise PermissionDenied
