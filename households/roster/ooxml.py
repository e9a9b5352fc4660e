"""A first look into a zipped workbook: is it safe to unpack, and what python-calamine does not tell.

calamine allocates width × height of a sheet's used area at once and ends the process if it can't, and it
gives an empty cell for an error value and for a formula without a result. So the sheets' XML is read once
as a stream (0.03 s for the district): sizes are counted, not believed, and marks are collected.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast
from xml.etree.ElementTree import ParseError, XMLParser

from .rows import Limits, Sheet

ERROR_WORDS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})  # as text, too
CHUNK = 1 << 20
OVERLAP = 512  # a cell's opening tag that lies across two chunks

# (r= comes before what looks behind: a pattern that begins with a fixed text is searched 5 times as fast)
# (an empty row costs nothing: some writers end each sheet with the last possible one)
_FAR = re.compile(
    rb"""r=(?<!\wr=)["'](?:([A-Z]{3}|[D-Z][A-Z])(\d+)|[A-Z]{1,3}(\d{6,})["']|(\d{6,})["']"""
    rb"""(?![^>]*(?:/>|></(?:\w+:)?row>)))"""
)
# Some writers put a prefix before each name: <x:c r="A1">, some another attribute before r. So what is rare is searched
# for first, then the tag around it. An empty text (t="str") is a formula's result too: =IF(A2="","",…).
_ERROR = re.compile(rb"""t="e"(?<=\st="e")""")
_EMPTY_FORMULA = re.compile(
    rb"""r=(?<=\sr=)["'][A-Z]+\d+["'][^>]*>"""
    rb"""<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"""
)
_HIDDEN = re.compile(rb"""hidden=["'](?:1|true)["']""")
_CELL = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*\s)?r=["']([A-Z]+)(\d+)["'][^>]*\Z""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*\s)?r=["'](\d+)["'][^>]*\Z""")
_TEXT = re.compile(rb"""\st=["']str["']""")


class UnsafeFile(Exception):
    """The archive would cost more than the limits, or is locked."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Problem:
    """Stands in a cell whose value could not be read; `code` is a finding's."""

    code: str

    def __str__(self) -> str:
        return "#"


@dataclass(slots=True)
class XlsxMarks:
    """Cells and rows of a sheet that need a finding; rows as the spreadsheet counts them."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)

    def collect(self, piece: bytes) -> None:
        """Note error cells, formulas without a result and hidden rows in a piece of the sheet's XML."""
        if b't="e"' in piece:
            self.cells |= {_place(cell): "cell_error" for _tag, cell in _tags(_ERROR, _CELL, piece)}
        if b"<f" in piece or (b"<row" not in piece and b":f" in piece):  # with a prefix
            found = _tags(_EMPTY_FORMULA, _CELL, piece)
            self.cells |= {_place(cell): "formula_no_value" for tag, cell in found if not _TEXT.search(tag)}
        if b"hidden=" in piece:
            self.hidden_rows |= {int(row[1]) for _tag, row in _tags(_HIDDEN, _ROW, piece)}

    def apply(self, sheet: Sheet) -> None:
        """Put a Problem where the reader left an empty cell; note hidden rows."""
        for (row, column), code in self.cells.items():
            if row - 1 < len(sheet.rows) and column < len(sheet.rows[row - 1]) and sheet.rows[row - 1][column] == "":
                sheet.rows[row - 1][column] = Problem(code)
        sheet.hidden_rows = frozenset(self.hidden_rows)


def look_at_zip(archive: zipfile.ZipFile, limits: Limits) -> dict[str, XlsxMarks]:
    """The marks of each part of the archive by its path.

    UnsafeFile or BadZipFile if the archive lies about its sizes, is too large, locked or damaged.
    """
    infos = archive.infolist()
    if any(info.flag_bits & 1 for info in infos):
        raise UnsafeFile("file_encrypted")
    if len(infos) > 5_000 or sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise UnsafeFile("file_unsafe")
    if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnsafeFile("file_encrypted")
    left = limits.unpacked_bytes
    marks: dict[str, XlsxMarks] = {}
    for info in infos:
        if info.filename.endswith((".xml", ".bin", ".rels")):
            size, marks[info.filename] = _look_at_entry(archive, info, left, limits)
            left -= size
    return marks


def _look_at_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, limits: Limits) -> tuple[int, XlsxMarks]:
    """(its size unpacked, counted, its marks); UnsafeFile if that is more than is left, or a cell lies too far out."""
    rows = columns = size = 0
    marks = XlsxMarks()
    for piece in _pieces(archive, info):
        size += len(piece)
        if b"<!ENTITY" in piece or b"<!DOCTYPE" in piece:
            raise UnsafeFile("file_unsafe", why="external")
        if size > left:
            raise UnsafeFile("file_unsafe")
        for column, row, far, bare in _FAR.findall(piece):
            rows, columns = max(rows, int(row or far or bare)), max(columns, _column(column) if column else 0)
        marks.collect(piece)
    if rows > limits.rows or max(rows, 1) * max(columns, 1) > limits.cells or columns > 2_000:
        raise UnsafeFile("file_too_big", limit=f"{limits.rows:,} rows")
    return size, marks


def marks_of_sheets(archive: zipfile.ZipFile, marks: Mapping[str, XlsxMarks]) -> dict[str, XlsxMarks]:
    """The marks by the name of the sheet instead of its path."""
    return {name: marks[path] for name, path in _sheet_paths(archive) if path in marks}


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked entry in pieces that overlap a little."""
    tail = b""
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK):
            yield tail + chunk
            tail = chunk[-OVERLAP:]


def _sheet_paths(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    try:
        workbook = _elements(archive.read("xl/workbook.xml"))
        relations = _elements(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ParseError):
        return []
    targets = {a["Id"]: a["Target"] for tag, a in relations if tag == "Relationship" and "Id" in a and "Target" in a}
    paths = []
    for tag, attributes in workbook:
        if tag == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith("}id")), "")
            target = targets.get(relation, "").lstrip("/")
            paths.append((attributes.get("name", ""), target if target.startswith("xl/") else f"xl/{target}"))
    return paths


class _Collector:
    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.found.append((tag.rpartition("}")[2], dict(attributes)))

    def close(self) -> list[tuple[str, dict[str, str]]]:
        return self.found


def _tags(wanted: re.Pattern[bytes], name: re.Pattern[bytes], piece: bytes) -> Iterator[tuple[bytes, re.Match[bytes]]]:
    """(the opening tag, its name's match) around each place of what is wanted, where it is a tag of that name."""
    for hit in wanted.finditer(piece):
        begin, end = piece.rfind(b"<", 0, hit.start()), piece.find(b">", hit.start())
        if begin >= 0 and (found := name.match(piece[begin:end])):
            yield found[0], found


def _place(cell: re.Match[bytes]) -> tuple[int, int]:
    return int(cell[2]), _column(cell[1])


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    parser = XMLParser(target=_Collector())  # noqa: S314 - documents with a DOCTYPE were refused before
    parser.feed(xml)
    return cast(list[tuple[str, dict[str, str]]], parser.close())


def _column(letters: bytes) -> int:
    """Column letters → 0-based index."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1
