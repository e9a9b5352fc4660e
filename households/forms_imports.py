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
    """A list of uploaded files, empty ones too: each is looked at by the form."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """All of them; ValidationError if there is none, or too many."""
        files = data if isinstance(data, list | tuple) else [data]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Choose at most %(most)s files."), params={"most": MOST_FILES})
        return [super(SeveralFilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    """Roster files, and the income year for files without such a column."""

    file = SeveralFilesField(
        allow_empty_file=True,
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
        self.refused: list[str] = []
        years = campaign.years.values_list("year", flat=True)  # type: ignore[attr-defined]
        self.fields["year"].choices = [("", _("Stated in the file")), *((y, str(y)) for y in years)]  # type: ignore[attr-defined]

    def clean_file(self) -> list[UploadedFile]:
        """The files that can be read, by size and kind; `refused` says of the others why they were left out.

        A browser forgets the choice of files when the page comes back, so only a choice without a good one is refused.
        """
        files: list[UploadedFile] = self.cleaned_data["file"]
        good = []
        for file in files:
            if why := self._why_not(file):
                self.refused.append(f"{file.name}: {why}" if len(files) > 1 else why)
            else:
                good.append(file)
        if not good:
            raise forms.ValidationError(self.refused)
        return good

    def _why_not(self, file: UploadedFile) -> str:
        """Why this file cannot be a roster, "" if it can."""
        if not file.size:
            return str(self.fields["file"].error_messages["empty"])
        try:
            look_at_upload(file.size, file.read(16), limits())
        except FileRefused as refused:
            return refusal_sentence(refused.refusal)
        file.seek(0)
        return ""
