"""The list of households, and of those that wait for a decision."""

from functools import lru_cache
from typing import Any

import django_tables2 as tables
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.columns import CountColumn, DayColumn, YuanColumn
from core.fields import YuanField
from core.masking import mask_name
from district.models import CampaignYear
from households.conditions import Frame
from households.models import Enrolment, GrowthAssessment, Household, IncomeStatement, Member
from households.sections import columns


def _name_column(*, orderable: bool = True) -> tables.Column:
    link = ("households:detail", [tables.A("pk")])
    return tables.Column(verbose_name=_("Head of household"), linkify=link, order_by="head_name", orderable=orderable)


class HouseholdTable(tables.Table):
    """Rows come from `with_columns`."""

    head_name = _name_column()
    code = tables.Column(verbose_name=_("Household code"))
    village = tables.Column(verbose_name=_("Village"), order_by="village__code")
    people = CountColumn(verbose_name=_("People"))
    main_cause = tables.Column(verbose_name=_("Main cause"))
    per_head = YuanColumn(verbose_name=_("Income per head (yuan)"))
    verdict = tables.Column(verbose_name=_("Growth"), order_by="verdict", empty_values=())

    class Meta:
        attrs = {"class": "table table-cards"}
        sequence = ("head_name", "code", "village", "people", "main_cause", "per_head", "verdict", "...")
        order_by = "code"
        empty_text = _("No household is here yet.")
        empty_hint = _(
            "Households come with the roster, or are entered one by one; a cadre sees those paired with them."
        )

    def __init__(self, *args: Any, sort_by_name: bool = True, **kwargs: Any) -> None:
        """Who sees names masked can't sort by them either: the order would tell what is hidden."""
        more = [(c.name, _registered(c)) for c in columns()]
        if not sort_by_name:
            more.append(("head_name", _name_column(orderable=False)))
        super().__init__(*args, extra_columns=more, **kwargs)

    def render_head_name(self, record: Household, value: str) -> str:
        return mask_name(value) if record.masked else value  # type: ignore[attr-defined]

    def render_village(self, record: Household) -> SafeString:
        township = record.village.parent
        return format_html("<span>{} {}</span>", township.name if township else "", record.village.name)

    def render_verdict(self, record: Household) -> str:
        if record.closed_on is not None:
            return _badge(_("Closed"))
        if record.enrolment in ("pending", "refused", "exited"):  # type: ignore[attr-defined]
            return _badge(Enrolment(state=record.enrolment).get_state_display())  # type: ignore[attr-defined]
        if not record.verdict:  # type: ignore[attr-defined]
            return "—"
        return _growth_badge(record.verdict, get_language())  # type: ignore[attr-defined]


@lru_cache(maxsize=64)
def _growth_badge(verdict: str, _language: str | None) -> str:
    """There are few, and each stands on many rows."""
    return get_template("households/_growth_badge.html").render({"record": GrowthAssessment(verdict=verdict)})


class PendingTable(tables.Table):
    """Who waits for a decision. Rows come from `with_entry_income`."""

    household = tables.Column(
        verbose_name=_("Household"), accessor="household__head_name", order_by="household__code",
        linkify=("households:decide", [tables.A("pk")]),
    )  # fmt: skip
    code = tables.Column(verbose_name=_("Household code"), accessor="household__code")
    village = tables.Column(
        verbose_name=_("Village"), accessor="household__village", order_by="household__village__code"
    )
    entered_on = DayColumn(verbose_name=_("Entered on"))
    entry_year = tables.Column(verbose_name=_("Entry year"), attrs={"th": {"class": "num"}, "td": {"class": "num"}})
    total = YuanColumn(verbose_name=_("Income of the household (yuan)"))
    people = CountColumn(verbose_name=_("People"))
    line = YuanColumn(verbose_name=_("Income line (yuan)"))

    class Meta:
        attrs = {"class": "table table-cards"}
        order_by = "household"
        empty_text = _("No household waits for a decision.")

    def render_village(self, value: Any) -> SafeString:
        return format_html("<span>{} {}</span>", value.parent.name if value.parent else "", value.name)


def with_entry_income(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Enrolments with income, people and income line of their entry year, and their households with the place."""
    statement = IncomeStatement.objects.filter(household=OuterRef("household"), year=OuterRef("entry_year")).order_by()
    policy = CampaignYear.objects.filter(campaign=OuterRef("campaign"), year=OuterRef("entry_year")).order_by()
    return rows.select_related("household__village__parent").annotate(
        total=Subquery(statement.values("disposable_total"), output_field=YuanField()),  # generated: has no converter
        people=Subquery(statement.values("people")),
        line=Subquery(policy.values("income_line")),
    )


def _badge(label: Any) -> str:
    return get_template("components/badge.html").render({"label": label, "tone": "off"})


def _registered(column: Any) -> tables.Column:
    kind = CountColumn if column.numeric else _Text
    return kind(verbose_name=column.label, orderable=column.sortable)


class _Text(tables.Column):
    def render(self, value: Any, bound_column: Any) -> str:
        shown = next(c for c in columns() if c.name == bound_column.name)
        return shown.text(value)


def with_columns(rows: QuerySet, frame: Frame) -> QuerySet:
    """Add what the table shows; `rows` are joined for state, growth and income already."""
    people = Member.objects.filter(household=OuterRef("pk"), active=True).order_by().values("household")
    rows = rows.annotate(
        people=Coalesce(Subquery(people.annotate(n=Count("pk")).values("n")), 0),
        per_head=F("statement_now__disposable_per_head"),
        total=F("statement_now__disposable_total"),
        verdict=F("growth_now__verdict"),
        growth_bp=F("growth_now__growth_bp"),
        enrolment=F("enrolment_now__state"),
    )
    for column in columns():
        rows = column.join(rows, frame)
    return rows
