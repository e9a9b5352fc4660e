"""The acts of a roster import: upload, check, commit, cancel. Page, job and command call these."""

import hashlib
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from core import bulk, jobs
from core.crypto import seal_file, unseal_file
from core.models import JobState
from district.models import Campaign, Division, Level
from district.policy import PolicyMissing, campaign_of, current_campaign
from households.models import HeaderMapping, ImportState, RosterFinding, RosterImport

from . import commit, helpers, parts, report, retention, sealed
from .answers import answers_of, with_refused
from .compare import Plan, compare
from .files import sheets_of
from .places import Place, Places
from .reading import read
from .rejected import rejected_xlsx
from .rows import ERROR, KEY_LENGTH, UNASKED, WARNING, Answers, Finding, Limits, Mapping, Reading, shortened
from .spots import People

Progress = Callable[[int, int], None]
Effect = Callable[[], AbstractContextManager[None]]
MOST_FINDINGS_KEPT = 20_000
MOST_TRIES = 3
STOPPED = (JobState.FAILED, JobState.CANCELLED)
ENDED = gettext_noop("This import was cancelled or saved meanwhile. Nothing was changed.")
NO_POLICY = gettext_noop("The campaign has no policy for any year. Enter it in the settings, then try again.")
BUSY = gettext_noop("Other people were changing households again and again. Nothing was saved. Please try again.")
BUSY_IN_PART = gettext_noop("Other people were changing households again and again. A part of the roster is saved.")


class DataBusy(Exception):
    """Others changed households again and again while this was being saved. Nothing was written."""


@dataclass(slots=True)
class Checked:
    """A file read, checked and compared; plan None if the file is refused."""

    reading: Reading
    plan: Plan | None
    seen: tuple[int, ...]  # the state of the database that it was compared with
    seconds: dict[str, float] = field(default_factory=dict)

    def document(self, state: str) -> dict[str, Any]:
        """Its entry in `import_roster --json`."""
        if self.plan is None:
            return report.refused_document(self.reading, self.seconds)
        return report.document(self.plan, state=state, seconds=self.seconds)

    @property
    def findings(self) -> list[Finding]:
        return self.plan.findings if self.plan else list(self.reading.findings)


def limits() -> Limits:
    """What a file may cost, from the settings."""
    return Limits(
        file_bytes=settings.ROSTER_MAX_BYTES, unpacked_bytes=settings.ROSTER_MAX_UNPACKED_BYTES,
        cells=settings.ROSTER_MAX_CELLS, rows=settings.ROSTER_MAX_ROWS,
    )  # fmt: skip


def places() -> Places:
    """The district's townships and villages, as the steps know them. One query."""
    found: dict[str, list[Place]] = {Level.TOWNSHIP: [], Level.VILLAGE: []}
    facts = Division.objects.filter(level__in=list(found)).values_list(
        "level", "code", "name", "aliases", "official_name", "parent__code"
    )
    for level, code, name, aliases, official, above in facts:
        others = tuple(sorted({*aliases, official} - {"", name}))
        found[level].append(Place(code, name, others, above or "" if level == Level.VILLAGE else ""))
    return Places(found[Level.TOWNSHIP], found[Level.VILLAGE])


@bulk.without_collector()
def check_bytes(
    data: bytes, name: str, *, campaign: Campaign | None = None, year: int | None, answers: Answers = UNASKED,
    progress: Progress = lambda done, total: None,
) -> Checked:  # fmt: skip
    """Read a file, check it by itself and against the database. Writes nothing.

    Without a campaign it is the one that holds the file's year. PolicyMissing if there is none.
    """
    began = time.monotonic()
    reading = read(
        data, name, places=places(), year=year, mapping=_remembered(), answers=answers,
        limits=limits(), progress=progress,
    )  # fmt: skip
    reading = with_refused(reading, answers)
    return _compared(reading, time.monotonic() - began, campaign=campaign, answers=answers, progress=progress)


def _compared(
    reading: Reading, seconds: float, *, campaign: Campaign | None, answers: Answers, progress: Progress
) -> Checked:
    """The reading, which took so many seconds, compared with the database as it is now."""
    checked = Checked(reading, None, commit.watermark(), {"read": seconds})
    if reading.refusal is None:
        began = time.monotonic()
        whole = len(reading.families)
        beat = partial(progress, whole, whole)
        checked.plan = compare(reading, campaign=campaign or _campaign_of(reading), beat=beat, refuses=answers.refuses)
        checked.seconds["check"] = time.monotonic() - began
    return checked


def _campaign_of(reading: Reading) -> Campaign:
    """The campaign that holds the year of most households, else the current one."""
    years = Counter(f.year for f in reading.families if f.year)
    try:
        return campaign_of(years.most_common(1)[0][0]) if years else current_campaign()
    except PolicyMissing:
        return current_campaign()


def _remembered() -> Mapping:
    return Mapping({m.fingerprint: m.mapping for m in HeaderMapping.objects.all()})


@transaction.atomic
def upload(
    data: bytes, name: str, *, campaign: Campaign, year: int | None, by: Any, accept_proposed: bool = False,
    batch: str = "",
) -> RosterImport:  # fmt: skip
    """Keep the file, encrypted, and queue its check. Nothing of it is written to the households.

    `batch` is the same for files that were uploaded together.
    """
    roster_import = store(data, name, campaign=campaign, year=year, by=by, accept_proposed=accept_proposed)
    roster_import.batch = batch
    roster_import.job = jobs.start("roster_check", by=by, args={"import": roster_import.pk})
    roster_import.save()
    return roster_import


def store(
    data: bytes, name: str, *, campaign: Campaign, year: int | None, by: Any, accept_proposed: bool,
    state: str = ImportState.CHECKING,
) -> RosterImport:  # fmt: skip
    """The import of a file, with the file kept, encrypted."""
    path = default_storage.save(f"imports/{uuid.uuid4().hex}.sealed", ContentFile(seal_file(data)))
    return RosterImport.objects.create(
        campaign=campaign, file_name=Path(name).name[:200], file_path=path, state=state,
        sha256=hashlib.sha256(data).hexdigest(), year=year, created_by=by, mapping={"accept_proposed": accept_proposed},
    )  # fmt: skip


def same_file_before(roster_import: RosterImport) -> RosterImport | None:
    """An earlier import of the same bytes that was saved; it is said, not forbidden."""
    earlier = RosterImport.objects.filter(
        sha256=roster_import.sha256, state=ImportState.COMMITTED, pk__lt=roster_import.pk
    )
    return earlier.defer("report").first()


def file_of(roster_import: RosterImport) -> bytes:
    """The uploaded bytes; retention.FileRemoved once they were kept long enough."""
    return unseal_file(retention.sealed_bytes(roster_import))


def check(roster_import: RosterImport, *, progress: Progress, effect: Effect) -> Checked:
    """Check an uploaded file and keep the preview."""
    _must_be(roster_import, ImportState.CHECKING)
    checked = _checked(roster_import, progress)
    keep_preview(roster_import, checked, effect())
    return checked


def given_for(roster_import: RosterImport) -> dict[str, Any]:
    """What its reading depends on besides the file, as `read()` takes it."""
    return {
        "answers": answers_of(roster_import), "mapping": _remembered(), "places": places(), "limits": limits(),
        "today": timezone.localdate(),
    }  # fmt: skip


@bulk.without_collector()
def _checked(roster_import: RosterImport, progress: Progress, campaign: Campaign | None = None) -> Checked:
    """The file as it is read, or as an earlier check read it if nothing of that is another now, and compared anew."""
    began, given = time.monotonic(), given_for(roster_import)
    made_of, answers = sealed.made_of(roster_import, **given), given["answers"]
    reading = sealed.take(roster_import, made_of) if retention.is_kept(roster_import) else None
    if reading is None:
        data = file_of(roster_import)
        reading = read(data, roster_import.file_name, year=roster_import.year, progress=progress, **given)
        reading = with_refused(reading, answers)
        if reading.refusal is None:
            sealed.keep(roster_import, reading, made_of)
    seconds = time.monotonic() - began
    try:
        return _compared(reading, seconds, campaign=campaign, answers=answers, progress=progress)
    except PolicyMissing as missing:
        raise jobs.JobRefused(NO_POLICY) from missing


def _must_be(roster_import: RosterImport, state: str) -> None:
    if roster_import.state != state:  # an old job tried again
        raise jobs.JobRefused(ENDED)


def keep_preview(
    roster_import: RosterImport, checked: Checked, effect: AbstractContextManager[None], *, outdated: bool = False
) -> None:
    """Keep what the check found as the preview; `outdated`: it replaces one that is no longer so."""
    shown = report.kept(checked.document("checked"), checked.reading, checked.plan) | {"outdated": outdated}
    rows = _finding_rows(roster_import, checked)
    new_cadres = checked.plan is not None and helpers.are_named(checked.plan) and not same_file_before(roster_import)
    with effect:
        roster_import.findings.all().delete()  # type: ignore[attr-defined]
        RosterFinding.objects.bulk_create(rows, batch_size=500)
        waiting = RosterImport.objects.filter(pk=roster_import.pk, state=roster_import.state)
        if not waiting.update(
            state=ImportState.CHECKED if checked.plan else ImportState.REFUSED, report=shown,
            counts={**shown["counts"], "cadres": new_cadres},
            campaign=checked.plan.campaign if checked.plan else roster_import.campaign,
        ):  # fmt: skip
            raise jobs.JobRefused(ENDED)


def _finding_rows(roster_import: RosterImport, checked: Checked) -> list[RosterFinding]:
    """Rows of the findings, each with the name of the person (else of the head) whom it is about."""
    if not checked.findings:
        return []
    people = People(checked.reading.columns, checked.reading.families)
    return [
        RosterFinding(
            roster_import=roster_import, sheet=f.sheet, row=f.row, column=f.column[:100], field=f.field,
            household_code=shortened(f.household, KEY_LENGTH), code=f.code, severity=f.severity,
            value_masked=f.value[:200],
            params={**f.params, "person": people.named(f.sheet, f.row, f.field, f.column, f.household)},
        )
        for f in checked.findings[:MOST_FINDINGS_KEPT]
    ]  # fmt: skip


def ask_commit(roster_import: RosterImport, *, by: Any) -> bool:
    """Queue the commit of what the preview shows; False if the import no longer waits for it."""
    try:
        with transaction.atomic():
            job = jobs.start("roster_commit", by=by, args={"import": roster_import.pk})
            if not _waiting(roster_import, ImportState.CHECKED).update(state=ImportState.COMMITTING, job=job):
                raise commit.ImportEnded
    except commit.ImportEnded:
        return False
    return True


def _waiting(roster_import: RosterImport, *states: str) -> QuerySet[RosterImport]:
    """The row if it is in one of these states, or was being saved by a job that has stopped.

    For a conditional UPDATE of this one table: PostgreSQL does not ask a join again after it waited for the row.
    """
    rows = RosterImport.objects.filter(pk=roster_import.pk)
    row = rows.select_related("job").get()
    if row.state == ImportState.COMMITTING and has_stopped(row):
        return rows.filter(state=row.state, job=row.job)
    return rows.filter(state__in=states)


@bulk.without_collector()
def commit_import(roster_import: RosterImport, *, progress: Progress, effect: Effect, part: Effect) -> bool:
    """Check again and write what the preview showed. False: it is no longer so; the new preview is kept instead.

    A large file is written in several transactions `part` where the database has one writer (`parts.py`).
    """
    _must_be(roster_import, ImportState.COMMITTING)
    tries = MOST_TRIES
    while tries:
        before = parts.done_of(roster_import)
        checked = _checked(roster_import, progress, roster_import.campaign)
        if checked.plan is None or not parts.as_shown(checked.plan, roster_import):
            parts.forget(roster_import)
            keep_preview(roster_import, checked, effect(), outdated=True)
            if _is_copy_without_changes(roster_import, checked):
                ask_commit(roster_import, by=roster_import.job and roster_import.job.started_by)
            return False
        document = {**roster_import.report, "state": "committed", "outdated": False}
        try:
            if parts.is_needed(checked.plan) or before:
                parts.write(
                    checked.plan, roster_import=roster_import, document=document, seen=checked.seen, part=part,
                    effect=effect, progress=progress,
                )  # fmt: skip
            else:
                whole = len(checked.reading.families)
                rows = commit.prepare(checked.plan, partial(progress, whole, whole))
                commit.write(rows, roster_import=roster_import, document=document, seen=checked.seen, effect=effect())
        except (commit.DataMoved, IntegrityError):
            tries = tries - 1 if parts.done_of(roster_import) == before else MOST_TRIES
            continue
        except commit.ImportEnded:
            raise jobs.JobRefused(ENDED) from None
        sealed.drop(roster_import.file_path)
        return True
    raise jobs.JobRefused(BUSY_IN_PART if parts.saved_of(roster_import) else BUSY)


def _is_copy_without_changes(roster_import: RosterImport, checked: Checked) -> bool:
    """The same file once more, saved meanwhile with its batch: there is nothing to confirm a second time."""
    if not roster_import.batch or checked.plan is None or checked.plan.created or checked.plan.updated:
        return False
    saved = RosterImport.objects.filter(batch=roster_import.batch, state=ImportState.COMMITTED)
    return saved.filter(sha256=roster_import.sha256).exists()


@bulk.without_collector()
def commit_bytes(
    data: bytes, checked: Checked, *, campaign: Campaign | None = None, year: int | None, by: Any = None,
    answers: Answers = UNASKED,
) -> dict[str, Any]:  # fmt: skip
    """For the command: write a checked file at once; returns its document. Households with an error are left out.

    When somebody else writes meanwhile the file is checked again; DataBusy if that happens again and again.
    """
    for _attempt in range(MOST_TRIES):
        if checked.plan is None:
            return checked.document("refused")
        rows = commit.prepare(checked.plan)
        began = time.monotonic()
        document = checked.document("committed")
        try:
            with transaction.atomic():
                roster_import = store(
                    data, checked.reading.file_name, campaign=checked.plan.campaign, year=year, by=by,
                    accept_proposed=answers.accept_proposed, state=ImportState.COMMITTING,
                )  # fmt: skip
                kept = report.kept(document, checked.reading, checked.plan)
                commit.write(
                    rows, roster_import=roster_import, document=kept, seen=checked.seen, effect=transaction.atomic()
                )
                RosterFinding.objects.bulk_create(_finding_rows(roster_import, checked), batch_size=500)
        except (commit.DataMoved, IntegrityError):
            checked = check_bytes(data, checked.reading.file_name, campaign=campaign, year=year, answers=answers)
            continue
        document["seconds"]["commit"] = round(time.monotonic() - began, 3)
        return document
    raise DataBusy


def cancel(roster_import: RosterImport) -> bool:
    """Give up an import that has not been committed; False if it is too late, or whole townships are saved already."""
    if parts.saved_of(roster_import):
        return False
    if roster_import.job is not None:
        jobs.cancel(roster_import.job)
    waiting = _waiting(roster_import, ImportState.CHECKING, ImportState.CHECKED, ImportState.REFUSED)
    if not waiting.update(state=ImportState.CANCELLED):
        return False
    sealed.drop(roster_import.file_path)
    return True


def has_stopped(roster_import: RosterImport) -> bool:
    """Whether its job failed or was cancelled, so that nobody works on it and it can be begun again."""
    working = (ImportState.CHECKING, ImportState.COMMITTING)
    job = roster_import.job
    return roster_import.state in working and job is not None and job.state in STOPPED


def rejected_file(roster_import: RosterImport) -> bytes:
    """An xlsx of the rejected rows with what is wrong in comments, to be corrected and loaded again."""
    data, answers, known = file_of(roster_import), answers_of(roster_import), places()
    reading = read(
        data, roster_import.file_name, places=known, year=roster_import.year, mapping=_remembered(),
        answers=answers, limits=limits(),
    )  # fmt: skip
    codes = {s.name: answers.places.get(s.name) or s.place_proposed for s in reading.sheets}
    titles = {name: known.words_of(code) for name, code in codes.items() if known.told_by([name]) != code}
    findings = [finding_of(row) for row in roster_import.findings.filter(severity=ERROR)]  # type: ignore[attr-defined]
    return rejected_xlsx(
        sheets_of(data, limits()), reading, findings, roster_import.report["rejected_keys"], mended=answers.cells,
        titles=titles,
    )  # fmt: skip


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
