"""Verbs on pairings: pair, end, transfer. The caller has asked whether the user may.

Quota and single responsibility are constraints of the database; these verbs turn what it says into a code. What no
portable constraint can say is here: nothing is dated ahead, only active households and active cadres are paired.
"""

from collections.abc import Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone

from cadres.codes import PairingRefused, Problem
from cadres.models import Cadre, Pairing
from district.models import Campaign
from district.policy import PolicyMissing, current_campaign, quota_of
from households.closing import when_closing
from households.models import Enrolment, EnrolmentState, Household


@transaction.atomic
def pair(household: Household, cadre: Cadre, *, starts_on: date, campaign: Campaign | None = None) -> Pairing:
    """Give the household to the cadre on the next free place; PairingRefused says why not.

    The rules across tables are asked after the insert: see hold_references().
    """
    must_not_be_ahead(starts_on)
    campaign = campaign or current_campaign()
    quota = _quota(campaign, cadre.rank)
    _must_follow_earlier(household, starts_on)
    for slot in free_slots(cadre, quota):
        pairing = Pairing(
            household=household, cadre=cadre, campaign=campaign, slot=slot, quota=quota, starts_on=starts_on
        )
        try:
            with transaction.atomic():  # savepoint: the caller's work survives a refusal
                pairing.save(force_insert=True)
                hold_references()
                _must_be_active(household, cadre, campaign)
        except IntegrityError as error:
            code = broken_rule(pairing)
            if code != Problem.SLOT_TAKEN:  # another admin was faster: there may be a place left
                raise PairingRefused(code) from error
        else:
            return pairing
    raise PairingRefused(_why_none(household, cadre, campaign))


@transaction.atomic
def end_pairing(pairing: Pairing, *, on: date, reason: str) -> Pairing:
    """End the pairing with date and reason; PairingRefused if dated ahead, before its start, or ended already."""
    must_not_be_ahead(on)
    row = Pairing.objects.select_for_update().get(pk=pairing.pk)
    if row.ended_on is not None:
        raise PairingRefused(Problem.ENDED)
    if on < row.starts_on:
        raise PairingRefused(Problem.BEFORE_START)
    if not reason.strip():
        raise PairingRefused(Problem.NO_REASON)
    row.ended_on, row.end_reason = on, reason.strip()
    row.save(update_fields=["ended_on", "end_reason"])
    pairing.ended_on, pairing.end_reason = row.ended_on, row.end_reason
    return row


@transaction.atomic
def transfer(pairing: Pairing, *, to: Cadre, on: date, reason: str) -> Pairing:
    """End this pairing and begin one with another cadre the same day, or neither; PairingRefused if he has no room."""
    if to.pk == pairing.cadre_id:
        raise PairingRefused(Problem.SAME_CADRE)
    end_pairing(pairing, on=on, reason=reason)
    try:
        return pair(pairing.household, to, starts_on=on)
    except PairingRefused:
        pairing.ended_on, pairing.end_reason = None, ""  # the transaction takes it back; so does the object
        raise


@transaction.atomic
def end_for_household(household: Household, *, on: date, reason: str) -> int:
    """End what pairing the household has, since it closes or leaves the campaign. Returns how many (0 or 1).

    A pairing that began after `on` ends on the day it began. Locks the household: see hold_references().
    """
    must_not_be_ahead(on)
    Household.objects.select_for_update().get(pk=household.pk)
    active = list(Pairing.objects.active().filter(household=household))
    for pairing in active:
        end_pairing(pairing, on=max(on, pairing.starts_on), reason=reason)
    return len(active)


def free_slots(cadre: Cadre, quota: int) -> Iterator[int]:
    """The free places of a cadre, lowest first; none if as many households as the quota are already there."""
    taken = set(Pairing.objects.active().filter(cadre=cadre).values_list("slot", flat=True))
    if len(taken) < quota:
        yield from (slot for slot in range(1, quota + 1) if slot not in taken)


def broken_rule(pairing: Pairing) -> str:
    """Which constraint stands against this pairing, asked of the database again (both engines give the same codes)."""
    try:
        pairing.validate_constraints()
    except ValidationError as errors:
        codes = {error.code for messages in errors.error_dict.values() for error in messages}
        for code in (Problem.ALREADY_PAIRED, Problem.QUOTA_FULL, Problem.SLOT_TAKEN):
            if code in codes:
                return code
    return Problem.SLOT_TAKEN  # whoever stood in the way has gone again


def enrolment_problem(household: Household, campaign: Campaign) -> str | None:
    """Why this household takes no part in the campaign just now, or None."""
    if Household.objects.filter(pk=household.pk, closed_on__isnull=False).exists():
        return Problem.HOUSEHOLD_CLOSED
    states = Enrolment.objects.filter(household=household, campaign=campaign).values_list("state", flat=True)
    state = states.first()
    if state == EnrolmentState.PENDING:
        return Problem.HOUSEHOLD_PENDING
    return None if state == EnrolmentState.ACTIVE else Problem.NOT_ENROLLED


def hold_references() -> None:
    """Wait for whoever closes the household or deactivates the cadre of a row just written, and hold both till commit.

    They lock these rows; PostgreSQL would look at our deferred foreign keys, and so wait, only at commit, when it is
    too late to ask whether household and cadre are active. SQLite lets one transaction write at a time.
    """
    if connection.vendor == "postgresql":
        connection.check_constraints()


def must_not_be_ahead(day: date) -> None:
    """PairingRefused("future") for a day after today."""
    if day > timezone.localdate():
        raise PairingRefused(Problem.FUTURE)


def _must_be_active(household: Household, cadre: Cadre, campaign: Campaign) -> None:
    problem = _inactive(household, cadre, campaign)
    if problem:
        raise PairingRefused(problem)


def _inactive(household: Household, cadre: Cadre, campaign: Campaign) -> str | None:
    if not Cadre.objects.active().filter(pk=cadre.pk).exists():
        return Problem.CADRE_INACTIVE
    return enrolment_problem(household, campaign)


def _why_none(household: Household, cadre: Cadre, campaign: Campaign) -> str:
    if Pairing.objects.active().filter(household=household).exists():
        return Problem.ALREADY_PAIRED
    return _inactive(household, cadre, campaign) or Problem.QUOTA_FULL


def _quota(campaign: Campaign, rank: str) -> int:
    try:
        return quota_of(campaign, rank)
    except PolicyMissing as error:
        raise PairingRefused(Problem.QUOTA_MISSING) from error


def _must_follow_earlier(household: Household, starts_on: date) -> None:
    last = Pairing.objects.filter(household=household).aggregate(day=Max("ended_on"))["day"]
    if last is not None and starts_on < last:
        raise PairingRefused(Problem.OVERLAPS)


@when_closing
def _end_with_household(household: Household, on: date, reason: str) -> None:
    end_for_household(household, on=on, reason=reason)
