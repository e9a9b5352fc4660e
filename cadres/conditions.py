"""What lists of households and figures can be narrowed by, seen from the pairings."""

from django.db.models import FilteredRelation, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.conditions import Condition, Frame, register

PAIRED = (
    ("yes", pgettext_lazy("household", "Paired")),
    ("no", pgettext_lazy("household", "Not paired")),
    ("gone", _("With a cadre who is not active")),
)


def with_pairing(rows: QuerySet, frame: Frame) -> QuerySet:
    """Join the active pairing: at most one a household, by the constraint."""
    return rows.annotate(pairing_now=FilteredRelation("pairings", condition=Q(pairings__ended_on__isnull=True)))


def _paired(value: str, frame: Frame) -> Q:
    if value == "gone":
        return Q(pairing_now__cadre__active_to__isnull=False)
    return Q(pairing_now__isnull=value == "no")


def _cadre(value: str, frame: Frame) -> Q:
    return Q(pairing_now__cadre=value) if value.isdecimal() else Q(pk__isnull=True)


register(Condition("paired", _("Paired with a cadre"), PAIRED, _paired, with_pairing))
register(Condition("cadre", _("Cadre"), (), _cadre, with_pairing))
