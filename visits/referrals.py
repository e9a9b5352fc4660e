"""Verbs on referrals: ask a department or a specialist, answer, tell the household, take back; and what waits.

The caller has asked scope whether the user may.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import RoleGrant, Unit, User
from accounts.navigation import counts
from accounts.roles import ACTIONS
from cadres.models import Pairing
from households.models import Household
from households.scope import is_allowed
from visits.codes import MessageKind, NeedState, ReferralProblem, ReferralState
from visits.models import Need, Referral, ReferralMessage, ReferralQuerySet, Visit
from visits.needs import NeedRefused, close_need, end_referral
from visits.photos import Picture, store_with


class ReferralRefused(NeedRefused):
    """What cannot be sent, answered or ended; the code is one of ReferralProblem."""

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        sentence = str(ReferralProblem(self.code).label)
        return sentence % self.params if self.params else sentence


@dataclass(frozen=True, slots=True)
class Answerer:
    """A unit that can be asked, and those who would read it there."""

    unit: Unit
    people: list[User]


def answerers() -> list[Answerer]:
    """All units by name, with their officers who have an account today. Two queries."""
    people: dict[int | None, dict[int, User]] = {}
    for grant in _grants().select_related("user").order_by("user__display_name"):
        people.setdefault(grant.unit_id, {})[grant.user_id] = grant.user
    return [Answerer(unit, list(people.get(unit.pk, {}).values())) for unit in Unit.objects.order_by("name")]


@transaction.atomic
def refer(
    need: Need,
    *,
    client_id: UUID,
    by: User,
    unit: Unit,
    specialist: User | None = None,
    text: str,
    photos: Sequence[Picture] = (),
) -> Referral:
    """Send a need to a department, or to one specialist of it, with a question.

    The department's officers, or the specialist alone, see the household from now on. The same client id again
    returns the first referral. ReferralRefused if nobody would read it, or the need lies with somebody already.
    """
    first = referred(client_id, need=need, by=by)
    if first is not None:
        return first
    if need.household.closed_on is not None:
        raise ReferralRefused(ReferralProblem.CLOSED_HOUSEHOLD)
    if not need.is_pending:
        raise ReferralRefused(ReferralProblem.NEED_ENDED)
    _must_be_read_by_somebody(unit, specialist)
    _must_say_something(text, photos)
    referral = Referral(need=need, client_id=client_id, unit=unit, specialist=specialist, sent_by=by)
    try:
        with transaction.atomic():
            referral.save(force_insert=True)
    except IntegrityError as error:
        first = referred(client_id, need=need, by=by)  # a double tap: the other request was faster
        if first is not None:
            return first
        there = Referral.objects.live().select_related("unit", "specialist").filter(need=need).first()
        raise ReferralRefused(ReferralProblem.ALREADY, unit=there.to if there else str(unit)) from error
    _write(referral, MessageKind.QUESTION, client_id=client_id, by=by, text=text, photos=photos)
    need.state, need.department = NeedState.IN_PROGRESS, None if specialist else unit
    need.save(update_fields=["state", "department"])
    return referral


def referred(client_id: UUID, *, need: Need, by: User) -> Referral | None:
    """The referral that carries this id already. ReferralRefused if it is another person's or another need's."""
    first = Referral.objects.filter(client_id=client_id).first()
    if first is not None and (first.need_id != need.pk or first.sent_by_id != by.pk):
        raise ReferralRefused(ReferralProblem.CLIENT_ID)
    return first


@transaction.atomic
def write(
    referral: Referral, *, client_id: UUID, by: User, text: str, photos: Sequence[Picture] = ()
) -> ReferralMessage:
    """Answer, if the user is one of those asked, else ask on. Two who answer at once both do, and nothing is lost.

    The same client id again returns the first message. ReferralRefused if the referral has ended.
    """
    first = written(client_id, referral=referral, by=by)
    if first is not None:
        return first
    referral = Referral.objects.select_for_update().get(pk=referral.pk)
    if not referral.is_live:
        raise ReferralRefused(ReferralProblem.ENDED)
    _must_say_something(text, photos)
    answers = is_asked(referral, by)
    kind = MessageKind.ANSWER if answers else MessageKind.QUESTION
    try:
        with transaction.atomic():
            message = _write(referral, kind, client_id=client_id, by=by, text=text, photos=photos)
    except IntegrityError:
        first = written(client_id, referral=referral, by=by)
        if first is None:
            raise
        return first
    referral.state = ReferralState.ANSWERED if answers else ReferralState.SENT
    referral.answered_at = message.at if answers else None
    referral.save(update_fields=["state", "answered_at"])
    return message


def written(client_id: UUID, *, referral: Referral, by: User) -> ReferralMessage | None:
    """The message that carries this id already. ReferralRefused if it is another person's or referral's."""
    first = ReferralMessage.objects.filter(client_id=client_id).first()
    if first is not None and (first.referral_id != referral.pk or first.author_id != by.pk):
        raise ReferralRefused(ReferralProblem.CLIENT_ID)
    return first


@transaction.atomic
def tell_household(referral: Referral, *, by: User, on: date, settles: bool = True) -> Referral:
    """The household has the answer; that settles the need, unless more is to be done. Done again changes nothing.

    What the answer says stays between those involved: the need's result does not repeat it.
    """
    referral = Referral.objects.select_for_update().get(pk=referral.pk)
    if referral.state == ReferralState.TOLD:
        return referral
    if referral.state != ReferralState.ANSWERED or referral.answered_at is None:
        raise ReferralRefused(ReferralProblem.NOT_ANSWERED)
    answered_on = timezone.localdate(referral.answered_at)
    if not answered_on <= on <= timezone.localdate():
        raise ReferralRefused(ReferralProblem.TOLD_DAY, first=date_format(answered_on))
    referral.state, referral.told_on, referral.told_by = ReferralState.TOLD, on, by
    referral.save(update_fields=["state", "told_on", "told_by"])
    if settles and referral.need.is_pending:
        result = _("%(unit)s has answered, and the household was told.") % {"unit": referral.unit}
        close_need(referral.need, state=NeedState.CLOSED, result=result, on=max(on, referral.need.raised_on))
    return referral


def tell_on_visit(visit: Visit, referrals: Iterable[Referral], *, by: User) -> None:
    """The household was told these answers on a visit; an answer younger than the visit it cannot have been."""
    for referral in referrals:
        if visit.met_nobody:
            raise ReferralRefused(ReferralProblem.MET_NOBODY)
        tell_household(referral, by=by, on=visit.visited_on)


@transaction.atomic
def take_back(referral: Referral, *, reason: str) -> Referral:
    """Sent to the wrong one, or needed no more: who was asked sees it no longer. A reason must be given."""
    referral = Referral.objects.select_for_update().get(pk=referral.pk)
    if not referral.is_live:
        raise ReferralRefused(ReferralProblem.ENDED)
    if not reason.strip():
        raise ReferralRefused(ReferralProblem.NO_REASON)
    need = referral.need
    if need.department_id == referral.unit_id:
        need.department = None
        need.save(update_fields=["department"])
    return end_referral(referral, reason=reason)


def is_asked(referral: Referral, user: User) -> bool:
    """Whether the user is one of those who answer: the specialist, or any officer of the department."""
    here = any(g.unit_id == referral.unit_id and g.role in ACTIONS["answer_referral"] for g in user.live_grants)
    return here and referral.specialist_id in (None, user.pk)


def may_send(need: Need, user: User) -> bool:
    """Who may pass a need on, tell the household, take back: those of the household's side."""
    return is_allowed(user, need.household, "steer_need")


def asked_of(user: Any) -> ReferralQuerySet:
    """What was sent to the user's department, or to the user as a specialist."""
    units = [g.unit_id for g in user.live_grants if g.role in ACTIONS["answer_referral"]]
    return Referral.objects.visible_to(user).filter(Q(specialist=None) | Q(specialist=user), unit__in=units)


@counts("visits:referrals")
def unanswered(user: Any) -> ReferralQuerySet:
    """What waits for the user's answer, the oldest first."""
    return asked_of(user).filter(state=ReferralState.SENT).order_by("sent_at", "pk")


def answers_waiting(user: Any) -> QuerySet[Referral]:
    """Answers that a household has not been told yet, for whom it waits: the cadre of the household and who follows
    the need up; for the township's officials where the household has no cadre with an account.
    """
    with_account = Pairing.objects.active().filter(cadre__user__is_active=True, household=OuterRef("need__household"))
    mine = Exists(with_account.filter(cadre__user=user)) | Q(need__owner=user) | ~Exists(with_account)
    handled = Household.objects.allowed(user, "steer_need")
    rows = Referral.objects.visible_to(user).filter(mine, state=ReferralState.ANSWERED, need__household__in=handled)
    rows = rows.select_related("need__household__village__parent", "unit", "specialist")
    return rows.order_by("answered_at", "pk")


def answers_for(household: Household, user: Any, *, told_too: bool = False) -> QuerySet[Referral]:
    """Answers that this household has not been told yet, as far as the user may read them; `told_too`: also others."""
    rows = answers_of(household).filter(pk__in=Referral.objects.visible_to(user).order_by().values("pk"))
    if not told_too:
        rows = rows.filter(state=ReferralState.ANSWERED)
    return rows.select_related("need", "unit", "specialist").order_by("answered_at", "pk")


def answers_of(household: Household) -> QuerySet[Referral]:
    """All answers to this household's needs, told or not, whoever may read them."""
    return Referral.objects.filter(need__household=household, state__in=[ReferralState.ANSWERED, ReferralState.TOLD])


def _grants() -> QuerySet[RoleGrant]:
    roles = sorted(ACTIONS["answer_referral"])
    return RoleGrant.objects.live().filter(role__in=roles, user__is_active=True, unit__isnull=False)


def _must_be_read_by_somebody(unit: Unit, specialist: User | None) -> None:
    people = set(_grants().filter(unit=unit).values_list("user_id", flat=True))
    if not people:
        raise ReferralRefused(ReferralProblem.NOBODY, unit=str(unit))
    if specialist is not None and specialist.pk not in people:
        raise ReferralRefused(ReferralProblem.NOT_THERE, name=str(specialist), unit=str(unit))


def _must_say_something(text: str, photos: Sequence[Picture]) -> None:
    if not text.strip() and not photos:
        raise ReferralRefused(ReferralProblem.EMPTY)


def _write(
    referral: Referral, kind: str, *, client_id: UUID, by: User, text: str, photos: Sequence[Picture]
) -> ReferralMessage:
    message = ReferralMessage(referral=referral, client_id=client_id, kind=kind, text=text.strip(), author=by)
    message.save(force_insert=True)
    store_with(message, photos)
    return message
