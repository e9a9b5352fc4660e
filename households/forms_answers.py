"""Forms of the questions that an import asks: which column, which place, which sheets; a mended cell."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from households.models import RosterImport
from households.roster.answers import fields_to_choose
from households.roster.places import Places
from households.roster.rows import Answers


class AnswersForm(forms.Form):
    """Each sheet: taken or not, its place if no column has it; each column: the field that it feeds.

    The file's columns and sheets come from the report of its check; two columns of a sheet can't feed one field.
    """

    year = forms.TypedChoiceField(
        label=gettext_lazy("Income year"), coerce=int, empty_value=None, required=False,
        help_text=gettext_lazy("Taken only if the file has no income-year column."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, roster_import: RosterImport, answers: Answers, places: Places, years: list[int]
    ) -> None:
        super().__init__(data, initial={"year": roster_import.year})
        self.places, self.answers = places, answers
        report = roster_import.report
        self.columns = report.get("columns", [])
        self.sheets = [s for s in report.get("sheets", []) if s["header_rows"]]
        self.fields["year"].choices = [("", _("Stated in the file")), *((y, str(y)) for y in years)]  # type: ignore[attr-defined]
        for number, sheet in enumerate(self.sheets):
            self._add_sheet(number, sheet)
        for number, column in enumerate(self.columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=column["header"],
                choices=[("", _("not used")), *fields_to_choose()],
                initial=column["field"] or "",
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def _add_sheet(self, number: int, sheet: dict[str, Any]) -> None:
        self.fields[f"sheet_{number}"] = forms.BooleanField(
            label=_("Import this sheet"),
            initial=self.answers.sheets.get(sheet["name"], sheet["used"]),
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        )
        code = self.answers.places.get(sheet["name"]) or sheet.get("place_proposed", "")
        self.fields[f"place_{number}"] = forms.CharField(
            label=_("Township or village of this sheet"),
            initial=self.places.words_of(code),
            required=False,
            help_text=_("Only where no column says it: the township, or township and village, parted by a blank."),
            widget=forms.TextInput(attrs={"list": "places", "autocomplete": "off", "class": "form-control"}),
        )

    def rows_of(self) -> Iterator[dict[str, Any]]:
        """Each sheet with its fields and those of its columns, for the page."""
        for number, sheet in enumerate(self.sheets):
            yield {
                "sheet": sheet,
                "use": self[f"sheet_{number}"],
                "place": self[f"place_{number}"],
                "columns": [
                    {"column": column, "field": self[f"column_{i}"]}
                    for i, column in enumerate(self.columns)
                    if column["sheet"] == sheet["name"]
                ],
            }

    def clean(self) -> dict[str, Any]:
        """What answers.answer() takes: `columns`, `sheets`, `places`, `year`."""
        given = super().clean() or {}
        columns: dict[str, dict[str, str]] = {}
        for number, column in enumerate(self.columns):
            field = given.get(f"column_{number}", "")
            taken = columns.setdefault(column["sheet"], {})
            if field and field in taken.values():
                self.add_error(f"column_{number}", _("Another column feeds this field. Choose one of them."))
            taken[column["column"]] = field
        sheets = {sheet["name"]: bool(given.get(f"sheet_{i}")) for i, sheet in enumerate(self.sheets)}
        if self.sheets and not any(sheets.values()):
            raise forms.ValidationError(_("Choose at least one sheet."))
        return {"columns": columns, "sheets": sheets, "places": self._places(given), "year": given.get("year")}

    def _places(self, given: dict[str, Any]) -> dict[str, str]:
        found = {}
        for number, sheet in enumerate(self.sheets):
            words = given.get(f"place_{number}", "").strip()
            code = self.places.code_of(words) if words else ""
            if words and not code:
                self.add_error(f"place_{number}", _("No such place. Choose one of the list."))
            elif code:
                found[sheet["name"]] = code
        return found


class MendForm(forms.Form):
    """Another value for one cell of the file."""

    sheet = forms.CharField(max_length=100, widget=forms.HiddenInput)
    row = forms.IntegerField(min_value=1, max_value=2_000_000, widget=forms.HiddenInput)
    field = forms.CharField(max_length=30, widget=forms.HiddenInput)
    value = forms.CharField(label=gettext_lazy("Right value"), max_length=200, required=False, strip=True)
