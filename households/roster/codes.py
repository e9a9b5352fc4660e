"""The closed list of roster findings and refusals: severity, and a sentence that says what to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .rows import ERROR, WARNING, Finding, Refusal, Severity

PLACE_MARK = "!"  # parts sheet and row in a parameter


@dataclass(frozen=True, slots=True)
class Code:
    """Severity of a code and its sentence with named placeholders."""

    severity: Severity
    sentence: Promise


FINDINGS: dict[str, Code] = {
    # ID numbers
    "id_missing": Code(WARNING, _("The ID number is missing; it is required. Enter it.")),
    "id_length": Code(ERROR, _("An ID number has 18 characters, this one has %(length)s. Correct it.")),
    "id_15_digit": Code(
        ERROR, _("This is an old ID number of 15 digits. Enter the 18-digit number of the person's present card.")
    ),
    "id_chars": Code(ERROR, _("An ID number has 18 digits, only the last may be X. Remove other characters.")),
    "id_date": Code(ERROR, _("The date in the ID number does not exist. Compare digits 7 to 14 with the card.")),
    "id_checksum": Code(ERROR, _("The check digit of the ID number is wrong. Compare the number with the card.")),
    "id_precision_lost": Code(
        ERROR,
        _(
            "The number is stored as a number, its last digits are lost. "
            "Set the column to text format and enter it again."
        ),
    ),
    "id_birth_conflict": Code(
        WARNING,
        _(
            "The birth date does not agree with the ID number; that of the number (%(expected)s) is taken. "
            "Compare both with the card and correct the wrong one."
        ),
    ),
    "id_sex_conflict": Code(
        WARNING,
        _(
            "The sex does not agree with the ID number; that of the number is taken. "
            "Compare both with the card and correct the wrong one."
        ),
    ),
    "id_duplicate": Code(
        ERROR, _("The ID number is repeated, see %(other)s. Correct the wrong one or delete the repeated row.")
    ),
    "person_two_households": Code(
        ERROR, _("The same person is repeated in another household, see %(other)s. Keep the person in one of them.")
    ),
    "id_conflict": Code(
        ERROR,
        _(
            "This person stands in the case file with another ID number (%(other)s). "
            "Compare both with the card and correct the case file or the roster."
        ),
    ),
    # Heads and people
    "head_missing": Code(ERROR, _("The household has no head. Give one member the relation 户主.")),
    "head_two": Code(ERROR, _("The household has %(count)s heads. Only one member may have the relation 户主.")),
    "head_name_conflict": Code(
        WARNING, _("The column of the head's name does not agree with the member who is head (%(expected)s).")
    ),
    "head_id_conflict": Code(
        WARNING, _("The column of the head's ID number does not agree with the member who is head (户主).")
    ),
    "size_mismatch": Code(
        WARNING,
        _(
            "The number of people does not agree with the %(expected)s member rows; the rows are counted. "
            "Correct the number, or add or delete member rows."
        ),
    ),
    # Money
    "income_sum": Code(
        WARNING, _("The income total does not agree with the sum of its parts (%(expected)s yuan). Check the figures.")
    ),
    "money_negative": Code(ERROR, _("The amount is negative. Enter 0 or more; costs have a column of their own.")),
    "money_not_number": Code(ERROR, _("The amount is not in number format. Enter digits only.")),
    "money_unit": Code(WARNING, _("The unit is 万元; %(taken)s yuan is taken. Check that this is meant.")),
    "money_decimals": Code(ERROR, _("The amount has more than two decimals. Enter it in yuan with two decimals.")),
    "money_too_large": Code(ERROR, _("The amount is too large for one household. Check the unit (元 or 万元).")),
    "income_is_per_head": Code(
        ERROR, _("This income is per head. Add a column with the income of the household (家庭纯收入).")
    ),
    "income_missing": Code(
        WARNING,
        _(
            "The income is missing: the new household is taken without an income statement. "
            "Fill in the income, or enter the statement afterwards."
        ),
    ),
    "not_eligible": Code(
        WARNING,
        _(
            "The household's income of %(total)s yuan is at or over the income line (%(line)s yuan). "
            "It will wait for a decision; check the income and the number of people."
        ),
    ),
    "statement_final": Code(
        ERROR, _("The income of %(year)s is final (年度). A roster does not change it; ask the district.")
    ),
    # Places
    "township_unknown": Code(ERROR, _("The township is not known. Enter its name as in the list of townships.")),
    "village_unknown": Code(ERROR, _("The village is not known. Enter its name as in the list of villages.")),
    "village_not_in_township": Code(
        ERROR, _("The village is not in this township; there is one of that name in %(expected)s. Correct the place.")
    ),
    "township_from_village": Code(
        WARNING, _("The township is empty; the village decides: %(expected)s. Fill in the township.")
    ),
    # Names, texts, dates, codes
    "name_missing": Code(ERROR, _("The name is missing; it is required. Enter it.")),
    "name_chars": Code(ERROR, _("The name has characters that no name has. Enter only the name.")),
    "name_length": Code(WARNING, _("The name has %(length)s characters, usual are 2 to 20. Check the name.")),
    "name_too_long": Code(ERROR, _("The name has %(length)s characters, that is too long. Enter only the name.")),
    "text_too_long": Code(WARNING, _("The text is too long; the first %(limit)s characters are taken. Shorten it.")),
    "encoding_lost": Code(
        ERROR, _("Characters are lost (wrong encoding). Enter the text again, or save the file as xlsx or UTF-8.")
    ),
    "date_invalid": Code(WARNING, _("The date is not valid and is not taken. Enter it like 2017-09-03.")),
    "date_future": Code(WARNING, _("The date lies in the future and is not taken. Correct it.")),
    "year_invalid": Code(ERROR, _("The year is missing or not valid. Enter four digits, like 2017.")),
    "code_unknown": Code(WARNING, _("The value is not among the options and is not taken. Options: %(options)s.")),
    "relation_unknown": Code(
        WARNING, _("The relation is not among the options; 其他 is taken. Enter a usual word like 配偶 or 之子.")
    ),
    "phone_invalid": Code(
        WARNING, _("The phone number is not valid and is not taken. Enter 11 digits, or 0xx-xxxxxxx.")
    ),
    "card_invalid": Code(
        WARNING, _("The bank card number is not valid and is not taken. Enter 12 to 19 digits as text.")
    ),
    "card_checksum": Code(WARNING, _("The check digit of the bank card number is wrong. Compare it with the card.")),
    "people_invalid": Code(
        WARNING,
        _("The number of people is not a whole number from 1 to 30; the rows are counted. Enter digits only."),
    ),
    # Household
    "household_no_missing": Code(
        ERROR, _("The household code is missing; it is required. Enter it on each row of the household.")
    ),
    "household_no_invalid": Code(
        ERROR, _("The household code is not valid. Enter at most %(limit)s letters, digits and hyphens.")
    ),
    "household_conflict": Code(
        ERROR,
        _("The rows of this household (household code) differ here: %(other)s. Enter the same value on all of them."),
    ),
    "several_years": Code(
        ERROR,
        _(
            "The same household stands in the file for another income year (年度) too, see %(other)s. "
            "Upload each year as a file of its own."
        ),
    ),
    "household_no_shared": Code(
        ERROR, _("Two households share this household code, see %(other)s. Give each household its own.")
    ),
    "household_closed": Code(
        ERROR, _("The household %(code)s is closed in the system. Remove it from the file, or ask the district.")
    ),
    "matched_by_head": Code(
        WARNING,
        _(
            "This household code is not known; by the ID number of its head the household is %(code)s and is taken "
            "for that. Check the household code."
        ),
    ),
    "matched_by_members": Code(
        WARNING, _("By its other members this is household %(code)s with another head. Check that this is meant.")
    ),
    "head_namesake": Code(
        WARNING,
        _(
            "The head has the name of the head of household %(code)s in this village, whom the file does not have, but "
            "another ID number. If it is the same person, correct the roster or the case file before you import it."
        ),
    ),
    # Cells and the file
    "formula_no_value": Code(
        ERROR, _("The cell holds a formula without a result. Open the file in Excel, save it, or enter the value.")
    ),
    "cell_error": Code(ERROR, _("The cell holds an error value. Correct the formula or enter the value.")),
    "hidden_data": Code(
        WARNING,
        _("The row is hidden in the file; it is imported like the others. If that is not meant, delete it."),
    ),
    "filled_down": Code(
        WARNING,
        _(
            "On %(count)s rows this column is blank below a household's first row; "
            "the value of the first row is taken. Check that this is meant."
        ),
    ),
    "column_unused": Code(WARNING, _("The column is not used: its header is not known. Say what it is, or leave it.")),
    "not_in_file": Code(
        WARNING,
        _("%(count)s households of these townships are in the system but not in the file. They stay as they are."),
    ),
    "place_proposed": Code(
        WARNING,
        _("No column names the place; %(expected)s is taken from the sheet's name, the title or the file's name."),
    ),
    "date_ambiguous": Code(
        WARNING, _("The date can be read in two ways and is not taken. Enter it with the year first, like 2017-09-03.")
    ),
}

REFUSALS: dict[str, Promise] = {
    "file_encrypted": _("The file is protected by a password. Remove the password, save it and upload it again."),
    "file_damaged": _("The file is damaged. Open it in Excel or WPS, save it as a new xlsx file and upload that."),
    "file_type": _("This file format cannot be read. Save the roster as xlsx and upload it again."),
    "file_too_big": _("The file is too large (at most %(limit)s). Split it by township and upload the parts."),
    "file_unsafe": _(
        "The file is not safe to open: unpacked it is too large. Save the roster as a new xlsx file and upload that."
    ),
    "file_empty": _("The file is empty. Choose the file that holds the roster."),
    "header_not_found": _(
        "No header row (表头) was found. Put one row with 姓名, 证件号码, 与户主关系 … above the data."
    ),
    "column_missing": _("A column is missing: %(header)s (sheet %(sheet)s). Add it and upload the file again."),
    "column_ambiguous": _(
        "Columns %(columns)s of sheet %(sheet)s could both be %(header)s. Rename or delete one of the columns."
    ),
    "header_proposed": _(
        "Header “%(written)s” (column %(columns)s of sheet %(sheet)s) is close to %(header)s. "
        "Correct the header, or accept the proposal."
    ),
    "township_unknown": _(
        "No column of sheet %(sheet)s names the township or village; %(expected)s seems to be meant, by the sheet's "
        "name, the title or the file's name. Say whether it is so, or add the columns 乡(镇) and 行政村."
    ),
    "year_several": _(
        "Sheet %(sheet)s has income columns of several years (年度): %(years)s. Say which year is taken; "
        "for another year upload the file once more."
    ),
    "year_missing": _("The file has no income year (年度) column. Say which year its income belongs to."),
}

# Other sentences of a code, by the parameter "why".
VARIANTS: dict[tuple[str, str], Promise] = {
    ("township_unknown", "missing"): _("The township is missing and the village does not decide it. Enter it."),
    ("village_unknown", "missing"): _("The village is missing; it is required. Enter it."),
    ("relation_unknown", "missing"): _("The relation is missing; 其他 is taken. Enter a usual word like 配偶 or 之子."),
    ("household_no_invalid", "id_no"): _("An ID number is no household code. Enter the code of the household."),
    ("household_no_shared", "stored"): _(
        "In the system this household code is that of %(other)s, and nobody of that household stands here with the "
        "same ID number. Correct the code, or the ID numbers."
    ),
    ("household_conflict", "code"): _(
        "The row has another household code than the household above it, whose member it seems to be. Enter the same "
        "code; if it is a household of its own, enter its head."
    ),
    ("income_sum", "stored"): _(
        "The income of the file (%(total)s yuan) is not what the figures in the system come to (%(expected)s yuan). "
        "Those count, and a draft stays a draft. Correct the file or the statement."
    ),
    ("file_unsafe", "external"): _(
        "The file is not safe to open: it holds definitions (DTD) that can refer to other files. "
        "Save the roster as a new xlsx file and upload that."
    ),
    ("file_empty", "no_rows"): _(
        "The file is empty: there is no row of data below the header. Fill in the roster and upload it again."
    ),
}

SHEET_REASONS: dict[str, Promise] = {
    "hidden": _("hidden sheet, not imported"),
    "empty": _("empty sheet"),
    "no_header": _("no header row found"),
    "other_table": _("another table, not a roster"),
    "not_a_table": _("not a table of cells"),
    "left_out": _("left out by your answer"),
}


def severity_of(code: str) -> Severity:
    """The usual severity of a code; a check may find a milder one (a row repeated whole)."""
    return FINDINGS[code].severity


def sentence(finding: Finding, moved: Mapping[tuple[str, int], int] | None = None) -> str:
    """What is wrong and what to do, in the active language.

    `moved`: the row in a file made of this one for each (sheet, row) that it holds; of others the old place is named.
    """
    params = dict(finding.params)
    sheet, mark, row = str(params.get("other", "")).rpartition(PLACE_MARK)
    if mark and row.isdecimal():
        params["other"] = _place(sheet, int(row), moved)
    return _filled(_sentence_of(finding.code, params, FINDINGS[finding.code].sentence), params)


def _place(sheet: str, row: int, moved: Mapping[tuple[str, int], int] | None) -> str:
    place = {"sheet": sheet, "row": row if moved is None else moved.get((sheet, row), row)}
    if moved is None or (sheet, row) in moved:
        return gettext("%(sheet)s, row %(row)s") % place
    return gettext("%(sheet)s, row %(row)s of the original file") % place


def place_of(sheet: str, row: int) -> str:
    """The parameter `other` for a row of the file; sentence() puts it into words."""
    return f"{sheet}{PLACE_MARK}{row}"


def _sentence_of(code: str, params: Mapping[str, str | int], usual: Promise) -> Promise:
    return VARIANTS.get((code, str(params.get("why", ""))), usual)


def kind_label(code: str) -> str:
    """What findings of this code have in common, in a few words: the first sentence, without its figures."""
    text = re.sub(r"[（(][^（）()]*%\(\w+\)s[^（）()]*[）)]", "", str(FINDINGS[code].sentence))
    return re.split(r"[。，；.;,:：(（]", re.sub(r"%\(\w+\)s", "…", text))[0].strip()


def refusal_sentence(refusal: Refusal) -> str:
    """Why the file is not read and what to do, in the active language."""
    return _filled(_sentence_of(refusal.code, refusal.params, REFUSALS[refusal.code]), refusal.params)


def sheet_reason(why: str) -> str:
    """Why a sheet was not used, in the active language; "" for a used one."""
    return str(SHEET_REASONS[why]) if why else ""


def _filled(text: Promise, params: Mapping[str, str | int]) -> str:
    return str(text) % params if params else str(text)
