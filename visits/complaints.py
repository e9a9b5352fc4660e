"""Verbs on complaints and suggestions: file, take, answer, close, pass on. Who may: households/scope.py.

Every verb asks scope itself whether the handler may: nobody handles what names him, whatever page or command calls.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import RoleGrant, User
from accounts.roles import Role
from core.crypto import keyed_hash
from core.history import TrackedQuerySet
from district.models import Division
from district.models import Level as PlaceLevel
from visits.codes_voice import ANSWERABLE, WAITING, ComplaintProblem, ComplaintState, Level, Subject
from visits.models import Complaint

CODE_DIGITS = 12


class ComplaintRefused(Exception):
    """An act that is not possible; the code is one of ComplaintProblem."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        return str(ComplaintProblem(self.code).label)


def file_complaint(
    *,
    client_id: UUID,
    subject: str,
    place: Division,
    text: str,
    named: str = "",
    name: str = "",
    phone: str = "",
    by: User | None = None,
    at: Any = None,
) -> tuple[Complaint, str]:
    """File a complaint; returns it with its receipt code, which is stored nowhere.

    It lies with the township of the place; with the district if it is about the township's people or one of them.
    The same form sent again returns the first complaint and the same code: a double tap shows the second answer.
    """
    code = _code_of(client_id)
    first = Complaint.objects.filter(client_id=client_id).first()
    if first is not None:
        return first, code
    at = at or timezone.now()
    to_district = subject == Subject.OFFICIAL or place.level == PlaceLevel.DISTRICT
    complaint = Complaint(
        client_id=client_id,
        code_hash=hash_of(code),
        subject=subject,
        place=place,
        named=named.strip(),
        text=text.strip(),
        mentions=squeezed(f"{named} {text}"),
        name=name.strip(),
        phone=phone.strip(),
        filed_at=at,
        filed_by=by,
        level=Level.DISTRICT if to_district else Level.TOWNSHIP,
        due_on=timezone.localdate(at) + timedelta(days=settings.COMPLAINT_DUE_DAYS),
    )
    try:
        with transaction.atomic():
            complaint.save(force_insert=True)
            if not to_district and not _stays_with_the_township(complaint):
                complaint.level = Level.DISTRICT
                complaint.save(update_fields=["level"])
    except IntegrityError:  # a double tap: the other request was faster
        return Complaint.objects.get(client_id=client_id), code
    return complaint, code


def _township_of(place: Division) -> int | None:
    return place.parent_id if place.level == PlaceLevel.VILLAGE else place.pk


def _stays_with_the_township(complaint: Complaint) -> bool:
    """Whether each official there may handle it: where it is about one of them his colleagues do not either, and
    where there is none nobody would.
    """
    grants = RoleGrant.objects.live().filter(role=Role.TOWNSHIP_OFFICIAL, division=_township_of(complaint.place))
    officials = User.objects.filter(is_active=True, pk__in=grants.order_by().values("user"))
    may = [Complaint.objects.to_handle(official).filter(pk=complaint.pk).exists() for official in officials]
    return bool(may) and all(may)


def take(complaint: Complaint, *, by: User) -> Complaint:
    """Say that one handles it."""
    return _act(complaint, by, (ComplaintState.NEW,), state=ComplaintState.TAKEN, handler=by)


def give_back(complaint: Complaint, *, by: User) -> Complaint:
    """Take back that one handles it: it waits for somebody again."""
    return _act(complaint, by, (ComplaintState.TAKEN,), state=ComplaintState.NEW, handler=None)


def answer(complaint: Complaint, *, by: User, answer: str) -> Complaint:
    """Answer it, or put a better answer in the place of one that stands; the history keeps both."""
    if not answer.strip():
        raise ComplaintRefused(ComplaintProblem.NO_ANSWER)
    given = {"answer": answer.strip(), "answered_on": timezone.localdate()}
    return _act(complaint, by, ANSWERABLE, state=ComplaintState.ANSWERED, handler=by, **given)


def close(complaint: Complaint, *, by: User) -> Complaint:
    """Close what is answered."""
    return _act(complaint, by, (ComplaintState.ANSWERED,), state=ComplaintState.CLOSED)


def reopen(complaint: Complaint, *, by: User) -> Complaint:
    """Take it up again."""
    ended = (ComplaintState.ANSWERED, ComplaintState.CLOSED)
    return _act(complaint, by, ended, state=ComplaintState.TAKEN, handler=by)


def pass_up(complaint: Complaint, *, by: User) -> Complaint:
    """Hand it to the district: the township does not handle or see it any more."""
    if complaint.level == Level.DISTRICT:
        raise ComplaintRefused(ComplaintProblem.AT_DISTRICT)
    return _act(complaint, by, WAITING, state=ComplaintState.NEW, handler=None, level=Level.DISTRICT)


ACTS: dict[str, Callable[..., Complaint]] = {
    "take": take, "give_back": give_back, "close": close, "reopen": reopen, "pass_up": pass_up,
}  # fmt: skip


def by_code(code: str) -> Complaint | None:
    """The complaint with this receipt code."""
    digits = "".join(sign for sign in code if sign.isdigit())
    return Complaint.objects.select_related("place").filter(code_hash=hash_of(digits)).first() if digits else None


def waiting_for(user: User, today: date | None = None) -> TrackedQuerySet:
    """What waits for this handler: what is not answered; of an admin what lies with the district or is late."""
    rows = Complaint.objects.to_handle(user).filter(state__in=WAITING)
    if Role.DISTRICT_ADMIN in user.roles:
        late = rows.filter(due_on__lt=today or timezone.localdate())
        return rows.filter(level=Level.DISTRICT) | late
    return rows


def squeezed(text: str) -> str:
    """Without blanks, so that 王 林 is 王林."""
    return "".join(text.split())


def hash_of(code: str) -> str:
    """By which a receipt code is found."""
    return keyed_hash(f"complaint {code}")


def _code_of(client_id: UUID) -> str:
    """The receipt code of a form: only the key makes it of the form's id."""
    return f"{int(keyed_hash(f'receipt {client_id}'), 16) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


@transaction.atomic
def _act(complaint: Complaint, by: User, states: tuple[ComplaintState, ...], **facts: Any) -> Complaint:
    """Write these facts if the complaint is in one of these states and `by` handles it: asked in the transaction."""
    row = Complaint.objects.to_handle(by).filter(pk=complaint.pk).select_for_update(of=("self",)).first()
    if row is None:
        raise ComplaintRefused(ComplaintProblem.NOT_YOURS)
    if row.state not in states:
        raise ComplaintRefused(ComplaintProblem.STATE)
    for field, value in facts.items():
        setattr(row, field, value)
    row.save(update_fields=list(facts))
    return row
