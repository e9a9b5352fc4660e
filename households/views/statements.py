"""Draft, change and check income statements."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from households import statements as verbs
from households.casefile import income_rows
from households.codes import Problem
from households.forms import StatementForm
from households.models import IncomeStatement, Member, StatementState
from households.views.acting import form_page, household_for, sign_off


def statement_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the statement of a year; somebody else checks it."""
    household = household_for(request, pk, "draft_statement")
    people = Member.objects.filter(household=household, active=True).count()
    form = StatementForm(request.POST or None, initial={"people": people or 1, "year": request.GET.get("year")})
    actor: Any = request.user
    return form_page(
        request, household, form, lambda: verbs.draft_statement(household, by=actor, **form.cleaned_data),
        heading=_("Add an income statement"), pairs=True,
        note=_("Amounts in yuan. It counts once a colleague has checked it. Gifts are no income."),
    )  # fmt: skip


def statement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a statement; it waits for a check again."""
    statement, household = _statement(request, pk, "draft_statement")
    form = StatementForm(request.POST or None, instance=statement)
    actor: Any = request.user
    amounts = lambda: {k: v for k, v in form.cleaned_data.items() if k != "year"}  # noqa: E731 read after validation
    return form_page(
        request, household, form, lambda: verbs.change_statement(statement, by=actor, **amounts()),
        heading=_("Income statement of %(year)s") % {"year": statement.year},
        note=_("Amounts in yuan. A corrected statement counts again once a colleague has checked it."),
        pairs=True, row=statement,
    )  # fmt: skip


def statement_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a draft of somebody else's hand, or close a confirmed statement for good."""
    statement, household = _statement(request, pk, "check_statement")
    form = sign_off(request)
    actor: Any = request.user
    beside = [s for s in (household.statements.filter(year=statement.year - 1).first(), statement) if s]
    shown: dict[str, Any] = {"statements": beside, "rows": income_rows(beside), "drafted_by": statement.drafted_by}
    if statement.state == StatementState.DRAFT:
        if statement.drafted_by_id == actor.pk and request.method == "GET":  # the case file does not offer it
            messages.warning(request, Problem.OWN_HAND.label)
            return redirect("households:detail", household.pk)
        return form_page(
            request, household, form, lambda: verbs.check_statement(statement, by=actor),
            heading=_("Check the statement of %(year)s") % {"year": statement.year},
            button=_("Confirm the statement"), row=statement, done=_("The statement is checked."), **shown,
        )  # fmt: skip
    return form_page(
        request, household, form, lambda: verbs.finalise_statement(statement),
        heading=_("Make the statement of %(year)s final") % {"year": statement.year}, button=_("Make it final"),
        question=_("Make this statement final? Nobody can change it afterwards."), row=statement,
        done=_("The statement is final."), **shown,
    )  # fmt: skip


def _statement(request: HttpRequest, pk: int, action: str) -> tuple[IncomeStatement, Any]:
    rows = IncomeStatement.objects.visible_to(request.user).select_related("household", "drafted_by")
    statement: IncomeStatement = get_object_or_404(rows, pk=pk)
    return statement, household_for(request, statement.household_id, action)
