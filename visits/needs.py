"""Verbs on needs: raise, follow up, settle (visits/referrals.py passes them on). The caller has asked scope."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from core.dates import Span, years_from
from households.closing import when_closing
from households.models import Household
from households.scope import is_allowed
from visits.codes import PENDING, NeedLevel, NeedProblem, NeedState, ReferralState
from visits.models import Need, Referral, Visit

DUE_AFTER = timedelta(days=30)
DUE_WITHIN = 3  # years
RESULT_LIMIT = 500
REASON_LIMIT = 200


class NeedRefused(Exception):
    """A need that cannot be raised or changed; the code is one of NeedProblem."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        sentence = str(NeedProblem(self.code).label)
        return sentence % self.params if self.params else sentence


@dataclass(frozen=True, slots=True)
class Voiced:
    """A need as it was voiced on a visit."""

    kind: str
    text: str = ""
    due_on: date | None = None  # 30 days after the visit if not given
    result: str = ""  # what was done, if it was settled on the spot


def raise_need(
    *,
    household: Household,
    kind: str,
    owner: User | None,
    raised_on: date,
    text: str = "",
    due_on: date | None = None,
    result: str = "",
    visit: Visit | None = None,
    client_id: UUID | None = None,
) -> Need:
    """Raise a need; due in 30 days if no date is given. The same client id again returns the first need.

    With a result it was settled on the spot. NeedRefused for a closed household or a due date outside of due_span().
    """
    client_id = client_id or uuid4()
    first = raised(client_id, household)
    if first is not None:
        return first
    if household.closed_on is not None:
        raise NeedRefused(NeedProblem.CLOSED_HOUSEHOLD)
    due_on = due_on or raised_on + DUE_AFTER
    _must_be_due_in(due_span(raised_on), due_on)
    need = Need(
        household=household,
        client_id=client_id,
        visit=visit,
        kind=kind,
        text=text.strip(),
        owner=owner,
        raised_on=raised_on,
        due_on=due_on,
    )
    if result.strip():
        need.state, need.result, need.closed_on = NeedState.CLOSED, result.strip(), raised_on
    try:
        with transaction.atomic():
            need.save(force_insert=True)
    except IntegrityError:
        first = raised(client_id, household)  # a double tap: the other request was faster
        if first is None:
            raise
        return first
    return need


def raised(client_id: UUID, household: Household) -> Need | None:
    """The need that already carries this id. NeedRefused if it is another household's."""
    first = Need.objects.filter(client_id=client_id).first()
    if first is not None and first.household_id != household.pk:
        raise NeedRefused(NeedProblem.CLIENT_ID)
    return first


def follow_up(need: Need, *, owner: User | None, due_on: date) -> Need:
    """Say who follows the need up, and until when; what had risen for being overdue starts anew with a new date.

    NeedRefused if the need or the household has ended.
    """
    _must_be_open(need)
    _must_be_pending(need)
    if due_on != need.due_on:
        _must_be_due_in(due_span(need.raised_on), due_on)
    if due_on > need.due_on:
        need.level, need.rises_on = NeedLevel.OWNER, None
    need.owner, need.due_on, need.state = owner, due_on, NeedState.IN_PROGRESS
    need.save(update_fields=["owner", "due_on", "state", "level", "rises_on"])
    return need


def close_need(need: Need, *, state: str, result: str, on: date | None = None) -> Need:
    """Settle a need, or say that it cannot be settled; what came of it must be said. NeedRefused otherwise."""
    _must_be_pending(need)
    if not result.strip():
        raise NeedRefused(NeedProblem.NO_RESULT)
    with transaction.atomic():
        need.state, need.result, need.closed_on = state, result.strip(), on or timezone.localdate()
        need.save(update_fields=["state", "result", "closed_on"])
        for referral in need.referrals.filter(state=ReferralState.SENT):  # type: ignore[attr-defined]
            end_referral(referral, reason=_("The need was settled without an answer."))
    return need


def end_referral(referral: Referral, *, reason: str) -> Referral:
    """Take back what nobody is to be told any more: who was asked no longer sees it."""
    referral.state, referral.end_reason = ReferralState.TAKEN_BACK, reason.strip()[:REASON_LIMIT]
    referral.save(update_fields=["state", "end_reason"])
    return referral


def reopen_need(need: Need) -> Need:
    """Take back that a need was settled; the history keeps both. NeedRefused for a closed household."""
    if need.state in PENDING:
        return need
    _must_be_open(need)
    need.state, need.closed_on = NeedState.IN_PROGRESS, None
    need.save(update_fields=["state", "closed_on"])
    return need


@when_closing
def end_needs(household: Household, on: date, reason: str) -> None:
    """A household that is helped no more has no open needs: they end with it, and its reason is what came of them."""
    for need in Need.objects.filter(household=household, state__in=PENDING).select_for_update():
        result = _("The household was closed: %(reason)s") % {"reason": reason.strip()}
        close_need(need, state=NeedState.IMPOSSIBLE, result=result[:RESULT_LIMIT], on=max(on, need.raised_on))
    for referral in Referral.objects.live().filter(need__household=household):
        end_referral(referral, reason=_("The household was closed: %(reason)s") % {"reason": reason.strip()})


def due_span(raised_on: date) -> Span:
    """When a need may be due: from the day of raising to 3 years later, or 3 years from today for an old one."""
    return Span(raised_on, years_from(max(raised_on, timezone.localdate()), DUE_WITHIN))


def _must_be_due_in(span: Span, day: date) -> None:
    if day < span.first:
        raise NeedRefused(NeedProblem.DUE_BEFORE_RAISED)
    if day not in span:
        raise NeedRefused(NeedProblem.DUE, **span.params)


def _must_be_open(need: Need) -> None:
    if need.household.closed_on is not None:
        raise NeedRefused(NeedProblem.CLOSED_STAYS)


def _must_be_pending(need: Need) -> None:
    if not need.is_pending:
        raise NeedRefused(NeedProblem.ENDED)


def may_steer(need: Need, user: User) -> bool:
    """Who may follow a need up or settle it: those of the household's place, and the department that it lies with.

    A department that was asked by a referral answers that, so that the household is told.
    """
    if is_allowed(user, need.household, "steer_need"):
        return True
    if Referral.objects.live().filter(need=need).exists():
        return False
    own = {grant.unit_id for grant in user.live_grants if grant.role == Role.DEPARTMENT_OFFICER}
    return need.department_id in own and need.department_id is not None
