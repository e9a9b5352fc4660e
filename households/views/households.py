"""The list of households and its export."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.audit import record
from accounts.roles import may
from core.exports import xlsx_response
from core.middleware import InputMiddleware
from core.pages import paged
from core.reasons import says_something
from households.conditions import frame_of
from households.exports import header, lines
from households.filters import MASK, HouseholdFilter, villages_seen, without_number
from households.models import Household
from households.tables import HouseholdTable, with_columns


def households(request: HttpRequest) -> HttpResponse:
    """Households in sight, narrowed by the address; 25 a page, at most 12 queries."""
    if not may(request.user, "see_households"):
        raise PermissionDenied
    if (asked := without_number(request.GET)) is not request.GET:  # an old bookmark
        return redirect(_address(asked))
    chosen = _chosen(request, request.GET)
    table = paged(request, HouseholdTable(with_columns(chosen.qs, chosen.frame), sort_by_name=chosen.by_id_no))
    context = {
        "filter": chosen,
        "table": table,
        "total": table.paginator.count,
        "year": chosen.frame.year,
        "may_export": may(request.user, "export"),
        "search_url": reverse("households:search"),
        "may_add": may(request.user, "edit_household"),
        "own": request.user.roles == {"cadre"},  # type: ignore[union-attr]
    }
    template = "households/_table.html" if request.htmx else "households/list.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """To the list at the address of what the form of the search asks: sent, an ID number stands in no address."""
    if not may(request.user, "see_households"):
        raise PermissionDenied
    asked = QueryDict(mutable=True)
    for name, value in request.POST.items():
        if value and name != "csrfmiddlewaretoken":
            asked[name] = str(value)
    if asked.get("q", "").strip() != MASK:  # another search, or none, in place of the person's
        asked.pop("person", None)
    return redirect(_address(without_number(asked)))


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The list as it is narrowed and sorted, as xlsx; inspectors get it masked. Logged with its reason."""
    if not may(request.user, "export"):
        raise PermissionDenied
    asked = without_number(QueryDict(request.POST.get("query", "")))
    InputMiddleware.refuse_query(asked)
    reason = request.POST.get("reason", "").strip()
    if not says_something(reason):
        messages.error(request, _("Please give a reason."))
        return redirect(_address(asked))
    chosen = _chosen(request, asked, action="export")
    table = HouseholdTable(
        with_columns(chosen.qs, chosen.frame), order_by=asked.getlist("sort") or None, sort_by_name=chosen.by_id_no
    )
    rows = table.data.data
    record(request.user, "export", label=chosen.words, reason=reason)
    name = _("Households") + f"_{timezone.localdate():%Y%m%d}"
    return xlsx_response(name, header(chosen.frame), lines(rows, chosen.frame))


def _address(asked: QueryDict) -> str:
    return f"{reverse('households:list')}?{asked.urlencode()}" if asked else reverse("households:list")


def _chosen(request: HttpRequest, data: Any, *, action: str = "see_households") -> HouseholdFilter:
    frame = frame_of(data.get("year"))
    rows = Household.objects.allowed(request.user, action).with_masking(request.user).select_related("village__parent")
    places, by_id_no = villages_seen(request.user), may(request.user, "see_unmasked")
    return HouseholdFilter(data, rows, frame=frame, places=places, by_id_no=by_id_no)
