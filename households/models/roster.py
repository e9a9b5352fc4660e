"""Roster imports, their findings, and remembered headers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import EncryptedTextField
from core.models import Job
from district.models import Campaign, Division
from households.scope import LeftoverQuerySet


class ImportState(models.TextChoices):
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("To be confirmed")
    REFUSED = "refused", _("File refused")
    COMMITTING = "committing", _("Being saved")
    COMMITTED = "committed", _("Imported")
    CANCELLED = "cancelled", _("Cancelled")
    UNDONE = "undone", _("Undone")


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
    batch = models.CharField(max_length=36, blank=True, default="", db_index=True)  # of files uploaded together
    helpers = EncryptedTextField(blank=True, default="")  # JSON: the columns 帮扶责任人, 单位, 联系电话 by household
    file_removed_at = models.DateTimeField(null=True, blank=True)  # the uploaded file is kept for a set time only
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ImportState.values), name="import_state_known")
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def has_a_result(self) -> bool:
        """Whether saving it leaves anything: households, rejected ones for the worklist, or cadres that it names."""
        given = self.counts.get("households", {})
        return any(given.get(name) for name in ("created", "updated", "rejected")) or self.counts.get("cadres", False)

    @property
    def waits_for_import(self) -> bool:
        """Checked, and it has a result: a file without any waits for nobody."""
        return self.state == ImportState.CHECKED and self.has_a_result


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


class RosterMend(models.Model):
    """A cell of an uploaded file that was mended in the preview; the file itself stays as it was."""

    roster_import = models.ForeignKey(RosterImport, on_delete=models.PROTECT, related_name="mends")
    sheet = models.CharField(max_length=100)
    row = models.PositiveIntegerField()  # as the spreadsheet shows it
    letter = models.CharField(max_length=3, blank=True, default="")  # of its column; "": the one that feeds `field`
    field = models.CharField(max_length=30)
    before_masked = models.CharField(max_length=200, blank=True)
    value = EncryptedTextField(blank=True, default="")
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["roster_import", "sheet", "row", "letter", "field"], name="mend_once_a_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row} {self.field}"


class LeftoverState(models.TextChoices):
    OPEN = "open", pgettext_lazy("leftover", "Open")
    IMPORTED = "imported", pgettext_lazy("leftover", "Imported since")
    ENTERED = "entered", pgettext_lazy("leftover", "Entered by hand")
    REFUSED = "refused", pgettext_lazy("leftover", "Refused")


class RosterLeftover(models.Model):
    """A household that a committed import left out: on the worklist of its township until it is dealt with."""

    roster_import = models.ForeignKey(RosterImport, on_delete=models.PROTECT, related_name="leftovers")
    key = models.CharField(max_length=60)  # the household's code, else where it begins in the file
    township = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    village = models.ForeignKey(
        Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # null where what is written is none, or none of the township
    place = models.CharField(max_length=100, blank=True)  # as written
    head_name = models.CharField(max_length=40, blank=True)
    head_hash = models.CharField(max_length=64, blank=True, default="")  # of the head's ID number; keyed
    codes = models.JSONField(default=list)  # of its errors
    rows_hash = models.CharField(max_length=64, blank=True, default="")  # of what the file says of it; keyed
    state = models.CharField(max_length=10, choices=LeftoverState.choices, default=LeftoverState.OPEN)
    reason = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    objects = LeftoverQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["state", "township"], name="leftover_worklist_ix")]
        constraints = [
            models.UniqueConstraint(fields=["roster_import", "key"], name="leftover_once"),
            models.CheckConstraint(condition=models.Q(state__in=LeftoverState.values), name="leftover_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reason=""), name="leftover_refused_why"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class HeaderMapping(models.Model):
    """How the columns of a file with this header row were mapped, remembered for the next one."""

    fingerprint = models.CharField(max_length=64, unique=True)
    mapping = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.fingerprint
