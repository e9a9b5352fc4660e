"""What was told on visits: decide between two values, take one back; two visits of one day are linked."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.audit import record
from households.register import RegisterRefused
from households.scope import actions_on, is_allowed
from visits.changes import DecisionRefused, decide, key_of, read, standing, take_back, version
from visits.changes_words import in_words, lines
from visits.hints import on_same_day
from visits.models import Visit, VisitFact
from visits.views.shown import shown

REFUSED = (DecisionRefused, RegisterRefused)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Two values side by side: what stands, and what was told on the visit. A person decides which one holds."""
    row, household = _row(request, pk)
    if not may_settle(actions_on(request.user, household)):
        raise PermissionDenied
    if request.method == "POST" and request.POST.get("holds") in ("told", "stands"):
        try:
            take, seen = request.POST["holds"] == "told", request.POST.get("seen", "")
            decide(row, take=take, seen=seen, by=request.user)  # type: ignore[arg-type]
        except REFUSED as refusal:
            messages.warning(request, str(refusal))
            return redirect("visits:change", row.pk)
        messages.success(request, _("Decided. The history keeps both values."))
        return redirect("visits:detail", row.visit_id)
    record(request.user, "case_file", household, label=str(household.code))
    stands = standing(household).get(key := key_of(row.fact, row.member_id))
    [line] = lines([row], masked=household.masked)
    context = {
        "household": household, "line": line, "visit": row.visit, "seen": version(key, stands),
        "stands": in_words(row.fact, stands if line.is_open else read(row.before), masked=household.masked),
    }  # fmt: skip
    return render(request, "visits/change.html", context)


@require_POST
def change_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The value before holds again."""
    row, household = _row(request, pk)
    if not may_take_back(actions_on(request.user, household), request.user, row.visit):
        raise PermissionDenied
    try:
        take_back(row, by=request.user)  # type: ignore[arg-type]
    except REFUSED as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Taken back. The value before holds again; the history keeps both."))
    return redirect("visits:detail", row.visit_id)


@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Two visits to one household on one day belong together, or do not (unlink=1). Neither is changed."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user).select_related("household"), pk=pk)
    if not is_allowed(request.user, visit.household, "log_visit"):
        raise PermissionDenied
    number = request.POST.get("other", "")
    if request.POST.get("unlink"):
        visit.linked.remove(*visit.linked.filter(pk=number if number.isdecimal() else 0))
        messages.success(request, _("The two visits stand apart again."))
    elif other := on_same_day(visit).filter(pk=number if number.isdecimal() else 0).first():
        visit.linked.add(other)
        messages.success(request, _("The two visits are linked."))
    return redirect("visits:detail", visit.pk)


def may_settle(may: frozenset[str]) -> bool:
    """Decide between two values: who logs visits there, and who edits the household."""
    return not may.isdisjoint({"log_visit", "edit_household"})


def may_take_back(may: frozenset[str], user: Any, visit: Visit) -> bool:
    """Who edits the household; the writer of the visit while he logs visits there."""
    return "edit_household" in may or (visit.entered_by_id == user.pk and "log_visit" in may)


def _row(request: HttpRequest, pk: int) -> tuple[VisitFact, Any]:
    rows = VisitFact.objects.visible_to(request.user).select_related("visit__visitor", "visit__entered_by", "member")
    row: VisitFact = get_object_or_404(rows, pk=pk)
    return row, get_object_or_404(shown(request), pk=row.visit.household_id)
