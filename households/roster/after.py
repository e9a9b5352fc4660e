"""What apps above offer to do next once a roster was imported; loaded by their AppConfig.ready()."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from households.models import ImportState, RosterImport


@dataclass(frozen=True, slots=True)
class Link:
    """A next step on the page of an import."""

    label: str
    url: str


Offer = Callable[[RosterImport, Any], Link | None]  # (import, user); None: nothing to do, or not for this user
_offers: list[Offer] = []


def after_import(offer: Offer) -> Offer:
    """Register, as a decorator. An offer asks a fixed number of queries."""
    if offer not in _offers:
        _offers.append(offer)
    return offer


def links(roster_import: RosterImport, user: Any) -> list[Link]:
    """What this user can do next; [] before the import was saved and after it was undone."""
    if roster_import.state != ImportState.COMMITTED:
        return []
    return [link for offer in _offers if (link := offer(roster_import, user)) is not None]
