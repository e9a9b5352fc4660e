"""The acts of a roster import: upload, check, commit, cancel. Page, job and command call these."""

import hashlib
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Count

from core import jobs
from core.crypto import seal_file, unseal_file
from district.models import Campaign, Division, Level
from households.models import HeaderMapping, ImportState, RosterFinding, RosterImport

from . import commit, report
from .compare import Plan, compare
from .files import sheets_of
from .places import Place, Places
from .reading import read
from .rows import ERROR, WARNING, Finding, Limits, Mapping, Reading

Progress = Callable[[int, int], None]
MOST_FINDINGS_KEPT = 20_000


@dataclass(slots=True)
class Checked:
    """A file read, checked and compared; plan None if the file is refused."""

    reading: Reading
    plan: Plan | None
    seconds: dict[str, float]

    def document(self, state: str) -> dict[str, Any]:
        """Its entry in `import_roster --json`."""
        if self.plan is None:
            return report.refused_document(self.reading, self.seconds)
        return report.document(self.plan, state=state, seconds=self.seconds)


def limits() -> Limits:
    """What a file may cost, from the settings."""
    return Limits(
        file_bytes=settings.ROSTER_MAX_BYTES, unpacked_bytes=settings.ROSTER_MAX_UNPACKED_BYTES,
        cells=settings.ROSTER_MAX_CELLS, rows=settings.ROSTER_MAX_ROWS,
    )  # fmt: skip


def places() -> Places:
    """The district's townships and villages, as the steps know them. One query."""
    found: dict[str, list[Place]] = {Level.TOWNSHIP: [], Level.VILLAGE: []}
    for d in Division.objects.select_related("parent").filter(level__in=list(found)):
        aliases = tuple({*d.aliases, d.official_name} - {"", d.name})
        township = d.parent.code if d.parent and d.level == Level.VILLAGE else ""
        found[d.level].append(Place(d.code, d.name, aliases, township))
    return Places(found[Level.TOWNSHIP], found[Level.VILLAGE])


def check_bytes(
    data: bytes, name: str, *, campaign: Campaign, year: int | None, accept_proposed: bool = False,
    progress: Progress = lambda done, total: None,
) -> Checked:  # fmt: skip
    """Read a file, check it by itself and against the database. Writes nothing."""
    began = time.monotonic()
    reading = read(
        data, name, places=places(), year=year, mapping=_remembered(), accept_proposed=accept_proposed,
        limits=limits(), progress=progress,
    )  # fmt: skip
    seconds = {"read": time.monotonic() - began}
    began = time.monotonic()
    plan = compare(reading, campaign=campaign) if reading.refusal is None else None
    seconds["check"] = time.monotonic() - began
    return Checked(reading, plan, seconds)


def _remembered() -> Mapping:
    return Mapping({m.fingerprint: m.mapping for m in HeaderMapping.objects.all()})


@transaction.atomic
def upload(data: bytes, name: str, *, campaign: Campaign, year: int | None, by: Any) -> RosterImport:
    """Keep the file, encrypted, and queue its check. Nothing of it is written to the households."""
    roster_import = _store(data, name, campaign=campaign, year=year, by=by)
    roster_import.job = jobs.start("roster_check", by=by, args={"import": roster_import.pk})
    roster_import.save()
    return roster_import


def _store(data: bytes, name: str, *, campaign: Campaign, year: int | None, by: Any) -> RosterImport:
    path = default_storage.save(f"imports/{uuid.uuid4().hex}.sealed", ContentFile(seal_file(data)))
    return RosterImport.objects.create(
        campaign=campaign, file_name=Path(name).name[:200], file_path=path,
        sha256=hashlib.sha256(data).hexdigest(), year=year, created_by=by,
    )  # fmt: skip


def file_of(roster_import: RosterImport) -> bytes:
    """The uploaded bytes."""
    with default_storage.open(roster_import.file_path) as file:
        return unseal_file(file.read())


def check(
    roster_import: RosterImport, *, progress: Progress, effect: Callable[[], AbstractContextManager[None]]
) -> Checked:
    """Check an uploaded file and keep the preview."""
    checked = _checked(roster_import, progress)
    _keep_preview(roster_import, checked, effect())
    return checked


def _checked(roster_import: RosterImport, progress: Progress) -> Checked:
    return check_bytes(
        file_of(roster_import), roster_import.file_name, campaign=roster_import.campaign, year=roster_import.year,
        progress=progress,
    )  # fmt: skip


def _keep_preview(roster_import: RosterImport, checked: Checked, effect: AbstractContextManager[None]) -> None:
    shown = checked.document("checked")
    kept = shown.pop("findings")
    shown["findings_total"] = len(kept)
    if checked.plan is not None:
        shown["changes"] = report.changes_of(checked.plan.updated)
        shown["rejected_keys"] = sorted(checked.plan.rejected)
    findings = checked.plan.findings if checked.plan else list(checked.reading.findings)
    rows = [_finding_row(roster_import, f) for f in findings[:MOST_FINDINGS_KEPT]]
    roster_import.state = ImportState.CHECKED if checked.plan else ImportState.REFUSED
    roster_import.report = shown
    roster_import.counts = shown["counts"]
    with effect:
        roster_import.findings.all().delete()  # type: ignore[attr-defined]
        RosterFinding.objects.bulk_create(rows, batch_size=500)
        roster_import.save()


def _finding_row(roster_import: RosterImport, finding: Finding) -> RosterFinding:
    return RosterFinding(
        roster_import=roster_import, sheet=finding.sheet, row=finding.row, column=finding.column[:100],
        field=finding.field, household_code=finding.household[:40], code=finding.code, severity=finding.severity,
        value_masked=finding.value[:200], params=dict(finding.params),
    )  # fmt: skip


@transaction.atomic
def ask_commit(roster_import: RosterImport, *, by: Any) -> bool:
    """Queue the commit of what the preview shows; False if the import no longer waits for it."""
    waiting = RosterImport.objects.filter(pk=roster_import.pk, state=ImportState.CHECKED)
    if not waiting.update(state=ImportState.COMMITTING):
        return False
    roster_import.refresh_from_db()
    roster_import.job = jobs.start("roster_commit", by=by, args={"import": roster_import.pk})
    roster_import.save()
    return True


def commit_import(
    roster_import: RosterImport, *, progress: Progress, effect: Callable[[], AbstractContextManager[None]]
) -> bool:
    """Check again and write what the preview showed. False: it is no longer so; the new preview is kept instead."""
    shown = roster_import.report
    checked = _checked(roster_import, progress)
    if checked.plan is None or not commit.same_as_shown(checked.plan, shown):
        _keep_preview(roster_import, checked, effect())
        return False
    rows = commit.prepare(checked.plan)
    began = time.monotonic()
    try:
        document = {**shown, "state": "committed"}
        commit.write(rows, roster_import=roster_import, document=document, effect=effect())
    except IntegrityError:  # somebody entered one of these people meanwhile: show what it would do now
        roster_import.refresh_from_db()
        _keep_preview(roster_import, _checked(roster_import, progress), effect())
        return False
    checked.seconds["commit"] = time.monotonic() - began
    return True


def commit_bytes(
    data: bytes, checked: Checked, *, campaign: Campaign, year: int | None, by: Any = None
) -> dict[str, Any]:
    """For the command: write a checked file at once; returns its document. Households with an error are left out."""
    assert checked.plan is not None
    rows = commit.prepare(checked.plan)
    began = time.monotonic()
    document = checked.document("committed")
    kept = {k: v for k, v in document.items() if k != "findings"}
    with transaction.atomic():
        roster_import = _store(data, checked.reading.file_name, campaign=campaign, year=year, by=by)
        commit.write(rows, roster_import=roster_import, document=kept, effect=transaction.atomic())
        RosterFinding.objects.bulk_create(
            [_finding_row(roster_import, f) for f in checked.plan.findings[:MOST_FINDINGS_KEPT]], batch_size=500
        )
    document["seconds"]["commit"] = round(time.monotonic() - began, 3)
    return document


def cancel(roster_import: RosterImport) -> bool:
    """Give up an import that has not been committed; False if it is too late."""
    if roster_import.job is not None:
        jobs.cancel(roster_import.job)
    waiting = RosterImport.objects.filter(
        pk=roster_import.pk, state__in=[ImportState.CHECKING, ImportState.CHECKED, ImportState.REFUSED]
    )
    return bool(waiting.update(state=ImportState.CANCELLED))


def rejected_file(roster_import: RosterImport) -> bytes:
    """An xlsx of the rejected rows with what is wrong in comments, to be corrected and loaded again."""
    data = file_of(roster_import)
    reading = read(
        data, roster_import.file_name, places=places(), year=roster_import.year, mapping=_remembered(),
        accept_proposed=False, limits=limits(), progress=lambda done, total: None,
    )  # fmt: skip
    findings = [finding_of(row) for row in roster_import.findings.filter(severity=ERROR)]  # type: ignore[attr-defined]
    return report.rejected_xlsx(sheets_of(data, limits()), reading, findings, roster_import.report["rejected_keys"])


def findings_by_kind(roster_import: RosterImport) -> list[dict[str, Any]]:
    """Findings counted by code and severity, errors first."""
    rows = roster_import.findings.values("code", "severity").annotate(number=Count("pk"))  # type: ignore[attr-defined]
    return [dict(row) for row in rows.order_by("severity", "-number", "code")]


def finding_of(row: RosterFinding) -> Finding:
    """The finding that was kept in this row."""
    severity = ERROR if row.severity == ERROR else WARNING
    return Finding(
        row.sheet, row.row, row.column, row.field, row.value_masked, row.code, severity, row.household_code, row.params
    )
