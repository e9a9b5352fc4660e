"""What a cadre's phone keeps for work without network: the own households, each with a version that says if it changed.

A page is fetched again when its version differs. The version is made of the newest history row of all that the page
shows, the release, the language and the day (ages and due dates move on).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Count, F, IntegerField, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from core.installing import version as release
from households.models import Enrolment, GrowthAssessment, GuaranteeStatus, Household, IncomeStatement, Member
from households.scope import HouseholdQuerySet
from programs.models import Measure
from visits.conditions import last_contact
from visits.models import Need, Visit, VisitPhoto
from visits.sections import PHOTOS_SHOWN, load_visits

SHOWN_OF_A_HOUSEHOLD: tuple[Any, ...] = (
    Member, IncomeStatement, GrowthAssessment, GuaranteeStatus, Enrolment, Measure, Visit, Need,
)  # fmt: skip
ALSO_KEPT = ("visits:outbox",)  # pages that the phone itself fills in


@dataclass
class Page:
    """An address that the phone keeps."""

    url: str
    version: str
    pictures: list[str] = field(default_factory=list)


def kept_households(user: Any) -> HouseholdQuerySet:
    """The households that the user helps as a cadre now, with what a card says; the longest not reached come first."""
    rows = Household.objects.allowed(user, "keep_offline").filter(closed_on=None).select_related("village__parent")
    return rows.annotate(
        last_contact=last_contact(),
        people=_count(Member.objects.filter(active=True)),
        open_needs=_count(Need.objects.pending()),
    ).order_by(F("last_contact").asc(nulls_first=True), "code")


def pages_of(user: Any) -> list[Page]:
    """All that the user's phone keeps: the list, then each household with its pictures. Few queries for each."""
    households = list(kept_households(user)[: settings.OFFLINE_HOUSEHOLDS])
    versions = _versions(user, households)
    found = [
        Page(reverse("visits:offline_household", args=[one.pk]), versions[one.pk], pictures_of(one, user))
        for one in households
    ]
    same = _hash([release(), get_language(), user.pk])
    found += [Page(reverse("visits:offline_need", args=[one.pk]), versions[one.pk]) for one in households]
    also = [Page(reverse(view), same) for view in ALSO_KEPT]
    return [Page(reverse("visits:offline"), _hash([same, *(page.version for page in found)])), *found, *also]


def pictures_of(household: Household, user: Any) -> list[str]:
    """Addresses of the thumbnails on the household's page. Two queries."""
    shown = load_visits(household, user, frozenset())["visits"]
    return [
        f"{reverse('visits:photo', args=[photo.pk])}?thumb=1"
        for _visit, photos in shown
        for photo in photos[:PHOTOS_SHOWN]
    ]


def _versions(user: Any, households: list[Household]) -> dict[int, str]:
    """A version for each: a query for each kind of row, whatever the number of households."""
    pks = [household.pk for household in households]
    newest: dict[int, list[object]] = defaultdict(list)
    common = (release(), get_language(), timezone.localdate(), user.pk)
    for pk, number in _newest(Household.history.filter(id__in=pks), "id"):
        newest[pk].append(("household", number))
    for model in SHOWN_OF_A_HOUSEHOLD:
        for pk, number in _newest(model.history.filter(household_id__in=pks), "household_id"):
            newest[pk].append((model.__name__, number))
    photos = VisitPhoto.objects.filter(visit__household__in=pks).order_by().values_list("visit__household")
    for pk, number in photos.annotate(Max("pk")):
        newest[pk].append(("photo", number))
    return {pk: _hash([*common, *newest[pk]]) for pk in pks}


def _newest(rows: Any, key: str) -> Any:
    return rows.order_by().values_list(key).annotate(Max("history_id"))


def _hash(parts: Iterable[object]) -> str:
    return hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()[:16]


def _count(rows: Any) -> Coalesce:
    counted = rows.filter(household=OuterRef("pk")).order_by().values("household").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
