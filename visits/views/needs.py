"""Needs: the list, one of them, raising and settling; and what waits for the user."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Prefetch, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.roles import may
from core.pages import paged
from households.scope import require
from households.views.acting import closed_answer
from visits.codes import PENDING
from visits.filters import NeedFilter
from visits.forms import CloseNeedForm, FollowUpForm, NeedForm
from visits.models import Need
from visits.needs import NeedRefused, close_need, follow_up, may_steer, raise_need, raised, reopen_need
from visits.referrals import answers_waiting, may_send, unanswered
from visits.tables import NeedTable
from visits.todo import first_of, todo_of
from visits.views.reminders import digest_context
from visits.views.shown import form_id, household_of, shown


def needs(request: HttpRequest) -> HttpResponse:
    """Needs in sight: what is not settled first, by due date."""
    if not may(request.user, "see_households"):
        raise PermissionDenied
    settled = Case(When(state__in=PENDING, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = Need.objects.visible_to(request.user).with_privacy(request.user).select_related("owner", "department")
    rows = rows.prefetch_related(Prefetch("household", shown(request))).order_by(settled, "due_on", "pk")
    found = NeedFilter(request.GET, queryset=rows, request=request)
    table = paged(request, NeedTable(found.qs))
    return render(
        request, "visits/needs.html", {"filter": found, "table": table, "may_refer": may(request.user, "handle_need")}
    )


def need_new(request: HttpRequest) -> HttpResponse:
    """A need that was voiced outside of a visit (?household=)."""
    household = household_of(request)
    require(request.user, household, "raise_need")
    if (answer := closed_answer(request, household)) is not None:
        return answer
    client_id, saved = form_id(request, lambda given: raised(given, household))
    if saved is not None:
        messages.info(request, _("This need is already saved."))
        return redirect("visits:need", saved.pk)
    form = NeedForm(request.POST or None, initial={"client_id": client_id})
    if request.method == "POST" and form.is_valid():
        try:
            need = raise_need(
                household=household,
                owner=cast(User, request.user),
                raised_on=timezone.localdate(),
                **form.cleaned_data,
            )
        except NeedRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("The need is recorded."))
            return redirect("visits:need", need.pk)
    context = {"form": form, "household": household}
    return render(request, "visits/need_new.html", context, status=422 if form.is_bound else 200)


def need(request: HttpRequest, pk: int) -> HttpResponse:
    """One need with its steps; POST: who follows it up, and until when."""
    need = _need(request, pk)
    initial = {"due_on": need.due_on, "mine": need.owner_id == request.user.pk}
    form = FollowUpForm(request.POST or None, initial=initial, need=need)
    if request.method == "POST":
        _may_steer(request, need)
        if form.is_valid():
            data = form.cleaned_data
            owner = request.user if data["mine"] else need.owner
            try:
                follow_up(need, owner=owner, due_on=data["due_on"])  # type: ignore[arg-type]
            except NeedRefused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, _("Saved."))
                return redirect("visits:need", need.pk)
    return _need_page(request, need, form=form)


@require_POST
def need_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a need with its result, or take that back (reopen=1)."""
    need = _need(request, pk)
    _may_steer(request, need)
    if request.POST.get("reopen"):
        reopen_need(need)
        messages.success(request, _("The need is open again."))
        return redirect("visits:need", need.pk)
    form = CloseNeedForm(request.POST)
    if form.is_valid():
        try:
            close_need(need, **form.cleaned_data)
        except NeedRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("The need is settled."))
            return redirect("visits:need", need.pk)
    return _need_page(request, need, close_form=form)


def todo(request: HttpRequest) -> HttpResponse:
    """What waits for the user: needs that are due, households that were not reached for long."""
    if not may(request.user, "handle_need"):
        raise PermissionDenied
    user = cast(User, request.user)
    answers, answers_count = first_of(answers_waiting(user))
    context = {"todo": todo_of(user), "may_plan": may(user, "log_visit"), **digest_context(user)}
    context |= {"answers": answers, "answers_count": answers_count}
    if may(user, "answer_referral"):
        waiting = unanswered(user).select_related("need__household__village", "unit", "specialist", "sent_by")
        asked, asked_count = first_of(waiting)
        context |= {"asked": asked, "asked_count": asked_count}
    return render(request, "visits/todo.html", context)


def _need(request: HttpRequest, pk: int) -> Need:
    rows = Need.objects.visible_to(request.user).with_privacy(request.user)
    rows = rows.select_related("owner", "department", "visit")
    return get_object_or_404(rows.prefetch_related(Prefetch("household", shown(request))), pk=pk)


def _may_steer(request: HttpRequest, need: Need) -> None:
    if not may_steer(need, request.user):  # type: ignore[arg-type]
        raise PermissionDenied


def _need_page(
    request: HttpRequest, need: Need, *, form: FollowUpForm | None = None, close_form: CloseNeedForm | None = None
) -> HttpResponse:
    user = cast(User, request.user)
    referrals = need.referrals.visible_to(user).select_related("unit", "specialist")  # type: ignore[attr-defined]
    steers = may_steer(need, user)
    context = {
        "need": need,
        "may_steer": steers,
        "may_send": steers and may_send(need, user),
        "referrals": referrals,
        "with_somebody": need.referrals.live().exists(),  # type: ignore[attr-defined]
        "form": form or FollowUpForm(initial={"due_on": need.due_on}, need=need),
        "close_form": close_form or CloseNeedForm(),
        "steps": need.history.select_related("history_user", "department"),
    }
    bad = (form is not None and form.is_bound) or (close_form is not None and close_form.is_bound)
    return render(request, "visits/need.html", context, status=422 if bad else 200)
