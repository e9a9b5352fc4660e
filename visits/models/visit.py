"""Visits and their photos: append-only."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cadres.models import Cadre
from core.history import AppendOnly, History
from households.models import Household
from households.scope import HangsOnHousehold
from programs.models import Measure
from visits.codes import (
    REACHING,
    Change,
    Mode,
)


class VisitQuerySet(HangsOnHousehold):
    household_path = "household"

    def standing(self) -> "VisitQuerySet":
        """The last version of each visit. Not by a join: corrections are few, visits are many."""
        corrected = Visit._base_manager.filter(corrects__isnull=False).order_by().values("corrects")
        return self.exclude(pk__in=corrected)

    def contacts(self) -> "VisitQuerySet":
        """Standing visits on which somebody was reached."""
        return self.standing().filter(reached=True)


class Visit(AppendOnly):
    """One visit as somebody entered it. The date of the visit and the time of entry are both kept."""

    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # made by the form or the phone
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="visits", verbose_name=_("Household")
    )
    visitor = models.ForeignKey(Cadre, on_delete=models.PROTECT, related_name="visits", verbose_name=_("Visitor"))
    visited_on = models.DateField(_("Visit date"))
    mode = models.CharField(_("Visit mode"), max_length=10, choices=Mode.choices)
    reached = models.BooleanField(_("Somebody was reached"))
    changes = models.JSONField(_("What changed"), default=list, blank=True)  # codes of visits.codes.Change
    text = models.TextField(_("Notes"), blank=True, max_length=2000)
    entered_at = models.DateTimeField(_("Entered at"), default=timezone.now, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Entered by")
    )
    by_deputy = models.BooleanField(_("Entered by a deputy"), default=False, editable=False)  # not by the visitor
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="correction", editable=False,
        verbose_name=_("Corrects the visit"),
    )  # fmt: skip
    measures = models.ManyToManyField(Measure, related_name="visits", blank=True)
    latitude = models.DecimalField(  # to about 100 m, and only where somebody tapped for it
        _("Latitude"), max_digits=6, decimal_places=3, null=True, blank=True, editable=False
    )
    longitude = models.DecimalField(
        _("Longitude"), max_digits=6, decimal_places=3, null=True, blank=True, editable=False
    )
    linked = models.ManyToManyField("self", blank=True, verbose_name=_("Belongs together with"))

    objects = VisitQuerySet.as_manager()
    history = History(table_name="visits_visit_hist")
    code_lists: ClassVar = {"changes": Change}  # of lists in JSON, for the history in words

    class Meta:
        verbose_name = _("Visit")
        ordering = ["-visited_on", "-pk"]
        indexes = [
            models.Index(fields=["household", "visited_on"], name="visit_household_ix"),
            models.Index(fields=["visited_on"], name="visit_day_ix"),
            models.Index(fields=["entered_by", "visited_on"], name="visit_writer_ix"),
            models.Index(fields=["mode", "reached", "visited_on"], name="visit_mode_ix"),
            models.Index(fields=["corrects"], name="visit_corrects_ix", condition=Q(corrects__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="visit_mode_known"),
            models.CheckConstraint(condition=Q(reached=False) | Q(mode__in=REACHING), name="visit_reached_how"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="visit_position_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visited_on:%Y-%m-%d} {self.get_mode_display()}"

    @property
    def entered_late(self) -> bool:
        """Typed on a later day than the visit was made."""
        return timezone.localdate(self.entered_at) > self.visited_on

    @property
    def met_nobody(self) -> bool:
        """Nobody at home, or a call that nobody answered: what changed is not known then."""
        return self.mode == Mode.NOT_HOME or (self.mode == Mode.PHONE and not self.reached)

    @property
    def change_labels(self) -> list[str]:
        return [str(Change(code).label) for code in self.changes if code in Change.values]


class HangsOnVisit(HangsOnHousehold):
    household_path = "visit__household"

    def _households(self) -> QuerySet:
        return Household.objects.all()


class VisitPhotoQuerySet(HangsOnVisit):
    pass


class VisitPhoto(AppendOnly):
    """A photo as the server encoded it anew: upright, without metadata, never served but through scope."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos", verbose_name=_("Visit"))
    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    file = models.FileField(_("File"), max_length=120)
    thumbnail = models.FileField(max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    objects = VisitPhotoQuerySet.as_manager()
    history = History(table_name="visits_photo_hist")

    class Meta:
        verbose_name = _("Visit photo")
        ordering = ["pk"]
        db_table = "visits_photo"

    def __str__(self) -> str:
        return f"photo {self.pk}"
