"""What the list of accounts and the access log can be narrowed by."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AccessKind, AccessLog, RoleGrant, User
from accounts.roles import Role
from core.crypto import keyed_hash

STATES = [
    ("active", pgettext_lazy("account", "In use")),
    ("inactive", pgettext_lazy("account", "Deactivated")),
    ("all", _("All")),
]
PHONE_DIGITS = 11


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class UserFilter(filters.FilterSet):
    """Without a choice: accounts in use."""

    q = filters.CharFilter(label=_("User name, name or whole phone number"), method="search")
    role = filters.ChoiceFilter(label=_("Role"), choices=Role.choices, empty_label=_("All roles"), method="by_role")
    state = filters.ChoiceFilter(label=_("State"), choices=STATES, empty_label=None, method="by_state")

    class Meta:
        model = User
        fields = ["q", "role", "state"]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        chosen: dict[str, Any] = {"state": "active", **(data.dict() if data is not None else {})}
        super().__init__(chosen, *args, **kwargs)

    def search(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        for word in value.split():
            found = Q(username__icontains=word) | Q(display_name__icontains=word)
            if word.isdecimal() and len(word) == PHONE_DIGITS:
                found |= Q(phone_hash=keyed_hash(word))
            rows = rows.filter(found)
        return rows

    def by_role(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(pk__in=RoleGrant.objects.live().filter(role=value).values("user"))

    def by_state(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows if value == "all" else rows.filter(is_active=value == "active")


class AccessFilter(filters.FilterSet):
    """By kind, person, object and period (both days included)."""

    q = filters.CharFilter(label=_("Object or reason"), method="search")
    who = filters.CharFilter(label=_("Person"), method="by_person")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=AccessKind.choices, empty_label=_("All kinds"))
    since = filters.DateFilter(label=_("From"), field_name="at", lookup_expr="date__gte", widget=day_input())
    until = filters.DateFilter(label=_("Until"), field_name="at", lookup_expr="date__lte", widget=day_input())

    class Meta:
        model = AccessLog
        fields = ["q", "who", "kind", "since", "until"]

    def search(self, rows: QuerySet[AccessLog], name: str, value: str) -> QuerySet[AccessLog]:
        for word in value.split():
            rows = rows.filter(Q(label__icontains=word) | Q(reason__icontains=word) | Q(object_id=word))
        return rows

    def by_person(self, rows: QuerySet[AccessLog], name: str, value: str) -> QuerySet[AccessLog]:
        return rows.filter(who__in=people_named(value))


def people_named(text: str) -> QuerySet[User]:
    """Accounts whose user name or name holds the text."""
    return User.objects.filter(Q(username__icontains=text.strip()) | Q(display_name__icontains=text.strip()))
