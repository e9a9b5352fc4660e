"""Verbs of the household's own voice: it confirms a visit, it says how satisfied it is. Both are free."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from households.models import Household
from visits.cards import household_with
from visits.codes_voice import CardProblem, How
from visits.models import HouseholdVoice, Visit, VisitConfirmation


class CardRefused(Exception):
    """A code from a card that does not fit; the code of the problem is one of CardProblem."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        return str(CardProblem(self.code).label)


def first_version(visit: Visit) -> Visit:
    """The visit as it was entered first, with which stays what belongs to it."""
    while visit.corrects is not None:
        visit = visit.corrects
    return visit


def confirm_visit(
    visit: Visit, *, client_id: UUID, by: User, name: str = "", card_code: str = "", at: datetime | None = None
) -> VisitConfirmation:
    """The household confirms the visit by the code of its card, else by a name. Sent again: the first confirmation.

    CardRefused if the code is not that of the household's card in use.
    """
    first = VisitConfirmation.objects.filter(client_id=client_id).first()
    if first is not None:
        return first
    if card_code:
        household = household_with(card_code)
        if household is None or household.pk != visit.household_id:
            raise CardRefused(CardProblem.OTHER_HOUSEHOLD)
    facts = {"how": How.CARD} if card_code else {"how": How.NAME, "name": name.strip()}
    row = VisitConfirmation(
        client_id=client_id, visit=first_version(visit), entered_by=by, confirmed_at=at or timezone.now(), **facts
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # a double tap: the other request was faster
        return VisitConfirmation.objects.get(client_id=client_id)
    return row


def say(
    household: Household,
    *,
    client_id: UUID,
    satisfaction: str,
    words: str = "",
    visit: Visit | None = None,
    by_card: bool = False,
    at: datetime | None = None,
) -> HouseholdVoice:
    """The household says how satisfied it is. Sent again: the first entry."""
    first = HouseholdVoice.objects.filter(client_id=client_id).first()
    if first is not None:
        return first
    row = HouseholdVoice(
        client_id=client_id,
        household=household,
        visit=first_version(visit) if visit is not None else None,
        satisfaction=satisfaction,
        words=words.strip(),
        said_at=at or timezone.now(),
        by_card=by_card,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # a double tap: the other request was faster
        return HouseholdVoice.objects.get(client_id=client_id)
    return row


def say_with_card(*, card_code: str, client_id: UUID, satisfaction: str, words: str = "") -> HouseholdVoice:
    """The same by the household itself, which its card's code names; it is about the last visit. CardRefused."""
    household = household_with(card_code)
    if household is None:
        raise CardRefused(CardProblem.UNKNOWN)
    visit = Visit.objects.standing().filter(household=household).first()
    return say(household, client_id=client_id, satisfaction=satisfaction, words=words, visit=visit, by_card=True)
