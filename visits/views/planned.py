"""Planned visits: plan, change, drop; the calendar by month and as a list; the same as iCalendar."""

from datetime import date
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.audit import record
from accounts.models import AccessKind, User
from accounts.roles import may
from cadres.models import Pairing
from core.pages import PER_PAGE
from households.models import Household
from households.scope import require
from households.views.acting import closed_answer
from visits.choices import user_of_feed
from visits.feed import calendar_of
from visits.models import PlannedVisit, Visit
from visits.month import month_in, month_of
from visits.planned import PlanRefused, change_plan, drop_plan, plan_days, plan_visit, planned, take_up
from visits.reminder_forms import PlanForm, facts_of_plan
from visits.views.shown import form_id, household_of


@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """The user's own planned visits: a month (?month=2026-11), or a list of what is open (?view=list)."""
    _may_plan(request)
    if request.GET.get("view") == "list":
        rows = PlannedVisit.objects.of(request.user).open().select_related("household__village__parent")
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        return render(request, "visits/calendar_list.html", {"page": page, "today": timezone.localdate()})
    month = month_of(request.user, month_in(request.GET.get("month", "")))
    return render(request, "visits/calendar.html", {"month": month, "today": timezone.localdate()})


@require_GET
def calendar_file(request: HttpRequest) -> HttpResponse:
    """The calendar as a file to keep."""
    _may_plan(request)
    record(request.user, AccessKind.EXPORT, label=_("Calendar of planned visits"))
    answer = _ical(calendar_of(request.user))
    answer["Content-Disposition"] = 'attachment; filename="planned-visits.ics"'
    return answer


@login_not_required
@require_GET
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar for a calendar program, by the user's secret address; 404 for any other."""
    user = user_of_feed(token)
    if user is None or not may(user, "log_visit"):
        raise Http404
    answer = _ical(calendar_of(user))
    answer["X-Robots-Tag"] = "noindex"
    return answer


def plan_new(request: HttpRequest) -> HttpResponse:
    """Plan a visit to a household (?household=), on a day (?day=), as promised on a visit (?after=)."""
    _may_plan(request)
    if "household" not in request.GET:
        return _choose_household(request)
    household = household_of(request)
    require(request.user, household, "log_visit")
    if (answer := closed_answer(request, household)) is not None:
        return answer
    by = cast(User, request.user)
    after = _visit_before(request, household)
    client_id, saved = form_id(request, lambda given: planned(given, household=household, by=by))
    if saved is not None:
        messages.info(request, _("This visit is already planned."))
        return redirect("visits:plan", saved.pk)
    initial = {"client_id": client_id, "planned_on": _day_of(request), "promised": after is not None}
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = plan_visit(household, form.plan(), by=by, after=after, client_id=form.cleaned_data["client_id"])
        except PlanRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("The visit is planned."))
            return _to_month(row)
    context = {"form": form, "household": household, "after": after}
    return render(request, "visits/plan_new.html", context, status=422 if form.is_bound else 200)


def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: change it, drop it, or see the visit that it became."""
    row = _own(request, pk)
    form = PlanForm(request.POST or None, initial=facts_of_plan(row), plan=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_plan(row, form.plan())
        except PlanRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return _to_month(row)
    context = {"plan": row, "form": form, "household": row.household}
    return render(request, "visits/plan.html", context, status=422 if form.is_bound else 200)


@require_POST
def plan_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The visit is not made, or (back=1) it is after all."""
    row = _own(request, pk)
    back = bool(request.POST.get("back"))
    try:
        (take_up if back else drop_plan)(row)
    except PlanRefused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("The visit is planned again.") if back else _("The plan is dropped."))
    return redirect("visits:plan", row.pk)


def _may_plan(request: HttpRequest) -> None:
    if not may(request.user, "log_visit"):
        raise PermissionDenied


def _own(request: HttpRequest, pk: int) -> PlannedVisit:
    """A plan of the user's own: 403 for another's in sight, 404 outside."""
    seen = PlannedVisit.objects.visible_to(request.user).with_visit().select_related("household__village", "after")
    row = get_object_or_404(seen, pk=pk)
    if not PlannedVisit.objects.of(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return row


def _choose_household(request: HttpRequest) -> HttpResponse:
    """The households that the user is paired with, to choose from; without any, the list of households."""
    paired = Pairing.objects.active().filter(cadre__user=request.user.pk).order_by().values("household")
    own = Household.objects.allowed(request.user, "log_visit").filter(pk__in=paired, closed_on=None)
    households = list(own.select_related("village").order_by("village__code", "code"))
    if not households:
        messages.info(request, _("Choose the household to be visited, then “Plan a visit”."))
        return redirect("households:list")
    return render(request, "visits/plan_household.html", {"households": households, "day": _day_of(request)})


def _day_of(request: HttpRequest) -> date:
    """The day that the address names, if a visit can be planned for it; else today."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return timezone.localdate()
    return day if day in plan_days() else timezone.localdate()


def _visit_before(request: HttpRequest, household: Household) -> Visit | None:
    number = request.GET.get("after", "")
    return household.visits.filter(pk=number).first() if number.isdecimal() else None  # type: ignore[attr-defined]


def _to_month(row: PlannedVisit) -> HttpResponse:
    answer = redirect("visits:calendar")
    answer["Location"] += f"?month={row.planned_on:%Y-%m}#day-{row.planned_on:%Y-%m-%d}"
    return answer


def _ical(content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
