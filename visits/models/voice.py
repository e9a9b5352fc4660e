"""Complaints and suggestions; what a household itself says of a visit; its card."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.changelog import hidden
from core.fields import EncryptedTextField
from core.history import AppendOnly, History, TrackedModel
from core.masking import mask_name
from district.models import Division
from households.models import Household
from households.scope import ComplaintQuerySet, HangsOnHousehold, VoiceQuerySet
from visits.codes_voice import WAITING, ComplaintState, How, Level, Satisfaction, Subject
from visits.models.visit import Visit


class Complaint(TrackedModel):
    """A complaint or suggestion by anybody. Its receipt code is kept only as a keyed hash."""

    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # one form makes one complaint
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    subject = models.CharField(_("What it is about"), max_length=10, choices=Subject.choices)
    place = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("Place"))
    named = models.CharField(_("Who it is about"), max_length=40, blank=True)
    text = models.TextField(pgettext_lazy("complaint", "What happened"), max_length=1000)
    mentions = models.TextField(editable=False)  # all words without blanks: whose name stands here sees nothing
    name = EncryptedTextField(_("Name of the sender"), blank=True, default="")
    phone = EncryptedTextField(_("Phone of the sender"), blank=True, default="")
    filed_at = models.DateTimeField(_("Received"), default=timezone.now, editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("Sender's account"),
    )  # fmt: skip
    level = models.CharField(_("With whom"), max_length=10, choices=Level.choices)
    due_on = models.DateField(_("Answer due on"))
    state = models.CharField(
        pgettext_lazy("complaint", "State"), max_length=10, choices=ComplaintState.choices, default=ComplaintState.NEW
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("Handled by"),
    )  # fmt: skip
    answer = models.TextField(_("Answer"), max_length=1000, blank=True)
    answered_on = models.DateField(_("Answered on"), null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()
    history = History(table_name="visits_complaint_hist", excluded_fields=["code_hash", "mentions"])
    masks: ClassVar = {"named": hidden, "text": hidden, "answer": hidden}  # auditors see that, not what

    class Meta:
        verbose_name = _("Complaint or suggestion")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["level", "state", "due_on"], name="complaint_waiting_ix")]
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="complaint_subject_known"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="complaint_level_known"),
            models.CheckConstraint(condition=Q(state__in=ComplaintState.values), name="complaint_state_known"),
            models.CheckConstraint(
                condition=Q(state=ComplaintState.NEW, handler=None)
                | (~Q(state=ComplaintState.NEW) & Q(handler__isnull=False)),
                name="complaint_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WAITING) | (~Q(answer="") & Q(answered_on__isnull=False)),
                name="complaint_ended_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_overdue(self) -> bool:
        return self.is_waiting and self.due_on < timezone.localdate()


class VisitConfirmationQuerySet(HangsOnHousehold):
    household_path = "visit__household"

    def _households(self) -> QuerySet:
        return Household.objects.all()


class VisitConfirmation(AppendOnly):
    """The household says that the visit took place: a name typed on the cadre's phone, or the code of its card."""

    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="confirmations", verbose_name=_("Visit"))
    how = models.CharField(_("How it was confirmed"), max_length=10, choices=How.choices)
    name = models.CharField(_("Who confirmed"), max_length=40, blank=True)
    confirmed_at = models.DateTimeField(_("Confirmed at"), default=timezone.now, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Entered by")
    )

    objects = VisitConfirmationQuerySet.as_manager()
    history = History(table_name="visits_confirmation_hist")
    masks: ClassVar = {"name": mask_name}

    class Meta:
        verbose_name = _("Confirmation of a visit")
        ordering = ["pk"]
        db_table = "visits_confirmation"
        constraints = [
            models.CheckConstraint(
                condition=Q(how=How.CARD, name="") | (Q(how=How.NAME) & ~Q(name="")), name="confirmation_by_one_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_how_display()} {self.name}".strip()


class HouseholdVoice(AppendOnly):
    """How satisfied a household is with the help it gets. Voluntary, never counted by cadre."""

    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="voices", verbose_name=_("Household")
    )
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="voices", verbose_name=_("Visit")
    )
    satisfaction = models.CharField(_("Satisfaction"), max_length=12, choices=Satisfaction.choices)
    words = models.CharField(_("In the household's words"), max_length=500, blank=True)
    said_at = models.DateTimeField(_("Said at"), default=timezone.now, editable=False)
    by_card = models.BooleanField(_("By the household itself, with its card"), default=False, editable=False)

    objects = VoiceQuerySet.as_manager()
    history = History(table_name="visits_voice_hist")
    masks: ClassVar = {"satisfaction": hidden, "words": hidden}

    class Meta:
        verbose_name = _("Voice of a household")
        ordering = ["-said_at", "-pk"]
        db_table = "visits_voice"
        indexes = [models.Index(fields=["said_at"], name="voice_said_ix")]
        constraints = [
            models.CheckConstraint(condition=Q(satisfaction__in=Satisfaction.values), name="voice_satisfaction_known"),
        ]

    def __str__(self) -> str:
        return f"{self.said_at:%Y-%m-%d} {self.get_satisfaction_display()}"


class CardQuerySet(HangsOnHousehold):
    household_path = "household"

    def in_use(self) -> "CardQuerySet":
        return self.filter(ended_at=None)


class HouseholdCard(TrackedModel):
    """The card in a household's hands. Its code is shown when it is made, and kept only as a keyed hash."""

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="cards", verbose_name=_("Household")
    )
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("Made at"), default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Made by")
    )
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    objects = CardQuerySet.as_manager()
    history = History(table_name="visits_card_hist", excluded_fields=["code_hash"])

    class Meta:
        verbose_name = _("Card of a household")
        ordering = ["-pk"]
        db_table = "visits_card"
        constraints = [
            models.UniqueConstraint(fields=["household"], condition=Q(ended_at=None), name="card_one_in_use"),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"
