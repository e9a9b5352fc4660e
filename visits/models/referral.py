"""What passes between a cadre and a department about a need: append-only."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.history import AppendOnly, History, TrackedQuerySet
from visits.codes import MessageKind
from visits.models.need import Referral


class ReferralMessage(AppendOnly):
    """A question or an answer. It may tell of an illness: encrypted, also in its history."""

    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, related_name="messages", verbose_name=_("Referral")
    )
    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("Kind"), max_length=10, choices=MessageKind.choices)
    text = EncryptedTextField(_("Message"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Author")
    )
    at = models.DateTimeField(_("Written at"), default=timezone.now, editable=False)

    history = History(table_name="visits_referralmsg_hist")

    class Meta:
        verbose_name = _("Message of a referral")
        ordering = ["pk"]
        db_table = "visits_referralmsg"
        constraints = [models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_kind_known")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class ReferralPhotoQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> "ReferralPhotoQuerySet":
        return self.filter(message__referral__in=Referral.objects.visible_to(user))


class ReferralPhoto(AppendOnly):
    """A picture with a question or an answer, encoded anew as those of visits are."""

    message = models.ForeignKey(
        ReferralMessage, on_delete=models.PROTECT, related_name="photos", verbose_name=_("Message of a referral")
    )
    file = models.FileField(_("File"), max_length=120)
    thumbnail = models.FileField(max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    objects = ReferralPhotoQuerySet.as_manager()
    history = History(table_name="visits_referralphoto_hist")

    class Meta:
        verbose_name = _("Photo of a referral")
        ordering = ["pk"]
        db_table = "visits_referralphoto"

    def __str__(self) -> str:
        return f"referral photo {self.pk}"
