"""What arrived from phones, and what of it waits for the township."""

import json

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.history import AppendOnly, History, TrackedModel
from households.models import Household
from households.scope import HangsOnHousehold
from visits.codes import (
    ItemKind,
    ItemState,
)
from visits.models.need import Need
from visits.models.visit import Visit

TAKEN = (ItemState.SAVED, ItemState.PLACED)
UNDECIDED = (ItemState.SAVED, ItemState.PARKED)


class OutboxItemQuerySet(HangsOnHousehold):
    household_path = "household"

    def parked(self) -> "OutboxItemQuerySet":
        """What waits for the township."""
        return self.filter(state=ItemState.PARKED)


class OutboxItem(TrackedModel):
    """What arrived from a phone's outbox, once: its receipt. Where the household was no longer the writer's, it is
    parked with all that was written, until the township places or refuses it."""

    client_id = models.UUIDField(unique=True, editable=False)  # made by the phone
    kind = models.CharField(_("Kind"), max_length=10, choices=ItemKind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Written by")
    )
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="outbox_items", verbose_name=_("Household")
    )
    received_at = models.DateTimeField(_("Received at"), default=timezone.now, editable=False)
    written_on = models.DateField(_("Written on"))
    state = models.CharField(_("State"), max_length=10, choices=ItemState.choices)
    typed = EncryptedTextField(blank=True, default="")  # only where it was parked: see `fields`
    corrects = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Corrects the visit")
    )
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="outbox_items", verbose_name=_("Visit")
    )
    need = models.ForeignKey(
        Need, null=True, blank=True, on_delete=models.PROTECT, related_name="outbox_items", verbose_name=_("Need")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("Decided by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    reason = models.CharField(_("Reason"), max_length=200, blank=True)

    objects = OutboxItemQuerySet.as_manager()
    history = History(table_name="visits_outbox_hist", excluded_fields=["typed"])  # written once: the row has them

    class Meta:
        verbose_name = _("Record from a phone")
        ordering = ["-received_at", "-pk"]
        db_table = "visits_outbox"
        indexes = [
            models.Index(fields=["state", "household"], name="outbox_state_ix"),
            models.Index(fields=["by", "state"], name="outbox_writer_ix"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="outbox_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="outbox_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=TAKEN, visit__isnull=False, need=None)
                | Q(state__in=TAKEN, visit=None, need__isnull=False)
                | (~Q(state__in=TAKEN) & Q(visit=None, need=None)),
                name="outbox_taken_made_one",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=UNDECIDED) & Q(decided_by=None, decided_at=None))
                | (~Q(state__in=UNDECIDED) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="outbox_decided_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state=ItemState.REFUSED) | ~Q(reason=""), name="outbox_refused_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.written_on:%Y-%m-%d}"

    @property
    def fields(self) -> dict[str, list[str]]:
        """Name of a form's field → its values as they were typed."""
        return dict(json.loads(self.typed or "{}"))

    @property
    def was_parked(self) -> bool:
        return self.state != ItemState.SAVED


class ParkedPhotoQuerySet(HangsOnHousehold):
    household_path = "item__household"

    def _households(self) -> QuerySet:
        return Household.objects.all()


class ParkedPhoto(AppendOnly):
    """A photo of a parked item; the visit that is made of the item takes the same files over."""

    item = models.ForeignKey(
        OutboxItem, on_delete=models.PROTECT, related_name="photos", verbose_name=_("Record from a phone")
    )
    client_id = models.UUIDField(unique=True, editable=False)
    file = models.FileField(_("File"), max_length=120)
    thumbnail = models.FileField(max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    objects = ParkedPhotoQuerySet.as_manager()
    history = History(table_name="visits_parked_photo_hist")

    class Meta:
        verbose_name = _("Photo of a parked record")
        ordering = ["pk"]
        db_table = "visits_parked_photo"

    def __str__(self) -> str:
        return f"photo {self.pk}"
