"""Columns of the lists of complaints and of what households say."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.columns import CountColumn, DayColumn, MomentColumn, PartialColumn, ShortTextColumn
from district.models import Division
from visits.models import Complaint, HouseholdVoice

CARDS = {"class": "table table-cards"}


class ComplaintTable(tables.Table):
    """Expects `place` with its parent, and `handler`."""

    subject = PartialColumn(
        verbose_name=_("What it is about"), template_name="visits/_complaint_subject.html", orderable=False
    )
    text = ShortTextColumn(verbose_name=pgettext_lazy("complaint", "What happened"), orderable=False)
    place = tables.Column(verbose_name=_("Place"), orderable=False)
    filed_at = MomentColumn(verbose_name=_("Received"))
    due_on = DayColumn(verbose_name=_("Answer due on"))
    handler = tables.Column(verbose_name=_("Handled by"), orderable=False)
    state = PartialColumn(
        verbose_name=pgettext_lazy("complaint", "State"), template_name="visits/_complaint_state.html", orderable=False
    )

    class Meta:
        model = Complaint
        fields = ("subject", "text", "place", "filed_at", "due_on", "handler", "state")
        attrs = CARDS
        empty_text = _("There is no complaint or suggestion here.")
        empty_hint = _("What you write appears here with its answer; what you are to handle does too.")


class VoiceTable(tables.Table):
    """Expects `household` with village and `masked`. No cadre: it is for help, not for comparing people."""

    household = PartialColumn(
        verbose_name=_("Household"), template_name="programs/_household.html", order_by=("household__code",)
    )
    said_at = MomentColumn(verbose_name=_("Said at"))
    satisfaction = PartialColumn(
        verbose_name=_("Satisfaction"), template_name="visits/_satisfaction.html", orderable=False
    )
    words = tables.Column(verbose_name=_("In the household's words"), orderable=False)

    class Meta:
        model = HouseholdVoice
        fields = ("household", "said_at", "satisfaction", "words")
        attrs = CARDS
        empty_text = _("No household has said anything yet.")
        empty_hint = _("Households may say it on a visit, or themselves with the code on their card.")


class VillageCardTable(tables.Table):
    """Expects `homes` and `held`, and the village's parent."""

    name = PartialColumn(verbose_name=_("Village"), template_name="visits/_card_village.html", order_by=("code",))
    homes = CountColumn(verbose_name=_("Households"), orderable=False)
    held = CountColumn(verbose_name=_("With a card"), orderable=False)

    class Meta:
        model = Division
        fields = ("name", "homes", "held")
        empty_text = _("There is no household in your place.")
        empty_hint = _("Households come with a roster, or are entered by hand.")
