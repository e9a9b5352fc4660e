"""What is said of an income sheet: refusals of a file, findings on its cells."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from households.roster.codes import FINDINGS as ROSTER

REFUSALS: dict[str, Promise] = {
    "file_encrypted": _("The file is protected by a password. Remove the password, save it and upload it again."),
    "file_damaged": _("The file is damaged. Open it in Excel or WPS, save it as a new xlsx file and upload that."),
    "file_type": _("This is no xlsx file. Upload the sheet as it was downloaded, filled in."),
    "file_xls": _(
        "This is an old xls file, the sheet was downloaded as xlsx. Open it in Excel or WPS, save it as xlsx and "
        "upload that."
    ),
    "file_text": _(
        "This is a csv or text file: what shows whose sheet it is was lost when it was saved so. Enter the figures in "
        "the xlsx that was downloaded and upload that."
    ),
    "file_too_big": _("The file is too large (at most %(limit)s). Upload the sheet as it was downloaded, filled in."),
    "file_unsafe": _("The file is not safe to open: unpacked it is too large. Download the sheet anew."),
    "file_empty": _("The file is empty. Choose another one."),
    "sheet_foreign": _("This is no income sheet of this system. Download it here, fill it in and upload that file."),
    "sheet_layout": _("The sheet is of another version of this system. Download it anew and fill that in."),
    "sheet_columns": _("Columns or hidden rows of the sheet were changed. Download it anew and fill that in."),
    "sheet_out_of_sight": _("The sheet is of a place that is not yours. Choose the sheet of your own place."),
    "sheet_year": _("The sheet is of the year %(theirs)s, but %(asked)s was chosen. Choose the year or the file anew."),
    "sheet_place": _("The sheet is of %(theirs)s, but %(asked)s was chosen. Choose the place or the file anew."),
    "sheet_older": _(
        "The sheet is an older version: one with newer data was downloaded on %(at)s by %(by)s. Fill in the newest one."
    ),
}  # fmt: skip

OWN: dict[str, Promise] = {
    "row_changed": _("The household code was changed, or the row is of another sheet. Download the sheet anew."),
    "row_twice": _("The household stands in the sheet twice, see row %(other)s. Keep one of the rows."),
    "household_unknown": _("There is no household with this code. Download the sheet anew."),
    "household_closed": _("The household is closed. Its income is not changed."),
    "household_moved": _("The household does not belong to this place any more. Its income is not changed here."),
    "statement_final": _("The income of this year is final. It is not changed."),
    "statement_changed": _(
        "The income of this year was changed since the sheet was downloaded. "
        "Compare it with the case file and correct it there, or download the sheet anew."
    ),
    "no_income": _("Enter at least one source of income, or the total."),
    "people_invalid": _("Enter a number of people from 1 to 30."),
    "definition_unknown": _("The definition is not among the options. Choose one from the list."),
}  # fmt: skip


class SheetRefused(Exception):
    """The file is not taken; str() says why in the reader's language."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def __str__(self) -> str:
        return _filled(REFUSALS[self.code], self.params)


def sentence(code: str, params: Mapping[str, object]) -> str:
    """What is wrong and what to do, in the active language."""
    return _filled(OWN.get(code) or ROSTER[code].sentence, params)


def _filled(text: Promise, params: Mapping[str, object]) -> str:
    return str(text) % params if params else str(text)
