"""What stands in the side navigation and in the phone's bottom bar, by role. No query beyond the user's roles."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FIELD = frozenset({"cadre", "unit_liaison", "village_clerk"})
OFFICE = frozenset({"township_official", "district_admin"})
READERS = FIELD | OFFICE | {"department_officer", "inspector"}


@dataclass(frozen=True)
class Entry:
    """An address that one of the roles may open; no roles: everybody."""

    view: str
    label: str | Promise
    icon: str
    roles: frozenset[str] = frozenset()
    group: str = "work"


@dataclass(frozen=True)
class Item:
    """An entry as it is drawn."""

    label: str | Promise
    url: str
    icon: str
    group: str
    active: bool


MY_HOUSEHOLDS = Entry("households:list", _("My households"), "people", frozenset({"cadre"}))
HOUSEHOLDS = Entry("households:list", _("Households"), "people", READERS)
TO_DO = Entry("visits:todo", _("To do"), "check2-square", FIELD | {"township_official"})
HOME = Entry("dashboards:home", pgettext_lazy("start page", "Home"), "house")
ME = Entry("accounts:me", pgettext_lazy("own page", "Me"), "person", group="me")
USERS = Entry(
    "accounts:users", _("Users"), "person-gear", frozenset({"system_admin", "district_admin"}), group="settings"
)
AUDIT = Entry("accounts:audit", _("Audit log"), "journal-text", frozenset({"log_auditor"}), group="settings")
SIDE = (
    HOME,
    TO_DO,
    Entry("dashboards:index", _("Dashboard"), "bar-chart", OFFICE | {"inspector"}),
    HOUSEHOLDS,
    Entry("households:growth", _("Growth"), "graph-up-arrow", READERS),
    Entry("households:pending", _("Awaiting decision"), "hourglass-split", frozenset({"district_admin"})),
    Entry("cadres:pairing", _("Pairing"), "link-45deg", OFFICE),
    Entry("cadres:list", _("Cadres"), "person-badge", OFFICE),
    Entry("visits:list", _("Visits"), "house-check", READERS),
    Entry("visits:needs", _("Needs"), "chat-left-text", READERS),
    Entry("programs:measures", _("Measures"), "gift", READERS),
    Entry("households:imports", _("Import"), "upload", frozenset({"district_admin"})),
    Entry(
        "core:jobs",
        _("Background jobs"),
        "arrow-repeat",
        OFFICE | {"system_admin"},
        group="settings",
    ),
    Entry(
        "district:campaign",
        _("Policy by year"),
        "sliders",
        frozenset({"district_admin", "system_admin"}),
        group="settings",
    ),
    USERS,
    AUDIT,
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation` (side, a list of Item) and `phone_bar` (at most five); empty for a stranger."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "phone_bar": []}
    roles: set[str] = user.roles
    households = MY_HOUSEHOLDS if "cadre" in roles and not roles & OFFICE else HOUSEHOLDS
    side = [households if entry is HOUSEHOLDS else entry for entry in SIDE]
    bar = _drawn([HOME, households, TO_DO, USERS, AUDIT], roles, request.path)
    return {
        "navigation": _drawn(side, roles, request.path),
        "phone_bar": [*bar[:4], *_drawn([ME], roles, request.path)],
    }


def _drawn(entries: list[Entry], roles: set[str], path: str) -> list[Item]:
    seen = [(entry, url) for entry in entries if _open_to(entry, roles) and (url := _address(entry))]
    here = max((url for _entry, url in seen if _holds(url, path)), key=len, default="")
    return [Item(entry.label, url, entry.icon, entry.group, url == here) for entry, url in seen]


def _open_to(entry: Entry, roles: set[str]) -> bool:
    return not entry.roles or bool(entry.roles & roles)


def _address(entry: Entry) -> str:
    try:
        return reverse(entry.view)
    except NoReverseMatch:  # an app that is not mounted has no place in the navigation
        return ""


def _holds(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
