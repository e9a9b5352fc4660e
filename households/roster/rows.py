"""What flows through the steps of a roster import: plain data, no model, no request.

What a large file holds by the ten thousands is a msgspec.Struct, made in a fifth of a frozen dataclass's time.
"""

import hashlib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec import field as struct_field

Severity = Literal["error", "warning"]
How = Literal["known", "remembered", "proposed", "unused"]
ERROR: Severity = "error"
WARNING: Severity = "warning"

KEY_LENGTH = 40  # of a household's key where tables keep it

CellRange = tuple[int, int, int, int]


def shortened(text: str, length: int) -> str:
    """The text; a longer one ends in a digest of the whole, so that two that only begin alike stay two."""
    if len(text) <= length:
        return text
    return f"{text[: length - 9]}…{hashlib.sha256(text.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost; asked before memory is spent."""

    file_bytes: int = 30_000_000
    unpacked_bytes: int = 600_000_000
    cells: int = 12_000_000
    rows: int = 250_000


@dataclass(slots=True)
class Sheet:
    """Cells of one sheet; row 0 of `rows` is row `first_row` as the spreadsheet shows it.

    `merged` holds (top, left, bottom, right), 0-based in `rows`, ends included.
    """

    name: str
    rows: list[list[object]]
    hidden: bool = False
    first_row: int = 1
    merged: tuple[CellRange, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not read at all; the sentence is made by codes.refusal_sentence()."""

    code: str
    params: MappingOf[str, str | int] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a cell, a row or (row None) the file. `value` is masked already.

    `household` is the key of the family that it concerns; one error rejects that family whole.
    """

    sheet: str
    row: int | None
    column: str
    field: str
    value: str
    code: str
    severity: Severity
    household: str = ""
    params: MappingOf[str, str | int] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet and the field it feeds; `unit` is 万元 where the header, or a line above it, says so.

    `known` is the field that the header means even if the import does not take it (a helper's name).
    """

    sheet: str
    letter: str
    index: int
    header: str
    field: str | None
    how: How
    unit: str = ""
    known: str = ""
    label: str = ""  # the lowest of several header texts; findings name it
    part: int = 0  # members side by side in a row: 0 the row's own columns, then 1, 2, …
    feeds: str = ""  # the field of the line where it is another one: 户主姓名 is the name in a row of a whole household
    relation: str = ""  # of the person whom the column holds, where its header says it: 配偶 of 配偶姓名
    year: int = 0  # that the header names: 2016 of 2016年家庭纯收入

    @property
    def target(self) -> str:
        """The field of a line that it feeds, "" for none."""
        return self.feeds or self.field or ""


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What became of a sheet; `why` is a code of codes.SHEET_REASONS when it was not used."""

    name: str
    used: bool
    header_rows: tuple[int, ...] = ()
    rows: int = 0
    why: str = ""
    fingerprint: str = ""
    place_proposed: str = ""  # code of the township or village that the sheet's or the file's name tells
    place_question: bool = False  # the township or village stands in no column and is not answered


@dataclass(frozen=True, slots=True)
class Mapping:
    """Mappings remembered by an admin: fingerprint of a header → {header as shown: field, "" for unused}."""

    by_fingerprint: MappingOf[str, MappingOf[str, str]] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """What an admin has answered about one file, kept as JSON on its RosterImport (`mapping`).

    `columns` by sheet and column letter: the field, "" for unused. `sheets`: False leaves a sheet out. `places` by
    sheet: the code of the township or village of a sheet that has no such column. `cells`: mended values by
    (sheet, row, field), or by the column's letter instead of the field: the only way where several columns feed one
    field (members side by side). `refused_codes`: warnings of these codes reject their household; `refused_notes`:
    those at (sheet, row, code).
    """

    accept_proposed: bool = False
    columns: MappingOf[str, MappingOf[str, str]] = made(default_factory=dict)
    sheets: MappingOf[str, bool] = made(default_factory=dict)
    places: MappingOf[str, str] = made(default_factory=dict)
    cells: MappingOf[tuple[str, int, str], str] = made(default_factory=dict)
    refused_codes: frozenset[str] = frozenset()
    refused_notes: frozenset[tuple[str, int, str]] = frozenset()

    def refuses(self, finding: Finding) -> bool:
        """Whether it is a note that somebody did not accept, by its kind or by itself."""
        if finding.severity != WARNING or not finding.household:
            return False
        by_itself = (finding.sheet, finding.row or 0, finding.code) in self.refused_notes
        return finding.code in self.refused_codes or by_itself


UNASKED = Answers()


@dataclass(frozen=True, slots=True)
class Helper:
    """The cadre whom a roster names for a household: 帮扶责任人, 单位, 职务, 联系电话; "" where not given."""

    name: str
    unit: str = ""
    post: str = ""
    phone: str = ""


class MemberRow(Struct, frozen=True, array_like=True, gc=False):
    """One person as the file has it; "" and None mean not given. `id_no` is normalised, 18 characters."""

    sheet: str
    row: int
    name: str
    id_no: str
    relation: str
    sex: str = ""
    birth_date: date | None = None
    education: str = ""
    health: tuple[str, ...] = ()
    labour: str = ""
    student_status: str = ""
    phone: str = ""
    disease: str = ""
    disability_no: str = ""
    no_id_reason: str = ""  # "roster" where the file gives no ID number
    part: int = 0  # of the columns that hold this person, where members stand side by side
    id_header: str = ""  # of the person's own ID number


class Income(Struct, frozen=True, array_like=True, gc=False):
    """A household's income of one year in yuan; None means not given.

    `stated_total` is 家庭可支配收入, else 家庭纯收入, else 年收入 / 家庭总收入: always the household's.
    `stated_other` is the stated figure of another definition; medical refunds are in no total.
    """

    wage: Decimal | None = None
    business: Decimal | None = None
    business_cost: Decimal | None = None
    property_income: Decimal | None = None
    transfer: Decimal | None = None
    stated_total: Decimal | None = None
    stated_other: Decimal | None = None
    medical_refund: Decimal | None = None
    definition: Literal["disposable", "net"] = "disposable"

    @property
    def has_source(self) -> bool:
        return not (self.wage is self.business is self.property_income is self.transfer is None)

    @property
    def total(self) -> Decimal | None:
        """The sum of the sources less the cost of business, else the stated total."""
        if not self.has_source:
            return self.stated_total
        total = Decimal()
        for amount in (self.wage, self.business, self.property_income, self.transfer):
            if amount is not None:
                total += amount
        return total - self.business_cost if self.business_cost else total


class Family(Struct, frozen=True, array_like=True, gc=False):
    """A household of the file. `code` is "" where the file has no (or an empty) 户编号; `key` is never empty.

    `village_code` is "" when the place was not found (then a finding rejects the family).
    `income` is None when all income cells are empty: the household is taken, without a statement.
    """

    key: str
    code: str
    sheet: str
    row: int
    township: str
    village: str
    village_code: str
    members: tuple[MemberRow, ...]
    rows: tuple[int, ...]
    attribute: str = ""
    main_cause: str = ""
    phone: str = ""
    address: str = ""
    bank_card: str = ""
    people: int = 0
    year: int | None = None
    income: Income | None = None
    guarantees: MappingOf[str, str] = struct_field(default_factory=dict)
    head_name: str = ""
    head_id_no: str = ""
    stated_people: int | None = None
    helper: Helper | None = None
    members_complete: bool = True  # False: the file has the head alone, whoever else lives there is not said

    @property
    def head(self) -> MemberRow | None:
        """The first member whose relation is head."""
        return next((m for m in self.members if m.relation == "head"), None)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, read and checked by itself (not yet against the database)."""

    file_name: str
    sha256: str
    sheets: tuple[SheetReading, ...] = ()
    columns: tuple[Column, ...] = ()
    families: tuple[Family, ...] = ()
    findings: tuple[Finding, ...] = ()
    rows: int = 0
    rows_skipped: int = 0
    refusal: Refusal | None = None

    @property
    def rejected_keys(self) -> frozenset[str]:
        """Keys of the families that one error or more rejects."""
        return frozenset(f.household for f in self.findings if f.severity == ERROR and f.household)

    @property
    def accepted(self) -> tuple[Family, ...]:
        """Families without an error."""
        rejected = self.rejected_keys
        return tuple(f for f in self.families if f.key not in rejected)
