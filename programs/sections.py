"""What measures add to a household: the aid it was given, in its case file."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from households.models import Household
from households.sections import Section, add_section
from programs.models import Measure

SHOWN = 8


def load(household: Household, user: Any, may: frozenset[str]) -> dict[str, Any]:
    """The last measures, and how many there are. One query."""
    measures = list(Measure.objects.filter(household=household).select_related("department"))
    return {"measures": measures[:SHOWN], "count": len(measures)}


add_section(Section("measures", _("Measures"), 6, "programs/_case_measures.html", load))
