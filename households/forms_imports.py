"""The upload form of a roster import."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from district.models import Campaign
from households.roster.codes import refusal_sentence
from households.roster.files import FileRefused, look_at_upload
from households.roster.loading import limits


class UploadForm(forms.Form):
    """A roster file, and the income year for files without such a column."""

    file = forms.FileField(
        label=_("Roster file"),
        help_text=_("xlsx, xls, ods or csv with a header row such as 户编号, 姓名, 证件号码, 与户主关系."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
        error_messages={"required": _("Choose the roster file."), "empty": _("The file is empty. Choose another one.")},
    )
    year = forms.TypedChoiceField(
        label=_("Income year"),
        help_text=_("Taken only if the file has no income-year column."),
        coerce=int,
        empty_value=None,
        required=False,
    )
    accept_proposed = forms.BooleanField(
        label=_("Accept headers that are close to the usual ones"),
        help_text=_("The preview shows how each column was read."),
        required=False,
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = campaign.years.values_list("year", flat=True)  # type: ignore[attr-defined]
        self.fields["year"].choices = [("", _("Stated in the file")), *((y, str(y)) for y in years)]  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        """Size and kind, before the file is read."""
        file: UploadedFile = self.cleaned_data["file"]
        try:
            look_at_upload(file.size or 0, file.read(16), limits())
        except FileRefused as refused:
            raise forms.ValidationError(refusal_sentence(refused.refusal)) from refused
        file.seek(0)
        return file
