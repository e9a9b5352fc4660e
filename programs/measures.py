"""Verbs on measures: record, deliver, withdraw. The caller has asked scope whether the user may."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Unit
from cadres.models import Cadre
from core.dates import Span, years_from
from households.models import Household
from programs.codes import MeasureProblem, MeasureState
from programs.models import Measure

EARLIEST = date(1980, 1, 1)
AHEAD, LASTING = 2, 20  # years: from today to the latest start, from the start to the latest end
NOTE_LIMIT, REASON_LIMIT = 200, 100


class MeasureRefused(Exception):
    """A measure that cannot be recorded or changed; the code is one of MeasureProblem."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        sentence = str(MeasureProblem(self.code).label)
        return sentence % self.params if self.params else sentence


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
    """Say that a measure runs, was delivered or is withdrawn. To withdraw it, or to take that back, needs a reason.

    The reason is added to the note, whole; what stood there is cut if it must be, and the history keeps it.
    MeasureRefused("closed"), ("no_reason"), ("no_reason_back"), ("long_reason") or ("future_delivery").
    """
    if measure.household.closed_on is not None:
        raise MeasureRefused(MeasureProblem.CLOSED)
    reason = note.strip()
    if not reason and MeasureState.CANCELLED in (state, measure.state):
        withdrawn = state == MeasureState.CANCELLED
        raise MeasureRefused(MeasureProblem.NO_REASON if withdrawn else MeasureProblem.NO_REASON_BACK)
    if len(reason) > REASON_LIMIT:
        raise MeasureRefused(MeasureProblem.LONG_REASON, limit=REASON_LIMIT)
    _check_dates(state, measure.starts_on, measure.ends_on)
    measure.state, measure.note = state, _with_reason(measure.note, reason)
    measure.save(update_fields=["state", "note"])
    return measure


def days_of_start() -> Span:
    """When a measure may begin: aid of long ago is entered late, a programme is planned ahead."""
    return Span(EARLIEST, years_from(timezone.localdate(), AHEAD))


def days_of_end(starts_on: date) -> Span:
    """When a measure that began on this day may end."""
    return Span(starts_on, years_from(starts_on, LASTING))


def _with_reason(note: str, reason: str) -> str:
    if not note or not reason:
        return note or reason
    room = NOTE_LIMIT - len(reason) - 1
    return f"{note if len(note) <= room else note[: room - 1] + '…'}；{reason}"


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
    _check_dates(measure.state, measure.starts_on, measure.ends_on)
    if measure.starts_on not in (span := days_of_start()):
        raise MeasureRefused(MeasureProblem.STARTS, **span.params)
    if measure.ends_on is not None and measure.ends_on not in (span := days_of_end(measure.starts_on)):
        raise MeasureRefused(MeasureProblem.ENDS, **span.params)


def _check_dates(state: str, starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise MeasureRefused(MeasureProblem.ENDS_BEFORE_START)
    if state in (MeasureState.DONE, MeasureState.RUNNING) and starts_on > timezone.localdate():
        raise MeasureRefused(MeasureProblem.FUTURE_DELIVERY)
