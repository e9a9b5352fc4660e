"""What the list of households can be narrowed by here: contact and needs. Registered when the app is ready.

Sets, not correlated subqueries: counted for a whole district, each is looked through once.
"""

from datetime import timedelta

from django.db.models import DateField, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from households.conditions import Condition, Frame, register
from visits.models import Need, Visit

CONTACTED = (
    ("within", _("Within the interval")),
    ("not_within", _("Not within the interval")),
    ("never", _("Never")),
)
NEEDS = (("open", _("Not settled")), ("overdue", _("Overdue")), ("none", _("No open need")))


def last_contact() -> Subquery:
    """The day on which somebody of the household was last reached; NULL if never."""
    contacts = Visit.objects.contacts().filter(household=OuterRef("pk")).order_by()
    latest = contacts.values("household").annotate(day=Max("visited_on")).values("day")
    return Subquery(latest, output_field=DateField())


def with_contact(rows: QuerySet, frame: Frame) -> QuerySet:
    return rows.annotate(last_contact=last_contact())


def _contacted(value: str, frame: Frame) -> Q:
    contacts = Visit.objects.contacts().order_by()
    if value == "never":
        return ~Q(pk__in=contacts.values("household"))
    if not frame.contact_days:
        return Q(pk__isnull=True)  # no policy says how long a contact counts
    since = frame.today - timedelta(days=frame.contact_days)
    within = Q(pk__in=contacts.filter(visited_on__gte=since).values("household"))
    return within if value == "within" else ~within


def _needs(value: str, frame: Frame) -> Q:
    needs = Need.objects.overdue(frame.today) if value == "overdue" else Need.objects.pending()
    wanted = Q(pk__in=needs.order_by().values("household"))
    return ~wanted if value == "none" else wanted


register(Condition("contacted", _("Contact"), CONTACTED, _contacted, with_contact))
register(Condition("needs", _("Needs"), NEEDS, _needs))
