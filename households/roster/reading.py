"""The one way in: bytes of a file → what it says, read and checked by itself."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from django.utils import timezone

from .checks import check_families
from .families import Context, family_of
from .files import FileRefused, non_blank, sheets_of
from .headers import PER_HEAD, Header, find_header, is_roster, problem_of
from .lines import Line, group, lines_of
from .places import Places
from .rows import ERROR, Column, Family, Finding, Limits, Mapping, Reading, Refusal, Sheet, SheetReading

PROGRESS_EVERY = 200  # households
Progress = Callable[[int, int], None]
Used = tuple[Sheet, Header]


def read(
    data: bytes,
    file_name: str,
    *,
    places: Places,
    year: int | None = None,
    mapping: Mapping | None = None,
    accept_proposed: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> Reading:
    """Read and check a roster; `year` only for a file without an income-year column.

    A file that can't be read is a Reading with a refusal. An exception of `progress` (cancel) is passed on.
    """
    reading = Reading(file_name=file_name, sha256=hashlib.sha256(data).hexdigest())
    try:
        sheets = sheets_of(data, limits or Limits())
    except FileRefused as refused:
        return replace(reading, refusal=refused.refusal)
    used, seen, refusal, findings = _choose(sheets, mapping, accept_proposed=accept_proposed)
    columns = tuple(c for _, header in used for c in header.columns)
    if refusal is None and year is None and any("income_year" not in header.fields for _, header in used):
        refusal = Refusal("year_missing")
    reading = replace(reading, sheets=tuple(seen), columns=columns, findings=tuple(findings), refusal=refusal)
    if refusal is not None:
        return reading
    context = Context(places, year, today or timezone.localdate())
    return _read_sheets(reading, used, context, progress or (lambda _done, _total: None))


def _choose(
    sheets: list[Sheet], mapping: Mapping | None, *, accept_proposed: bool
) -> tuple[list[Used], list[SheetReading], Refusal | None, list[Finding]]:
    """(sheets to take with their headers, what is said of each sheet, why the file is refused, per-head columns)."""
    candidates: list[Used] = []
    seen: dict[str, SheetReading] = {}
    for sheet in sheets:
        why = sheet.why or ("" if any(non_blank(row) for row in sheet.rows) else "empty")
        header = None if why else find_header(sheet, mapping)
        if header is None:
            seen[sheet.name] = SheetReading(sheet.name, used=False, why=why or "no_header")
            continue
        candidates.append((sheet, header))
        seen[sheet.name] = _seen(sheet, header, "")
    if not candidates:
        blank = all(s.why in ("empty", "hidden", "not_a_table") for s in seen.values())
        return [], list(seen.values()), Refusal("file_empty" if blank else "header_not_found"), []
    rosters = [c for c in candidates if is_roster(c[1])] or candidates
    for sheet, header in candidates:
        if (sheet, header) not in rosters:
            seen[sheet.name] = _seen(sheet, header, "other_table")
    problems = ((s, h, problem_of(h, s, accept_proposed=accept_proposed)) for s, h in rosters)
    first = next(((s, h, p) for s, h, p in problems if p), None)
    findings = _per_head(first[0], first[1]) if first and first[2].code == "column_missing" else []
    return rosters, list(seen.values()), first[2] if first else None, findings


def _seen(sheet: Sheet, header: Header, why: str) -> SheetReading:
    rows = tuple(sheet.first_row + i for i in header.rows)
    return SheetReading(sheet.name, used=not why, header_rows=rows, why=why, fingerprint=header.fingerprint)


def _per_head(sheet: Sheet, header: Header) -> list[Finding]:
    """Said when a file has income per head alone, which never feeds a household's total."""
    if "net" not in header.missing:
        return []
    return [
        Finding(sheet.name, None, column.header, "", "", "income_is_per_head", ERROR)
        for column in header.columns
        if column.known in PER_HEAD
    ]


def _read_sheets(reading: Reading, used: list[Used], context: Context, progress: Progress) -> Reading:
    lines: list[Line] = []
    counts: dict[str, int] = {}
    skipped = 0
    for sheet, header in used:
        found, rows, left = lines_of(sheet, header)
        lines += found
        counts[sheet.name] = rows
        skipped += left
        _note_columns(context, sheet.name, header.columns)
    families, findings = _families(lines, context, progress)
    return replace(
        reading,
        sheets=tuple(replace(s, rows=counts.get(s.name, 0)) for s in reading.sheets),
        families=tuple(families),
        findings=tuple(findings),
        rows=sum(counts.values()),
        rows_skipped=skipped,
    )


def _note_columns(context: Context, sheet: str, columns: tuple[Column, ...]) -> None:
    for column in columns:
        if column.field:
            context.headers[(sheet, column.field)] = column.label
            if column.unit:
                context.units[(sheet, column.field)] = column.unit
    context.columns[sheet] = {c.field for c in columns if c.field}


def _families(lines: list[Line], context: Context, progress: Progress) -> tuple[list[Family], list[Finding]]:
    by_code = any("household_no" in columns for columns in context.columns.values())
    groups = group(lines, by_code=by_code)
    families = []
    for i, one in enumerate(groups):
        if i % PROGRESS_EVERY == 0:
            progress(i, len(groups))
        families.append(family_of(one, context))
    context.findings += check_families(families, {g.key: g for g in groups}, context.headers)
    progress(len(groups), len(groups))
    order = {name: i for i, name in enumerate(context.columns)}
    return families, sorted(context.findings, key=lambda f: (order.get(f.sheet, 0), f.row or 0))
