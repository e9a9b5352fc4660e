"""A filled-in sheet: bytes → whose it is and what was given. Type and limits first; nothing of the database."""

import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from dataclasses import field as made
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from households.roster import cells
from households.roster.files import FileRefused, look_at_upload, sheets_of
from households.roster.ooxml import Problem
from households.roster.rows import Limits, Sheet

from .codes import SheetRefused
from .layout import GIVEN, HIDDEN_SHEET, KEYS_ROW, MARK, MOST_PEOPLE, SIGNED, VERSION, definitions, row_token

# A township has some 500 households; a request reads the file, so that less is allowed than of a roster.
LIMITS = Limits(file_bytes=5 * 2**20, unpacked_bytes=60 * 2**20, cells=400_000, rows=10_000)
NEEDED = {"code", "row", *GIVEN}  # keys of columns
ZIP = b"PK"
OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a cell, or (field "") about a household. An error leaves the household out whole."""

    sheet: str
    row: int
    column: str  # letter as the spreadsheet shows it, "" for the row
    field: str
    value: str
    code: str
    household: str
    error: bool = True
    params: dict[str, Any] = made(default_factory=dict)


@dataclass(slots=True)
class Given:
    """A row: the household's code and the cells that hold something, as text; amounts with two decimals."""

    sheet: str
    row: int
    code: str
    known: bool  # whether the row belongs to this sheet
    values: dict[str, str] = made(default_factory=dict)
    findings: list[Finding] = made(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Given":
        return cls(**{**data, "findings": [Finding(**one) for one in data["findings"]]})


@dataclass(frozen=True, slots=True)
class Filled:
    """A file that is one of our sheets: its token and its table, not yet read."""

    token: str
    table: Sheet
    places: dict[str, int]  # key → column


def look_at(size: int, head: bytes) -> None:
    """SheetRefused by its size and first bytes for what need not be read."""
    try:
        look_at_upload(size, head, LIMITS)
    except FileRefused as refused:
        raise SheetRefused(refused.refusal.code, **refused.refusal.params) from refused
    if head and not head.startswith((ZIP, OLE)):
        raise SheetRefused("file_text" if _is_text(head) else "file_type")


def _is_text(head: bytes) -> bool:
    """A csv, or the text that a spreadsheet saves; a web page is none."""
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") or (min(head) > 8 and not head.lstrip().startswith((b"<", b"{")))


def open_file(data: bytes) -> Filled:
    """The token and the table of a file; SheetRefused if it is none of our sheets."""
    look_at(len(data), data[:16])
    try:
        sheets = sheets_of(data, LIMITS)
    except FileRefused as refused:
        raise SheetRefused(refused.refusal.code, **refused.refusal.params) from refused
    if data.startswith(OLE):
        raise SheetRefused("file_xls")
    mark, version, token = _hidden(data, sheets)
    if mark != MARK or not token:
        raise SheetRefused("sheet_foreign")
    if version != VERSION:
        raise SheetRefused("sheet_layout")
    for table in sheets:  # somebody may have put a sheet of notes beside it
        keys = [cells.text(value) for value in table.rows[KEYS_ROW]] if len(table.rows) > KEYS_ROW else []
        places = {key: place for place, key in enumerate(keys) if key}
        if places.keys() >= NEEDED and len(places) == sum(map(bool, keys)):
            return Filled(token, table, places)
    raise SheetRefused("sheet_columns")


def _hidden(data: bytes, sheets: list[Sheet]) -> tuple[str, str, str]:
    """What the hidden sheet says; the reader of rosters leaves such sheets out. Its size was looked at before."""
    if data.startswith(ZIP) and any(sheet.name == HIDDEN_SHEET for sheet in sheets):
        try:
            rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(HIDDEN_SHEET).to_python(nrows=1)
        except CalamineError:  # pragma: no cover - sheets_of has read the same bytes
            rows = []
        if rows and len(rows[0]) >= 3:
            mark, version, token = (cells.text(value) for value in rows[0][:3])
            return mark, version, token
    return "", "", ""


def rows_of(filled: Filled) -> Iterator[Given]:
    """Each household of the file with what was given; findings of its cells beside it."""
    words = definitions()
    for number, row in enumerate(filled.table.rows[KEYS_ROW + 1 :], start=filled.table.first_row + KEYS_ROW + 1):
        at = {key: row[place] if place < len(row) else None for key, place in filled.places.items()}
        code, token = cells.text(at["code"]), cells.text(at["row"])
        raw = {name: at[name] for name in GIVEN if _holds(at[name])}
        if not code and not token and not raw:
            continue
        given = Given(filled.table.name, number, code, known=token == row_token(filled.token, code))
        for name, value in raw.items():
            cell = _parsed(name, value, words)
            if cell.value is not None:
                given.values[name] = str(cell.value)
            if cell.code:
                given.findings.append(_finding(given, name, value, cell, filled.places[name]))
        yield given


def _holds(value: object) -> bool:
    return value is not None and (isinstance(value, Problem) or cells.text(value) != "")


def _parsed(name: str, value: object, words: dict[str, str]) -> cells.Cell:
    if isinstance(value, Problem):
        return cells.Cell(code=value.code)
    if name == "definition":
        found = words.get(cells.text(value))
        return cells.Cell(found) if found else cells.Cell(code="definition_unknown")
    if name == "people":
        text = cells.text(value)
        good = text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_PEOPLE
        return cells.Cell(int(text)) if good else cells.Cell(code="people_invalid")
    return cells.money(value, signed=name in SIGNED)


def _finding(given: Given, name: str, value: object, cell: cells.Cell, place: int) -> Finding:
    return Finding(
        given.sheet, given.row, letters(place), name, cells.text(value)[:100], cell.code, given.code,
        error=cell.value is None, params=dict(cell.params),
    )  # fmt: skip


def letters(place: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def value_of(name: str, text: str) -> Any:
    """A given value as the statement has it."""
    if name == "definition":
        return text
    return int(text) if name == "people" else Decimal(text)
