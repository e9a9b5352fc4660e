"""Jobs, health, and what a phone installs: read, call, answer."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core import installing
from core import jobs as runner
from core.health import readiness
from core.models import Job
from core.pages import paged
from core.tables import JobTable


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """The jobs that the user may see, newest first; page or fragment."""
    table = paged(request, JobTable(Job.objects.visible_to(request.user).select_related("started_by")))
    template = "core/_jobs.html" if request.htmx else "core/jobs.html"  # type: ignore[attr-defined]
    return render(request, template, {"table": table})


@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: how far it is, what came of it."""
    found = _job(request, pk)
    page = {"job": found, "title": runner.title_of(found), "address": runner.address_of(found), "facts": _facts(found)}
    return render(request, "core/job.html", page)


@require_GET
@never_cache
def job_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress component, which asks for itself until the job has ended."""
    return render(request, "components/progress.html", {"job": _job(request, pk)})


@require_POST
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the job to stop."""
    if not runner.cancel(_job(request, pk)):
        messages.warning(request, _("It is too late to cancel: the job is being saved or has ended."))
    return _back(request, pk)


@require_POST
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a failed or cancelled job again."""
    if not runner.retry(_job(request, pk)):
        messages.warning(
            request, _("It was not started again: it has not failed, or the same work waits or runs already.")
        )
    return _back(request, pk)


@require_GET
@login_not_required
@never_cache
def health_live(request: HttpRequest) -> JsonResponse:
    """The process answers; asks nothing of a database."""
    return JsonResponse({"live": True})


@require_GET
@login_not_required
@never_cache
def health_ready(request: HttpRequest) -> JsonResponse:
    """200 if everything that a page needs is there, else 503."""
    needs = readiness()
    return JsonResponse({"ready": all(needs.values()), **needs}, status=200 if all(needs.values()) else 503)


def _job(request: HttpRequest, pk: int) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user).select_related("started_by"), pk=pk)


def _facts(job: Job) -> list[tuple[str, object]]:
    return [
        (_("Started by"), job.started_by or _("System")),
        (_("Started at"), _time(job.created_at)),
        (_("Ended at"), _time(job.finished_at)),
        (_("Attempt"), job.attempt or None),
    ]


def _time(moment: datetime | None) -> str | None:
    return date_format(localtime(moment), "DATETIME_FORMAT") if moment else None


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress component to htmx, else the page the button stood on."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "components/progress.html", {"job": _job(request, pk)})
    back = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("core:job", pk)


@require_GET
@login_not_required
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest."""
    return JsonResponse(
        installing.manifest(), content_type="application/manifest+json", headers={"Cache-Control": "no-cache"}
    )


@require_GET
@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; at the root, so that it may answer for every page. Asked for anew each time."""
    return HttpResponse(
        installing.worker(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@require_GET
@login_not_required
def offline_nothing(request: HttpRequest) -> HttpResponse:
    """What the service worker shows where there is no network and nothing is kept. Nobody's: it holds no person."""
    return render(request, "core/offline_nothing.html", {"csrf_token": ""})
