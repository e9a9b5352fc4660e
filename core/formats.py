"""How money, counts, rates and dates are printed: cut, never rounded up to a line or a target."""

import datetime as dt
from decimal import ROUND_FLOOR, Decimal

from django.utils import formats, timezone
from django.utils.translation import get_language

NOTHING = "—"


def commas(number: int | Decimal | None) -> str:
    """1234567 → 1,234,567; a dash where nothing is known."""
    return NOTHING if number is None else f"{number:,}"


def yuan(amount: Decimal | int | None) -> str:
    """Yuan with two places: 12,600.00. More places are cut."""
    return NOTHING if amount is None else f"{_cut(amount, '0.01'):,}"


def yuan0(amount: Decimal | int | None) -> str:
    """Whole yuan, cut: 12,599.99 prints 12,599, so that nobody seems to reach a line he has not reached."""
    return NOTHING if amount is None else f"{_cut(amount, '1'):,}"


def wan(amount: Decimal | int | None) -> str:
    """Ten thousand yuan with two places, cut: 12,699 yuan prints 1.26."""
    return NOTHING if amount is None else f"{_cut(Decimal(amount) / 10_000, '0.01'):,}"


def percent(basis_points: int | None, target: int | None = None) -> str:
    """Basis points as percent with one place, cut toward minus infinity: 996 → 9.9%, -5 → -0.1%.

    Two places beside a target that has two, or a rate just below it would print the same: 1233, 1234 → 12.33%.
    """
    if basis_points is None:
        return NOTHING
    step = "0.01" if (target or 0) % 10 else "0.1"
    return f"{_cut(Decimal(basis_points) / 100, step):,}%"


def phone_date(day: dt.date | dt.datetime | None, *, today: dt.date | None = None) -> str:
    """11月2日 within this year, else the whole date; a dash for none."""
    if day is None:
        return NOTHING
    if isinstance(day, dt.datetime):
        day = timezone.localtime(day).date() if timezone.is_aware(day) else day.date()
    if day.year != (today or timezone.localdate()).year:
        return formats.date_format(day, "DATE_FORMAT")
    return formats.date_format(day, "n月j日" if (get_language() or "").startswith("zh") else "j M", use_l10n=False)


def _cut(amount: Decimal | int, step: str) -> Decimal:
    cut = Decimal(amount).quantize(Decimal(step), rounding=ROUND_FLOOR)
    return cut + 0  # minus zero becomes zero
