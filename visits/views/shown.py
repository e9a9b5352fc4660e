"""Households as these pages show them."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from households.models import Household
from households.scope import HouseholdQuerySet


def shown(request: HttpRequest) -> HouseholdQuerySet:
    """Households in sight, with village, township and `masked`."""
    return Household.objects.visible_to(request.user).with_masking(request.user).select_related("village__parent")


def household_of(request: HttpRequest) -> Household:
    """The household that the address names (?household=); 404 outside of one's sight."""
    number = request.GET.get("household", "")
    if not number.isdecimal():
        raise Http404
    return get_object_or_404(shown(request), pk=number)
