"""Verbs on accounts: create, change, new password, grant a role, end a grant, deactivate, reactivate."""

import secrets
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import RoleGrant, User
from accounts.roles import PLACE_ROLES, UNIT_ROLES, Role
from core.dates import Span, years_from
from core.reasons import says_something
from district.models import Level

APART = frozenset({Role.SYSTEM_ADMIN, Role.LOG_AUDITOR})  # 三员分立: who keeps accounts does not keep the logs
LEVEL_OF = {Role.VILLAGE_CLERK: Level.VILLAGE, Role.TOWNSHIP_OFFICIAL: Level.TOWNSHIP}
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read aloud
GROUPS, GROUP = 4, 4  # 79 bits


class AccountRefused(Exception):
    """An act on an account that is not allowed; the sentence says why."""


def first_days() -> Span:
    """Days on which a grant may begin: what lies beyond is a slip of the hand."""
    return Span(date(2000, 1, 1), years_from(timezone.localdate(), 1))


def last_days() -> Span:
    """Days on which a grant that is given today may end."""
    return Span(timezone.localdate(), years_from(timezone.localdate(), 10))


def create_user(*, username: str, display_name: str, phone: str = "") -> tuple[User, str]:
    """A new account and its initial password, which is shown once and must be replaced at the first sign-in.

    AccountRefused if name or phone is taken.
    """
    if username.isdigit():  # it could be somebody's phone
        raise AccountRefused(_("A user name needs a letter."))
    password = _new_password()
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                username, password, display_name=display_name, phone=phone, must_change_password=True
            )
    except IntegrityError as error:
        raise AccountRefused(_("Another account has this user name or phone number.")) from error
    return user, password


def change_user(user: User, *, display_name: str, phone: str) -> User:
    """Change name and phone. AccountRefused if the phone is another account's."""
    user.display_name, user.phone = display_name, phone
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise AccountRefused(_("Another account has this user name or phone number.")) from error
    return user


@transaction.atomic
def new_password(user: User, *, by: User) -> str:
    """Replace the password by a new one, which is shown once and lasts for one sign-in; the person's sessions end.

    It stands in the access log: who replaces a password can sign in as that person, a log auditor too. One's own is
    refused: a browser left open is not enough to take over an account.
    """
    if user.pk == by.pk:
        raise AccountRefused(_("Change your own password on the page of your account."))
    password = _new_password()
    user.set_password(password)
    user.must_change_password = True
    user.save()
    record(by, "password", user, label=user.username)
    return password


@transaction.atomic
def grant_role(user: User, *, by: User, role: str, reason: str, **facts: Any) -> RoleGrant:
    """Give a role; a place or unit that the role does not ask for is left out.

    AccountRefused for oneself, without a reason, for a role that is held already, or if two roles that are kept apart
    would meet in one person.
    """
    if user.pk == by.pk:
        raise AccountRefused(_("Nobody grants a role to himself. Ask another system administrator."))
    if not reason.strip():
        raise AccountRefused(_("Please give a reason."))
    if role not in PLACE_ROLES:
        facts["division"] = None
    if role not in UNIT_ROLES:
        facts["unit"] = None
    grant = RoleGrant(user=user, role=role, reason=reason.strip(), **facts)
    try:
        grant.full_clean()
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages)) from error
    User.objects.select_for_update().get(pk=user.pk)  # two at once would each miss the other's grant
    _check(grant)
    grant.save()
    return grant


def end_grant(grant: RoleGrant, *, by: User) -> RoleGrant:
    """The role gives nothing from now on: its last day is yesterday, or its first day if it began today."""
    if grant.user_id == by.pk:
        raise AccountRefused(_("Nobody ends a role of his own. Ask another system administrator."))
    yesterday = timezone.localdate() - timedelta(days=1)
    if grant.ends_on is not None and grant.ends_on <= yesterday:
        raise AccountRefused(_("This role has ended already."))
    grant.starts_on = min(grant.starts_on, yesterday)
    grant.ends_on = yesterday
    grant.save()
    return grant


def deactivate(user: User, *, reason: str, by: User) -> User:
    """The account can no longer sign in, its sessions end. Reactivated, it needs a new password. Never deleted."""
    if user.pk == by.pk:
        raise AccountRefused(_("Nobody deactivates his own account."))
    if not says_something(reason):
        raise AccountRefused(_("Please give a reason."))
    if not user.is_active:
        raise AccountRefused(_("This account is deactivated already."))
    user.is_active, user.deactivated_on, user.deactivated_reason = False, timezone.localdate(), reason.strip()[:200]
    user.set_unusable_password()  # a session lives as long as the password that it began with
    user.save()
    return user


def reactivate(user: User) -> User:
    """The account can sign in again, with the grants that are still live."""
    if user.is_active:
        raise AccountRefused(_("This account is in use."))
    user.is_active, user.deactivated_on, user.deactivated_reason = True, None, ""
    user.save()
    return user


def _check(grant: RoleGrant) -> None:
    level = LEVEL_OF.get(Role(grant.role))
    if level and grant.division is not None and grant.division.level != level:
        refusals = {
            Level.VILLAGE: _("A village clerk needs a village."),
            Level.TOWNSHIP: _("A township official needs a township."),
        }
        raise AccountRefused(refusals[level])
    if grant.ends_on is not None and grant.ends_on < timezone.localdate():
        raise AccountRefused(_("The last day lies in the past."))
    for day, span in ((grant.starts_on, first_days()), (grant.ends_on, last_days())):
        if day is not None and day not in span:
            raise AccountRefused(span.sentence)
    held = _overlapping(grant.user, grant.starts_on, grant.ends_on)
    if grant.role in APART and any(other.role in APART - {grant.role} for other in held):
        raise AccountRefused(_("System administrator and log auditor are kept apart: one person can't be both."))
    same = (grant.role, grant.division_id, grant.unit_id)
    if any((other.role, other.division_id, other.unit_id) == same for other in held):
        raise AccountRefused(_("This person has this role already in that time."))


def _overlapping(user: User, starts_on: date, ends_on: date | None) -> list[RoleGrant]:
    """Grants of the person that are live on a day of the span."""
    rows = RoleGrant.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on), user=user)
    return list(rows if ends_on is None else rows.filter(starts_on__lte=ends_on))


def _new_password() -> str:
    """Four groups of four letters and digits, easy to read out."""
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(GROUP)) for _group in range(GROUPS))
