"""Verbs on what phones send: received once, saved or parked; parked items are placed or refused by the township.

An OutboxItem is written in the transaction of what it makes. Its client id is unique, so that of two requests with the
same item one waits for the other and then gives the same receipt, whatever has changed meanwhile.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from cadres.models import Cadre
from households.models import Household
from visits.codes import ItemProblem, ItemState, PhotoProblem, VisitProblem
from visits.models import Need, OutboxItem, ParkedPhoto, Visit, VisitPhoto
from visits.photos import PhotoRefused, Picture, store_as

PARKING = (VisitProblem.NOT_OWN, VisitProblem.BEFORE_PAIRING, VisitProblem.AFTER_PAIRING, VisitProblem.NOT_PAIRED)


class ItemRefused(Exception):
    """Something from a phone that is not taken; the code is one of ItemProblem."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        return str(ItemProblem(self.code).label)


@dataclass(frozen=True, slots=True)
class Sent:
    """One item as a phone sends it: `fields` as the forms take them."""

    client_id: UUID
    kind: str
    household: int
    written_on: date
    visit: int | None = None  # that it corrects
    fields: dict[str, list[str]] = field(default_factory=dict)


def received(client_id: UUID, by: User) -> OutboxItem | None:
    """What already arrived under this id. ItemRefused if it is another person's."""
    item = OutboxItem.objects.filter(client_id=client_id).first()
    if item is not None and item.by_id != by.pk:
        raise ItemRefused(ItemProblem.ANOTHERS)
    return item


def save(sent: Sent, *, household: Household, by: User, make: Callable[[], Visit | Need]) -> OutboxItem:
    """Make the row and its receipt in one transaction; the same id again gives the first receipt."""
    return _once(sent, by, lambda: _item(sent, household, by, state=ItemState.SAVED, **_made(make())))


def park(sent: Sent, *, household: Household, by: User, corrects: Visit | None = None) -> OutboxItem:
    """Receive, whole, what cannot be saved as the writer's own any more; the township says what becomes of it."""
    facts = {"state": ItemState.PARKED, "typed": json.dumps(sent.fields), "corrects": corrects}
    return _once(sent, by, lambda: _item(sent, household, by, **facts))


def _item(sent: Sent, household: Household, by: User, **facts: Any) -> OutboxItem:
    return OutboxItem(
        client_id=sent.client_id, kind=sent.kind, household=household, by=by, written_on=sent.written_on, **facts
    )


def _once(sent: Sent, by: User, make: Callable[[], OutboxItem]) -> OutboxItem:
    try:
        with transaction.atomic():
            item = make()
            item.save(force_insert=True)
            return item
    except IntegrityError:
        first = received(sent.client_id, by)  # the other request was faster
        if first is None:
            raise
        return first


def _made(row: Visit | Need) -> dict[str, Any]:
    return {"visit": row} if isinstance(row, Visit) else {"need": row}


def add_photo(item: OutboxItem, *, client_id: UUID, picture: Picture) -> VisitPhoto | ParkedPhoto:
    """Add a photo to the saved visit, or keep it with the parked item. The same id again gives the first photo.

    ItemRefused for an item without photos or another's id, PhotoRefused for too many.
    """
    try:
        with transaction.atomic():
            item = OutboxItem.objects.select_for_update().get(pk=item.pk)  # not while it is being placed
            return photo_of(item, client_id) or _new_photo(item, client_id, picture)
    except IntegrityError:
        first = photo_of(item, client_id)
        if first is None:
            raise
        return first


def photo_of(item: OutboxItem, client_id: UUID) -> VisitPhoto | ParkedPhoto | None:
    """The photo of this item that already carries the id. ItemRefused if it belongs to something else."""
    found: list[VisitPhoto | ParkedPhoto] = [
        *VisitPhoto.objects.filter(client_id=client_id),
        *ParkedPhoto.objects.filter(client_id=client_id),
    ]
    for photo in found:
        owner = photo.visit_id == item.visit_id if isinstance(photo, VisitPhoto) else photo.item_id == item.pk
        if not owner:
            raise ItemRefused(ItemProblem.ANOTHERS)
    return found[0] if found else None


def _new_photo(item: OutboxItem, client_id: UUID, picture: Picture) -> VisitPhoto | ParkedPhoto:
    if item.kind != "visit":
        raise ItemRefused(ItemProblem.NO_PHOTOS_HERE)
    visit = item.visit
    there = (visit or item).photos.count()  # type: ignore[attr-defined]
    if there >= settings.PHOTO_MAX_COUNT:
        raise PhotoRefused(PhotoProblem.TOO_MANY, limit=settings.PHOTO_MAX_COUNT)
    if visit is not None:
        return store_as(VisitPhoto(visit=visit, client_id=client_id), picture)
    return store_as(ParkedPhoto(item=item, client_id=client_id), picture)


def visitors_of(item: OutboxItem, day: date) -> QuerySet[Cadre]:
    """Whose visit a parked one can be: whoever was paired on that day, or who wrote it."""
    paired = Q(pairings__household=item.household_id, pairings__starts_on__lte=day)
    paired &= Q(pairings__ended_on=None) | Q(pairings__ended_on__gte=day)
    return Cadre.objects.filter(pk__in=Cadre.objects.filter(paired | Q(user=item.by_id)).order_by().values("pk"))


def follower_of(item: OutboxItem) -> User:
    """Who follows up a need that is placed: the cadre who is paired now, else who wrote it."""
    pairing = item.household.pairings.active().select_related("cadre__user").first()  # type: ignore[attr-defined]
    return pairing.cadre.user if pairing is not None and pairing.cadre.user is not None else item.by


def place(item: OutboxItem, *, by: User, make: Callable[[], Visit | Need]) -> OutboxItem:
    """Take a parked item in by `make`, with its photos. ItemRefused("decided") if somebody was faster."""
    with transaction.atomic():
        item = _undecided(item)
        for name, row in _made(make()).items():
            setattr(item, name, row)
        _decide(item, ItemState.PLACED, by)
        if item.kind == "visit":
            for photo in item.photos.all():  # type: ignore[attr-defined]
                facts = {"width": photo.width, "height": photo.height, "client_id": photo.client_id}
                taken = VisitPhoto(visit=item.visit, file=photo.file.name, thumbnail=photo.thumbnail.name, **facts)
                taken.save(force_insert=True)
    return item


def refuse(item: OutboxItem, *, by: User, reason: str) -> OutboxItem:
    """Say that a parked item is not taken, and why: the writer reads it. ItemRefused("decided") as in place()."""
    with transaction.atomic():
        item = _undecided(item)
        item.reason = reason.strip()
        _decide(item, ItemState.REFUSED, by)
    return item


def _undecided(item: OutboxItem) -> OutboxItem:
    item = OutboxItem.objects.select_for_update().get(pk=item.pk)
    if item.state != ItemState.PARKED:
        raise ItemRefused(ItemProblem.DECIDED)
    return item


def _decide(item: OutboxItem, state: str, by: User) -> None:
    item.state, item.decided_by, item.decided_at = state, by, timezone.now()
    item.save(update_fields=["state", "decided_by", "decided_at", "reason", "visit", "need"])
