"""Verbs on accounts: create, change, new password, grant a role, end a grant, deactivate."""

import secrets
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import RoleGrant, User
from accounts.roles import Role

APART = frozenset({Role.SYSTEM_ADMIN, Role.LOG_AUDITOR})  # 三员分立: who keeps accounts does not keep the logs


class AccountRefused(Exception):
    """An act on an account that is not allowed; the sentence says why."""


def create_user(*, username: str, display_name: str, phone: str = "") -> tuple[User, str]:
    """A new account and its initial password, which is shown once. AccountRefused if name or phone is taken."""
    password = secrets.token_urlsafe(9)
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, password, display_name=display_name, phone=phone)
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


def new_password(user: User) -> str:
    """Replace the password by a new one, which is shown once; the person's sessions end."""
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    user.save()
    return password


def grant_role(user: User, *, by: User, **facts: Any) -> RoleGrant:
    """Give a role. AccountRefused for oneself, or if two roles that are kept apart would meet in one person."""
    if user.pk == by.pk:
        raise AccountRefused(_("Nobody grants a role to himself. Ask another system administrator."))
    grant = RoleGrant(user=user, **facts)
    held = {g.role for g in user.grants.live()}  # type: ignore[attr-defined]
    if grant.role in APART and held & (APART - {grant.role}):
        raise AccountRefused(_("System administrator and log auditor are kept apart: one person can't be both."))
    try:
        grant.full_clean()
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages)) from error
    grant.save()
    return grant


def end_grant(grant: RoleGrant, *, by: User, on: date | None = None) -> RoleGrant:
    """The role gives nothing from now on: its last day is yesterday, or its first day if it began today."""
    if grant.user_id == by.pk:
        raise AccountRefused(_("Nobody ends a role of his own. Ask another system administrator."))
    yesterday = (on or timezone.localdate()) - timedelta(days=1)
    if grant.starts_on > yesterday:
        grant.starts_on = yesterday
    grant.ends_on = yesterday
    grant.save()
    return grant


@transaction.atomic
def deactivate(user: User, *, reason: str, by: User) -> User:
    """The account can no longer sign in, its sessions end. It is never deleted."""
    if user.pk == by.pk:
        raise AccountRefused(_("Nobody deactivates his own account."))
    if not reason.strip():
        raise AccountRefused(_("Please give a reason."))
    user.is_active, user.deactivated_on, user.deactivated_reason = False, timezone.localdate(), reason.strip()[:200]
    user.save()
    return user


def reactivate(user: User) -> User:
    """The account can sign in again, with the grants that are still live."""
    user.is_active, user.deactivated_on, user.deactivated_reason = True, None, ""
    user.save()
    return user
