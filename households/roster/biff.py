"""A second look into an old xls: error values and hidden rows, which calamine does not tell."""

import struct
from collections.abc import Iterable, Iterator

from .ooxml import Problem
from .rows import Sheet

_BOF, _EOF, _SHEET, _ROW, _FORMULA, _BOOL_OR_ERROR = 0x0809, 0x000A, 0x0085, 0x0208, 0x0006, 0x0205
_NO_SECTOR = 0xFFFFFFF0  # and above: ends and gaps
_HIDDEN = 0x20


def mark(data: bytes, sheets: Iterable[Sheet]) -> None:
    """Put a Problem where a cell holds an error value and note hidden rows; what can't be followed is left as it is."""
    try:
        book = _book(data)
        begins = [struct.unpack_from("<I", body)[0] for kind, body in _records(book, 0) if kind == _SHEET]
        for sheet, begin in zip(sheets, begins, strict=False):
            if sheet.rows:
                _mark_sheet(sheet, _records(book, begin))
    except (struct.error, ValueError):
        return


def _mark_sheet(sheet: Sheet, records: Iterator[tuple[int, bytes]]) -> None:
    hidden = set()
    for kind, body in records:
        if kind == _ROW and struct.unpack_from("<H", body, 12)[0] & _HIDDEN:
            hidden.add(struct.unpack_from("<H", body)[0] + 1)
        elif (kind == _FORMULA and body[6:7] == b"\2" and body[12:14] == b"\xff\xff") or (
            kind == _BOOL_OR_ERROR and body[7:8] == b"\1"
        ):
            row, column = struct.unpack_from("<HH", body)
            if row < len(sheet.rows) and column < len(sheet.rows[row]) and sheet.rows[row][column] == "":
                sheet.rows[row][column] = Problem("cell_error")
    sheet.hidden_rows = frozenset(hidden)


def _records(book: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part, from its BOF to its EOF; those of a chart in it are left out."""
    depth = 0
    while place + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, place)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, book[place + 4 : place + 4 + length]
        place += 4 + length


def _book(data: bytes) -> bytes:
    """The workbook's stream in its container (OLE): [MS-CFB]."""
    size, small = 1 << struct.unpack_from("<H", data, 30)[0] % 16, 1 << struct.unpack_from("<H", data, 32)[0] % 16
    directory, _signature, cutoff, small_fat, _n, more, _m = struct.unpack_from("<7I", data, 48)
    tables = list(struct.unpack_from("<109I", data, 76))
    for _ in range(len(data) // size):
        if more >= _NO_SECTOR:
            break
        *some, more = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        tables += some
    fat = _numbers(b"".join(_sector(data, n, size) for n in tables if n < _NO_SECTOR))
    entries = _chained(data[size:], directory, size, fat)
    root = entries[:128]
    for place in range(0, len(entries) - 127, 128):
        entry = entries[place : place + 128]
        if entry[: struct.unpack_from("<H", entry, 64)[0]].decode("utf-16-le", "replace").rstrip("\0") in _NAMES:
            start, length = struct.unpack_from("<II", entry, 116)
            if length >= cutoff:
                return _chained(data[size:], start, size, fat)[:length]
            inside = _chained(data[size:], struct.unpack_from("<I", root, 116)[0], size, fat)
            chain = _numbers(_chained(data[size:], small_fat, size, fat))
            return _chained(inside, start, small, chain)[:length]
    return b""


_NAMES = ("Workbook", "Book", "WORKBOOK", "BOOK")


def _sector(data: bytes, number: int, size: int) -> bytes:
    return data[(number + 1) * size : (number + 2) * size]


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"<{len(data) // 4}I", data)


def _chained(data: bytes, start: int, size: int, following: tuple[int, ...]) -> bytes:
    """The sectors of a chain; one that runs in a circle or out of the file ends there."""
    parts: list[bytes] = []
    while start < len(following) and len(parts) * size <= len(data):
        parts.append(data[start * size : (start + 1) * size])
        start = following[start]
    return b"".join(parts)
