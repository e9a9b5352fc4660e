"""Each sign-in and each change of the own password goes to the access log; one's own password may stay."""

from typing import Any

from allauth.account.signals import password_changed
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from accounts.audit import record


@receiver(user_logged_in)
def log_sign_in(sender: Any, user: Any, **kwargs: Any) -> None:
    """Django says that somebody signed in."""
    record(user, "sign_in", label=user.username)


@receiver(password_changed)
def log_own_password(sender: Any, user: Any, **kwargs: Any) -> None:
    """Allauth says that somebody changed the own password."""
    if user.must_change_password:
        user.must_change_password = False
        user.save()
    record(user, "password", user, label=user.username)
