"""Measures: aid of every kind, a gift too. Never income."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cadres.models import Cadre
from core.fields import YuanField
from core.history import History, TrackedModel
from households.models import Household
from households.scope import HangsOnHousehold
from programs.codes import MeasureKind, MeasureSource, MeasureState


class MeasureQuerySet(HangsOnHousehold):
    household_path = "household"

    def standing(self) -> "MeasureQuerySet":
        """Without the withdrawn ones."""
        return self.exclude(state=MeasureState.CANCELLED)


class Measure(TrackedModel):
    """One thing given or done for a household, typed once, seen in the visit and in the case file."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="measures", verbose_name=_("Household")
    )
    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # one form makes one measure
    department = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="measures", verbose_name=_("Department")
    )
    kind = models.CharField(_("Measure type"), max_length=20, choices=MeasureKind.choices)
    source = models.CharField(_("Source of aid"), max_length=20, choices=MeasureSource.choices)
    responsible = models.ForeignKey(
        Cadre, null=True, blank=True, on_delete=models.PROTECT, related_name="measures", verbose_name=_("Cadre")
    )
    starts_on = models.DateField(_("Date"))
    ends_on = models.DateField(_("Until"), null=True, blank=True)
    yuan = YuanField(_("Amount (yuan)"), null=True, blank=True)
    quantity = models.PositiveIntegerField(_("Quantity"), null=True, blank=True)
    note = models.CharField(_("What was given"), max_length=200, blank=True)
    state = models.CharField(_("State"), max_length=20, choices=MeasureState.choices, default=MeasureState.DONE)

    objects = MeasureQuerySet.as_manager()
    history = History(table_name="programs_measure_hist")

    class Meta:
        verbose_name = _("Measure")
        ordering = ["-starts_on", "-pk"]
        indexes = [models.Index(fields=["household", "starts_on"], name="measure_household_ix")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MeasureKind.values), name="measure_kind_known"),
            models.CheckConstraint(condition=Q(source__in=MeasureSource.values), name="measure_source_known"),
            models.CheckConstraint(condition=Q(state__in=MeasureState.values), name="measure_state_known"),
            models.CheckConstraint(condition=Q(yuan__isnull=True) | Q(yuan__gt=0), name="measure_yuan_positive"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="measure_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on:%Y-%m-%d}"
