"""Visits that are planned, what a user has chosen about reminders, and the digest of a day."""

import uuid
from datetime import date
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cadres.models import Pairing
from core.fields import EncryptedTextField
from core.history import History, TrackedModel
from households.models import Household
from households.scope import HangsOnHousehold


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
        visits = apps.get_model("visits", "Visit").objects.standing()
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
        "visits.Visit", null=True, blank=True, on_delete=models.PROTECT, related_name="promises",
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


class ReminderChoices(TrackedModel):
    """What a user has chosen: a pause with its last day, e-mail (off by default), the address of the calendar."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminder_choices", verbose_name=_("Account")
    )
    paused_from = models.DateField(_("Paused from"), null=True, blank=True)
    paused_until = models.DateField(_("Paused until"), null=True, blank=True)
    by_mail = models.BooleanField(_("Also by e-mail"), default=False)
    email = EncryptedTextField(_("E-mail address"), blank=True, default="")
    feed_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    feed_since = models.DateTimeField(_("Calendar address since"), null=True, blank=True)
    history = History(table_name="visits_reminderchoices_hist", excluded_fields=["feed_hash"])

    class Meta:
        verbose_name = _("Reminder settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_from=None, paused_until=None) | Q(paused_until__gte=F("paused_from")),
                name="reminder_pause_in_order",
            ),
            models.CheckConstraint(
                condition=Q(feed_hash=None, feed_since=None) | Q(feed_hash__isnull=False, feed_since__isnull=False),
                name="reminder_feed_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user_id)

    def is_paused(self, day: date) -> bool:
        return self.paused_from is not None and self.paused_from <= day <= self.paused_until  # type: ignore[operator]


class DigestQuerySet(models.QuerySet):
    def shown_to(self, user: Any, day: date) -> Self:
        """The user's digest of the day, unless it was read or the reminders are paused."""
        paused = ReminderChoices.objects.filter(user=user, paused_from__lte=day, paused_until__gte=day)
        return self.filter(~models.Exists(paused), user=user, day=day, read_at=None)


class Digest(models.Model):
    """What waited for a user on one day: numbers alone, made at night. Not a fact of any household, so no history."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    planned = models.PositiveIntegerField(default=0)
    needs = models.PositiveIntegerField(default=0)
    quiet = models.PositiveIntegerField(default=0)  # households nobody was reached of within the policy's interval
    for_others = models.JSONField(default=list)  # for each cadre on leave: cadre, until, planned, needs, quiet
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_one_a_day")]
        indexes = [models.Index(fields=["day"], name="digest_day_ix")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

    @property
    def total(self) -> int:
        """How much waits, that of colleagues on leave included."""
        return self.planned + self.needs + self.quiet + self.of_others

    @property
    def of_others(self) -> int:
        return sum(other["planned"] + other["needs"] + other["quiet"] for other in self.for_others)
