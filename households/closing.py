"""What apps above do in the same transaction when a household is helped no more: it closes or leaves the campaign."""

from collections.abc import Callable
from datetime import date

from households.models import Household

Ending = Callable[[Household, date, str], None]  # household, the day, the reason
_endings: list[Ending] = []


def when_closing(ending: Ending) -> Ending:
    """Register, as a decorator; a refusal raised by the function takes the whole act back."""
    if ending not in _endings:
        _endings.append(ending)
    return ending


def end_all(household: Household, *, on: date, reason: str) -> None:
    """Run all of them, inside the caller's transaction."""
    for ending in _endings:
        ending(household, on, reason)
