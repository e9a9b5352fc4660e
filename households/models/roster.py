"""Roster imports, their findings, and remembered headers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Job
from district.models import Campaign


class ImportState(models.TextChoices):
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("To be confirmed")
    REFUSED = "refused", _("File refused")
    COMMITTING = "committing", _("Being saved")
    COMMITTED = "committed", _("Imported")
    CANCELLED = "cancelled", _("Cancelled")


class RosterImport(models.Model):
    """One uploaded roster: the file (encrypted), what the check found, what the commit did."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    file_path = models.CharField(max_length=200)  # below MEDIA_ROOT, encrypted
    sha256 = models.CharField(max_length=64)
    year = models.PositiveSmallIntegerField(null=True, blank=True)  # for a file without an income-year column
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.CHECKING)
    mapping = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)  # the document of `import_roster --json`, without findings
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ImportState.values), name="import_state_known")
        ]

    def __str__(self) -> str:
        return self.file_name


class RosterFinding(models.Model):
    """A finding of a check, at its place in the file. The value is masked."""

    roster_import = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="findings")
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField(null=True, blank=True)
    column = models.CharField(max_length=100, blank=True)
    field = models.CharField(max_length=30, blank=True)
    household_code = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=30)
    severity = models.CharField(max_length=7)
    value_masked = models.CharField(max_length=200, blank=True)
    params = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["roster_import", "severity", "code"], name="finding_kind_ix")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row} {self.code}"


class HeaderMapping(models.Model):
    """How the columns of a file with this header row were mapped, remembered for the next one."""

    fingerprint = models.CharField(max_length=64, unique=True)
    mapping = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.fingerprint
