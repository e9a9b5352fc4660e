"""What pairings add to a household: who helps it, now and before, in its case file; the cadre in the list."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import may as may_anywhere
from cadres.from_roster import waiting
from cadres.models import Pairing
from core.formats import commas
from households.conditions import Frame
from households.models import Household, RosterImport
from households.roster.after import Link, after_import
from households.sections import ListColumn, Section, add_column, add_section


def load(household: Household, user: Any, may: frozenset[str]) -> dict[str, Any]:
    """The pairing now (or None) and the former ones, newest first. One query."""
    pairings = Pairing.objects.filter(household=household).select_related("cadre__unit")
    rows = list(pairings.order_by("-starts_on", "-pk"))
    return {
        "current": next((row for row in rows if row.ended_on is None), None),
        "former": [row for row in rows if row.ended_on is not None],
        "may_see_cadres": may_anywhere(user, "see_cadres"),
    }


def with_cadre(rows: QuerySet, frame: Frame) -> QuerySet:
    """Add `cadre`, the name of who helps the household now."""
    active = Pairing.objects.active().filter(household=OuterRef("pk"))
    return rows.annotate(cadre=Subquery(active.values("cadre__name")[:1]))


@after_import
def offer_pairings(roster_import: RosterImport, user: Any) -> Link | None:
    """To the pairings that the roster names, with the number of those that wait. Three queries."""
    number = waiting(roster_import) if may_anywhere(user, "pair") else None
    if number is None:
        return None
    label = gettext("Pairings named by the roster (%(number)s)") % {"number": commas(number)}
    return Link(label, reverse("cadres:from_roster", args=[roster_import.pk]))


add_section(Section("pairing", _("Pairing"), 5, "cadres/_case_pairing.html", load))
add_column(ListColumn("cadre", _("Cadre"), with_cadre))
