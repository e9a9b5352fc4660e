"""Columns of the lists of cadres, units, pairings and households without a cadre. No order by how well one helps."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit
from cadres.models import Cadre, Pairing
from core.columns import CountColumn, DayColumn, PartialColumn
from core.masking import mask_name
from households.models import Household

CARDS = {"class": "table table-cards"}


class CadreTable(tables.Table):
    """Expects `load`, `quota` and `room`."""

    name = tables.Column(verbose_name=_("Name"), linkify=("cadres:detail", [tables.A("pk")]))
    unit = tables.Column(verbose_name=_("Unit"), order_by=("unit__name", "name"))
    rank = tables.Column(verbose_name=_("Rank"))
    post = tables.Column(verbose_name=_("Post"), orderable=False)
    load = CountColumn(verbose_name=_("Households helped"))
    quota = CountColumn(verbose_name=_("Quota"), orderable=False)
    state = PartialColumn(
        verbose_name=_("State"), template_name="cadres/_cadre_state.html", orderable=False, accessor="active_to",
        empty_values=(),
    )  # fmt: skip

    class Meta:
        model = Cadre
        fields: tuple[str, ...] = ("name", "unit", "rank", "post", "load", "quota", "state")
        attrs = CARDS
        order_by = ("unit", "name")
        empty_text = _("No cadre is here yet.")
        empty_hint = _("An admin enters the units first, then their cadres.")
        caption = ""


class UnderQuotaTable(CadreTable):
    room = CountColumn(verbose_name=_("Free places"), orderable=False)

    class Meta(CadreTable.Meta):
        fields: tuple[str, ...] = ("name", "unit", "rank", "load", "quota", "room")
        exclude = ("post", "state")
        orderable = False
        prefix = "c-"
        empty_text = _("No cadre has fewer households than the quota says.")


class UnitTable(tables.Table):
    """Expects `cadres_now`. `may_edit` is given by the view."""

    name = tables.Column(verbose_name=pgettext_lazy("unit", "Name"))
    kind = tables.Column(verbose_name=_("Kind"))
    division = tables.Column(verbose_name=_("Place"), orderable=False)
    affiliation = tables.Column(verbose_name=_("Affiliation"), orderable=False)
    cadres_now = CountColumn(verbose_name=_("Active cadres"))
    edit = PartialColumn(
        verbose_name=_("Actions"), template_name="cadres/_unit_actions.html", orderable=False, accessor="pk"
    )

    class Meta:
        model = Unit
        fields: tuple[str, ...] = ("name", "kind", "division", "affiliation", "cadres_now", "edit")
        attrs = CARDS
        order_by = "name"
        empty_text = _("No unit is here yet.")
        empty_hint = _("Enter the units first, then their cadres.")


class _HouseholdColumns(tables.Table):
    def village_of(self, household: Household) -> str:
        return f"{household.village.parent} {household.village}"

    def head_of(self, household: Any) -> str:
        return mask_name(household.head_name) if household.masked else household.head_name


class PairingTable(_HouseholdColumns):
    """Households now with a cadre. Expects `household` with village, township and `masked`."""

    household = tables.Column(
        verbose_name=_("Household"), linkify=("households:detail", [tables.A("household_id")]), orderable=False
    )
    code = tables.Column(verbose_name=_("Household code"), accessor="household__code", orderable=False)
    village = tables.Column(verbose_name=_("Village"), accessor="household", orderable=False)
    starts_on = DayColumn(verbose_name=pgettext_lazy("date", "From"), orderable=False)
    acts = PartialColumn(
        verbose_name=_("Actions"), template_name="cadres/_pairing_actions.html", orderable=False, accessor="pk"
    )

    class Meta:
        model = Pairing
        fields: tuple[str, ...] = ("household", "code", "village", "starts_on", "acts")
        attrs = CARDS
        prefix = "p-"
        empty_text = _("No household in your sight is with this cadre now.")

    def render_household(self, value: Household) -> str:
        return self.head_of(value)

    def render_village(self, value: Household) -> str:
        return self.village_of(value)


class FormerTable(PairingTable):
    """Households that were with a cadre."""

    ended_on = DayColumn(verbose_name=pgettext_lazy("date", "Until"), orderable=False)
    end_reason = tables.Column(verbose_name=_("Reason"), orderable=False)

    class Meta(PairingTable.Meta):
        fields: tuple[str, ...] = ("household", "code", "village", "starts_on", "ended_on", "end_reason")
        exclude = ("acts",)
        prefix = "f-"
        empty_text = _("No earlier household in your sight.")


class UnpairedTable(_HouseholdColumns):
    """Households without a cadre, with what can be done. `panel`: the page has a place beside the list for it."""

    panel = True

    head_name = tables.Column(
        verbose_name=_("Head of household"),
        linkify=("households:detail", [tables.A("pk")]),
        order_by=("code",),  # not by a name that may be masked
    )
    code = tables.Column(verbose_name=_("Household code"))
    village = tables.Column(verbose_name=_("Village"), order_by=("village__code", "code"))
    choose = PartialColumn(
        verbose_name=_("Actions"), template_name="cadres/_unpaired_actions.html", orderable=False, accessor="pk"
    )

    class Meta:
        model = Household
        fields: tuple[str, ...] = ("head_name", "code", "village", "choose")
        attrs = CARDS
        order_by = "village"
        empty_text = _("No active household is without a cadre.")

    def render_head_name(self, record: Household) -> str:
        return self.head_of(record)

    def render_village(self, record: Household) -> str:
        return self.village_of(record)


class UncoveredTable(UnpairedTable):
    """Households that nobody helps, and why. Expects `gone_cadre` and `gone_pairing`."""

    panel = False

    why = PartialColumn(
        verbose_name=_("Why"), template_name="cadres/_uncovered_why.html", orderable=False, accessor="gone_cadre",
        empty_values=(),
    )  # fmt: skip

    class Meta(UnpairedTable.Meta):
        fields: tuple[str, ...] = ("head_name", "code", "village", "why", "choose")
        orderable = False
        prefix = "h-"
        empty_text = _("No active household is without an active cadre.")


class ProposalTable(tables.Table):
    """Lines of a proposal: dicts with `household` and `cadre`."""

    household = tables.Column(verbose_name=_("Head of household"))
    code = tables.Column(verbose_name=_("Household code"))
    village = tables.Column(verbose_name=_("Village"))
    cadre = tables.Column(verbose_name=_("Cadre"))
    unit = tables.Column(verbose_name=_("Unit"))

    class Meta:
        attrs = CARDS
        orderable = False
        empty_text = _("There is nobody to pair: no household waits, or no cadre has a free place.")
