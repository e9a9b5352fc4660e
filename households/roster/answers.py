"""What an admin answers about an uploaded file: columns, places, sheets, mended cells, notes that are not accepted.

Then it is checked again; the file itself stays as it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import jobs
from households.models import HeaderMapping, ImportState, RosterFinding, RosterImport, RosterMend

from .cells import shown
from .headers import TAKEN, usual_header
from .rows import ERROR, WARNING, Answers, Finding, Reading
from .spots import Spots

ASKED = frozenset(
    {"header_proposed", "column_ambiguous", "column_missing", "township_unknown", "year_missing", "year_several"}
)
# about the file, not a household; or found by the comparison, whose notes are decided elsewhere
NOT_ASKED = frozenset({"filled_down", "column_unused", "place_proposed", "not_in_file"})
NOTES = (
    "notes"  # in `mapping`: what was said of notes, {sheet, row, code, refused, by, at}; row None: of the whole kind
)
OPEN = (ImportState.CHECKED, ImportState.REFUSED)


def answers_of(roster_import: RosterImport) -> Answers:
    """The answers kept on an import. One query."""
    kept: dict[str, Any] = roster_import.mapping
    mends = roster_import.mends.all() if roster_import.pk else []  # type: ignore[attr-defined]
    return replace(
        notes_of(kept),
        accept_proposed=bool(kept.get("accept_proposed")),
        columns=kept.get("columns", {}),
        sheets=kept.get("sheets", {}),
        places=kept.get("places", {}),
        cells={(m.sheet, m.row, m.letter or m.field): m.value for m in mends},
    )


def notes_of(mapping: Mapping[str, Any]) -> Answers:
    """Of the answers kept on an import what concerns notes. No query."""
    return Answers(
        refused_codes=frozenset(mapping.get("refused_codes", ())),
        refused_notes=frozenset(
            (sheet, row, code) for (sheet, row, code), said in said_of_notes(mapping).items() if row and said["refused"]
        ),
    )


def is_asked(report: Mapping[str, Any]) -> bool:
    """Whether the file was refused for something that an admin can answer."""
    return bool(report.get("refusal")) and report["refusal"]["code"] in ASKED


def fields_to_choose() -> list[tuple[str, str]]:
    """(field, usual header) of all fields that a column can feed, in the order of the usual roster."""
    return sorted(((name, usual_header(name)) for name in TAKEN), key=lambda pair: pair[1])


def answer(
    roster_import: RosterImport,
    *,
    columns: Mapping[str, Mapping[str, str]],
    sheets: Mapping[str, bool],
    places: Mapping[str, str],
    year: int | None,
    by: Any,
) -> bool:
    """Keep what was said about columns, sheets and places, remember it for files with the same headers, check again.

    False if the import no longer waits.
    """
    said = {**roster_import.mapping, "columns": columns, "sheets": sheets, "places": places, "accept_proposed": True}
    with transaction.atomic():
        if not check_again(roster_import, by=by, mapping=said, year=year):
            return False
        for sheet in roster_import.report.get("sheets", []):
            if columns.get(sheet["name"]) and sheet.get("fingerprint"):
                HeaderMapping.objects.update_or_create(
                    fingerprint=sheet["fingerprint"], defaults={"mapping": dict(columns[sheet["name"]])}
                )
    return True


def refuse_notes(roster_import: RosterImport, *, code: str, refused: bool, by: Any) -> bool:
    """Let the notes of a kind reject their households, or let them pass again; then check again."""
    codes = set(roster_import.mapping.get("refused_codes", ()))
    codes = codes | {code} if refused else codes - {code}
    said = _say_of_note(roster_import, "", None, code, refused=refused, by=by)
    return check_again(roster_import, by=by, mapping={**said, "refused_codes": sorted(codes)})


def refuse_note(roster_import: RosterImport, *, sheet: str, row: int, code: str, refused: bool, by: Any) -> bool:
    """Let one note reject its household, or let it pass again; then check again.

    False if there is no such note, or the import no longer waits.
    """
    if refused:
        rows = roster_import.findings.filter(sheet=sheet, row=row, code=code, severity=WARNING)  # type: ignore[attr-defined]
        known = code not in NOT_ASKED and rows.exclude(household_code="").exists()
    else:
        known = (sheet, row, code) in answers_of(roster_import).refused_notes
    if not known:
        return False
    return check_again(
        roster_import, by=by, mapping=_say_of_note(roster_import, sheet, row, code, refused=refused, by=by)
    )


def said_of_notes(mapping: Mapping[str, Any]) -> dict[tuple[str, int | None, str], dict[str, Any]]:
    """The last word on each note (row None: on all of its kind), in the order in which they were given."""
    last: dict[tuple[str, int | None, str], dict[str, Any]] = {}
    for said in mapping.get(NOTES, ()):
        key = (said["sheet"], said["row"], said["code"])
        last.pop(key, None)
        last[key] = said
    return last


def _say_of_note(
    roster_import: RosterImport, sheet: str, row: int | None, code: str, *, refused: bool, by: Any
) -> dict[str, Any]:
    """The mapping with one word more; what was said before stays, as its history."""
    said = {
        "sheet": sheet, "row": row, "code": code, "refused": refused, "by": by.pk if by else None,
        "at": timezone.now().isoformat(timespec="seconds"),
    }  # fmt: skip
    return {**roster_import.mapping, NOTES: [*roster_import.mapping.get(NOTES, ()), said]}


@transaction.atomic
def mend(
    roster_import: RosterImport, *, sheet: str, row: int, field: str, value: str, by: Any, letter: str = ""
) -> bool:
    """Take another value for one cell that a finding names, and check again.

    `letter` of its column: needed only where several feed the field. False if it is no such cell, or the import no
    longer waits.
    """
    found = _cell_of(roster_import, sheet, row, field, letter)
    if found is None or not check_again(roster_import, by=by):
        return False
    finding, letter = found
    RosterMend.objects.update_or_create(
        roster_import=roster_import, sheet=sheet, row=row, letter=letter,
        defaults={"value": value, "made_by": by}, create_defaults={
            "value": value, "made_by": by, "before_masked": finding.value_masked, "field": field,
        },
    )  # fmt: skip
    return True


def _cell_of(
    roster_import: RosterImport, sheet: str, row: int, field: str, letter: str
) -> tuple[RosterFinding, str] | None:
    """(a finding on this cell, the letter of its column); None if none is, or without a letter several cells are."""
    if field not in TAKEN:
        return None
    spots = Spots(roster_import.report.get("columns", []))
    rows = roster_import.findings.filter(sheet=sheet, row=row, field=field)  # type: ignore[attr-defined]
    cells = {spots.letter(f.sheet, f.field, f.column): f for f in reversed(rows)}
    cells.pop("", None)
    if letter:
        return (cells[letter], letter) if letter in cells else None
    return (next(iter(cells.values())), next(iter(cells))) if len(cells) == 1 else None


@transaction.atomic
def unmend(mended: RosterMend, *, by: Any) -> bool:
    """Take the file's own value again."""
    if not check_again(mended.roster_import, by=by):
        return False
    mended.delete()
    return True


def check_again(roster_import: RosterImport, *, by: Any, **facts: Any) -> bool:
    """Queue another check, with these facts of the import changed; False if it no longer waits for an answer."""
    with transaction.atomic():
        job = jobs.start("roster_check", by=by, args={"import": roster_import.pk})
        waiting = RosterImport.objects.filter(pk=roster_import.pk, state__in=OPEN, file_removed_at=None)
        if waiting.update(state=ImportState.CHECKING, job=job, **facts):
            return True
        transaction.set_rollback(True)
    return False


def waits(roster_import: RosterImport) -> bool:
    """Whether it can be answered as it now is. One query."""
    return RosterImport.objects.filter(pk=roster_import.pk, state__in=OPEN, file_removed_at=None).exists()


def mended_value(mended: RosterMend) -> str:
    """A mended value as it may stand on a page: ID number, phone and card masked."""
    return shown(mended.field, mended.value)


def with_refused(reading: Reading, answers: Answers) -> Reading:
    """The reading in which refused notes are errors, so that they reject their households."""
    return replace(reading, findings=tuple(severe(reading.findings, answers)))


def severe(findings: Iterable[Finding], answers: Answers) -> list[Finding]:
    """Findings, the refused ones as errors."""
    return [replace(f, severity=ERROR) if answers.refuses(f) else f for f in findings]
