"""The one way in: bytes of a file → what it says, read and checked by itself."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date

from django.utils import timezone

from .checks import check_family, completed, no_person_in_two, without_following
from .choosing import Used, choose
from .context import Context
from .families import family_of
from .files import FileRefused, sheets_of
from .headers import INCOME_TOTALS
from .lines import Group, Line, group, is_head, key_of, lines_of
from .masks import names_somebody, printable, without_numbers
from .places import Places
from .rows import (
    UNASKED,
    WARNING,
    Answers,
    Family,
    Finding,
    Limits,
    Mapping,
    Reading,
    Refusal,
    Sheet,
)

PROGRESS_EVERY = 1_000  # households: a few tenths of a second
BEAT_SECONDS = 1.0
Progress = Callable[[int, int], None]


def read(
    data: bytes,
    file_name: str,
    *,
    places: Places,
    year: int | None = None,
    mapping: Mapping | None = None,
    answers: Answers = UNASKED,
    limits: Limits | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> Reading:
    """Read and check a roster; `year` only for a file without an income-year column.

    A file that can't be read is a Reading with a refusal. An exception of `progress` (cancel) is passed on.
    """
    reading = Reading(file_name=file_name, sha256=hashlib.sha256(data).hexdigest())
    try:
        sheets = _sheets(data, limits or Limits(), progress or (lambda _done, _total: None))
    except FileRefused as refused:
        return replace(reading, refusal=refused.refusal)
    choice = choose(sheets, mapping=mapping, answers=answers, places=places, file_name=file_name, year=year)
    columns = tuple(c for used in choice.used for c in used.header.columns)
    refusal = choice.refusal and _masked(choice.refusal)
    if refusal is None and year is None and any(used.says_no_year for used in choice.used):
        refusal = Refusal("year_missing")
    reading = replace(
        reading, sheets=tuple(choice.seen.values()), columns=columns, findings=tuple(choice.findings), refusal=refusal
    )
    if refusal is not None:
        return reading
    context = Context(places, year, today or timezone.localdate(), findings=list(choice.findings))
    return _read_sheets(reading, choice.used, context, answers, progress or (lambda _done, _total: None))


def _masked(refusal: Refusal) -> Refusal:
    """What it names of the file may hold somebody's number."""
    params = {k: printable(without_numbers(v)) if isinstance(v, str) else v for k, v in refusal.params.items()}
    return replace(refusal, params=params)


def _sheets(data: bytes, limits: Limits, progress: Progress) -> list[Sheet]:
    """The file's sheets; read in a thread, so that a large one is not silent for seconds."""
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(sheets_of, data, limits)
        while not wait([found], timeout=BEAT_SECONDS).done:
            progress(0, 0)
        return found.result()


def _read_sheets(
    reading: Reading, chosen: list[Used], context: Context, answers: Answers, progress: Progress
) -> Reading:
    lines: list[Line] = []
    counts: dict[str, int] = {}
    skipped = 0
    for used in chosen:
        found, rows, left = lines_of(used.sheet, used.header, place=used.place, mended=answers.cells)
        lines += found
        counts[used.sheet.name] = rows
        used.sheet.rows = []  # the cells of a large file are not kept twice
        skipped += left
        _note_columns(context, used)
    if not lines:
        return replace(reading, refusal=Refusal("file_empty", {"why": "no_rows"}))
    progress(0, len(lines))
    families, findings = _families(lines, context, progress)
    return replace(
        reading,
        sheets=tuple(replace(s, rows=counts.get(s.name, 0)) for s in reading.sheets),
        families=tuple(families),
        findings=tuple(completed(findings, reading.columns)),
        rows=sum(counts.values()),
        rows_skipped=skipped + context.repeated,
    )


def _note_columns(context: Context, used: Used) -> None:
    sheet = used.sheet.name
    for column in used.header.columns:
        if column.field:
            context.headers[(sheet, column.target, column.part)] = column.label
            if column.unit:
                context.units[(sheet, column.target)] = column.unit
    context.columns[sheet] = {c.target for c in used.header.columns if c.field} | used.place.keys()
    context.layouts[sheet] = used.header.layout


def _families(lines: list[Line], context: Context, progress: Progress) -> tuple[list[Family], list[Finding]]:
    by_code = any("household_no" in columns for columns in context.columns.values())
    groups = _grouped(lines, by_code=by_code)
    families: list[Family] = []
    checked: list[Finding] = []
    for start in range(0, len(groups), PROGRESS_EVERY):
        progress(start, len(groups))
        some = groups[start : start + PROGRESS_EVERY]
        context.read_ahead([line for one in some for line in one.lines])
        for one in some:
            family = family_of(one, context)
            families.append(family)
            checked += check_family(family, one, context.headers)
    progress(len(groups), len(groups))
    context.findings += checked
    context.findings += no_person_in_two(families, context.headers)
    context.findings += _filled_down(context)
    progress(len(groups), len(groups))
    order = {name: i for i, name in enumerate(context.columns)}
    context.findings = without_following(context.findings)
    return families, sorted(context.findings, key=lambda f: (order.get(f.sheet, 0), f.row is None, f.row or 0))


def _grouped(lines: list[Line], *, by_code: bool) -> list[Group]:
    """Households. An ID number is nobody's 户编号; without codes a row that repeats goes where it stood before."""
    if by_code:
        groups = group(lines, by_code=True)
        for one in groups:
            if names_somebody(one.key):
                one.key = key_of(one.lines[0])
        return groups
    kept, repeats = _without_repeated_rows(lines)
    groups = group(kept, by_code=False)
    owner = {id(line): one for one in groups for line in one.lines} if repeats else {}
    for first, again in repeats:
        owner[id(first)].lines += again
    return groups


def _without_repeated_rows(lines: list[Line]) -> tuple[list[Line], list[tuple[Line, list[Line]]]]:
    """(the lines, (line, those of a later row that repeats its row whole)). A member's must tell the household."""
    kept: list[Line] = []
    repeats: list[tuple[Line, list[Line]]] = []
    seen: dict[object, list[Line]] = {}
    for _place, found in itertools.groupby(lines, key=lambda line: (line.sheet, line.number)):
        row = list(found)
        number, first = row[0].values.get("id_no"), row[0]
        before = seen.setdefault(number, row) if number else row
        same = before is not row and [x.values for x in before] == [x.values for x in row]
        if same and (first.alone or is_head(first) or any(first.values.get(f) not in (None, "") for f in _FIGURES)):
            repeats.append((before[0], row))
        else:
            kept += row
    return kept, repeats


_FIGURES = ("head_name", "head_id_no", "member_count", *INCOME_TOTALS)


def _filled_down(context: Context) -> Iterator[Finding]:
    """Said once of each column: the rows of a household below its first were blank there."""
    rows = Counter[str]()
    for (_sheet, name), count in context.filled.items():
        rows[name] += count
    first = {name: sheet for sheet, name in reversed(context.filled)}
    for name, count in rows.items():
        sheet = first[name]
        header = context.headers.get((sheet, name, 0), "")
        yield Finding(sheet, None, header, name, "", "filled_down", WARNING, params={"count": count})
