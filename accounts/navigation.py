"""What stands in the side navigation and in the phone's bottom bar. No query beyond the user's roles and counts.

An app above may say what waits behind an entry (`@counts`): all are counted when the first is drawn, in one query.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role, may
from core.counting import counted


@dataclass(frozen=True)
class Entry:
    """An address for who may do one of the actions (accounts.roles); no action: everybody.

    `also`: a page that belongs to it, though its address lies elsewhere.
    """

    view: str
    label: str | Promise
    icon: str
    actions: tuple[str, ...] = ()
    group: str = "work"
    also: str = ""


@dataclass(frozen=True)
class Item:
    """An entry as it is drawn."""

    label: str | Promise
    url: str
    icon: str
    group: str
    active: bool
    count: Callable[[], int] | None = None  # a template calls it


Counter = Callable[[Any], QuerySet]  # what waits for a user
_counters: dict[str, Counter] = {}


def counts(view: str) -> Callable[[Counter], Counter]:
    """Register, as a decorator, what waits for a user behind this entry."""

    def register(counter: Counter) -> Counter:
        _counters[view] = counter
        return counter

    return register


HOME = Entry("dashboards:home", pgettext_lazy("start page", "Home"), "house")
TO_DO = Entry("visits:todo", _("To do"), "check2-square", ("handle_need",))
HOUSEHOLDS = Entry("households:list", _("Households"), "people", ("see_households",))
MY_HOUSEHOLDS = Entry("households:list", _("My households"), "people", ("see_households",))
OUTBOX = Entry("visits:outbox", _("To be sent"), "cloud-upload", ("log_visit",))
USERS = Entry("accounts:users", _("Users"), "person-gear", ("manage_users",), "settings")
AUDIT = Entry("accounts:audit", _("Audit log"), "journal-text", ("read_logs",), "settings")
ME = Entry("accounts:me", pgettext_lazy("own page", "Me"), "person", group="settings")
SIDE = (
    HOME,
    TO_DO,
    Entry("visits:calendar", _("Calendar"), "calendar", ("log_visit",)),
    Entry("dashboards:index", _("Dashboard"), "bar-chart", ("see_dashboard",)),
    HOUSEHOLDS,
    Entry("households:growth", _("Growth"), "graph-up-arrow", ("see_households",)),
    Entry("households:income_sheets", _("Yearly incomes"), "file-earmark-spreadsheet", ("draft_statement",)),
    Entry("households:pending", _("Awaiting decision"), "hourglass-split", ("decide_pending",)),
    Entry("households:leftovers", _("Rejected households"), "list-check", ("edit_household",)),
    Entry("cadres:pairing", _("Pairing"), "link-45deg", ("see_cadres",), also="cadres:coverage"),
    Entry("cadres:list", _("Cadres"), "person-badge", ("see_cadres",)),
    Entry("visits:list", _("Visits"), "house-check", ("see_households",)),
    Entry("visits:needs", _("Needs"), "chat-left-text", ("see_households",)),
    OUTBOX,
    Entry("visits:parked", _("Records to place"), "inboxes", ("place_parked",)),
    Entry("visits:referrals", _("Referred to us"), "send", ("answer_referral",)),
    Entry("visits:voices", _("What households say"), "chat-dots", ("read_voice",), also="visits:cards"),
    Entry("programs:measures", _("Measures"), "gift", ("see_households",)),
    Entry("households:imports", _("Import"), "upload", ("import_roster",)),
    Entry("visits:complaints", _("Complaints and suggestions"), "send", also="visits:say"),
    Entry("core:jobs", _("Background jobs"), "arrow-repeat", ("import_roster",), "settings"),
    Entry("district:campaign", _("Policy by year"), "sliders", ("set_policy",), "settings"),
    USERS,
    AUDIT,
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation` and `phone_bar` (at most five), lists of Item; empty for a stranger.

    `keeps_offline`: whether the phone keeps the user's households."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "phone_bar": []}
    own_only = Role.CADRE in user.roles and not may(user, "see_dashboard")
    households = MY_HOUSEHOLDS if own_only else HOUSEHOLDS
    side = [households if entry is HOUSEHOLDS else entry for entry in SIDE]
    bar = [entry for entry in (HOME, households, TO_DO, OUTBOX, USERS, AUDIT) if _open_to(entry, user)]
    return {
        "keeps_offline": may(user, "keep_offline") and not getattr(user, "must_change_password", False),
        "navigation": _drawn([entry for entry in side if _open_to(entry, user)], request),
        "phone_bar": _drawn([*bar[:4], ME], request),
    }


def _open_to(entry: Entry, user: Any) -> bool:
    return not entry.actions or any(may(user, action) for action in entry.actions)


def _drawn(entries: Iterable[Entry], request: HttpRequest) -> list[Item]:
    found = [(entry, url, _address(entry.also)) for entry in entries if (url := _address(entry.view))]
    addresses = [address for _entry, *both in found for address in both if address]
    here = max((address for address in addresses if _holds(address, request.path)), key=len, default="")
    counts = _Counts([entry.view for entry, *_both in found], request.user)
    return [
        Item(entry.label, url, entry.icon, entry.group, here != "" and here in (url, also), counts.of(entry.view))
        for entry, url, also in found
    ]  # fmt: skip


class _Counts:
    """What waits behind these entries."""

    def __init__(self, views: Iterable[str], user: Any) -> None:
        self.views, self.user = [view for view in views if view in _counters], user

    def of(self, view: str) -> Callable[[], int] | None:
        return partial(self._number, view) if view in self.views else None

    def _number(self, view: str) -> int:
        return self._numbers[view]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return dict(zip(self.views, counted(*(_counters[view](self.user) for view in self.views)), strict=True))


def _address(view: str) -> str:
    try:
        return reverse(view) if view else ""
    except NoReverseMatch:  # an app that is not mounted has no place in the navigation
        return ""


def _holds(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
