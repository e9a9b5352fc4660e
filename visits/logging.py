"""Verbs on visits: log one, correct one. Append-only. The caller has asked scope whether the user may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from cadres.models import Cadre, Pairing
from core.dates import Span, until_today, years_from
from households.models import Household
from households.register import RegisterRefused
from households.scope import actions_on, is_allowed
from programs.codes import MeasureKind
from programs.measures import record_measure
from visits.changes import Told, apply_changes
from visits.codes import REACHING, Change, VisitProblem
from visits.models import Referral, Visit
from visits.needs import Voiced, raise_need
from visits.photos import Picture, store
from visits.planned import Plan, plan_visit
from visits.referrals import tell_on_visit


class VisitRefused(Exception):
    """A visit that cannot be logged or corrected; the code is one of VisitProblem."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        sentence = str(VisitProblem(self.code).label)
        return sentence % self.params if self.params else sentence


class ChangeRefused(VisitRefused):
    """Something told on the visit that cannot come into the case file; in the words of the household's rules."""

    def __init__(self, refusal: RegisterRefused) -> None:
        super().__init__(refusal.code)
        self._sentence = str(refusal)

    @property
    def sentence(self) -> str:
        return self._sentence


@dataclass(frozen=True, slots=True)
class Aid:
    """What was handed over on a visit. It becomes one measure, and is no income."""

    source: str
    kind: str = MeasureKind.GIFT
    yuan: Decimal | None = None
    quantity: int | None = None
    note: str = ""


def log_visit(
    *,
    client_id: UUID,
    household: Household,
    by: User,
    visited_on: date,
    mode: str,
    reached: bool | None = None,
    changes: Iterable[str] = (),
    text: str = "",
    needs: Sequence[Voiced] = (),
    aid: Aid | None = None,
    photos: Sequence[Picture] = (),
    visitor: Cadre | None = None,
    told: Sequence[Told] = (),
    answers: Iterable[Referral] = (),
    again_on: date | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Visit:
    """Log a visit with the needs voiced, the aid handed over, the photos taken, what it changes in the case file and
    the answers told to the household, all or nothing; `again_on`: by when it was promised to come again.

    `by` is the paired cadre, or a deputy: then the visitor is whoever was paired on that date, unless whoever places
    what was parked says the `visitor`. `reached` follows from the mode if not given. The same client id again returns
    the first visit and adds nothing. A visit made up to the day on which the household closed can be entered later,
    alone.
    Raises VisitRefused, MeasureRefused, NeedRefused or PlanRefused.
    """
    first = logged(client_id, household=household, by=by)
    if first is not None:
        return first
    _must_be_a_day_for(household, visited_on)
    if household.closed_on is not None and (needs or told or answers or aid is not None or again_on is not None):
        raise VisitRefused(VisitProblem.CLOSED_EXTRAS)
    visitor = visitor or visitor_on(visited_on, household=household, by=by)
    visit = Visit(
        client_id=client_id,
        household=household,
        visitor=visitor,
        visited_on=visited_on,
        mode=mode,
        reached=was_reached(mode, reached),
        changes=in_order(changes),
        text=text.strip(),
        entered_by=by,
        by_deputy=visitor.user_id != by.pk,
        latitude=latitude,
        longitude=longitude,
    )
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
            _add_needs(visit, needs)
            _add_aid(visit, aid)
            apply_changes(visit, told)
            store(visit, photos)
            tell_on_visit(visit, answers, by=by)
            _add_promise(visit, again_on)
    except RegisterRefused as refusal:
        raise ChangeRefused(refusal) from refusal
    except IntegrityError:
        first = logged(client_id, household=household, by=by)  # a double tap: the other request was faster
        if first is None:
            raise
        return first
    return visit


def correct_visit(
    visit: Visit,
    *,
    client_id: UUID,
    by: User,
    visited_on: date,
    mode: str,
    reached: bool | None = None,
    changes: Iterable[str] = (),
    text: str = "",
) -> Visit:
    """Write the corrected version as a new row; the first stays. Needs, aid and photos stay with the first too.

    The same client id again returns the first correction. VisitRefused("corrected") if a newer version stands.
    """
    first = logged(client_id, household=visit.household, by=by)
    if first is not None:
        return first
    if Visit.objects.filter(corrects=visit).exists():
        raise VisitRefused(VisitProblem.CORRECTED)
    if visited_on != visit.visited_on:
        _must_be_a_day_for(visit.household, visited_on)
        _must_be_paired_on(visited_on, household=visit.household, cadre=visit.visitor)
    corrected = Visit(
        client_id=client_id,
        household=visit.household,
        visitor=visit.visitor,
        visited_on=visited_on,
        mode=mode,
        reached=was_reached(mode, reached),
        changes=in_order(changes),
        text=text.strip(),
        entered_by=by,
        by_deputy=visit.visitor.user_id != by.pk,
        corrects=visit,
        latitude=visit.latitude,
        longitude=visit.longitude,
    )
    try:
        with transaction.atomic():
            corrected.save(force_insert=True)
            corrected.measures.set(visit.measures.all())
            corrected.linked.set(visit.linked.all())
    except IntegrityError as error:
        first = logged(client_id, household=visit.household, by=by)
        if first is None:
            raise VisitRefused(VisitProblem.CORRECTED) from error  # somebody else was faster
        return first
    return corrected


def logged(client_id: UUID, *, household: Household, by: User) -> Visit | None:
    """The visit that already carries this id. VisitRefused if it is another person's or another household's."""
    first = Visit.objects.filter(client_id=client_id).first()
    if first is not None and (first.entered_by_id != by.pk or first.household_id != household.pk):
        raise VisitRefused(VisitProblem.CLIENT_ID)
    return first


def may_correct(visit: Visit, user: User, may: frozenset[str] | None = None) -> bool:
    """The visitor, who entered it, or a deputy of the place or unit; never a cadre who took the household over.

    `may`: the user's actions on the household, where they are known already.
    """
    own = user.pk in (visit.visitor.user_id, visit.entered_by_id)
    return ("log_visit" if own else "enter_for_others") in (actions_on(user, visit.household) if may is None else may)


def days_for(household: Household) -> Span:
    """When a visit to this household can have been made: since its campaign or enrolment began, at least for the last
    year, until today or the day on which it closed. One query."""
    since = [years_from(timezone.localdate(), -1)]
    for enrolment in household.enrolments.select_related("campaign"):  # type: ignore[attr-defined]
        since += [enrolment.entered_on, enrolment.campaign.starts_on]
    span = until_today(min(since))
    return span if household.closed_on is None else Span(span.first, min(span.last, household.closed_on))


def can_be_visited() -> Exists:
    """Whether a row of households has a day on which visitor_on() and days_for() let a visit be logged: for lists.

    Who was never paired has none. To be asked for deputies: a cadre sees only households that he is paired with.
    """
    ended, today = F("ended_on"), timezone.localdate()
    pairings = Pairing.objects.filter(household=OuterRef("pk"), starts_on__lte=today)
    pairings = pairings.filter(Q(household__closed_on=None) | Q(starts_on__lte=F("household__closed_on")))
    in_span = (
        Q(ended_on=None)
        | Q(ended_on__gte=years_from(today, -1))
        | Q(household__enrolments__entered_on__lte=ended)
        | Q(household__enrolments__campaign__starts_on__lte=ended)
    )
    return Exists(pairings.filter(in_span))


def visitor_on(day: date, *, household: Household, by: User) -> Cadre:
    """Whose visit it is: the user's own if he was paired on that day, else (a deputy) the paired cadre's.

    VisitRefused if nobody was paired on the day, or if the user is the cadre and was not yet.
    """
    pairings = household.pairings.select_related("cadre").order_by("-starts_on", "-pk")
    covering = [pairing.cadre for pairing in pairings.filter(_covers(day))]
    for cadre in covering:
        if cadre.user_id == by.pk:
            return cadre
    if not is_allowed(by, household, "enter_for_others"):
        paired = pairings.filter(cadre__user=by).exists()
        raise VisitRefused(VisitProblem.BEFORE_PAIRING if paired else VisitProblem.NOT_OWN)
    if not covering:
        raise VisitRefused(VisitProblem.NOT_PAIRED)
    return covering[0]


def was_reached(mode: str, reached: bool | None) -> bool:
    """Contact: somebody was reached, at home or by phone. A call that nobody answered is none."""
    return mode in REACHING and reached is not False


def in_order(changes: Iterable[str]) -> list[str]:
    """Codes of changes, each once, in the order of the list."""
    given = set(changes)
    return [code for code in Change.values if code in given]


def _must_be_a_day_for(household: Household, day: date) -> None:
    if day > timezone.localdate():
        raise VisitRefused(VisitProblem.FUTURE)
    if household.closed_on is not None and day > household.closed_on:
        raise VisitRefused(VisitProblem.CLOSED, day=date_format(household.closed_on))
    span = days_for(household)
    if day not in span:
        raise VisitRefused(VisitProblem.DAY, **span.params)


def _covers(day: date) -> Q:
    return Q(starts_on__lte=day) & (Q(ended_on__isnull=True) | Q(ended_on__gte=day))


def _must_be_paired_on(day: date, *, household: Household, cadre: Cadre) -> None:
    pairings = household.pairings.filter(cadre=cadre)
    if pairings.filter(_covers(day)).exists():
        return
    later = pairings.filter(starts_on__gt=day).exists()
    raise VisitRefused(VisitProblem.BEFORE_PAIRING if later else VisitProblem.AFTER_PAIRING)


def _add_needs(visit: Visit, needs: Sequence[Voiced]) -> None:
    for voiced in needs:
        raise_need(
            household=visit.household,
            kind=voiced.kind,
            text=voiced.text,
            due_on=voiced.due_on,
            result=voiced.result,
            owner=visit.visitor.user or visit.entered_by,
            raised_on=visit.visited_on,
            visit=visit,
        )


def _add_aid(visit: Visit, aid: Aid | None) -> None:
    if aid is None:
        return
    measure = record_measure(
        household=visit.household,
        kind=aid.kind,
        source=aid.source,
        starts_on=visit.visited_on,
        yuan=aid.yuan,
        quantity=aid.quantity,
        note=aid.note,
        responsible=visit.visitor,
    )
    visit.measures.add(measure)


def _add_promise(visit: Visit, again_on: date | None) -> None:
    if again_on is not None:
        plan_visit(visit.household, Plan(planned_on=again_on, promised=True), by=visit.entered_by, after=visit)
