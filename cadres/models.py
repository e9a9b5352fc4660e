"""Cadres, and their pairings with households. Quota and single responsibility are constraints of the database."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import ACTIONS
from core.crypto import keyed_hash
from core.fields import EncryptedTextField
from core.history import History, TrackedModel, TrackedQuerySet
from district.models import Campaign, Rank
from households.models import Household
from households.scope import HangsOnHousehold


class CadreQuerySet(TrackedQuerySet):
    def active(self) -> Self:
        """Cadres who help now."""
        return self.filter(active_to__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """All cadres for those who see the register, else oneself and the own unit's for its liaison."""
        if not user.is_authenticated:
            return self.none()
        if not user.roles.isdisjoint(ACTIONS["see_cadres"]):
            return self
        units = [g.unit_id for g in user.live_grants if g.role == "unit_liaison"]
        return self.filter(Q(user=user) | Q(unit__in=units))


class Cadre(TrackedModel):
    """A leading cadre who helps households. `active_to` is set when the person no longer does."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="cadre",
        verbose_name=_("User account"),
    )  # fmt: skip
    name = models.CharField(_("Name"), max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cadres", verbose_name=_("Unit"))
    rank = models.CharField(_("Rank"), max_length=20, choices=Rank.choices)
    post = models.CharField(_("Post"), max_length=60, blank=True)
    skills = models.CharField(_("Skills"), max_length=200, blank=True)
    phone = EncryptedTextField(_("Phone"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    active_from = models.DateField(_("Active from"))
    active_to = models.DateField(_("Active until"), null=True, blank=True)
    inactive_reason = models.CharField(_("Reason of deactivation"), max_length=200, blank=True)
    objects = CadreQuerySet.as_manager()
    history = History(table_name="cadres_cadre_hist")

    class Meta:
        verbose_name = _("Cadre")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(rank__in=Rank.values), name="cadre_rank_known"),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")), name="cadre_dates_in_order"
            ),
        ]
        indexes = [models.Index(fields=["unit", "name"], name="cadre_unit_ix")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.phone_hash = keyed_hash(self.phone) or None
        super().save(*args, **kwargs)

    @property
    def is_active(self) -> bool:
        return self.active_to is None


class PairingQuerySet(HangsOnHousehold):
    def active(self) -> Self:
        """Pairings that have not ended."""
        return self.filter(ended_on__isnull=True)


class Pairing(TrackedModel):
    """A household in the care of a cadre. Ended with date and reason, never deleted.

    `slot` is the place it takes among the cadre's `quota` (copied from the campaign when the pair is made): two admins
    at once cannot exceed a quota, since one of them gets an integrity error. That `ended_on` is not in the future no
    portable constraint can say; pairing.py does.
    """

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="pairings", verbose_name=_("Household")
    )
    cadre = models.ForeignKey(Cadre, on_delete=models.PROTECT, related_name="pairings", verbose_name=_("Cadre"))
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", verbose_name=_("Campaign"))
    slot = models.PositiveSmallIntegerField()
    quota = models.PositiveSmallIntegerField(_("Quota"))
    starts_on = models.DateField(_("From"))
    ended_on = models.DateField(_("Ended on"), null=True, blank=True)
    end_reason = models.CharField(_("Reason"), max_length=200, blank=True)
    objects = PairingQuerySet.as_manager()
    history = History(table_name="cadres_pairing_hist")

    class Meta:
        verbose_name = _("Pairing")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(ended_on__isnull=True), name="household_one_cadre",
                violation_error_code="already_paired",
            ),
            models.UniqueConstraint(
                fields=["cadre", "slot"], condition=Q(ended_on__isnull=True), name="cadre_slot_once",
                violation_error_code="slot_taken",
            ),
            models.CheckConstraint(
                condition=Q(slot__gte=1, slot__lte=F("quota")), name="pairing_within_quota",
                violation_error_code="quota_full",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | (Q(ended_on__gte=F("starts_on")) & ~Q(end_reason="")),
                name="pairing_end_in_order",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.household_id} – {self.cadre_id}"


class LeaveQuerySet(TrackedQuerySet):
    def on(self, day: date) -> Self:
        """Leaves that this day lies in."""
        return self.filter(cancelled_on=None, starts_on__lte=day, ends_on__gte=day)


class Leave(TrackedModel):
    """Days on which a cadre is away; reminders go to the deputy then. Nobody is asked why."""

    cadre = models.ForeignKey(Cadre, on_delete=models.PROTECT, related_name="leaves", verbose_name=_("Cadre"))
    starts_on = models.DateField(_("First day of leave"))
    ends_on = models.DateField(_("Last day of leave"))
    deputy = models.ForeignKey(
        Cadre, null=True, blank=True, on_delete=models.PROTECT, related_name="deputises", verbose_name=_("Deputy")
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Entered by")
    )
    cancelled_on = models.DateField(_("Cancelled on"), null=True, blank=True)
    objects = LeaveQuerySet.as_manager()
    history = History(table_name="cadres_leave_hist")

    class Meta:
        verbose_name = _("Leave")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="leave_dates_in_order"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("cadre")), name="leave_deputy_is_another"
            ),
        ]
        indexes = [models.Index(fields=["starts_on", "ends_on"], name="leave_days_ix")]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m-%d} – {self.ends_on:%Y-%m-%d}"
