"""Households as these pages show them; the id by which a form makes one row, however often it is sent."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404

from households.models import Household
from households.scope import HouseholdQuerySet
from visits.logging import VisitRefused
from visits.needs import NeedRefused
from visits.planned import PlanRefused

Row = TypeVar("Row")
HOUR = 3600  # a photo never changes, but who may see it does


def shown(request: HttpRequest) -> HouseholdQuerySet:
    """Households in sight, with village, township and `masked`."""
    return Household.objects.visible_to(request.user).with_masking(request.user).select_related("village__parent")


def household_of(request: HttpRequest, **more: Any) -> Household:
    """The household that the address names (?household=), with more to annotate; 404 outside of one's sight."""
    number = request.GET.get("household", "")
    if not number.isdecimal():
        raise Http404
    return get_object_or_404(shown(request).annotate(**more), pk=number)


def form_id(request: HttpRequest, made: Callable[[UUID], Row | None]) -> tuple[UUID, Row | None]:
    """The form's id, and the row that it has made already.

    The script keeps the id in the address (?id=), so that Back and a reload bring the same form. What is no id, or is
    another's, gives way to a new one.
    """
    try:
        client_id = UUID(request.GET.get("id", ""))
        return client_id, made(client_id)
    except (ValueError, VisitRefused, NeedRefused, PlanRefused):
        return uuid4(), None


def jpeg(file: FieldFile, number: int, *, keep: bool = True) -> FileResponse:
    """A photo as the server encoded it; `keep`: the browser may keep it for an hour. 404 if its file is gone."""
    try:
        answer = FileResponse(file.open("rb"), content_type="image/jpeg", filename=f"photo-{number}.jpg")
    except FileNotFoundError as error:
        raise Http404 from error
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = f"private, max-age={HOUR}" if keep else "private, no-store"
    return answer
