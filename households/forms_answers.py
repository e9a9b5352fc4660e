"""Forms of the questions that an import asks: which column, which place, which sheets; a mended cell; a note."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from households.models import RosterImport
from households.roster.answers import fields_to_choose
from households.roster.headers import INCOME_TOTALS, PLACE_FIELDS, TAKEN
from households.roster.places import Places
from households.roster.rows import Answers

SETTLES_PLACE = "village_code"  # a column that says township and village at once


class AnswersForm(forms.Form):
    """Each sheet: taken or not, its place if no column has it; each column: the field that it feeds.

    The file's columns and sheets come from the report of its check; two columns of one person or year can't feed one
    field. `asked_of` tells the questions that a page showed: after another check they may be other ones.
    """

    year = forms.TypedChoiceField(
        label=gettext_lazy("Income year"), coerce=int, empty_value=None, required=False,
        help_text=gettext_lazy(
            "Taken if the file has no income-year column, or has income columns of several years."
        ),
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    asked_of = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, roster_import: RosterImport, answers: Answers, places: Places, years: list[int]
    ) -> None:
        self.places, self.answers = places, answers
        report = roster_import.report
        self.columns = report.get("columns", [])
        self.sheets = [s for s in report.get("sheets", []) if s["header_rows"]]
        self.questions = _digest(self.sheets, self.columns)
        super().__init__(data, initial={"year": roster_import.year, "asked_of": self.questions})
        self.fields["year"].choices = [("", _("Stated in the file")), *((y, str(y)) for y in years)]  # type: ignore[attr-defined]
        for number, sheet in enumerate(self.sheets):
            self._add_sheet(number, sheet)
        for number, column in enumerate(self.columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=column["header"],
                choices=[("", _("not used")), *fields_to_choose()],
                initial=_fed_by(column),
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    @property
    def is_outdated(self) -> bool:
        """Whether it was filled in before another check, which may ask other things."""
        return self.is_bound and self.data.get("asked_of", self.questions) != self.questions

    def _add_sheet(self, number: int, sheet: dict[str, Any]) -> None:
        self.fields[f"sheet_{number}"] = forms.BooleanField(
            label=_("Import this sheet"),
            initial=self.answers.sheets.get(sheet["name"], sheet["used"]),
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        )
        code = self.answers.places.get(sheet["name"]) or sheet.get("place_proposed", "")
        usual = _("Only where no column says it: the township, or township and village, parted by a blank.")
        asked = _("No column says it. Enter the township, or township and village, parted by a blank.")
        self.fields[f"place_{number}"] = forms.CharField(
            label=_("Township or village of this sheet"),
            initial=self.places.words_of(code),
            required=False,
            help_text=asked if sheet.get("place_question") else usual,
            widget=forms.TextInput(attrs={"list": "places", "autocomplete": "off", "class": "form-control"}),
        )

    def rows_of(self) -> Iterator[dict[str, Any]]:
        """Each sheet with its fields and those of its columns, for the page; `asks_place` if that must be said."""
        for number, sheet in enumerate(self.sheets):
            yield {
                "sheet": sheet,
                "asks_place": sheet.get("place_question"),
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
        fed, years = set(), set()
        for number, column in enumerate(self.columns):
            field = given.get(f"column_{number}", "")
            key = (column["sheet"], field, column.get("part", 0), column.get("year", 0))
            if field and key in fed:
                self.add_error(f"column_{number}", _("Another column feeds this field. Choose one of them."))
            fed.add(key)
            years |= {column["year"]} if field in INCOME_TOTALS and column.get("year") else set()
            columns.setdefault(column["sheet"], {})[column["column"]] = field
        if len(years) > 1 and given.get("year") not in years:
            names = "、".join(map(str, sorted(years)))
            self.add_error("year", _("Choose which year's income is taken: %(years)s.") % {"years": names})
        sheets = {sheet["name"]: bool(given.get(f"sheet_{i}")) for i, sheet in enumerate(self.sheets)}
        if self.sheets and not any(sheets.values()):
            raise forms.ValidationError(_("Choose at least one sheet."))
        places = self._places(given, columns, sheets)
        return {"columns": columns, "sheets": sheets, "places": places, "year": given.get("year")}

    def _places(
        self, given: dict[str, Any], columns: dict[str, dict[str, str]], sheets: dict[str, bool]
    ) -> dict[str, str]:
        found = {}
        for number, sheet in enumerate(self.sheets):
            words, name = given.get(f"place_{number}", "").strip(), f"place_{number}"
            code = self.places.code_of(words) if words else ""
            asked = sheets[sheet["name"]] and sheet.get("place_question")
            lacking = _lacking(set(columns.get(sheet["name"], {}).values())) if asked else ()
            taken = code or sheet.get("place_proposed", "")  # a place left blank is as the file's or sheet's name says
            if words and not code:
                self.add_error(name, _("No such place. Choose one of the list."))
            elif lacking and not taken:
                self.add_error(name, _("Say the place here, or choose the column that says it."))
            elif "village" in lacking and SETTLES_PLACE not in self.places.standing_in(taken):
                self.add_error(name, _("No column says the village. Enter township and village."))
            if code:
                found[sheet["name"]] = code
        return found


def _lacking(fed: set[str]) -> set[str]:
    """Which of township and village no column says."""
    return set() if SETTLES_PLACE in fed else set(PLACE_FIELDS) - fed


def _fed_by(column: dict[str, Any]) -> str:
    """The field that a column feeds, or would in the year that its header names."""
    known = column.get("known", "") if column.get("year") else ""
    return column["field"] or (known if known in TAKEN else "")


def _digest(sheets: list[dict[str, Any]], columns: list[dict[str, Any]]) -> str:
    told = [[s["name"] for s in sheets], [[c["sheet"], c["column"], c["header"]] for c in columns]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


class MendForm(forms.Form):
    """Another value for one cell of the file: `letter` of its column, where several feed the field."""

    sheet = forms.CharField(max_length=100, widget=forms.HiddenInput)
    row = forms.IntegerField(min_value=1, max_value=2_000_000, widget=forms.HiddenInput)
    letter = forms.RegexField(r"^[A-Z]{1,3}$", required=False, widget=forms.HiddenInput)
    field = forms.CharField(max_length=30, widget=forms.HiddenInput)
    value = forms.CharField(label=gettext_lazy("Right value"), max_length=200, required=False, strip=True)


class NoteForm(forms.Form):
    """One note, which is not accepted (refused=1) or accepted again."""

    sheet = forms.CharField(max_length=100, widget=forms.HiddenInput)
    row = forms.IntegerField(min_value=1, max_value=2_000_000, widget=forms.HiddenInput)
    code = forms.CharField(max_length=30, widget=forms.HiddenInput)
    refused = forms.BooleanField(required=False, widget=forms.HiddenInput)
