"""A workbook → sheets of cells, by calamine."""

import io
from typing import cast

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from .rows import Limits, Refusal, Sheet


class FileRefused(Exception):
    """The file is not read; `refusal` says why."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, params)


def workbook_sheets(data: bytes, limits: Limits) -> list[Sheet]:
    """All sheets of a workbook, without what calamine does not tell (`ooxml.py`). FileRefused if it can't be read."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [_sheet(workbook, meta, limits) for meta in workbook.sheets_metadata]
    except PasswordError as error:
        raise FileRefused("file_encrypted") from error
    except CalamineError as error:
        raise FileRefused("file_encrypted" if "password" in str(error).lower() else "file_damaged") from error
    except FileRefused:
        raise
    except (ValueError, OverflowError, OSError) as error:
        raise FileRefused("file_damaged") from error
    except BaseException as error:  # a panic of the reader on damaged bytes is no Exception
        if type(error).__name__ == "PanicException":
            raise FileRefused("file_damaged") from error
        raise
    if sum(len(s.rows) for s in sheets) > limits.rows:
        raise FileRefused("file_too_big", limit=f"{limits.rows:,} rows")
    return sheets


def _sheet(workbook: CalamineWorkbook, meta: object, limits: Limits) -> Sheet:
    name = meta.name  # type: ignore[attr-defined]
    if meta.typ != SheetTypeEnum.WorkSheet:  # type: ignore[attr-defined]
        return Sheet(name=name, rows=[], why="not_a_table")
    if meta.visible != SheetVisibleEnum.Visible:  # type: ignore[attr-defined]
        return Sheet(name=name, rows=[], hidden=True, why="hidden")
    sheet: CalamineSheet = workbook.get_sheet_by_name(name)
    if sheet.end is None:
        return Sheet(name=name, rows=[])
    if (sheet.end[0] + 1) * (sheet.end[1] + 1) > limits.cells:
        raise FileRefused("file_too_big", limit=f"{limits.cells:,} cells")
    rows = cast(list[list[object]], sheet.to_python(skip_empty_area=False))
    merged = tuple((a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ())
    return Sheet(name=name, rows=rows, merged=merged)
