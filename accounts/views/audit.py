"""The logs, for log auditors: who opened, revealed, called, exported; who changed what."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.filters import AccessFilter, people_named
from accounts.forms import HistoryForm
from accounts.models import AccessLog
from accounts.roles import may
from accounts.tables import AccessTable
from core import changelog
from core.pages import paged


def audit(request: HttpRequest) -> HttpResponse:
    """The access log with filters."""
    _require(request)
    found = AccessFilter(request.GET, queryset=AccessLog.objects.select_related("who"))
    return render(request, "accounts/audit.html", {"filter": found, "table": paged(request, AccessTable(found.qs))})


def audit_history(request: HttpRequest) -> HttpResponse:
    """Changes, newest first: who, when, through what; of one kind of row also before and after."""
    _require(request)
    form = HistoryForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    who = given.get("who")
    asked = changelog.Asked(
        numbers=[given["number"]] if given.get("number") else None,
        who=list(people_named(who).values_list("pk", flat=True)) if who else None,
        since=given.get("since"),
        until=given.get("until"),
    )
    model = changelog.tracked_models().get(given.get("kind", ""))
    wanted = request.GET.get("page")
    page = changelog.entries(model, page=wanted, asked=asked) if model else changelog.overview(page=wanted, asked=asked)
    context = {"filter": {"form": form}, "page": page, "overview": model is None}
    return render(request, "accounts/audit_history.html", context)


def _require(request: HttpRequest) -> None:
    if not may(request.user, "read_logs"):
        raise PermissionDenied
