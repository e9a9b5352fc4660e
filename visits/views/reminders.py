"""Reminders: what a user chooses about them; the digest of the day as read; what waits (to do)."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.audit import record
from accounts.models import AccessKind, User
from accounts.roles import may
from cadres.models import Cadre
from visits import choices
from visits.choices import ChoiceRefused
from visits.reminder_forms import MailForm, PauseForm
from visits.reminders import digest_of, mark_read


def reminders(request: HttpRequest) -> HttpResponse:
    """The user's choices; POST: a pause with its last day, or (resume=1) its end."""
    user = _user(request)
    form = PauseForm(request.POST if "until" in request.POST else None)
    if request.method == "POST" and "resume" in request.POST:
        choices.resume(user)
        messages.success(request, _("Reminders come again, from tomorrow on."))
        return redirect("visits:reminders")
    if request.method == "POST" and form.is_valid():
        try:
            choices.pause(user, until=form.cleaned_data["until"])
        except ChoiceRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Reminders are paused."))
            return redirect("visits:reminders")
    return _page(request, user, pause_form=form)


@require_POST
def reminders_mail(request: HttpRequest) -> HttpResponse:
    """Whether the daily reminder comes by e-mail too."""
    user = _user(request)
    form = MailForm(request.POST)
    if form.is_valid():
        try:
            choices.choose_mail(user, **form.cleaned_data)
        except ChoiceRefused as refusal:
            form.add_error("email", refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("visits:reminders")
    return _page(request, user, mail_form=form)


@require_POST
def calendar_address(request: HttpRequest) -> HttpResponse:
    """A new secret address of the own calendar, shown once; or (revoke=1) the end of the old one."""
    user = _user(request)
    if not may(user, "log_visit"):
        raise PermissionDenied
    if request.POST.get("revoke"):
        choices.revoke_feed(user)
        messages.success(request, _("The calendar address leads nowhere any more."))
        return redirect("visits:reminders")
    token = choices.make_feed(user)
    record(user, AccessKind.EXPORT, label=_("Secret address of the calendar"))
    address = request.build_absolute_uri(reverse("visits:calendar_feed", args=[token]))
    answer = render(request, "visits/calendar_address.html", {"address": address})
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def digest_read(request: HttpRequest) -> HttpResponse:
    """The user has seen today's reminder."""
    mark_read(_user(request), timezone.localdate())
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "visits:todo")


def digest_context(user: User) -> dict[str, object]:
    """Today's digest with the names of colleagues on leave: two queries at most, or one."""
    digest = digest_of(user, timezone.localdate())
    if digest is None or not digest.for_others:
        return {"digest": digest, "others": []}
    names = Cadre.objects.in_bulk([other["cadre"] for other in digest.for_others])
    others = [{**other, "name": names[other["cadre"]].name} for other in digest.for_others if other["cadre"] in names]
    return {"digest": digest, "others": others}


def _user(request: HttpRequest) -> User:
    if not may(request.user, "handle_need"):
        raise PermissionDenied
    return cast(User, request.user)


def _page(
    request: HttpRequest, user: User, *, pause_form: PauseForm | None = None, mail_form: MailForm | None = None
) -> HttpResponse:
    chosen = choices.choices_of(user)
    bad = any(form is not None and form.is_bound for form in (pause_form, mail_form))
    context = {
        "chosen": chosen,
        "paused": chosen.is_paused(timezone.localdate()),
        "pause_form": pause_form or PauseForm(),
        "mail_form": mail_form or MailForm(instance=chosen),
        "mail_is_set_up": choices.mail_is_set_up(),
        "may_plan": may(user, "log_visit"),
        "cadre": Cadre.objects.active().filter(user=user).first(),
    }
    return render(request, "visits/reminders.html", context, status=422 if bad else 200)
