"""Growth flags: one row for each active household and year."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import YuanField
from core.history import History, TrackedModel
from core.models import Job
from households.models.household import Household
from households.scope import HangsOnHousehold


class Verdict(models.TextChoices):
    MET = "met", _("Target met")
    MISSED = "missed", _("Target missed")
    NO_BASE = "no_base", _("No comparable base")
    NO_STATEMENT = "no_statement", _("No statement")
    BASE_NOT_POSITIVE = "base_not_positive", _("Base not positive")
    NOT_DUE = "not_due", _("Not due yet")


UNKNOWN = (Verdict.NO_BASE, Verdict.NO_STATEMENT, Verdict.BASE_NOT_POSITIVE, Verdict.NOT_DUE)


class Reason(models.TextChoices):
    """Why a verdict is what it is: the source that fell most, or what makes the years incomparable."""

    WAGE = "wage", _("Wage income fell")
    BUSINESS = "business", _("Business result fell")
    PROPERTY = "property", _("Property income fell")
    TRANSFER = "transfer", _("Transfer income fell")
    PEOPLE_UP = "people_up", _("More people in the household")
    OTHER_DEFINITION = "other_definition", _("The two years use different definitions")
    FIRST_YEAR = "first_year", _("No statement of the year before")
    NONE = "none", _("No source fell; income grew too little")


class GrowthAssessment(TrackedModel):
    """A year of a household compared with the year before it. Amounts in yuan, growth in basis points, cut."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("Household")
    )
    year = models.PositiveSmallIntegerField(_("Income year"))
    base_year = models.PositiveSmallIntegerField(_("Year before"))
    base_total = YuanField(_("Income of the year before (yuan)"), null=True, blank=True)
    base_people = models.PositiveSmallIntegerField(_("People in the year before"), null=True, blank=True)
    result_total = YuanField(_("Income of this year (yuan)"), null=True, blank=True)
    result_people = models.PositiveSmallIntegerField(_("People in this year"), null=True, blank=True)
    growth_bp = models.BigIntegerField(_("Growth per head"), null=True, blank=True)
    verdict = models.CharField(_("Verdict"), max_length=20, choices=Verdict.choices)
    reason = models.CharField(_("Reason"), max_length=20, choices=Reason.choices, blank=True)
    assessed_at = models.DateTimeField(_("Assessed at"))
    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Job")
    )
    objects = HangsOnHousehold.as_manager()
    history = History(table_name="households_growth_hist")

    class Meta:
        verbose_name = _("Growth flag")
        constraints = [
            models.UniqueConstraint(fields=["household", "year"], name="assessed_once_a_year"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="verdict_known"),
            models.CheckConstraint(condition=Q(reason__in=["", *Reason.values]), name="growth_reason_known"),
        ]
        indexes = [models.Index(fields=["year", "verdict", "household"], name="growth_year_verdict_ix")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.year} {self.verdict}"
