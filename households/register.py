"""Verbs on a household: open, change, move, close, decide. The caller has asked whether the user may."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core.crypto import keyed_hash
from core.dates import Span, until_today
from district.models import Campaign, Division
from district.policy import PolicyMissing, current_campaign, default_year, is_below_line, policy_for
from households import id_numbers
from households.closing import end_all
from households.codes import NO_ID_BY_HAND, Problem, Relation
from households.growth import assess
from households.household_codes import folded
from households.models import (
    Enrolment,
    EnrolmentState,
    GrowthAssessment,
    Household,
    IncomeStatement,
    Member,
    StatementState,
)
from households.roster import cells

EARLIEST = date(1950, 1, 1)  # no household was closed and nobody left one before
DERIVED = {"phone": "phone_hash", "bank_card": "bank_card_hash"}


class RegisterRefused(Exception):
    """An act on a household that a rule forbids; the code is one of Problem, str() says it in the reader's language."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = str(code), params

    def words_for(self, reader: Any) -> str:
        """What this user may be told; str() is for everybody."""
        return str(self)

    def __str__(self) -> str:
        sentence = str(Problem(self.code).label)
        return sentence % self.params if self.params else sentence


class PersonElsewhere(RegisterRefused):
    """The person lives in the household `there`, which str() does not name: not everybody may know it."""

    def __init__(self, there: Household) -> None:
        super().__init__(Problem.PERSON_ELSEWHERE)
        self.there = there

    def words_for(self, reader: Any) -> str:
        """Code and village too if the reader sees that household, and unmasked. One query."""
        if not Household.objects.allowed(reader, "see_unmasked").filter(pk=self.there.pk).exists():
            return str(self)
        return str(Problem.PERSON_THERE.label) % {"code": self.there.code, "village": self.there.village}


@transaction.atomic
def open_household(
    *,
    by: User,
    village: Division,
    code: str,
    head_name: str,
    head_id_no: str,
    people: int,
    income: Decimal,
    campaign: Campaign | None = None,
    **facts: Any,
) -> Household:
    """Take a household in, with its head and the income (yuan) of the entry year as a draft of this hand.

    At or over that year's income line, or without a policy, it waits for a decision. RegisterRefused if the code or
    the person is known already, for what is no name, or without a campaign.
    """
    try:
        campaign = campaign or current_campaign()
    except PolicyMissing as error:
        raise RegisterRefused(Problem.NO_CAMPAIGN) from error
    year, head_name = entry_year(), name_of(head_name)
    household = Household(village=village, code=folded(code), head_name=head_name)
    _set(household, facts)
    try:
        with transaction.atomic():
            household.save()
    except IntegrityError as error:
        raise RegisterRefused(Problem.CODE_TAKEN) from error
    add_person(household, name=head_name, id_no=head_id_no, relation=Relation.HEAD.value)
    Enrolment.objects.create(
        household=household, campaign=campaign, state=_state_at_entry(campaign, year, income, people),
        entry_year=year, entered_on=timezone.localdate(),
    )  # fmt: skip
    IncomeStatement.objects.create(
        household=household, year=year, people=people, stated_total=income, state=StatementState.DRAFT, drafted_by=by
    )
    _reassess(household)
    return household


def entry_year() -> int:
    """The income year that a household of today is entered with: the default year, last year without a policy."""
    try:
        year = default_year()
    except PolicyMissing:
        year = None
    return year or timezone.localdate().year - 1


def change_household(household: Household, **facts: Any) -> Household:
    """Change what is known of a household; a new village moves it. What stays as it is leaves no history."""
    must_be_open(household)
    if _set(household, facts):
        household.save()
    return household


@transaction.atomic
def close_household(household: Household, *, on: date, reason: str) -> Household:
    """The household is helped no more: members inactive, enrolments exited, pairings and more ended in the same act."""
    must_not_be_ahead(on)
    if not reason.strip():
        raise RegisterRefused(Problem.NO_REASON)
    row = Household.objects.select_for_update().get(pk=household.pk)
    must_be_open(row)
    if row.enrolments.filter(entered_on__gt=on).exists():  # type: ignore[attr-defined]
        raise RegisterRefused(Problem.BEFORE_ENTRY)
    end_all(row, on=on, reason=reason)
    for member in row.members.filter(active=True):  # type: ignore[attr-defined]
        member.active = False
        member.save()
    for enrolment in row.enrolments.exclude(state__in=[EnrolmentState.EXITED, EnrolmentState.REFUSED]):  # type: ignore[attr-defined]
        _end(enrolment, EnrolmentState.EXITED, on=on, reason=reason)
    row.closed_on, row.closed_reason = on, reason.strip()[:200]
    row.save()
    _reassess(row)
    return row


@transaction.atomic
def reopen_household(household: Household) -> Household:
    """Take a closing back: members who had not left and the enrolment are as before; pairings are not."""
    row = Household.objects.select_for_update().get(pk=household.pk)
    if row.closed_on is None:
        raise RegisterRefused(Problem.NOT_CLOSED)
    try:
        with transaction.atomic():
            for member in row.members.filter(active=False, left_on__isnull=True):  # type: ignore[attr-defined]
                member.active = True
                member.save()
    except IntegrityError as error:
        raise RegisterRefused(Problem.MEMBER_ELSEWHERE) from error
    for enrolment in row.enrolments.filter(state=EnrolmentState.EXITED, ended_on=row.closed_on):  # type: ignore[attr-defined]
        before = enrolment.history.exclude(state=EnrolmentState.EXITED).order_by("-history_id").first()
        enrolment.state = before.state if before else EnrolmentState.PENDING
        enrolment.ended_on, enrolment.reason = None, before.reason if before else ""
        enrolment.save()
    row.closed_on, row.closed_reason = None, ""
    row.save()
    _reassess(row)
    return row


@transaction.atomic
def decide_pending(enrolment: Enrolment, *, accept: bool, reason: str) -> Enrolment:
    """Take a household in that waited for a decision, or refuse it; either with a reason."""
    row = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if row.state != EnrolmentState.PENDING:
        raise RegisterRefused(Problem.DECIDED)
    if not reason.strip():
        raise RegisterRefused(Problem.NO_REASON)
    if accept:
        row.state, row.reason = EnrolmentState.ACTIVE, reason.strip()[:200]
        row.save()
    else:
        _end(row, EnrolmentState.REFUSED, on=timezone.localdate(), reason=reason)
    _reassess(row.household)
    return row


def add_person(
    household: Household, *, name: str, id_no: str, relation: str, no_id_reason: str = "", **facts: Any
) -> Member:
    """A new row for a person, with an ID number or the reason why there is none.

    RegisterRefused for a wrong number, both or neither, or if the person lives in a household already.
    """
    given = {key: value for key, value in facts.items() if value not in (None, "")}
    member = Member(household=household, name=name_of(name), relation=relation, **given)
    identify(member, id_no, no_id_reason=no_id_reason)
    save_person(member)
    return member


def name_of(typed: str) -> str:
    """A person's name as it is kept, by the rule of the roster; RegisterRefused for what no name is."""
    cell = cells.name(typed)
    if cell.value is not None:
        return str(cell.value)
    if cell.code in (Problem.NAME_MISSING, Problem.NAME_TOO_LONG):
        raise RegisterRefused(cell.code, **cell.params)
    raise RegisterRefused(Problem.NAME_CHARS)


def identify(member: Member, id_no: str, *, no_id_reason: str = "") -> None:
    """Give the member this ID number (or disabled person's certificate, which begins with it), sex and birth date.

    Or the reason why there is none, which goes once a number comes. RegisterRefused for both or neither.
    """
    if no_id_reason:
        _must_be_without_id(member, id_no, no_id_reason)
        member.no_id_reason = no_id_reason
        return
    if not id_no:
        raise RegisterRefused(Problem.ID_OR_REASON)
    number, certificate = id_numbers.split_certificate(id_numbers.normalise(id_no))
    must_be_valid(number)
    member.id_no, member.id_no_hash, member.no_id_reason = number, keyed_hash(number), ""
    member.sex, member.birth_date = id_numbers.sex(number), id_numbers.birth_date(number)
    if certificate:
        member.disability_no = certificate


def _must_be_without_id(member: Member, id_no: str, reason: str) -> None:
    """RegisterRefused if there is a number, for an unknown reason, or if the same person was entered just now."""
    if id_no or member.id_no_hash:
        raise RegisterRefused(Problem.ID_AND_REASON)
    if reason not in NO_ID_BY_HAND and reason != member.no_id_reason:
        raise RegisterRefused(Problem.NO_ID_REASON)
    # a form that is sent twice: no number of the person's own can be unique
    Household.objects.select_for_update().get(pk=member.household_id)
    same = Member.objects.filter(household=member.household_id, active=True, id_no_hash=None, name=member.name)
    if same.exclude(pk=member.pk).exists():
        raise RegisterRefused(Problem.NAME_WITHOUT_ID)


def save_person(member: Member) -> None:
    """Save; RegisterRefused if the person lives in a household already, or if there would be a second head."""
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as error:
        raise _why_not(member) from error


def must_be_valid(number: str) -> None:
    """RegisterRefused with the reason if this is no ID number."""
    problem = id_numbers.check(number)
    if problem:
        raise RegisterRefused(problem)


def must_be_open(household: Household) -> None:
    """RegisterRefused for a closed household."""
    if household.closed_on is not None:
        raise RegisterRefused(Problem.CLOSED)


def days_of_acts() -> Span:
    """The days on which a household can have closed, or somebody can have left it."""
    return until_today(EARLIEST)


def must_not_be_ahead(day: date) -> None:
    """RegisterRefused for a day after today, or before any act."""
    if day > timezone.localdate():
        raise RegisterRefused(Problem.FUTURE)
    if day not in (span := days_of_acts()):
        raise RegisterRefused(Problem.DAY, **span.params)


def _why_not(member: Member) -> RegisterRefused:
    same = Member.objects.filter(id_no_hash=member.id_no_hash, active=True).exclude(pk=member.pk)
    person = same.select_related("household__village").first()
    if person is None:
        return RegisterRefused(Problem.HEAD_TAKEN)
    return PersonElsewhere(person.household)


def _state_at_entry(campaign: Campaign, year: int, income: Decimal, people: int) -> str:
    try:
        policy = policy_for(year, campaign)
    except PolicyMissing:
        return EnrolmentState.PENDING
    below = is_below_line(policy, total=income, people=people)
    return EnrolmentState.ACTIVE if below else EnrolmentState.PENDING


def _set(household: Household, facts: dict[str, Any]) -> bool:
    """Whether anything differs now."""
    new = {name: value for name, value in facts.items() if getattr(household, name) != value}
    for name, value in new.items():
        setattr(household, name, value)
        if name in DERIVED:
            setattr(household, DERIVED[name], keyed_hash(value))
    return bool(new)


def _end(enrolment: Enrolment, state: str, *, on: date, reason: str) -> None:
    enrolment.state, enrolment.reason = state, reason.strip()[:200]
    enrolment.ended_on = on
    enrolment.save()


def _reassess(household: Household) -> None:
    """Bring the flags of this household up to date for every year that has been assessed."""
    years = GrowthAssessment.objects.order_by().values_list("year", flat=True).distinct()
    for year in sorted(years):
        assess(year, household_ids=[household.pk])
