"""What visits add to a household: needs and visits in its case file, the last contact in the list, two buttons."""

from collections import defaultdict
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.formats import phone_date
from households.conditions import Frame
from households.models import Household
from households.sections import Button, ListColumn, Section, add_button, add_column, add_section
from visits.changes import last_told
from visits.changes_words import lines
from visits.codes import PENDING
from visits.conditions import with_contact
from visits.logging import can_be_visited
from visits.models import Need, PlannedVisit, Visit, VisitFact, VisitPhoto
from visits.referrals import answers_for

SHOWN = 5
PHOTOS_SHOWN = 6  # of each visit


def load_visits(household: Household, user: Any, may: frozenset[str]) -> dict[str, Any]:
    """The last visits, each with its photos, and how many there are. Two queries."""
    rows = Visit.objects.filter(household=household).select_related("visitor", "entered_by")
    by_pk = {row.pk: row for row in rows}
    corrected = {row.corrects_id for row in by_pk.values()}
    photos = defaultdict(list)
    for photo in VisitPhoto.objects.filter(visit__household=household):
        photos[photo.visit_id].append(photo)
    standing = [row for row in by_pk.values() if row.pk not in corrected]
    return {
        "visits": [(visit, photos[_first_of(visit, by_pk)]) for visit in standing[:SHOWN]],
        "count": len(standing),
        "photos_shown": PHOTOS_SHOWN,
    }


def _first_of(visit: Visit, by_pk: dict[int, Visit]) -> int:
    """Key of the first version, which the photos stay with."""
    while visit.corrects_id:
        visit = by_pk[visit.corrects_id]
    return visit.pk


def load_told(household: Household, user: Any, may: frozenset[str]) -> dict[str, Any]:
    """Work, school and news of income as told on visits, and where somebody has to decide. Two queries."""
    masked = bool(getattr(household, "masked", False))
    waiting = VisitFact.objects.open().filter(visit__household=household).select_related("visit", "member")
    return {
        "waiting": lines(waiting, masked=masked),
        "told": lines(last_told(household), masked=masked),
        "may_settle": not may.isdisjoint({"log_visit", "edit_household"}),
    }


def load_needs(household: Household, user: Any, may: frozenset[str]) -> dict[str, Any]:
    """What is not settled, then what was settled last; answers that the household waits for. Two queries."""
    rows = Need.objects.filter(household=household).with_privacy(user)
    needs = list(rows.select_related("owner", "department").order_by("-pk"))
    open_needs = sorted((need for need in needs if need.is_pending), key=lambda need: need.due_on)
    return {
        "needs": [*open_needs, *(need for need in needs if not need.is_pending)][: max(SHOWN, len(open_needs))],
        "count": len(needs),
        "answers": list(answers_for(household, user)),
    }


def load_planned(household: Household, user: Any, may: frozenset[str]) -> dict[str, Any]:
    """Visits that are planned or promised and still wait; `own`: the reader may change it. One query."""
    own = PlannedVisit.objects.of(user) if "log_visit" in may else PlannedVisit.objects.none()
    plans = PlannedVisit.objects.open().filter(household=household)
    return {"plans": list(plans.annotate(own=Exists(own.filter(pk=OuterRef("pk")))))}


def offer_plan(household: Household, user: Any, may: frozenset[str]) -> bool:
    return household.closed_on is None


def with_open_needs(rows: QuerySet, frame: Frame) -> QuerySet:
    """Add `open_needs`, how many needs are not settled."""
    needs = Need.objects.filter(household=OuterRef("pk"), state__in=PENDING).order_by().values("household")
    counted = Subquery(needs.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return rows.annotate(open_needs=Coalesce(counted, 0))


def offer_visit(household: Household, user: Any, may: frozenset[str]) -> bool:
    """Whether there is a day on which a visit can be logged. One query for a deputy; the cadre himself is paired."""
    if "enter_for_others" not in may:
        return True
    return Household.objects.filter(can_be_visited(), pk=household.pk).exists()


def offer_card(household: Household, user: Any, may: frozenset[str]) -> bool:
    """A household that is helped holds a card."""
    return household.closed_on is None


add_section(Section("needs", _("Needs"), 5.4, "visits/_case_needs.html", load_needs))
add_section(Section("told", _("Told on visits"), 5.5, "visits/_case_told.html", load_told))
add_section(Section("planned", _("Planned visits"), 5.45, "visits/_case_planned.html", load_planned))
add_section(Section("visits", _("Visits"), 5.6, "visits/_case_visits.html", load_visits))
add_column(ListColumn("last_contact", _("Last contact"), with_contact, text=phone_date))
add_column(ListColumn("open_needs", _("Open needs"), with_open_needs, numeric=True))
add_button(
    Button(
        _("Log a visit"),
        "house-check",
        "log_visit",
        lambda h: f"{reverse('visits:new')}?household={h.pk}",
        primary=True,
        offered=offer_visit,
    )
)
add_button(
    Button(
        pgettext_lazy("household", "Card"),
        "person-badge",
        "make_cards",
        lambda h: reverse("visits:card", args=[h.pk]),
        offered=offer_card,
    )
)
add_button(
    Button(
        _("Plan a visit"),
        "calendar",
        "log_visit",
        lambda h: f"{reverse('visits:plan_new')}?household={h.pk}",
        offered=offer_plan,
    )
)
