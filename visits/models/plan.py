"""Visits that are planned or promised."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cadres.models import Pairing
from core.history import History, TrackedModel
from households.models import Household
from households.scope import HangsOnHousehold
from visits.models.visit import Visit


class PlannedVisitQuerySet(HangsOnHousehold):
    household_path = "household"

    def of(self, user: Any) -> Self:
        """The user's own plans: on households that he is paired with, whoever entered them, and those he entered."""
        paired = Pairing.objects.active().filter(cadre__user=user).order_by().values("household")
        return self.allowed(user, "log_visit").filter(Q(household__in=paired) | Q(planned_by=user))

    def standing(self) -> Self:
        """Plans that were not dropped, of households that are still helped."""
        return self.filter(dropped_on=None, household__closed_on=None)

    def with_visit(self) -> Self:
        """Annotate `visit_pk` and `visit_on`: the first visit logged since, on the planned day or after it."""
        visits = Visit.objects.standing()
        made = visits.filter(
            household=OuterRef("household"), visited_on__gte=OuterRef("planned_on"), entered_at__gt=OuterRef("made_at")
        ).order_by("visited_on", "pk")
        return self.annotate(visit_pk=Subquery(made.values("pk")[:1]), visit_on=Subquery(made.values("visited_on")[:1]))

    def open(self) -> Self:
        """Plans that still wait for their visit."""
        return self.standing().with_visit().filter(visit_pk=None)


class PlannedVisit(TrackedModel):
    """A visit that somebody means to make, or has promised the household.

    It is done by itself: by the first visit logged since, on the planned day or later. So a visit that is corrected or
    entered late counts as it stands, whatever way it came in.
    """

    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="planned_visits", verbose_name=_("Household")
    )
    planned_on = models.DateField(_("Planned day"))
    planned_at = models.TimeField(_("Time"), null=True, blank=True)
    purpose = models.CharField(_("What for"), max_length=200, blank=True)
    promised = models.BooleanField(_("Promised to the household"), default=False)
    after = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="promises",
        verbose_name=_("Promised on the visit"),
    )  # fmt: skip
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Entered by")
    )
    made_at = models.DateTimeField(_("Entered at"), default=timezone.now, editable=False)
    dropped_on = models.DateField(_("Dropped on"), null=True, blank=True)

    objects = PlannedVisitQuerySet.as_manager()
    history = History(table_name="visits_plannedvisit_hist")

    class Meta:
        verbose_name = _("Planned visit")
        ordering = ["planned_on", F("planned_at").asc(nulls_last=True), "pk"]
        indexes = [
            models.Index(fields=["household", "planned_on"], name="planned_household_ix"),
            models.Index(fields=["planned_by", "planned_on"], name="planned_by_ix"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(after=None) | Q(promised=True), name="planned_after_is_promised")
        ]

    def __str__(self) -> str:
        return f"{self.planned_on:%Y-%m-%d}"

    @property
    def is_late(self) -> bool:
        return self.planned_on < timezone.localdate()
