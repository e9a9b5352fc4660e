"""Needs."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from core.history import History, TrackedModel
from households.models import Household
from households.scope import HangsOnHousehold
from visits.codes import (
    PENDING,
    NeedKind,
    NeedState,
)
from visits.models.visit import Visit


class NeedQuerySet(HangsOnHousehold):
    household_path = "household"

    def pending(self) -> "NeedQuerySet":
        """Neither settled nor given up."""
        return self.filter(state__in=PENDING)

    def overdue(self, today: date) -> "NeedQuerySet":
        return self.pending().filter(due_on__lt=today)


class Need(TrackedModel):
    """Something that a household asks for, with an owner, a due date and a result."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="needs", verbose_name=_("Household")
    )
    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # one form makes one need
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="needs", verbose_name=_("Visit")
    )
    kind = models.CharField(_("Kind of need"), max_length=10, choices=NeedKind.choices)
    text = models.CharField(_("What is needed"), max_length=500, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="needs",
        verbose_name=_("Who follows it up"),
    )
    department = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="needs", verbose_name=_("Department")
    )
    raised_on = models.DateField(_("Raised on"))
    due_on = models.DateField(_("Due on"))
    state = models.CharField(_("State"), max_length=12, choices=NeedState.choices, default=NeedState.OPEN)
    result = models.CharField(_("Result"), max_length=500, blank=True)
    closed_on = models.DateField(_("Settled on"), null=True, blank=True)

    objects = NeedQuerySet.as_manager()
    history = History(table_name="visits_need_hist")

    class Meta:
        verbose_name = _("Need")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["household", "state"], name="need_household_ix"),
            models.Index(fields=["state", "due_on"], name="need_due_ix"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NeedKind.values), name="need_kind_known"),
            models.CheckConstraint(condition=Q(state__in=NeedState.values), name="need_state_known"),
            models.CheckConstraint(condition=Q(due_on__gte=F("raised_on")), name="need_due_after_raised"),
            models.CheckConstraint(
                condition=Q(state__in=PENDING, closed_on=None) | (~Q(state__in=PENDING) & Q(closed_on__isnull=False)),
                name="need_ended_with_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.raised_on:%Y-%m-%d}"

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING

    @property
    def is_overdue(self) -> bool:
        return self.is_pending and self.due_on < timezone.localdate()
