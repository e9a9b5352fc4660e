"""Yearly income sheets: what was downloaded to be filled in, and what came back."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import EncryptedTextField
from core.models import Job
from district.models import Division


class IncomeSheet(models.Model):
    """A prefilled sheet of one place and year. The file carries its token, so that it is known again."""

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("Place"))
    year = models.PositiveSmallIntegerField(_("Income year"))
    token = models.CharField(max_length=32, unique=True)
    fingerprint = models.CharField(max_length=64)  # of what stands in it: the same content is the same sheet
    seen = models.JSONField(default=dict)  # household → number of the version of the year's statement that it knew
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["division", "year"], name="income_sheet_place_ix")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.year}"


class UploadState(models.TextChoices):
    CHECKED = "checked", _("To be confirmed")
    SAVING = "saving", _("Being saved")
    SAVED = "saved", pgettext_lazy("income sheet", "Saved")
    CANCELLED = "cancelled", _("Cancelled")
    UNDONE = "undone", _("Undone")


class IncomeUpload(models.Model):
    """A sheet that came back: what is given in it, what that changes, what became of it."""

    sheet = models.ForeignKey(IncomeSheet, on_delete=models.PROTECT, related_name="uploads")
    file_name = models.CharField(_("File"), max_length=200)
    state = models.CharField(_("State"), max_length=10, choices=UploadState.choices, default=UploadState.CHECKED)
    given = EncryptedTextField()  # JSON: the cells that were filled in
    plan = EncryptedTextField()  # JSON: what was shown to change, and the findings
    counts = models.JSONField(default=dict)
    outdated = models.BooleanField(default=False)  # the preview replaced one that was no longer so
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Uploaded by")
    )
    uploaded_at = models.DateTimeField(_("Uploaded at"), auto_now_add=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=UploadState.values), name="income_upload_state_known")
        ]

    def __str__(self) -> str:
        return self.file_name
