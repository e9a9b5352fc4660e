"""Referrals: what was sent to a department or a specialist, its messages and pictures, and its end."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.audit import record
from accounts.models import AccessKind, User
from accounts.roles import may
from core.pages import paged
from visits.codes import MessageKind
from visits.filters import ReferralFilter
from visits.forms_referrals import MessageForm, ReferralForm, TakeBackForm, ToldForm
from visits.models import Need, Referral, ReferralMessage, ReferralPhoto, ReferralQuerySet
from visits.referrals import (
    ReferralRefused,
    asked_of,
    is_asked,
    may_send,
    refer,
    referred,
    take_back,
    tell_household,
    write,
    written,
)
from visits.tables import ReferralTable
from visits.views.shown import form_id, jpeg, shown


def referrals(request: HttpRequest) -> HttpResponse:
    """Who answers: what was referred to him, what waits first, the oldest on top. Others: what they are involved in."""
    user = cast(User, request.user)
    if not may(user, "handle_need"):
        raise PermissionDenied
    answers = may(user, "answer_referral")
    rows = _with_households(request, asked_of(user) if answers else Referral.objects.visible_to(user))
    found = ReferralFilter(request.GET, queryset=rows.waiting_first(), request=request)
    context = {"filter": found, "table": paged(request, ReferralTable(found.qs)), "answers": answers}
    return render(request, "visits/referrals.html", context)


def referral_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a need to a department or a specialist, with a question and pictures."""
    user = cast(User, request.user)
    rows = Need.objects.visible_to(user).with_privacy(user)
    need = get_object_or_404(rows.prefetch_related(Prefetch("household", shown(request))), pk=pk)
    if not may_send(need, user):
        raise PermissionDenied
    client_id, saved = form_id(request, lambda given: referred(given, need=need, by=user))
    if saved is not None:
        messages.info(request, _("This is already sent."))
        return redirect("visits:referral", saved.pk)
    initial = {"client_id": client_id, "text": need.text}
    form = ReferralForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            referral = refer(need, by=user, **form.facts())
        except ReferralRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Sent. The answer will stand in your to-do list."))
            return redirect("visits:referral", referral.pk)
    context = {"form": form, "need": need, "live": need.referrals.live().first()}  # type: ignore[attr-defined]
    return render(request, "visits/referral_new.html", context, status=422 if form.is_bound else 200)


def referral(request: HttpRequest, pk: int) -> HttpResponse:
    """Question and answers with their pictures; POST: one more of them."""
    user = cast(User, request.user)
    referral = _referral(request, pk)
    client_id, saved = _message_id(request, referral)
    if saved is not None:
        messages.info(request, _("This is already sent."))
        return redirect("visits:referral", referral.pk)
    form = MessageForm(request.POST or None, request.FILES or None, initial={"client_id": client_id})
    if request.method == "POST" and form.is_valid():
        try:
            message = write(referral, by=user, **form.facts())
        except ReferralRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _sent(referral, message))
            return redirect("visits:referral", referral.pk)
    if request.method == "GET":
        record(user, AccessKind.CASE_FILE, referral, label=referral.household.code)
    return _page(request, referral, form=form)


@require_POST
def referral_told(request: HttpRequest, pk: int) -> HttpResponse:
    """The household has the answer."""
    referral = _own_side(request, pk)
    form = ToldForm(request.POST, referral=referral)
    if form.is_valid():
        try:
            tell_household(referral, by=cast(User, request.user), **form.cleaned_data)
        except ReferralRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Noted that the household was told."))
            return redirect("visits:need", referral.need_id)
    return _page(request, referral, told_form=form)


@require_POST
def referral_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back from whom it was sent to."""
    referral = _own_side(request, pk)
    form = TakeBackForm(request.POST)
    if form.is_valid():
        try:
            take_back(referral, **form.cleaned_data)
        except ReferralRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Taken back. It can be sent to another department now."))
            return redirect("visits:need", referral.need_id)
    return _page(request, referral, back_form=form)


def referral_photo(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """A picture on a page with the way back; the file alone (?file=1) or its thumbnail (?thumb=1) for that page."""
    photo = get_object_or_404(ReferralPhoto.objects.visible_to(request.user).select_related("message"), pk=pk)
    if request.GET.get("thumb"):
        return jpeg(photo.thumbnail, photo.pk, keep=False)
    if request.GET.get("file"):
        return jpeg(photo.file, photo.pk, keep=False)
    referral = _referral(request, photo.message.referral_id)
    return render(request, "visits/referral_photo.html", {"photo": photo, "referral": referral})


def _with_households(request: HttpRequest, rows: ReferralQuerySet) -> ReferralQuerySet:
    rows = rows.select_related("need__owner", "unit", "specialist", "sent_by", "told_by")
    return rows.prefetch_related(Prefetch("need__household", shown(request)))


def _referral(request: HttpRequest, pk: int) -> Referral:
    return get_object_or_404(_with_households(request, Referral.objects.visible_to(request.user)), pk=pk)


def _own_side(request: HttpRequest, pk: int) -> Referral:
    referral = _referral(request, pk)
    if not may_send(referral.need, cast(User, request.user)):
        raise PermissionDenied
    return referral


def _message_id(request: HttpRequest, referral: Referral) -> tuple[UUID, ReferralMessage | None]:
    by = cast(User, request.user)
    return form_id(request, lambda given: written(given, referral=referral, by=by))


def _sent(referral: Referral, message: ReferralMessage) -> str:
    """Two who answer at once both do; the second is told so."""
    if message.kind == MessageKind.QUESTION:
        return _("Sent.")
    others = referral.messages.filter(kind=MessageKind.ANSWER).exclude(author=message.author)  # type: ignore[attr-defined]
    other = others.select_related("author").order_by("-pk").first()
    if other is None:
        return _("Sent. The cadre sees it as a to-do for the next visit.")
    return _("Sent. %(name)s has answered too: look whether the two agree.") % {"name": other.author}


def _page(request: HttpRequest, referral: Referral, **forms: Any) -> HttpResponse:
    user = cast(User, request.user)
    rows = referral.messages.select_related("author").prefetch_related("photos")  # type: ignore[attr-defined]
    bad = any(form.is_bound for form in forms.values())
    context = {
        "referral": referral,
        "rows": rows,
        "asked": is_asked(referral, user),
        "may_send": may_send(referral.need, user),
        "form": MessageForm(),
        "told_form": ToldForm(referral=referral),
        "back_form": TakeBackForm(),
        **forms,
    }
    return render(request, "visits/referral.html", context, status=422 if bad else 200)
