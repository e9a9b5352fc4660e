"""Verbs on the register of cadres and units: add, change, deactivate, take back. The caller asks who may."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Unit
from cadres.codes import HandoverRefused, PairingRefused, Problem, RegisterRefused
from cadres.models import Cadre, Pairing
from cadres.pairing import end_pairing, must_not_be_ahead, transfer
from core.crypto import keyed_hash
from core.dates import Span, until_today
from households.roster import cells

EARLIEST = date(1950, 1, 1)


@dataclass(frozen=True, slots=True)
class Disposition:
    """What becomes of one household when its cadre goes: another cadre takes over, or (None) the pairing ends."""

    to: Cadre | None = None
    reason: str = ""  # the reason of the deactivation if empty


def add_cadre(**facts: Any) -> Cadre:
    """Enter a cadre; RegisterRefused if another one has the phone number or the account, for what is no phone number,
    or for a day outside of first_days()."""
    if facts.get("phone"):
        facts["phone"] = phone_of(facts["phone"])
    return _written(Cadre(**facts))


def change_cadre(cadre: Cadre, **facts: Any) -> Cadre:
    """Change what is known of a cadre. Standing pairings keep the quota they were made with, whatever the rank."""
    if facts.get("phone") and facts["phone"] != cadre.phone:
        facts["phone"] = phone_of(facts["phone"])
    for name, value in facts.items():
        setattr(cadre, name, value)
    return _written(cadre)


def phone_of(typed: str) -> str:
    """One phone number as it is kept, by the rule of the roster; RegisterRefused for anything else."""
    cell = cells.phone(typed)
    if cell.code or not cell.value or "、" in cell.value:
        raise RegisterRefused(Problem.PHONE)
    return str(cell.value)


def first_days() -> Span:
    """When a cadre may have begun to help. Nobody begins ahead: from then on households could be paired."""
    return until_today(EARLIEST)


@transaction.atomic
def deactivate(cadre: Cadre, *, on: date, reason: str, dispositions: Mapping[int, Disposition]) -> Cadre:
    """The cadre helps no more from this day. Each active pairing (by its id) is transferred or ended in the same act.

    PairingRefused("still_paired") if one is left over; HandoverRefused for what a transfer or an end refuses. All or
    nothing.
    """
    must_not_be_ahead(on)
    if not reason.strip():
        raise PairingRefused(Problem.NO_REASON)
    # waits for whoever pairs this cadre at this moment, and makes later ones see that he has gone: hold_references()
    row = Cadre.objects.select_for_update().get(pk=cadre.pk)
    if row.active_to is not None:
        raise RegisterRefused(Problem.INACTIVE_ALREADY)
    if on < row.active_from:
        raise RegisterRefused(Problem.BEFORE_ACTIVE)
    for pairing in Pairing.objects.active().filter(cadre=row).select_related("household").order_by("slot"):
        if pairing.pk not in dispositions:
            raise PairingRefused(Problem.STILL_PAIRED)
        _dispose(pairing, dispositions[pairing.pk], on=on, reason=reason)
    row.active_to, row.inactive_reason = on, reason.strip()
    row.save(update_fields=["active_to", "inactive_reason"])
    cadre.active_to, cadre.inactive_reason = row.active_to, row.inactive_reason
    return row


def reactivate(cadre: Cadre) -> Cadre:
    """The cadre helps again. Households do not come back by themselves; the history keeps the time away."""
    cadre.active_to, cadre.inactive_reason = None, ""
    cadre.save(update_fields=["active_to", "inactive_reason"])
    return cadre


def add_unit(**facts: Any) -> Unit:
    """Enter a unit; RegisterRefused if its name is taken."""
    return _written_unit(Unit(**facts))


def change_unit(unit: Unit, **facts: Any) -> Unit:
    """Change what is known of a unit; RegisterRefused if the name is another's."""
    for name, value in facts.items():
        setattr(unit, name, value)
    return _written_unit(unit)


def _dispose(pairing: Pairing, what: Disposition, *, on: date, reason: str) -> None:
    why = what.reason or reason
    try:
        if what.to is None:
            end_pairing(pairing, on=on, reason=why)
        else:
            transfer(pairing, to=what.to, on=on, reason=why)
    except PairingRefused as refusal:
        to = what.to.name if what.to is not None else ""
        raise HandoverRefused(refusal, pairing=pairing.pk, household=pairing.household.head_name, to=to) from refusal


def _written(cadre: Cadre) -> Cadre:
    if cadre.active_from > timezone.localdate():
        raise RegisterRefused(Problem.FUTURE)
    if cadre.active_from not in (span := first_days()):
        raise RegisterRefused(Problem.DAY, **span.params)
    if cadre.active_to is not None and cadre.active_from > cadre.active_to:
        raise RegisterRefused(Problem.AFTER_END)
    try:
        with transaction.atomic():
            cadre.save()
    except IntegrityError as error:
        others = Cadre.objects.exclude(pk=cadre.pk)
        if cadre.phone and others.filter(phone_hash=keyed_hash(cadre.phone)).exists():
            raise RegisterRefused(Problem.PHONE_TAKEN) from error
        if cadre.user_id and others.filter(user=cadre.user_id).exists():
            raise RegisterRefused(Problem.ACCOUNT_TAKEN) from error
        raise
    return cadre


def _written_unit(unit: Unit) -> Unit:
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError as error:
        if Unit.objects.exclude(pk=unit.pk).filter(name=unit.name).exists():
            raise RegisterRefused(Problem.UNIT_EXISTS) from error
        raise
    return unit
