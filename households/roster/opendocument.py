"""A second look into an ods: error values, formulas without a result, hidden rows, which calamine does not tell."""

import zipfile
from collections.abc import Iterable
from xml.etree.ElementTree import ParseError, XMLParser

from .ooxml import Problem
from .rows import Sheet

CHUNK = 1 << 20
MARKS = (b"error", b":formula=", b":visibility=")  # a file without any of these needs no second look
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_CALC_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"


def mark(archive: zipfile.ZipFile, sheets: Iterable[Sheet]) -> None:
    """Put a Problem into the cells that can't be read and note hidden rows. ValueError if the XML is damaged.

    The entry's size was counted and definitions refused before (`ooxml.look_at_zip`).
    """
    with archive.open("content.xml") as stream:
        if not any(word in chunk for chunk in iter(lambda: stream.read(CHUNK), b"") for word in MARKS):
            return
    parser = XMLParser(target=_Marker(sheets))  # noqa: S314 - documents with a DOCTYPE were refused before
    with archive.open("content.xml") as stream:
        try:
            while chunk := stream.read(CHUNK):
                parser.feed(chunk)
            parser.close()
        except ParseError as error:
            raise ValueError(str(error)) from error


class _Marker:
    """Follows where the reader's cells come from, repeated rows and cells included."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self.sheets = {sheet.name: sheet for sheet in sheets}
        self.rows: list[list[object]] = []
        self.sheet: Sheet | None = None
        self.hidden: dict[str, set[int]] = {name: set() for name in self.sheets}
        self.next = self.row = self.column = 0

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            count = _count(given, "number-columns-repeated")
            if code := _problem_of(given):
                self._mark(code, count)
            self.column += count
        elif tag == _TABLE + "table-row":
            self.row, self.column = self.next, 0
            self.next += _count(given, "number-rows-repeated")
            if self.sheet and given.get(_TABLE + "visibility", "visible") != "visible":
                self.hidden[self.sheet.name].update(range(self.row + 1, min(self.next, len(self.rows)) + 1))
        elif tag == _TABLE + "table":
            self.sheet = self.sheets.get(given.get(_TABLE + "name", ""))
            self.rows, self.next = self.sheet.rows if self.sheet else [], 0

    def _mark(self, code: str, count: int) -> None:
        for row in self.rows[self.row : self.next]:
            for column in range(self.column, min(self.column + count, len(row))):
                if code == "cell_error" or row[column] == "":
                    row[column] = Problem(code)

    def close(self) -> None:
        for name, sheet in self.sheets.items():
            sheet.hidden_rows = frozenset(self.hidden[name])


def _count(given: dict[str, str], name: str) -> int:
    return max(int(given.get(_TABLE + name, 1)), 1)


def _problem_of(given: dict[str, str]) -> str:
    if given.get(_CALC_TYPE) == "error":
        return "cell_error"
    return "formula_no_value" if _TABLE + "formula" in given and _OFFICE_TYPE not in given else ""
