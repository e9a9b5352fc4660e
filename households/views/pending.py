"""Households that wait for a decision because their income is at or over the line."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import may
from core.pages import paged
from households import register
from households.casefile import income_rows
from households.forms import DecideForm
from households.models import Enrolment, EnrolmentState
from households.tables import PendingTable, with_entry_income
from households.views.acting import form_page, household_for


def pending(request: HttpRequest) -> HttpResponse:
    """The list, each with the income that it was entered with and the line that this reaches."""
    if not may(request.user, "decide_pending"):
        raise PermissionDenied
    rows = Enrolment.objects.visible_to(request.user).filter(state=EnrolmentState.PENDING)
    table = paged(request, PendingTable(with_entry_income(rows)))
    return render(request, "households/pending.html", {"table": table})


def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in or refuse, with a reason; back to the list, where the next one waits."""
    enrolment = get_object_or_404(Enrolment.objects.visible_to(request.user).select_related("campaign"), pk=pk)
    household = household_for(request, enrolment.household_id, "decide_pending")
    form = DecideForm(request.POST or None)
    entered_with = list(household.statements.filter(year=enrolment.entry_year))

    def act() -> None:
        accept = form.cleaned_data["decision"] == "accept"
        register.decide_pending(enrolment, accept=accept, reason=form.cleaned_data["reason"])

    return form_page(
        request, household, form, act, heading=_("Decide on a household over the income line"),
        note=_("It is neither paired nor assessed until you decide."),
        question=_("Save this decision? It can't be taken back."), back=reverse("households:pending"),
        done=_("The decision is saved."),
        statements=entered_with, rows=income_rows(entered_with),
        policy=enrolment.campaign.years.filter(year=enrolment.entry_year).first(),
    )  # fmt: skip
