"""Bytes → sheets of cells: type by content, limits before memory is spent."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable

from .apart import sheets_apart
from .ooxml import ERROR_WORDS, Problem, UnsafeFile, look_at_zip, marks_of_sheets
from .rows import Limits, Sheet, shortened
from .workbook import FileRefused, workbook_sheets

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET_LENGTH = 100  # of a sheet's name where tables keep it
ENCODINGS = ("utf-8-sig", "utf-8", "gb18030")
_SEPARATORS = ",\t;，"


def sheets_of(data: bytes, limits: Limits) -> list[Sheet]:
    """All sheets of an xlsx, xls, ods or csv file; FileRefused with a code of codes.REFUSALS."""
    if not data.strip(b"\0\t\r\n "):
        raise FileRefused("file_empty")
    look_at_upload(len(data), data[:16], limits)
    if data.startswith(b"PK"):
        sheets = _from_zip(data, limits)
    elif data.startswith(OLE):
        sheets = _from_ole(data, limits)
    else:
        sheets = [_from_text(data, limits)]
    for sheet in sheets:  # only a hand-made file and ods have long ones
        sheet.name = shortened(sheet.name, SHEET_LENGTH)
    return sheets


def look_at_upload(size: int, head: bytes, limits: Limits) -> None:
    """Refuse by its size and first bytes what need not be read: too large, a picture, a PDF."""
    if size > limits.file_bytes:
        raise FileRefused("file_too_big", limit=f"{limits.file_bytes // 2**20} MB")
    if head.startswith(_KNOWN_BINARIES):
        raise FileRefused("file_type")


def _from_zip(data: bytes, limits: Limits) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
                raise FileRefused("file_type")
            found = look_at_zip(archive, limits)
            if "xl/workbook.xml" not in names:
                return sheets_apart(data, limits)
            marks = marks_of_sheets(archive, found)
    except UnsafeFile as error:
        raise FileRefused(error.code, **error.params) from error
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, KeyError, NotImplementedError, RuntimeError) as error:
        raise FileRefused("file_damaged") from error
    except Exception as error:
        if type(error).__module__ in {"zlib", "_lzma", "lzma"}:  # zlib.error is a plain Exception
            raise FileRefused("file_damaged") from error
        raise
    sheets = workbook_sheets(data, limits)
    for sheet in sheets:
        if sheet.rows and sheet.name in marks:
            marks[sheet.name].apply(sheet)
    return sheets


def _from_ole(data: bytes, limits: Limits) -> list[Sheet]:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileRefused("file_encrypted")
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise FileRefused("file_type")
    return sheets_apart(data, limits)


def _from_text(data: bytes, limits: Limits) -> Sheet:
    text = _decoded(data)
    if text.lstrip().startswith(_MARKUP):
        raise FileRefused("file_type")
    separator = _separator(text)
    try:
        rows: list[list[object]] = [list(r) for r in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error as error:
        raise FileRefused("file_damaged") from error
    if max((len(r) for r in rows), default=0) < 2:
        raise FileRefused("file_type")
    if len(rows) > limits.rows:
        raise FileRefused("file_too_big", limit=f"{limits.rows:,} rows")
    if any(word in text for word in ERROR_WORDS):
        rows = [[Problem("cell_error") if v in ERROR_WORDS else v for v in row] for row in rows]
    return Sheet(name="csv", rows=rows)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(data, "utf-16")
    if b"\0" in data[:4096]:
        even = data[:4096:2].count(0)
        if even != data[1:4096:2].count(0) and data[:4096].count(0) > 3:
            return _strict(data, "utf-16-be" if even > data[1:4096:2].count(0) else "utf-16-le")
        raise FileRefused("file_type")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    if sum(b < 9 or 13 < b < 32 for b in data[:4096]) > 8:
        raise FileRefused("file_type")
    utf8, gb = (data.decode(e, errors="replace") for e in ("utf-8", "gb18030"))
    return min(utf8, gb, key=lambda text: text.count("\ufffd"))  # a few lost characters: found cell by cell


_KNOWN_BINARIES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"RIFF",
    b"II*\0",
)
_MARKUP = ("<", "{")  # a web page or XML called .xls, a text with styles


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise FileRefused("file_damaged") from error


def _separator(text: str) -> str:
    """The separator that the first lines agree on best; a comma if none does."""
    lines = [line for line in re.split(r"\r\n|\r|\n", text[:20_000]) if line.strip()][:20]
    return max(_SEPARATORS, key=lambda s: (sum(line.count(s) for line in lines), s == ","))


def non_blank(row: Iterable[object]) -> int:
    """How many cells of a row hold something."""
    return sum(1 for v in row if v is not None and v != "" and not (isinstance(v, str) and not v.strip()))
