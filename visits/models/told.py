"""What was told on a visit, before and after."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.history import History, TrackedModel
from core.masking import mask_name
from households.models import Member
from visits.codes import (
    FACTS,
    HOLDING,
    FactState,
)
from visits.models.visit import HangsOnVisit, Visit


class VisitFactQuerySet(HangsOnVisit):
    def holding(self) -> "VisitFactQuerySet":
        """What has come into the case file and was not taken back."""
        return self.filter(state__in=HOLDING)

    def open(self) -> "VisitFactQuerySet":
        """Where somebody decides which of two values holds."""
        return self.filter(state=FactState.OPEN)


class VisitFact(TrackedModel):
    """One thing that was told on a visit, as it stood before and after; values are JSON.

    Work, school and news of income stand here alone; everything else has come into the case file as well. While it is
    open, `before` is what somebody else wrote meanwhile, and stands.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="told", verbose_name=_("Visit"))
    member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="told", verbose_name=_("Household member")
    )
    fact = models.CharField(_("What changed"), max_length=10, choices=FACTS)
    before = EncryptedTextField(_("Before"), blank=True, default="")
    after = EncryptedTextField(_("After"), blank=True, default="")
    state = models.CharField(_("State"), max_length=10, choices=FactState.choices, default=FactState.APPLIED)
    settled_at = models.DateTimeField(_("Settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("Settled by"),
    )  # fmt: skip

    objects = VisitFactQuerySet.as_manager()
    history = History(table_name="visits_fact_hist")
    masks: ClassVar = {"member": mask_name}  # in the history of who sees persons masked

    class Meta:
        verbose_name = _("Told on a visit")
        ordering = ["pk"]
        db_table = "visits_fact"
        indexes = [models.Index(fields=["state", "visit"], name="visit_fact_state_ix")]
        constraints = [
            models.CheckConstraint(condition=Q(fact__in=[code for code, _label in FACTS]), name="visit_fact_known"),
            models.CheckConstraint(condition=Q(state__in=FactState.values), name="visit_fact_state_known"),
            models.CheckConstraint(
                condition=Q(state=FactState.OPEN, settled_at=None)
                | (~Q(state=FactState.OPEN) & Q(settled_at__isnull=False)),
                name="visit_fact_settled_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} {self.state}"
