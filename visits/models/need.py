"""Needs, and to whom they are referred."""

import uuid
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, F, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import Role
from core.changelog import hidden
from core.history import History, TrackedModel, TrackedQuerySet
from households.models import Household
from households.scope import HangsOnHousehold, involved
from visits.codes import LIVE, PENDING, NeedKind, NeedLevel, NeedState, ReferralState
from visits.models.visit import Visit


class NeedQuerySet(HangsOnHousehold):
    household_path = "household"

    def pending(self) -> "NeedQuerySet":
        """Neither settled nor given up."""
        return self.filter(state__in=PENDING)

    def overdue(self, today: date) -> "NeedQuerySet":
        return self.pending().filter(due_on__lt=today)

    def with_privacy(self, user: Any) -> "NeedQuerySet":
        """Annotate `is_private`: what a medical need says is not for inspectors and for other departments."""
        if {Role.INSPECTOR, Role.DEPARTMENT_OFFICER}.isdisjoint(user.roles):
            return self.annotate(is_private=Value(False, output_field=BooleanField()))
        units = [grant.unit_id for grant in user.live_grants if grant.role == Role.DEPARTMENT_OFFICER]
        theirs = Q(household__in=Household.objects.allowed(user, "steer_need")) | Q(department__in=units)
        theirs |= Q(pk__in=Referral.objects.visible_to(user).order_by().values("need"))
        private = Case(When(Q(kind=NeedKind.MEDICAL) & ~theirs, then=True), default=False, output_field=BooleanField())
        return self.annotate(is_private=private)


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
    level = models.CharField(  # visits/rising.py moves it
        _("Overdue, risen to"), max_length=10, choices=NeedLevel.choices, default=NeedLevel.OWNER, editable=False
    )
    rises_on = models.DateField(_("Rises to the district on"), null=True, blank=True, editable=False)

    objects = NeedQuerySet.as_manager()
    history = History(table_name="visits_need_hist")
    masks: ClassVar = {"text": hidden, "result": hidden}  # it may tell of an illness

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
            models.CheckConstraint(condition=Q(level__in=NeedLevel.values), name="need_level_known"),
            models.CheckConstraint(condition=Q(due_on__gte=F("raised_on")), name="need_due_after_raised"),
            models.CheckConstraint(
                condition=Q(state__in=PENDING, closed_on=None) | (~Q(state__in=PENDING) & Q(closed_on__isnull=False)),
                name="need_ended_with_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.raised_on:%Y-%m-%d}"

    @property
    def shown_text(self) -> str:
        """What is needed, as far as the reader may know (with_privacy)."""
        return "" if self.is_private else self.text  # type: ignore[attr-defined]

    @property
    def shown_result(self) -> str:
        return "" if self.is_private else self.result  # type: ignore[attr-defined]

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING

    @property
    def is_overdue(self) -> bool:
        return self.is_pending and self.due_on < timezone.localdate()


class ReferralQuerySet(TrackedQuerySet):
    def live(self) -> "ReferralQuerySet":
        """Waiting for an answer, or answered and not yet told to the household."""
        return self.filter(state__in=LIVE)

    def visible_to(self, user: Any) -> "ReferralQuerySet":
        """Only those involved: households.scope says who."""
        return self.filter(involved(user, Household.objects.all()))

    def waiting_first(self) -> "ReferralQuerySet":
        """What waits for an answer, the oldest first; then what was answered, then what has ended."""
        after = {ReferralState.SENT: 0, ReferralState.ANSWERED: 1}
        place = Case(*(When(state=state, then=n) for state, n in after.items()), default=2, output_field=IntegerField())
        return self.order_by(place, "sent_at", "pk")


class Referral(TrackedModel):
    """A need that was sent to a department, or to one specialist of it, who answers."""

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="referrals", verbose_name=_("Need"))
    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="referrals", verbose_name=_("Department"))
    specialist = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("Specialist"),
    )  # fmt: skip
    state = models.CharField(
        _("State"), max_length=12, choices=ReferralState.choices, default=ReferralState.SENT, editable=False
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Sent by")
    )
    sent_at = models.DateTimeField(_("Sent at"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("Answered at"), null=True, blank=True, editable=False)
    told_on = models.DateField(_("Household told on"), null=True, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("Told by"),
    )  # fmt: skip
    end_reason = models.CharField(_("Why taken back"), max_length=200, blank=True)

    objects = ReferralQuerySet.as_manager()
    history = History(table_name="visits_referral_hist")

    class Meta:
        verbose_name = _("Referral")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["unit", "state"], name="referral_unit_ix")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReferralState.values), name="referral_state_known"),
            models.UniqueConstraint(fields=["need"], condition=Q(state__in=LIVE), name="referral_one_at_once"),
            models.CheckConstraint(
                condition=Q(state=ReferralState.TOLD, told_on__isnull=False, told_by__isnull=False)
                | (~Q(state=ReferralState.TOLD) & Q(told_on=None, told_by=None)),
                name="referral_told_when",
            ),
        ]

    def __str__(self) -> str:
        return self.to

    @property
    def to(self) -> str:
        """Who was asked: 区人民医院, or 区人民医院 · 周医生."""
        return f"{self.unit} · {self.specialist}" if self.specialist else str(self.unit)

    @property
    def household(self) -> Household:
        return self.need.household

    @property
    def is_live(self) -> bool:
        return self.state in LIVE
