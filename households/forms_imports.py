"""The upload form of a roster import."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from district.models import Campaign
from households.roster.codes import refusal_sentence
from households.roster.files import FileRefused, look_at_upload
from households.roster.loading import limits

MOST_FILES = 40  # a district has 27 townships


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """A list of uploaded files."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file by itself; the first one that is wrong is named."""
        files = data if isinstance(data, list | tuple) else [data]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Choose at most %(most)s files."), params={"most": MOST_FILES})
        return [super(SeveralFilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    """Roster files, and the income year for files without such a column."""

    file = SeveralFilesField(
        label=_("Roster files"),
        help_text=_("xlsx, xls, ods or csv; several at once, one for each township, are checked side by side."),
        widget=SeveralFilesInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
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

    def clean_file(self) -> list[UploadedFile]:
        """Size and kind of each, before it is read."""
        files: list[UploadedFile] = self.cleaned_data["file"]
        for file in files:
            try:
                look_at_upload(file.size or 0, file.read(16), limits())
            except FileRefused as refused:
                sentence = refusal_sentence(refused.refusal)
                raise forms.ValidationError(f"{file.name}: {sentence}" if len(files) > 1 else sentence) from refused
            file.seek(0)
        return files
