"""What allauth asks of us: which passwords are taken, and where a changed one leads."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


class AccountAdapter(DefaultAccountAdapter):
    """Allauth's own, but for a changed password."""

    def clean_password(self, password: str, user: Any = None) -> str:
        """The same password again is no change: one that was given would stay known to who gave it."""
        if user is not None and user.check_password(password):
            raise ValidationError(_("This is the password that you have. Choose another one."))
        return str(super().clean_password(password, user))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """The home page: the form, empty again, would look as if nothing had been taken."""
        return reverse("dashboards:home")
