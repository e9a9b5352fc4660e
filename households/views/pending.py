"""Households that wait for a decision because their income is at or over the line."""

import django_tables2 as tables
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import may
from core.pages import paged
from households import register
from households.forms import DecideForm
from households.models import Enrolment, EnrolmentState
from households.views.acting import form_page, household_for


class PendingTable(tables.Table):
    household = tables.Column(
        verbose_name=gettext_lazy("Household"), accessor="household__head_name",
        linkify=("households:decide", [tables.A("pk")]), order_by="household__code",
    )  # fmt: skip
    code = tables.Column(verbose_name=gettext_lazy("Household code"), accessor="household__code")
    village = tables.Column(
        verbose_name=gettext_lazy("Village"), accessor="household__village", order_by="household__village__code"
    )
    entry_year = tables.Column(verbose_name=gettext_lazy("Entry year"))
    entered_on = tables.DateColumn(verbose_name=gettext_lazy("Entered on"))

    class Meta:
        attrs = {"class": "table table-cards"}
        order_by = "household"
        empty_text = gettext_lazy("No household waits for a decision.")


def pending(request: HttpRequest) -> HttpResponse:
    """The list."""
    if not may(request.user, "decide_pending"):
        raise PermissionDenied
    rows = Enrolment.objects.visible_to(request.user).filter(state=EnrolmentState.PENDING)
    table = paged(request, PendingTable(rows.select_related("household__village")))
    return render(request, "households/pending.html", {"table": table})


def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in or refuse, with a reason."""
    enrolment = get_object_or_404(Enrolment.objects.visible_to(request.user).select_related("household"), pk=pk)
    household = household_for(request, enrolment.household_id, "decide_pending")
    form = DecideForm(request.POST or None)

    def act() -> None:
        accept = form.cleaned_data["decision"] == "accept"
        register.decide_pending(enrolment, accept=accept, reason=form.cleaned_data["reason"])

    statement = household.statements.filter(year=enrolment.entry_year).first()
    return form_page(
        request, household, form, act, heading=_("Decide on a household over the income line"), statement=statement,
        note=_("It is neither paired nor assessed until you decide."),
    )  # fmt: skip
