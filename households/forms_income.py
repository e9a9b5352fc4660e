"""Which income sheet: a place, a year, and the filled-in file."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from district.models import Division, Level
from district.policy import policies_now
from households.income_sheet.acts import places_for
from households.income_sheet.codes import SheetRefused
from households.income_sheet.read import look_at

Choices = list[tuple[str, list[tuple[int, str]]]]


class SheetForm(forms.Form):
    """A village or township in the user's charge, and the year whose incomes are filled in."""

    place = forms.TypedChoiceField(label=gettext_lazy("Village or township"), coerce=int)
    year = forms.TypedChoiceField(label=gettext_lazy("Income year"), coerce=int)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.pk: place for place in places_for(user)}
        today = timezone.localdate()
        self.years = sorted((p.year for p in policies_now() if p.year <= today.year), reverse=True)
        self.fields["place"].choices = _grouped(self.places.values())  # type: ignore[attr-defined]
        self.fields["year"].choices = [(year, str(year)) for year in self.years]  # type: ignore[attr-defined]
        self.fields["year"].initial = next((year for year in self.years if year < today.year), None)

    def clean_place(self) -> Division:
        return self.places[self.cleaned_data["place"]]


class SheetUploadForm(SheetForm):
    """The same with the sheet that was filled in."""

    file = forms.FileField(
        label=gettext_lazy("Income sheet, filled in"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": gettext_lazy("Choose the income sheet."),
            "empty": gettext_lazy("The file is empty. Choose another one."),
        },
    )

    def clean_file(self) -> UploadedFile:
        """Size and kind, before the file is read."""
        file: UploadedFile = self.cleaned_data["file"]
        try:
            look_at(file.size or 0, file.read(16))
        except SheetRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        file.seek(0)
        return file


def _grouped(places: Iterable[Division]) -> Choices:
    """Places under their township, the whole township first."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for place in sorted(places, key=lambda p: p.code):
        if place.level == Level.TOWNSHIP:
            groups.setdefault(str(place), []).insert(0, (place.pk, _("%(place)s, all villages") % {"place": place}))
        else:
            groups.setdefault(str(place.parent), []).append((place.pk, str(place)))
    return list(groups.items())
