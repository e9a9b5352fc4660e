"""The closed list of roster findings and refusals: severity, and a sentence that says what to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .rows import ERROR, WARNING, Finding, Refusal, Severity


@dataclass(frozen=True, slots=True)
class Code:
    """Severity of a code and its sentence with named placeholders."""

    severity: Severity
    sentence: Promise


FINDINGS: dict[str, Code] = {
    # ID numbers
    "id_missing": Code(ERROR, _("The ID number is missing; it is required. Enter it.")),
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
        WARNING, _("The birth date does not agree with the ID number (%(expected)s). The ID number is taken.")
    ),
    "id_sex_conflict": Code(WARNING, _("The sex does not agree with the ID number. The ID number is taken.")),
    "id_duplicate": Code(
        ERROR, _("The ID number is repeated, see %(other)s. Correct the wrong one or delete the repeated row.")
    ),
    "person_two_households": Code(
        ERROR, _("The same person is repeated in another household, see %(other)s. Keep the person in one of them.")
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
        WARNING, _("The number of people does not agree with the %(expected)s member rows. The rows are counted.")
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
    "not_eligible": Code(
        WARNING, _("The income is at or over the income line (%(line)s yuan). The household will wait for a decision.")
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
    "text_too_long": Code(WARNING, _("The text is too long; the first %(limit)s characters are taken.")),
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
        WARNING, _("The number of people is not a whole number from 1 to 30. The rows are counted.")
    ),
    # Household
    "household_no_missing": Code(
        ERROR, _("The 户编号 is missing; it is required. Enter it on each row of the household.")
    ),
    "household_no_invalid": Code(ERROR, _("The 户编号 is not valid. Enter at most %(limit)s letters and digits.")),
    "household_conflict": Code(
        ERROR, _("The rows of this household (户编号) differ here: %(other)s. Enter the same value on all of them.")
    ),
    "household_no_shared": Code(
        ERROR, _("Two households share this 户编号, see %(other)s. Give each household its own.")
    ),
    "household_closed": Code(
        ERROR, _("The household %(code)s is closed in the system. Remove it from the file, or ask the district.")
    ),
    "matched_by_head": Code(
        WARNING, _("This 户编号 is not known; by the ID number of the head it is household %(code)s, which is updated.")
    ),
    # Cells and the file
    "formula_no_value": Code(
        ERROR, _("The cell holds a formula without a result. Open the file in Excel, save it, or enter the value.")
    ),
    "cell_error": Code(ERROR, _("The cell holds an error value. Correct the formula or enter the value.")),
    "hidden_data": Code(WARNING, _("The row is hidden in the file; it is imported like the others.")),
}

REFUSALS: dict[str, Promise] = {
    "file_encrypted": _("The file is protected by a password. Remove the password, save it and upload it again."),
    "file_damaged": _("The file is damaged. Open it in Excel or WPS, save it as a new xlsx file and upload that."),
    "file_type": _("This file format cannot be read. Save the roster as xlsx and upload it again."),
    "file_too_big": _("The file is too large (at most %(limit)s). Split it by township and upload the parts."),
    "file_unsafe": _("The file is not safe to open: unpacked it is too large. Save the roster as a new xlsx file."),
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
    "year_missing": _("The file has no income year (年度) column. Say which year its income belongs to."),
}

SHEET_REASONS: dict[str, Promise] = {
    "hidden": _("hidden sheet, not imported"),
    "empty": _("empty sheet"),
    "no_header": _("no header row found"),
    "other_table": _("another table, not a roster"),
    "not_a_table": _("not a table of cells"),
}


def severity_of(code: str) -> Severity:
    """The usual severity of a code; a check may find a milder one (a row repeated whole)."""
    return FINDINGS[code].severity


def sentence(finding: Finding) -> str:
    """What is wrong and what to do, in the active language."""
    return _filled(FINDINGS[finding.code].sentence, finding.params)


def kind_label(code: str) -> str:
    """What findings of this code have in common, in a few words: the first sentence, without its figures."""
    text = re.sub(r"[（(][^（）()]*%\(\w+\)s[^（）()]*[）)]", "", str(FINDINGS[code].sentence))
    return re.split(r"[。，；.;,:：(（]", re.sub(r"%\(\w+\)s", "…", text))[0].strip()


def refusal_sentence(refusal: Refusal) -> str:
    """Why the file is not read and what to do, in the active language."""
    return _filled(REFUSALS[refusal.code], refusal.params)


def sheet_reason(why: str) -> str:
    """Why a sheet was not used, in the active language; "" for a used one."""
    return str(SHEET_REASONS[why]) if why else ""


def _filled(text: Promise, params: Mapping[str, str | int]) -> str:
    return str(text) % params if params else str(text)
