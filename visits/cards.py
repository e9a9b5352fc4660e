"""Verbs on the cards in households' hands: make them (a new one ends the old), find a household by a code."""

import secrets
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from core import bulk
from core.crypto import keyed_hash
from district.models import Division
from households.models import Household
from households.scope import HouseholdQuerySet
from visits.models import HouseholdCard

CODE_DIGITS = 10


def with_card(households: HouseholdQuerySet) -> HouseholdQuerySet:
    """Annotate `has_card`."""
    return households.annotate(has_card=Exists(HouseholdCard.objects.in_use().filter(household=OuterRef("pk"))))


def villages_with_cards(households: HouseholdQuerySet) -> QuerySet[Division]:
    """Villages of these households with `homes`, how many they are, and `held`, how many of them hold a card."""
    homes = households.filter(closed_on=None, village=OuterRef("pk")).order_by()
    held = with_card(homes).filter(has_card=True)
    return Division.objects.annotate(homes=_counted(homes), held=_counted(held)).filter(homes__gt=0).order_by("code")


def _counted(rows: QuerySet) -> Coalesce:
    return Coalesce(
        Subquery(rows.values("village").annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
    )


@transaction.atomic
def make_cards(households: Iterable[Household], *, by: User) -> list[tuple[Household, str]]:
    """A new card for each household with its code, which is stored nowhere. Cards they had end."""
    households, now = list(households), timezone.now()
    for old in HouseholdCard.objects.in_use().filter(household__in=households).select_for_update():
        old.ended_at = now
        old.save(update_fields=["ended_at"])
    codes = _unused(len(households))
    rows = [
        HouseholdCard(household=household, code_hash=_hash_of(code), made_at=now, made_by=by)
        for household, code in zip(households, codes, strict=True)
    ]
    bulk.insert(rows)
    return list(zip(households, codes, strict=True))


def household_with(code: str) -> Household | None:
    """The household whose card in use has this code; not one that is closed."""
    digits = "".join(sign for sign in code if sign.isdigit())
    found = Household.objects.filter(closed_on=None, cards__ended_at=None, cards__code_hash=_hash_of(digits))
    return found.first()


def _unused(number: int) -> list[str]:
    """Codes that no card ever had, each another."""
    codes: dict[str, str] = {}
    while len(codes) < number:
        drawn = [f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}" for _ in range(number - len(codes))]
        hashes = {_hash_of(code): code for code in drawn}
        known = HouseholdCard.objects.filter(code_hash__in=hashes).values_list("code_hash", flat=True)
        codes |= {key: code for key, code in hashes.items() if key not in set(known)}
    return list(codes.values())


def _hash_of(code: str) -> str:
    return keyed_hash(f"card {code}")
