"""The part of a case file that says who helps the household, now and before."""

from typing import Any

from cadres.models import Pairing
from households.models import Household
from households.scope import is_allowed

TEMPLATE = "cadres/_case_pairing.html"


def pairing_section(household: Household, user: Any) -> dict[str, Any]:
    """What TEMPLATE needs; the caller has found the household in the user's sight. Two queries."""
    pairings = list(household.pairings.select_related("cadre__unit").order_by("-starts_on", "-pk"))  # type: ignore[attr-defined]
    current: Pairing | None = next((p for p in pairings if p.ended_on is None), None)
    return {
        "household": household,
        "current_pairing": current,
        "former_pairings": [p for p in pairings if p.ended_on is not None],
        "may_pair": is_allowed(user, household, "pair"),
    }
