"""What phones send when the network is back: items and photos, each once. JSON alone; never a redirect.

401 {problems}: not signed in, or somebody else is. 422 {problems}: refused, the sentences say what to do. 200 {state,
receipt}: received, for good; the same id again gives the same answer. 409: the item of this photo is not known yet.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from households.models import Household
from households.scope import is_allowed, was_allowed
from programs.measures import MeasureRefused
from visits.codes import ItemKind, ItemProblem, ItemState
from visits.forms_outbox import form_of, known_fields, read_sent
from visits.logging import VisitRefused, correct_visit, log_visit, may_correct
from visits.models import Need, OutboxItem, Visit
from visits.needs import NeedRefused, raise_need
from visits.outbox import PARKING, ItemRefused, Sent, add_photo, park, photo_of, received, save
from visits.photos import PhotoRefused, read
from visits.planned import PlanRefused

REFUSED = (ItemRefused, VisitRefused, MeasureRefused, NeedRefused, PlanRefused, PhotoRefused)
SHOWN = 20
View = Callable[[HttpRequest], HttpResponse]


def page(request: HttpRequest) -> HttpResponse:
    """What waits on this phone, drawn by a script; below, what of one's own the township places. One query."""
    own = OutboxItem.objects.filter(by=request.user.pk).exclude(state=ItemState.SAVED).select_related("visit", "need")
    return render(request, "visits/outbox.html", {"parked": own[:SHOWN]})


@login_not_required
@never_cache
@require_GET
def token(request: HttpRequest) -> JsonResponse:
    """Who is signed in, and a token for what follows."""
    if not request.user.is_authenticated:
        return _signed_out()
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})


def _signed_out() -> JsonResponse:
    return JsonResponse({"problems": [_("You are no longer signed in. Sign in to send.")]}, status=401)


def _answering(view: View) -> View:
    """Signed in as who wrote it, or 401; what is refused as sentences."""

    @login_not_required
    @never_cache
    @require_POST
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or request.headers.get("X-Written-By", str(user.pk)) != str(user.pk):
            return _signed_out()
        try:
            return view(request)
        except REFUSED as refusal:
            return JsonResponse({"problems": [refusal.sentence]}, status=422)

    return answer


@_answering
def items(request: HttpRequest) -> HttpResponse:
    """One visit, need or correction."""
    try:
        sent = read_sent(request.body)
    except RequestDataTooBig as error:
        raise ItemRefused(ItemProblem.UNREADABLE) from error
    by = cast(User, request.user)
    item = received(sent.client_id, by)
    if item is None:
        household = Household.objects.filter(pk=sent.household).first()
        if household is None or not was_allowed(by, household, "log_visit"):
            raise ItemRefused(ItemProblem.NOT_OWN)
        own = by if is_allowed(by, household, "log_visit") else None
        form = form_of(sent.kind, sent.fields, sent.client_id, household, own)
        if not form.is_valid():
            return JsonResponse({"problems": _problems(form)}, status=422)
        item = _RECEIVE[sent.kind](_kept(sent, form), household, by, form)
    return JsonResponse(receipt_of(item))


def receipt_of(item: OutboxItem) -> dict[str, Any]:
    """What the phone shows: the same, whenever it asks again."""
    if item.was_parked:
        state, number, url = "parked", f"P{item.pk}", reverse("visits:parked_item", args=[item.pk])
    elif item.visit_id:
        state, number, url = "saved", str(item.visit_id), reverse("visits:detail", args=[item.visit_id])
    else:
        state, number, url = "saved", str(item.need_id), reverse("visits:need", args=[item.need_id])
    at = timezone.localtime(item.received_at).isoformat(timespec="seconds")
    return {"state": state, "receipt": {"number": number, "url": url, "at": at}}


def _kept(sent: Sent, form: Any) -> Sent:
    return Sent(**{name: getattr(sent, name) for name in Sent.__slots__} | {"fields": known_fields(form, sent.fields)})


def _visit(sent: Sent, household: Household, by: User, form: Any) -> OutboxItem:
    if not is_allowed(by, household, "log_visit"):
        return park(sent, household=household, by=by)
    return _save_or_park(sent, household, by, lambda: log_visit(household=household, by=by, **form.facts()))


def _need(sent: Sent, household: Household, by: User, form: Any) -> OutboxItem:
    if not is_allowed(by, household, "raise_need"):
        return park(sent, household=household, by=by)

    def make() -> Need:
        return raise_need(household=household, owner=by, raised_on=sent.written_on, **form.cleaned_data)

    return save(sent, household=household, by=by, make=make)


def _correction(sent: Sent, household: Household, by: User, form: Any) -> OutboxItem:
    visit = Visit.objects.filter(pk=sent.visit or 0, household=household).select_related("visitor", "household").first()
    if visit is None:
        raise ItemRefused(ItemProblem.NO_VISIT)
    if may_correct(visit, by):
        return _save_or_park(sent, household, by, lambda: correct_visit(visit, by=by, **form.facts()), corrects=visit)
    own = by.pk in (visit.visitor.user_id, visit.entered_by_id)
    if is_allowed(by, household, "log_visit") or not own:  # it is there to read, but was another's from the beginning
        raise ItemRefused(ItemProblem.NO_VISIT)
    return park(sent, household=household, by=by, corrects=visit)


_RECEIVE = {ItemKind.VISIT.value: _visit, ItemKind.NEED.value: _need, ItemKind.CORRECTION.value: _correction}


def _save_or_park(
    sent: Sent, household: Household, by: User, make: Callable[[], Visit], *, corrects: Visit | None = None
) -> OutboxItem:
    try:
        return save(sent, household=household, by=by, make=make)
    except VisitRefused as refusal:
        if refusal.code not in PARKING:
            raise
        return park(sent, household=household, by=by, corrects=corrects)


def _problems(form: Any) -> list[str]:
    return [
        str(error)
        if name not in form.fields
        else _("%(label)s: %(error)s") % {"label": form.fields[name].label, "error": error}
        for name, errors in form.errors.items()
        for error in errors
    ]


@_answering
def photos(request: HttpRequest) -> HttpResponse:
    """One photo of an item that was received before."""
    by, file = cast(User, request.user), request.FILES.get("file")
    try:
        client_id, item_id = (UUID(request.POST.get(name, "")) for name in ("client_id", "item"))
    except ValueError as error:
        raise ItemRefused(ItemProblem.UNREADABLE) from error
    item = received(item_id, by)
    if item is None:
        return JsonResponse({"problems": [_("The record of this photo has not arrived yet.")]}, status=409)
    if photo_of(item, client_id) is None:
        if file is None:
            raise ItemRefused(ItemProblem.UNREADABLE)
        picture = read(file, name=file.name or "", size=file.size or 0)
        add_photo(item, client_id=client_id, picture=picture)
    return JsonResponse(receipt_of(item))
