"""Jobs: rows first, then a message. The queue may forget; the row is still there."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SEES_ALL_JOBS = "district_admin"  # a role's name; roles are defined one layer up
ROLES_OF_KIND: dict[str, frozenset[str]] = {}  # who may start jobs of a kind; filled by core.jobs.handles


class JobState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class JobQuerySet(models.QuerySet):
    """Jobs by who may see them, and those that are still to be done."""

    def active(self) -> Self:
        """Jobs that wait or run."""
        return self.filter(state__in=ACTIVE)

    def visible_to(self, user: Any) -> Self:
        """All jobs for a district admin; else the user's own, of the kinds that a role he holds today may start."""
        if not user.is_authenticated:
            return self.none()
        if SEES_ALL_JOBS in user.roles:
            return self
        kinds = [kind for kind, roles in ROLES_OF_KIND.items() if not roles.isdisjoint(user.roles)]
        return self.filter(started_by=user, kind__in=kinds)


class Job(models.Model):
    """A piece of long work. It may run twice; its effect happens once (core.jobs)."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=80, blank=True, default="")  # what it works on, where one at a time is enough
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    args = models.JSONField(default=dict, blank=True)
    result = models.JSONField(null=True, blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)  # an English message id, translated when shown
    message_params = models.JSONField(default=dict, blank=True)
    saving = models.BooleanField(default=False)  # the effect is being written: too late to cancel
    cancel_requested = models.BooleanField(default=False)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "lease_until"], name="job_state_lease_ix")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(state__in=ACTIVE) & ~Q(key=""), name="job_once_while_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def sentence(self) -> str:
        """What goes on, in the reader's language."""
        return gettext(self.message) % self.message_params if self.message else str(self.get_state_display())

    @property
    def is_finished(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)

    @property
    def percent(self) -> int:
        return 100 * self.progress_done // self.progress_total if self.progress_total else 0

    @property
    def can_cancel(self) -> bool:
        return not self.is_finished and not self.saving and not self.cancel_requested

    @property
    def can_retry(self) -> bool:
        return self.state in (JobState.FAILED, JobState.CANCELLED)
