"""The logs, for log auditors: who opened, revealed, called, exported; who changed what."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.forms import AccessFilterForm
from accounts.models import AccessLog
from accounts.roles import may
from accounts.tables import AccessTable
from core import changelog
from core.pages import paged


def audit(request: HttpRequest) -> HttpResponse:
    """The access log with filters."""
    _require(request)
    form = AccessFilterForm(request.GET)
    rows = AccessLog.objects.select_related("who")
    asked = form.cleaned_data if form.is_valid() else {}
    if asked.get("kind"):
        rows = rows.filter(kind=asked["kind"])
    if asked.get("q"):
        text = asked["q"].strip()
        rows = rows.filter(
            Q(who__username__icontains=text) | Q(who__display_name__icontains=text) | Q(label__icontains=text)
        )
    if asked.get("since"):
        rows = rows.filter(at__date__gte=asked["since"])
    if asked.get("until"):
        rows = rows.filter(at__date__lte=asked["until"])
    return render(
        request, "accounts/audit.html", {"filter": {"form": form}, "table": paged(request, AccessTable(rows))}
    )


def audit_history(request: HttpRequest) -> HttpResponse:
    """Changes of one kind of row, newest first: who, when, through what, before and after."""
    _require(request)
    kind = request.GET.get("kind", "")
    models = changelog.tracked_models()
    chosen = kind if kind in models else next(iter(models))
    page = changelog.entries(models[chosen], page=request.GET.get("page"))
    kinds = [(name, str(model._meta.verbose_name)) for name, model in models.items()]
    return render(request, "accounts/audit_history.html", {"page": page, "kinds": kinds, "chosen": chosen})


def _require(request: HttpRequest) -> None:
    if not may(request.user, "read_logs"):
        raise PermissionDenied
