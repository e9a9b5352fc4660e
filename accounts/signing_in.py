"""Each sign-in goes to the access log."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from accounts.audit import record


@receiver(user_logged_in)
def log_sign_in(sender: Any, user: Any, **kwargs: Any) -> None:
    """Django says that somebody signed in."""
    record(user, "sign_in", label=user.username)
