"""A household, its place in a campaign, its guarantees."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.changelog import hidden
from core.fields import EncryptedTextField
from core.history import History, TrackedModel
from core.masking import mask_name
from district.models import Campaign, Division
from households.codes import Attribute, Cause, GuaranteeItem, GuaranteeState
from households.scope import HangsOnHousehold, HouseholdQuerySet


class Household(TrackedModel):
    """A low-income household. It closes with date and reason; it is never deleted."""

    code = models.CharField(_("Household code"), max_length=30, unique=True)
    village = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("Village"))
    head_name = models.CharField(_("Head of household"), max_length=40, blank=True)  # kept by members.py and the import
    attribute = models.CharField(
        _("Household attribute"), max_length=20, choices=Attribute.choices, default=Attribute.GENERAL
    )
    main_cause = models.CharField(_("Main cause"), max_length=20, choices=Cause.choices, blank=True)
    other_causes = models.JSONField(_("Other causes"), default=list, blank=True)
    cause_note = models.CharField(_("Note on the cause"), max_length=500, blank=True)
    phone = EncryptedTextField(_("Phone"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    address = models.CharField(_("Address"), max_length=100, blank=True)
    bank_card = EncryptedTextField(_("Bank card"), blank=True, default="")
    bank_card_hash = models.CharField(max_length=64, blank=True, default="")
    closed_on = models.DateField(_("Closed on"), null=True, blank=True)
    closed_reason = models.CharField(_("Why it was closed"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    objects = HouseholdQuerySet.as_manager()
    history = History(table_name="households_household_hist")
    masks: ClassVar = {"head_name": mask_name, "address": hidden}  # in the history of who sees persons masked
    code_lists: ClassVar = {"other_causes": Cause}  # of lists in JSON, for the history in words

    class Meta:
        verbose_name = _("Household")
        ordering = ["code"]
        indexes = [models.Index(fields=["village", "code"], name="household_village_ix")]
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="household_code_given"),
            models.CheckConstraint(condition=Q(attribute__in=Attribute.values), name="household_attribute_known"),
            models.CheckConstraint(condition=Q(main_cause__in=["", *Cause.values]), name="household_cause_known"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | ~Q(closed_reason=""), name="household_closed_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.head_name} ({self.code})"


class EnrolmentState(models.TextChoices):
    PENDING = "pending", _("Awaiting decision")
    ACTIVE = "active", _("Active")
    REFUSED = "refused", _("Refused")
    EXITED = "exited", _("Exited")


class Enrolment(TrackedModel):
    """A household in a campaign. A family outlives a campaign; eligibility is asked once, at entry."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("Household")
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("Campaign")
    )
    state = models.CharField(_("State"), max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.ACTIVE)
    entry_year = models.PositiveSmallIntegerField(_("Entry year"))
    entered_on = models.DateField(_("Entered on"))
    ended_on = models.DateField(_("Ended on"), null=True, blank=True)
    reason = models.CharField(_("Reason"), max_length=200, blank=True)
    objects = HangsOnHousehold.as_manager()
    history = History(table_name="households_enrolment_hist")

    class Meta:
        verbose_name = _("Enrolment")
        constraints = [
            models.UniqueConstraint(fields=["household", "campaign"], name="enrolled_once"),
            models.CheckConstraint(condition=Q(state__in=EnrolmentState.values), name="enrolment_state_known"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("entered_on")), name="enrolment_dates_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[EnrolmentState.REFUSED, EnrolmentState.EXITED])
                | (Q(ended_on__isnull=False) & ~Q(reason="")),
                name="enrolment_end_why",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "state", "household"], name="enrolment_state_ix")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.state}"


class GuaranteeStatus(TrackedModel):
    """One of the two no-worries and four guarantees of a household. No row: not verified."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="guarantees", verbose_name=_("Household")
    )
    item = models.CharField(_("Guarantee"), max_length=10, choices=GuaranteeItem.choices)
    state = models.CharField(
        _("State"), max_length=15, choices=GuaranteeState.choices, default=GuaranteeState.UNVERIFIED
    )
    as_of = models.DateField(_("As of"))
    evidence = models.CharField(_("Evidence"), max_length=200, blank=True)
    objects = HangsOnHousehold.as_manager()
    history = History(table_name="households_guarantee_hist")

    class Meta:
        verbose_name = _("Guarantees")
        constraints = [
            models.UniqueConstraint(fields=["household", "item"], name="guarantee_once"),
            models.CheckConstraint(condition=Q(item__in=GuaranteeItem.values), name="guarantee_item_known"),
            models.CheckConstraint(condition=Q(state__in=GuaranteeState.values), name="guarantee_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.item}"
