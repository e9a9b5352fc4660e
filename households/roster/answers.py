"""What an admin answers about an uploaded file: columns, places, sheets, mended cells, refused notes.

Then it is checked again; the file itself stays as it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from core import jobs
from households.models import HeaderMapping, ImportState, RosterImport, RosterMend

from .cells import shown
from .headers import TAKEN, usual_header
from .rows import ERROR, WARNING, Answers, Finding, Reading

ASKED = frozenset({"header_proposed", "column_ambiguous", "column_missing", "township_unknown", "year_missing"})
OPEN = (ImportState.CHECKED, ImportState.REFUSED)


def answers_of(roster_import: RosterImport) -> Answers:
    """The answers kept on an import. One query."""
    kept: dict[str, Any] = roster_import.mapping
    mends = roster_import.mends.all() if roster_import.pk else []  # type: ignore[attr-defined]
    return Answers(
        accept_proposed=bool(kept.get("accept_proposed")),
        columns=kept.get("columns", {}),
        sheets=kept.get("sheets", {}),
        places=kept.get("places", {}),
        cells={(m.sheet, m.row, m.field): m.value for m in mends},
        refused_codes=frozenset(kept.get("refused_codes", ())),
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
    return check_again(roster_import, by=by, mapping={**roster_import.mapping, "refused_codes": sorted(codes)})


@transaction.atomic
def mend(roster_import: RosterImport, *, sheet: str, row: int, field: str, value: str, by: Any) -> bool:
    """Take another value for one cell, and check again. False if the import no longer waits."""
    found = roster_import.findings.filter(sheet=sheet, row=row, field=field).first()  # type: ignore[attr-defined]
    if found is None or field not in TAKEN or not check_again(roster_import, by=by):
        return False
    RosterMend.objects.update_or_create(
        roster_import=roster_import, sheet=sheet, row=row, field=field,
        defaults={"value": value, "made_by": by}, create_defaults={
            "value": value, "made_by": by, "before_masked": found.value_masked,
        },
    )  # fmt: skip
    return True


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


def mended_value(mended: RosterMend) -> str:
    """A mended value as it may stand on a page: ID number, phone and card masked."""
    return shown(mended.field, mended.value)


def with_refused(reading: Reading, answers: Answers) -> Reading:
    """The reading in which refused notes are errors, so that they reject their households."""
    return replace(reading, findings=tuple(severe(reading.findings, answers)))


def severe(findings: Iterable[Finding], answers: Answers) -> list[Finding]:
    """Findings, those of refused kinds as errors."""
    return [
        replace(f, severity=ERROR) if f.severity == WARNING and f.household and f.code in answers.refused_codes else f
        for f in findings
    ]
