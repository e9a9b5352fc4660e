"""What a user has chosen about reminders, and the digest of a day."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.history import History, TrackedModel


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
