"""Complaints and suggestions for who has signed in: the list, one of them, what its handler does."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.audit import record
from accounts.models import User
from core.pages import paged
from households.forms_reveal import RevealForm
from visits import complaints
from visits.codes_voice import ANSWERABLE
from visits.complaints import ComplaintRefused, waiting_for
from visits.filters_voice import ComplaintFilter
from visits.forms_voice import AnswerForm
from visits.models import Complaint
from visits.tables_voice import ComplaintTable

SAID = {
    "take": gettext_lazy("You handle it now."),
    "give_back": gettext_lazy("It waits for somebody else."),
    "close": gettext_lazy("It is closed."),
    "reopen": gettext_lazy("It is open again."),
    "pass_up": gettext_lazy("It lies with the district now."),
}


def complaints_list(request: HttpRequest) -> HttpResponse:
    """What the user handles, and what the user wrote."""
    rows = Complaint.objects.visible_to(request.user).select_related("place__parent", "handler")
    found = ComplaintFilter(request.GET, queryset=rows, request=request)
    waiting = waiting_for(cast(User, request.user)).count()
    context = {"filter": found, "table": paged(request, ComplaintTable(found.qs)), "waiting": waiting}
    return render(request, "visits/complaints.html", context)


def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them with its answer and history; POST: the handler's answer."""
    complaint = _complaint(request, pk)
    form = AnswerForm(request.POST if request.method == "POST" else None, initial={"answer": complaint.answer})
    if request.method == "POST":
        _must_handle(request, complaint)
        if form.is_valid():
            try:
                complaints.answer(complaint, by=cast(User, request.user), **form.cleaned_data)
            except ComplaintRefused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, _("The answer is saved. The sender reads it with the receipt code."))
                return redirect("visits:complaint", pk)
    return _page(request, complaint, form)


@require_POST
def complaint_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Take, give back, close, open again, pass on to the district (act=)."""
    complaint = _complaint(request, pk)
    _must_handle(request, complaint)
    act = request.POST.get("act", "")
    if act not in complaints.ACTS:
        raise Http404
    try:
        complaints.ACTS[act](complaint, by=cast(User, request.user))
    except ComplaintRefused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, str(SAID[act]))
    still = Complaint.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect("visits:complaint", pk) if still else redirect("visits:complaints")


@require_POST
def complaint_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """The sender's phone in full, for a reason that is logged."""
    complaint = _complaint(request, pk)
    _must_handle(request, complaint)
    reveal = RevealForm(request.POST)
    if not reveal.is_valid():
        return _page(request, complaint, AnswerForm(initial={"answer": complaint.answer}), reveal=reveal)
    record(request.user, "reveal", complaint, label=str(complaint), reason=reveal.cleaned_data["reason"])
    answer = _page(request, complaint, AnswerForm(initial={"answer": complaint.answer}), phone=complaint.phone)
    answer["Cache-Control"] = "no-store"
    return answer


def _complaint(request: HttpRequest, pk: int) -> Complaint:
    rows = Complaint.objects.visible_to(request.user).select_related("place__parent", "handler")
    return get_object_or_404(rows, pk=pk)


def _handles(request: HttpRequest, complaint: Complaint) -> bool:
    return Complaint.objects.to_handle(request.user).filter(pk=complaint.pk).exists()


def _must_handle(request: HttpRequest, complaint: Complaint) -> None:
    if not _handles(request, complaint):
        raise PermissionDenied


def _page(
    request: HttpRequest, complaint: Complaint, form: AnswerForm, *, reveal: RevealForm | None = None, phone: str = ""
) -> HttpResponse:
    handles = _handles(request, complaint)
    steps = complaint.history.select_related("history_user", "handler") if handles else ()  # type: ignore[attr-defined]
    context = {
        "complaint": complaint, "handles": handles, "answerable": complaint.state in ANSWERABLE, "form": form,
        "reveal": reveal or RevealForm(), "phone": phone, "steps": steps,
    }  # fmt: skip
    bad = form.is_bound or reveal is not None
    return render(request, "visits/complaint.html", context, status=422 if bad else 200)
