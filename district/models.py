"""Places, and the campaign's policy by year. Nothing of 12,600, 10 %, 5 or 3 stands in code."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import YuanField
from core.history import History, TrackedModel


class Level(models.TextChoices):
    DISTRICT = "district", _("District")
    TOWNSHIP = "township", _("Township")
    VILLAGE = "village", _("Village")


class Division(TrackedModel):
    """A place with its 12-digit code (GB/T 2260 and the three digits each of township and village)."""

    code = models.CharField(_("Code"), max_length=12, unique=True)
    level = models.CharField(_("Level"), max_length=10, choices=Level.choices)
    name = models.CharField(_("Name of the place"), max_length=60)
    official_name = models.CharField(_("Official name"), max_length=80, blank=True)
    aliases = models.JSONField(_("Other names"), default=list, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("Belongs to")
    )
    zone = models.CharField(_("Zone"), max_length=20, blank=True)
    history = History(table_name="district_division_hist")

    class Meta:
        verbose_name = _("Place")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="division_level_known"),
            models.CheckConstraint(
                condition=Q(level=Level.DISTRICT) | Q(parent__isnull=False), name="division_has_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Campaign(TrackedModel):
    """A campaign of help, such as 帮扶攻坚行动."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("Name of the campaign"), max_length=80)
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Until"))
    base_year = models.PositiveSmallIntegerField(_("Base year"))
    history = History(table_name="district_campaign_hist")

    class Meta:
        verbose_name = _("Campaign")
        ordering = ["-starts_on"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_dates_in_order")]

    def __str__(self) -> str:
        return self.name


class LineBasis(models.TextChoices):
    HOUSEHOLD = "household", _("Income of the household")
    PER_HEAD = "per_head", _("Income per head")


class CampaignYear(TrackedModel):
    """The policy of one income year. A change concerns what is computed for this year alone."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="years", verbose_name=_("Campaign"))
    year = models.PositiveSmallIntegerField(_("Income year"))
    income_line = YuanField(_("Income line (yuan)"))
    line_basis = models.CharField(_("The line is compared with"), max_length=10, choices=LineBasis.choices)
    line_included = models.BooleanField(_("Income equal to the line counts as low"), default=False)
    growth_target_bp = models.PositiveIntegerField(_("Growth target"))
    visit_interval_days = models.PositiveSmallIntegerField(_("Days between contacts"))
    statements_due_on = models.DateField(_("Statements are due on"))
    history = History(table_name="district_campaignyear_hist")

    class Meta:
        verbose_name = _("Policy of a year")
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "year"], name="campaign_year_once"),
            models.CheckConstraint(condition=Q(line_basis__in=LineBasis.values), name="line_basis_known"),
            models.CheckConstraint(condition=Q(income_line__gt=0), name="income_line_positive"),
            models.CheckConstraint(condition=Q(growth_target_bp__lte=100_000), name="growth_target_sane"),
            models.CheckConstraint(condition=Q(visit_interval_days__gte=1), name="visit_interval_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.year}"


class Rank(models.TextChoices):
    DISTRICT_LEADER = "district_leader", _("District-level leader")
    DIVISION_LEVEL = "division_level", _("Division-level cadre")


class RankQuota(TrackedModel):
    """How many households a cadre of this rank helps."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="quotas", verbose_name=_("Campaign"))
    rank = models.CharField(_("Rank"), max_length=20, choices=Rank.choices)
    households = models.PositiveSmallIntegerField(_("Households to help"))
    history = History(table_name="district_rankquota_hist")

    class Meta:
        verbose_name = _("Quota of a rank")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "rank"], name="rank_quota_once"),
            models.CheckConstraint(condition=Q(rank__in=Rank.values), name="quota_rank_known"),
            models.CheckConstraint(condition=Q(households__gte=1), name="quota_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.households}"
