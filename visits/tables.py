"""Columns of the lists of visits and needs."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.columns import DayColumn, MomentColumn, PartialColumn, ShortTextColumn
from visits.models import Need, OutboxItem, Referral, Visit

CARDS = {"class": "table table-cards"}


class VisitTable(tables.Table):
    """Expects `household` with village, township and `masked`, and `visitor`."""

    household = PartialColumn(
        verbose_name=_("Household"), template_name="programs/_household.html", order_by=("household__code",)
    )
    visited_on = PartialColumn(verbose_name=_("Visit date"), template_name="visits/_date.html")
    mode = PartialColumn(verbose_name=_("Visit mode"), template_name="visits/_mode.html", orderable=False)
    visitor = PartialColumn(
        verbose_name=_("Helping cadre"), template_name="visits/_visitor.html", order_by=("visitor__name",)
    )
    changes = PartialColumn(verbose_name=_("What changed"), template_name="visits/_changes.html", orderable=False)
    text = ShortTextColumn(verbose_name=_("Notes"), orderable=False)

    class Meta:
        model = Visit
        fields = ("household", "visited_on", "mode", "visitor", "changes", "text")
        attrs = CARDS
        order_by = ("-visited_on",)
        empty_text = _("No visit has been logged yet.")
        empty_hint = _("A visit is logged from the household: open it and choose “Log a visit”.")


class NeedTable(tables.Table):
    """Expects `household` with village, township and `masked`, `owner` and `department`."""

    household = PartialColumn(
        verbose_name=_("Household"), template_name="programs/_household.html", order_by=("household__code",)
    )
    kind = PartialColumn(verbose_name=_("Kind of need"), template_name="visits/_need_kind.html")
    text = ShortTextColumn(verbose_name=_("What is needed"), accessor="shown_text", orderable=False)
    raised_on = DayColumn(verbose_name=_("Raised on"))
    due_on = DayColumn(verbose_name=_("Due on"))
    owner = tables.Column(verbose_name=_("Who follows it up"), orderable=False)
    department = tables.Column(verbose_name=_("Department"), orderable=False)
    state = PartialColumn(verbose_name=_("State"), template_name="visits/_need_state.html", orderable=False)

    class Meta:
        model = Need
        fields = ("household", "kind", "text", "raised_on", "due_on", "owner", "department", "state")
        attrs = CARDS
        empty_text = _("No need has been voiced yet.")
        empty_hint = _("Needs are voiced on visits, or added from a household's case file.")


class ParkedTable(tables.Table):
    """Expects `household` with village, township and `masked`, and `by`."""

    kind = tables.Column(verbose_name=_("Kind"), linkify=("visits:parked_item", [tables.A("pk")]))
    household = PartialColumn(
        verbose_name=_("Household"), template_name="programs/_household.html", order_by=("household__code",)
    )
    by = tables.Column(verbose_name=_("Written by"), orderable=False)
    written_on = DayColumn(verbose_name=_("Written on"))
    received_at = DayColumn(verbose_name=_("Received at"))
    state = PartialColumn(verbose_name=_("State"), template_name="visits/_item_state.html", orderable=False)

    class Meta:
        model = OutboxItem
        fields = ("kind", "household", "by", "written_on", "received_at", "state")
        attrs = CARDS
        empty_text = _("No record waits to be placed.")
        empty_hint = _("What a cadre wrote without network comes here if the household had meanwhile gone to another.")


class ReferralTable(tables.Table):
    """Expects `need` with its household with village, township and `masked`, `unit`, `specialist`, `sent_by`."""

    household = PartialColumn(
        verbose_name=_("Household"), template_name="programs/_household.html", order_by=("need__household__code",)
    )
    need = PartialColumn(verbose_name=_("Need"), template_name="visits/_referral_need.html", order_by=("need__kind",))
    state = PartialColumn(verbose_name=_("State"), template_name="visits/_referral_state.html", orderable=False)
    to = tables.Column(verbose_name=_("Asked"), orderable=False)
    sent_by = tables.Column(verbose_name=_("Sent by"), orderable=False)
    sent_at = MomentColumn(verbose_name=_("Sent at"))

    class Meta:
        model = Referral
        fields = ("household", "need", "state", "to", "sent_by", "sent_at")
        attrs = CARDS
        empty_text = _("Nothing has been referred yet.")
        empty_hint = _("A need is referred from its own page: open it and choose “Ask a department or a specialist”.")
