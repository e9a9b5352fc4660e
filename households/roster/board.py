"""Where the rosters of a year stand, township by township."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from district.models import Division, Level
from households.conditions import Frame, joined
from households.models import Household, LeftoverState

from .leftovers import worklist


@dataclass(frozen=True, slots=True)
class TownshipRow:
    """Households of a township: `expected` are those in the campaign and those that a roster has left out."""

    code: str
    name: str
    expected: int
    loaded: int  # with a statement of the year
    missing: int  # in the campaign, without a statement of the year
    pending: int
    rejected: int


def by_township(frame: Frame) -> list[TownshipRow]:
    """A row for each township that is shown, in the order of their codes. Three queries.

    Rejected households whose township nobody knows have a last row, so that the sum is that of the worklist.
    """
    rows = joined(Household.objects.filter(closed_on__isnull=True), frame, ("state", "statement"))
    active, waits = Q(enrolment_now__state="active"), Q(enrolment_now__state="pending")
    given = active & Q(statement_any__isnull=False)
    counted = (
        rows.order_by()
        .values_list("village__parent__code")
        .annotate(all=Count("pk", filter=active), given=Count("pk", filter=given), waits=Count("pk", filter=waits))
    )
    households = {code: (enrolled, loaded, waiting) for code, enrolled, loaded, waiting in counted}
    known = Exists(Household.objects.filter(code=OuterRef("key")))
    open_ones = worklist().filter(state=LeftoverState.OPEN, roster_import__campaign=frame.campaign)
    left = open_ones.order_by().values_list("township__code").annotate(all=Count("pk"), new=Count("pk", filter=~known))
    leftovers = {code: (number, unknown) for code, number, unknown in left}
    found = []
    for code, name in Division.objects.filter(level=Level.TOWNSHIP).order_by("code").values_list("code", "name"):
        enrolled, loaded, waiting = households.get(code, (0, 0, 0))
        rejected, unknown = leftovers.get(code, (0, 0))
        found.append(
            TownshipRow(code, name, enrolled + waiting + unknown, loaded, enrolled - loaded, waiting, rejected)
        )
    if None in leftovers:
        rejected, unknown = leftovers[None]
        found.append(TownshipRow("", _("Not known"), unknown, 0, 0, 0, rejected))
    return found
