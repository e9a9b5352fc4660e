"""What was parked: the township's list, one of them with what to do about it, its photos."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.navigation import counts as counted
from accounts.roles import may
from core.formats import phone_date
from core.masking import mask_phone
from core.pages import paged
from households.models import Household
from households.scope import is_allowed, places_of
from programs.measures import MeasureRefused
from visits.codes import ItemKind, ItemState
from visits.filters import ParkedFilter
from visits.forms_outbox import PlaceForm, RefuseForm, placing_form_of
from visits.logging import VisitRefused, correct_visit, log_visit
from visits.models import Need, OutboxItem, ParkedPhoto, Visit
from visits.needs import NeedRefused, raise_need
from visits.outbox import ItemRefused, follower_of, place, refuse, visitors_of
from visits.planned import PlanRefused
from visits.tables import ParkedTable
from visits.views.shown import jpeg, shown

REFUSED = (ItemRefused, VisitRefused, MeasureRefused, NeedRefused, PlanRefused)


@counted("visits:parked")
def waiting(user: Any) -> QuerySet[OutboxItem]:
    """Those that wait in the user's places; who looks after the whole district finds them on the page."""
    rows = OutboxItem.objects.allowed(user, "place_parked").parked()
    return rows if places_of(user, "place_parked") is not None else rows.none()


def parked(request: HttpRequest) -> HttpResponse:
    """Parked items of the user's places; those that wait, unless another state is asked for."""
    if not may(request.user, "place_parked"):
        raise PermissionDenied
    rows = OutboxItem.objects.allowed(request.user, "place_parked").exclude(state=ItemState.SAVED)
    rows = rows.select_related("by").prefetch_related(Prefetch("household", shown(request)))
    found = ParkedFilter(request.GET, queryset=rows, request=request)
    table = paged(request, ParkedTable(found.qs))
    return render(request, "visits/parked.html", {"filter": found, "table": table})


def parked_item(request: HttpRequest, pk: int) -> HttpResponse:
    """All that was written, and what became of it; POST (act=place|refuse): the township's decision."""
    item = _item(request, pk)
    may_decide = item.state == ItemState.PARKED and is_allowed(request.user, item.household, "place_parked")
    form = placing_form_of(item)
    day = form.cleaned_data.get("visited_on") if form.is_valid() else None
    visitors = visitors_of(item, day or item.written_on).select_related("unit")
    sent = request.POST if request.method == "POST" else None
    placing = PlaceForm(sent if sent and sent.get("act") == "place" else None, visitors=visitors)
    refusing = RefuseForm(sent if sent and sent.get("act") == "refuse" else None)
    if sent is not None:
        if not is_allowed(request.user, item.household, "place_parked"):
            raise PermissionDenied
        if (answer := _decide(request, item, form, placing=placing, refusing=refusing)) is not None:
            return answer
    context = {
        "item": item,
        "household": Household.objects.visible_to(request.user).filter(pk=item.household_id).first(),
        "facts": _facts(item, form),
        "may_decide": may_decide,
        "asks_visitor": item.kind == ItemKind.VISIT,
        "photos": item.photos.all(),  # type: ignore[attr-defined]
        "back": _back(request),
        "place_form": placing,
        "refuse_form": refusing,
    }
    return render(request, "visits/parked_item.html", context, status=200 if sent is None else 422)


def parked_photo(request: HttpRequest, pk: int) -> FileResponse:
    """A photo of a parked item (?thumb=1: its thumbnail)."""
    photo = get_object_or_404(ParkedPhoto.objects.select_related("item"), pk=pk)
    _item(request, photo.item_id)
    return jpeg(photo.thumbnail if request.GET.get("thumb") else photo.file, photo.pk)


def _item(request: HttpRequest, pk: int) -> OutboxItem:
    """The user's own, or of a household in sight: then only for who places it."""
    user = request.user
    seen = Household.objects.visible_to(user)
    rows = OutboxItem.objects.exclude(state=ItemState.SAVED).filter(Q(by=user.pk) | Q(household__in=seen))
    item = get_object_or_404(rows.select_related("by", "household__village", "visit", "need", "decided_by"), pk=pk)
    if item.by_id != user.pk and not is_allowed(user, item.household, "place_parked"):
        raise PermissionDenied
    return item


def _decide(
    request: HttpRequest, item: OutboxItem, form: Any, *, placing: PlaceForm, refusing: RefuseForm
) -> HttpResponse | None:
    """The answer where it was done; None: the page says what is wrong."""
    by = cast(User, request.user)
    try:
        if refusing.is_bound:
            if not refusing.is_valid():
                return None
            refuse(item, by=by, reason=refusing.cleaned_data["reason"])
            messages.success(request, _("Not taken; the writer reads your reason."))
        else:
            visitor = None
            if item.kind == ItemKind.VISIT:
                if not placing.is_valid():
                    return None
                visitor = placing.cleaned_data["visitor"]
            if not form.is_valid():
                messages.error(request, _("What was written does not fit any more, so it cannot be placed."))
                return None
            place(item, by=by, make=lambda: _row(item, form, visitor))
            messages.success(request, _("Placed. It stands in the household's case file."))
    except REFUSED as refusal:
        messages.error(request, refusal.sentence)
        return None
    return redirect("visits:parked_item", item.pk)


def _row(item: OutboxItem, form: Any, visitor: Any) -> Visit | Need:
    """The visit, need or correction as its writer's."""
    if item.kind == ItemKind.NEED:
        facts = form.cleaned_data
        return raise_need(household=item.household, owner=follower_of(item), raised_on=item.written_on, **facts)
    if item.kind == ItemKind.CORRECTION:
        corrected = cast(Visit, item.corrects)
        return correct_visit(corrected, by=item.by, **form.facts())
    return log_visit(household=item.household, by=item.by, visitor=visitor, **form.facts())


_HIDDEN = {"new_phone": mask_phone, "disease": lambda _words: "***"}  # shown whole only in the case file, with a reason


def _facts(item: OutboxItem, form: Any) -> list[tuple[str, str]]:
    """What was written, in words; from the form as far as it reads it, else as it was typed."""
    rows = [(_("Kind"), str(item.get_kind_display()))]
    for name, values in item.fields.items():
        label = str(form.fields[name].label) if name in form.fields else name
        words = {str(value): word for value, word in getattr(form.fields.get(name), "choices", None) or []}
        day = form.cleaned_data.get(name) if name in ("visited_on",) else None
        hide = _HIDDEN.get(name, str)
        told = phone_date(day) if day else "、".join(hide(str(words.get(value, value))) for value in values if value)
        if told and not (name.startswith("aid_") and not _has_aid(item)):
            rows.append((label, told))
    return rows


def _has_aid(item: OutboxItem) -> bool:
    return any(any(item.fields.get(name, [])) for name in ("aid_yuan", "aid_quantity", "aid_note"))


def _back(request: HttpRequest) -> tuple[str, str]:
    """Where the way back leads: the list for who places, else the own outbox."""
    if may(request.user, "place_parked"):
        return reverse("visits:parked"), _("Records to place")
    return reverse("visits:outbox"), _("To be sent")
