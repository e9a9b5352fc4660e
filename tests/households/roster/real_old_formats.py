"""A table as xls (BIFF8 in an OLE container) or ods, written by hand: no library of the tests writes these."""

import io
import struct
import zipfile
from typing import Any
from xml.sax.saxutils import escape, quoteattr

ERROR, NO_RESULT = object(), object()  # cells: an error value of a formula, a formula without a result (ods alone)
HIDDEN = "hidden"  # as the first cell of a row: the row is hidden, and the cell not there
SECTOR = 512
END, FAT, FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF

_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    "<office:body><office:spreadsheet><table:table table:name={name}>{rows}</table:table>"
    "</office:spreadsheet></office:body></office:document-content>"
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type='
    '"application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)


def ods(rows: list[list[Any]], name: str = "Sheet1", *, repeated: int = 1) -> bytes:
    """The table as OpenDocument; `repeated` of its last row."""
    times = ["", *[""] * (len(rows) - 2), f' table:number-rows-repeated="{repeated}"'][-len(rows) :]
    lines = "".join(
        f"<table:table-row{more}{_VISIBLE[row[0] is HIDDEN]}>{''.join(map(_ods_cell, _cells(row)))}</table:table-row>"
        for more, row in zip(times, rows, strict=True)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", _ODS.format(name=quoteattr(name), rows=lines))
    return out.getvalue()


_VISIBLE = ("", ' table:visibility="filter"')


def _cells(row: list[Any]) -> list[Any]:
    return row[1:] if row and row[0] is HIDDEN else row


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if value is NO_RESULT:
        return '<table:table-cell table:formula="of:=1+1"/>'
    if value is ERROR:
        return (
            '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
            'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
        )
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    text = escape(str(value))
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def xls(rows: list[list[Any]], name: str = "Sheet1") -> bytes:
    """The table as Excel 97 writes it."""
    return _in_ole(_book(rows, name))


def _book(rows: list[list[Any]], name: str) -> bytes:
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0x41, 6))
    sheet += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for r, row in enumerate(rows):
        if row[0] is HIDDEN:
            sheet += _record(0x0208, struct.pack("<HHHHHHHH", r, 0, len(row), 255, 0, 0, 0x0120, 15))
        sheet += b"".join(_xls_cell(r, c, value) for c, value in enumerate(_cells(row)) if value is not None)
    sheet += _record(0x000A)
    before = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0x41, 6))
    before += _record(0x0042, struct.pack("<H", 1200))
    label = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    length = len(before) + 4 + 6 + len(label) + 4
    return before + _record(0x0085, struct.pack("<IBB", length, 0, 0) + label) + _record(0x000A) + sheet


def _xls_cell(row: int, column: int, value: Any) -> bytes:
    where = struct.pack("<HHH", row, column, 15)
    if value is ERROR:
        result = struct.pack("<BBBBBBHHI", 2, 0, 0x2A, 0, 0, 0, 0xFFFF, 0, 0)
        return _record(0x0006, where + result + struct.pack("<H", 3) + b"\x1e\x01\x00")
    if isinstance(value, int | float):
        return _record(0x0203, where + struct.pack("<d", value))
    text = str(value).encode("utf-16-le")
    return _record(0x0204, where + struct.pack("<HB", len(text) // 2, 1) + text)


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _in_ole(stream: bytes) -> bytes:
    """One stream `Workbook`: sector 0 is the allocation table, 1 the directory, the stream follows."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    assert count + 2 <= SECTOR // 4
    chain = [FAT, END, *range(3, count + 2), END]
    table = struct.pack(f"<{SECTOR // 4}I", *chain, *[FREE] * (SECTOR // 4 - len(chain)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    head += struct.pack("<109I", 0, *[FREE] * 108)
    directory = _entry("Root Entry", 5, END, 0, child=1) + _entry("Workbook", 2, 2, len(stream))
    return head + table + directory.ljust(SECTOR, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)
