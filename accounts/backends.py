"""Sign-in with the user name or the phone number."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.http import HttpRequest

from accounts.models import User
from core.crypto import keyed_hash


def account_of(login: str) -> User | None:
    """The account with this user name, in upper or lower case, else with this phone number."""
    named = User.objects.filter(Exact(Lower("username"), Lower(Value(login)))).first()
    return named or User.objects.filter(phone_hash=keyed_hash(login)).first()


def locked_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """For axes: under which name failures are counted; user name and phone of an account share one lock.

    What belongs to no account is kept as a keyed hash: it may be a phone number, or a password in the wrong field.
    """
    typed = (credentials or {}).get("username") or (request.POST.get("login", "") if request is not None else "")
    account = account_of(typed) if typed else None
    return account.username if account is not None else keyed_hash(typed)


class NameOrPhoneBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if not username or password is None:
            return None
        user = account_of(username)
        if user is None:
            User().set_password(password)  # takes as long as for a known name
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.is_active else None
