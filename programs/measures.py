"""Verbs on measures: record, deliver, withdraw. The caller has asked scope whether the user may."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Unit
from cadres.models import Cadre
from households.models import Household
from programs.codes import MeasureProblem, MeasureState
from programs.models import Measure


class MeasureRefused(Exception):
    """A measure that cannot be recorded or changed; the code is one of MeasureProblem."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        return str(MeasureProblem(self.code).label)


def record_measure(
    *,
    household: Household,
    kind: str,
    source: str,
    starts_on: date,
    ends_on: date | None = None,
    yuan: Decimal | None = None,
    quantity: int | None = None,
    note: str = "",
    state: str = MeasureState.DONE,
    department: Unit | None = None,
    responsible: Cadre | None = None,
    client_id: UUID | None = None,
) -> Measure:
    """Record aid of any kind for a household; never income. The same client id again returns the first measure.

    MeasureRefused if nothing is said of what was given, for a closed household, or for dates that cannot be.
    """
    client_id = client_id or uuid4()
    first = _recorded(client_id, household)
    if first is not None:
        return first
    measure = Measure(
        household=household,
        client_id=client_id,
        kind=kind,
        source=source,
        starts_on=starts_on,
        ends_on=ends_on,
        yuan=yuan,
        quantity=quantity,
        note=note.strip(),
        state=state,
        department=department,
        responsible=responsible,
    )
    _check(measure)
    try:
        with transaction.atomic():
            measure.save(force_insert=True)
    except IntegrityError:
        first = _recorded(client_id, household)  # a double tap: the other request was faster
        if first is None:
            raise
        return first
    return measure


def change_state(measure: Measure, *, state: str, note: str = "") -> Measure:
    """Say that a measure runs, was delivered or is withdrawn (which needs a reason, added to the note).

    MeasureRefused("no_reason") or ("future_delivery").
    """
    if state == MeasureState.CANCELLED and not note.strip():
        raise MeasureRefused(MeasureProblem.NO_REASON)
    measure.state = state
    measure.note = "；".join(part for part in (measure.note, note.strip()) if part)[:200]
    _check_dates(measure)
    measure.save(update_fields=["state", "note"])
    return measure


def _recorded(client_id: UUID, household: Household) -> Measure | None:
    first = Measure.objects.filter(client_id=client_id).first()
    if first is not None and first.household_id != household.pk:
        raise MeasureRefused(MeasureProblem.CLIENT_ID)
    return first


def _check(measure: Measure) -> None:
    if measure.household.closed_on is not None:
        raise MeasureRefused(MeasureProblem.CLOSED)
    if measure.yuan is None and measure.quantity is None and not measure.note:
        raise MeasureRefused(MeasureProblem.EMPTY)
    if measure.quantity is not None and not measure.note:
        raise MeasureRefused(MeasureProblem.UNNAMED_QUANTITY)
    if measure.yuan is not None and measure.yuan <= 0:
        raise MeasureRefused(MeasureProblem.NEGATIVE)
    _check_dates(measure)


def _check_dates(measure: Measure) -> None:
    if measure.ends_on is not None and measure.ends_on < measure.starts_on:
        raise MeasureRefused(MeasureProblem.ENDS_BEFORE_START)
    if measure.state in (MeasureState.DONE, MeasureState.RUNNING) and measure.starts_on > timezone.localdate():
        raise MeasureRefused(MeasureProblem.FUTURE_DELIVERY)
