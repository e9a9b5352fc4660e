"""Yearly income update: download a prefilled sheet → fill in → upload → preview → confirm → check by a colleague."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.audit import record
from accounts.roles import may
from core.exports import XLSX
from core.models import Job
from core.pages import paged
from households.forms_income import SheetForm, SheetUploadForm
from households.income_sheet import acts, undo, wording
from households.income_sheet.codes import SheetRefused
from households.income_sheet.write import make_sheet
from households.models import IncomeUpload, UploadState
from households.register import RegisterRefused
from households.tables_income import IncomeUploadTable

PER_PAGE = 25


@require_GET
def income_sheets(request: HttpRequest) -> HttpResponse:
    """Download, upload, and the uploads in sight."""
    return _index(request)


@require_POST
def income_sheet_make(request: HttpRequest) -> HttpResponse:
    """The prefilled sheet as xlsx. Logged."""
    _require(request)
    form = SheetForm(request.POST, user=_user(request), auto_id="download_%s")
    if not form.is_valid():
        return _index(request, download=form)
    place, year = form.cleaned_data["place"], form.cleaned_data["year"]
    sheet, content = make_sheet(place, year=year, by=_user(request))
    record(request.user, "export", sheet, label=f"{acts.name_of(place)} {year}", reason=_("Yearly income sheet"))
    response = HttpResponse(content, content_type=XLSX)
    name = _("Income of %(year)s") % {"year": year}
    filename = f"{acts.name_of(place).replace(' ', '')}_{name}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, filename) or ""
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def income_sheet_upload(request: HttpRequest) -> HttpResponse:
    """Read and compare a filled-in sheet; nothing of it is written yet."""
    _require(request)
    form = SheetUploadForm(request.POST, request.FILES, user=_user(request), auto_id="upload_%s")
    if form.is_valid():
        file = form.cleaned_data["file"]
        place, year = form.cleaned_data["place"], form.cleaned_data["year"]
        try:
            upload = acts.upload(file.read(), file.name, division=place, year=year, by=_user(request))
        except SheetRefused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("households:income_sheet", upload.pk)
    return _index(request, upload=form)


def _index(request: HttpRequest, **forms: Any) -> HttpResponse:
    _require(request)
    user = _user(request)
    page = {
        "download": SheetForm(user=user, auto_id="download_%s"),
        "upload": SheetUploadForm(user=user, auto_id="upload_%s"),
        "table": paged(request, IncomeUploadTable(acts.uploads_for(user).defer("given", "plan"))),
    }
    return render(request, "households/income_sheets.html", page | forms, status=422 if forms else 200)


@require_GET
def income_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """What an upload changes or has changed, and what was found in it."""
    upload = _upload(request, pk)
    plan = acts.plan_shown(upload)
    own = upload.uploaded_by_id == request.user.pk
    stopped = acts.has_stopped(upload)
    changes = Paginator(plan.changes, PER_PAGE).get_page(request.GET.get("page"))
    findings = Paginator(plan.findings, PER_PAGE).get_page(request.GET.get("findings"))
    drafts = acts.drafts_of(upload).count() if upload.state == UploadState.SAVED else 0
    page = {
        "upload": upload,
        "place": acts.name_of(upload.sheet.division),
        "counts": upload.counts,
        "changes": changes,
        "changed": wording.named_changes(changes),
        "findings": findings,
        "found": wording.named_findings(findings),
        "stopped": stopped,
        "can_save": own and (stopped or upload.state == UploadState.CHECKED),
        "waits": upload.state == UploadState.SAVING and not stopped,
        "job": Job.objects.visible_to(request.user).filter(pk=upload.job_id or 0).first(),
        "drafts": drafts,
        "may_check": bool(drafts) and not own and may(request.user, "check_statement"),
    }
    page |= _undo_of(request, upload)
    return render(request, "households/income_sheet.html", page)


def _undo_of(request: HttpRequest, upload: IncomeUpload) -> dict[str, Any]:
    """Whether it can be undone, and how far that is; the job itself for who may follow it."""
    if upload.state != UploadState.SAVED:
        return {}
    job = undo.latest_job(upload)
    under_way = job is not None and not job.is_finished
    return {
        "undo_job": job,
        "undo_seen": under_way and Job.objects.visible_to(request.user).filter(pk=job.pk).exists(),  # type: ignore[union-attr]
        "may_undo": not under_way and undo.may_undo(upload, _user(request)),
    }


@require_POST
def income_sheet_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what the preview shows."""
    if not acts.ask_save(_own_upload(request, pk), by=_user(request)):
        messages.warning(request, _("This sheet no longer waits for confirmation. Look at its present state."))
    return redirect("households:income_sheet", pk)


@require_POST
def income_sheet_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the upload up; nothing of it was written."""
    if acts.cancel(_own_upload(request, pk)):
        messages.success(request, _("The upload was cancelled. Nothing was saved."))
    else:
        messages.warning(request, _("It is too late to cancel: the sheet is being saved or is done."))
    return redirect("households:income_sheets")


@require_POST
def income_sheet_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm all drafts that an upload of somebody else made."""
    upload = _upload(request, pk)
    if not may(request.user, "check_statement"):
        raise PermissionDenied
    try:
        number = acts.check_all(upload, by=_user(request))
    except RegisterRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        told = ngettext("%(n)s statement was confirmed.", "%(n)s statements were confirmed.", number)
        messages.success(request, told % {"n": number})
    return redirect("households:income_sheet", pk)


def income_sheet_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What the undo would take back, and what was done since; sent: it begins."""
    upload = _upload(request, pk)
    if not undo.may_undo(upload, _user(request)):
        raise PermissionDenied
    if upload.state != UploadState.SAVED:
        return redirect("households:income_sheet", pk)
    dependants = undo.dependants(upload)
    if request.method == "POST" and not dependants:
        undo.ask(upload, by=_user(request))
        return redirect("households:income_sheet", pk)
    page = {
        "upload": upload, "place": acts.name_of(upload.sheet.division), "dependants": dependants,
        "counts": undo.counts(upload),
    }  # fmt: skip
    return render(request, "households/income_sheet_undo.html", page, status=422 if request.method == "POST" else 200)


def _require(request: HttpRequest) -> None:
    if not may(request.user, "draft_statement"):
        raise PermissionDenied


def _upload(request: HttpRequest, pk: int) -> IncomeUpload:
    _require(request)
    return get_object_or_404(acts.uploads_for(_user(request)), pk=pk)


def _own_upload(request: HttpRequest, pk: int) -> IncomeUpload:
    upload = _upload(request, pk)
    if upload.uploaded_by_id != request.user.pk:  # the statements become drafts of the hand that uploaded
        raise PermissionDenied
    return upload


def _user(request: HttpRequest) -> Any:
    return request.user
