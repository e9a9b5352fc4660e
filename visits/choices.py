"""What a user chooses about reminders: a pause with an end, e-mail, the secret address of the own calendar."""

import secrets
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core.crypto import keyed_hash
from core.dates import Span
from visits.codes import ChoiceProblem
from visits.models import ReminderChoices


class ChoiceRefused(Exception):
    """A choice that cannot be made so; the code is one of ChoiceProblem."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        sentence = str(ChoiceProblem(self.code).label)
        return sentence % self.params if self.params else sentence


def choices_of(user: Any) -> ReminderChoices:
    """The user's choices, unsaved and as at the beginning if none was made."""
    return ReminderChoices.objects.filter(user=user).first() or ReminderChoices(user=user)


def pause_days() -> Span:
    """The last day that a pause can have."""
    today = timezone.localdate()
    return Span(today, today + timedelta(days=settings.REMINDER_PAUSE_DAYS))


def pause(user: User, *, until: date) -> ReminderChoices:
    """No reminders from today until this day, both included. What was not sent then is never sent later."""
    if until not in (span := pause_days()):
        raise ChoiceRefused(ChoiceProblem.PAUSE, **span.params)
    return _choose(user, paused_from=span.first, paused_until=until)


def resume(user: User) -> ReminderChoices:
    """Reminders again."""
    return _choose(user, paused_from=None, paused_until=None)


def choose_mail(user: User, *, by_mail: bool, email: str) -> ReminderChoices:
    """Whether the daily reminder comes by e-mail too, and where to."""
    if by_mail and not email:
        raise ChoiceRefused(ChoiceProblem.NO_ADDRESS)
    return _choose(user, by_mail=by_mail, email=email)


def mail_is_set_up() -> bool:
    """Whether this installation sends mail: the mail says where to look, so it needs to know its own address."""
    return bool(settings.PUBLIC_URL)


def make_feed(user: User) -> str:
    """A new secret word for the calendar's address; it is shown once, and an older one ends. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    _choose(user, feed_hash=keyed_hash(token), feed_since=timezone.now())
    return token


def revoke_feed(user: User) -> ReminderChoices:
    """The address leads nowhere from now on."""
    return _choose(user, feed_hash=None, feed_since=None)


def user_of_feed(token: str) -> User | None:
    """Whose calendar this secret word opens; None for nobody's, and for who may sign in no more."""
    found = ReminderChoices.objects.filter(feed_hash=keyed_hash(token), user__is_active=True).select_related("user")
    row = found.first()
    return row.user if row is not None else None


def _choose(user: User, **facts: Any) -> ReminderChoices:
    row = choices_of(user)
    for name, value in facts.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # two first choices at once
        if not ReminderChoices.objects.filter(user=user).exclude(pk=row.pk).exists():
            raise
        return _choose(user, **facts)
    return row
