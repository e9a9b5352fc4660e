"""Pages of measures."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.forms import Form, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import Role, may
from core.pages import paged
from households.models import Household
from households.scope import HouseholdQuerySet, is_allowed, require
from households.views.acting import closed_answer
from programs.filters import MeasureFilter
from programs.forms import MeasureForm, MeasureStateForm
from programs.measures import MeasureRefused, change_state, record_measure
from programs.models import Measure
from programs.tables import MeasureTable


def measures(request: HttpRequest) -> HttpResponse:
    """Aid of every kind in the user's sight."""
    if not may(request.user, "see_households"):
        raise PermissionDenied
    rows = Measure.objects.visible_to(request.user).select_related("department")
    rows = rows.prefetch_related(Prefetch("household", _shown(request)))
    found = MeasureFilter(request.GET, queryset=rows, request=request)
    table = paged(request, MeasureTable(found.qs))
    return render(request, "programs/measures.html", {"filter": found, "table": table})


def measure_new(request: HttpRequest) -> HttpResponse:
    """Record aid from the case file (?household=)."""
    household = _household(request)
    require(request.user, household, "record_measure")
    if (answer := closed_answer(request, household)) is not None:
        return answer
    own = [grant.unit for grant in request.user.live_grants if grant.role == Role.DEPARTMENT_OFFICER]  # type: ignore[union-attr]
    form = MeasureForm(request.POST or None, initial={"department": own[0]} if own else {})
    if request.method == "POST" and form.is_valid():
        try:
            record_measure(household=household, **form.cleaned_data)
        except MeasureRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("The measure is recorded. It counts as no income."))
            return redirect("households:detail", household.pk)
    return render(request, "programs/measure_new.html", {"form": form, "household": household}, status=_status(form))


def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """One measure; whoever may record aid here can say how it went on, or withdraw it."""
    measure = get_object_or_404(
        Measure.objects.visible_to(request.user).select_related("department", "responsible__unit"), pk=pk
    )
    household = get_object_or_404(_shown(request), pk=measure.household_id)
    may_change = is_allowed(request.user, household, "record_measure")
    form = MeasureStateForm(request.POST or None, initial={"state": measure.state})
    if request.method == "POST":
        require(request.user, household, "record_measure")
        if form.is_valid():
            try:
                change_state(measure, **form.cleaned_data)
            except MeasureRefused as refusal:
                form.add_error("note", refusal.sentence)
            else:
                messages.success(request, _("Saved."))
                return redirect("programs:measure", measure.pk)
    context = {"measure": measure, "household": household, "form": form if may_change else None}
    context["visits"] = measure.visits.standing()  # type: ignore[attr-defined]
    context["steps"] = measure.history.select_related("history_user", "department")
    return render(request, "programs/measure.html", context, status=_status(form))


def _shown(request: HttpRequest) -> HouseholdQuerySet:
    return Household.objects.visible_to(request.user).with_masking(request.user).select_related("village__parent")


def _household(request: HttpRequest) -> Household:
    number = request.GET.get("household", "")
    if not number.isdecimal():
        raise Http404
    return get_object_or_404(_shown(request), pk=number)


def _status(form: Form | ModelForm) -> int:
    """A form that came back with its errors is 422."""
    return 422 if form.is_bound else 200
