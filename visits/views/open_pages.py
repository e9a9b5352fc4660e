"""Pages that need no account: a complaint, the answer to it, what a household says with its card. Rate-limited."""

from typing import Any
from uuid import uuid4

from allauth.core.ratelimit import consume
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from visits.complaints import by_code, file_complaint
from visits.forms_voice import AskForm, CardVoiceForm, ComplaintForm
from visits.voice import CardRefused, say_with_card

TOO_MANY = 429


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest) -> HttpResponse:
    """Write a complaint or suggestion; the answer shows its receipt code, once."""
    form = ComplaintForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, "visits/say.html", {"form": form}, form)
    if not consume(request, action="complaint"):
        return _too_many(request, "visits/say.html", form)
    by = request.user if request.user.is_authenticated else None
    complaint, code = file_complaint(by=by, **form.facts())
    return _shown(request, "visits/said.html", {"complaint": complaint, "code": code})


@login_not_required
@require_GET
def say_villages(request: HttpRequest) -> HttpResponse:
    """The villages of the township that was chosen in the form."""
    return render(request, "visits/_say_village.html", {"form": ComplaintForm(initial=request.GET.dict())})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """How a complaint stands, for who has its receipt code."""
    form = AskForm(request.POST or None)
    complaint = None
    if request.method == "POST" and form.is_valid():
        if not consume(request, action="open_code"):
            return _too_many(request, "visits/ask.html", form)
        complaint = by_code(form.cleaned_data["code"])
        if complaint is None:
            form.add_error("code", _("There is nothing with this code. Compare it with what you wrote down."))
    return _shown(request, "visits/ask.html", {"form": form, "complaint": complaint}, form)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card_voice(request: HttpRequest) -> HttpResponse:
    """What a household says of the help it gets, by itself: the code on its card says whose word it is."""
    form = CardVoiceForm(request.POST or None, initial={"client_id": uuid4()})
    if request.method == "POST" and form.is_valid():
        if not consume(request, action="open_code"):
            return _too_many(request, "visits/card_voice.html", form)
        try:
            say_with_card(**form.cleaned_data)
        except CardRefused as refusal:
            form.add_error("card_code", refusal.sentence)
        else:
            return _shown(request, "visits/card_voice.html", {"thanks": True})
    return _shown(request, "visits/card_voice.html", {"form": form}, form)


def _too_many(request: HttpRequest, template: str, form: Any) -> HttpResponse:
    sentence = _("Too much has been sent from here within the hour. What you wrote stands below: try again later.")
    form.add_error(None, sentence)
    return _shown(request, template, {"form": form}, status=TOO_MANY)


def _shown(
    request: HttpRequest, template: str, context: dict[str, Any], form: Any = None, *, status: int = 200
) -> HttpResponse:
    """With the navigation for who has signed in, on plain paper for a stranger."""
    layout = "base.html" if request.user.is_authenticated else "plain.html"
    bad = form is not None and form.is_bound and bool(form.errors)
    return render(request, template, {"layout": layout, **context}, status=422 if bad else status)
