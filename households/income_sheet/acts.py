"""The acts of the yearly income update: upload, save, cancel, check. A page asks, a job writes."""

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_noop

from accounts.models import User
from core import bulk, jobs
from core.history import through
from core.models import JobState
from district.models import Division, Level
from households import growth
from households.codes import Problem
from households.models import (
    Household,
    IncomeSheet,
    IncomeStatement,
    IncomeUpload,
    StatementState,
    UploadState,
)
from households.register import RegisterRefused
from households.scope import places_of

from .codes import SheetRefused
from .layout import GIVEN
from .plan import Change, Plan, plan_of, reason_of
from .read import Given, open_file, rows_of, value_of
from .write import newest, versions

SAVE = "income_sheet_save"
WRITTEN = (*GIVEN, "state", "drafted_by")
MOST_TRIES = 3
STOPPED = (JobState.FAILED, JobState.CANCELLED)
ENDED = gettext_noop("This upload was cancelled or saved meanwhile. Nothing was changed.")
BUSY = gettext_noop("Other people were changing households again and again. Nothing was saved. Please try again.")
Effect = Callable[[], AbstractContextManager[None]]


def places_for(user: User, action: str = "draft_statement") -> QuerySet[Division]:
    """Townships and villages of which the user may draft the incomes: all households there, not single ones."""
    rows = Division.objects.filter(level__in=(Level.TOWNSHIP, Level.VILLAGE)).select_related("parent")
    places = places_of(user, action)
    if places is None:
        return rows
    return rows.filter(Q(pk__in=places) | Q(parent__in=places) | Q(parent__parent__in=places))


def uploads_for(user: User) -> QuerySet[IncomeUpload]:
    """Uploads of these places, the newest first."""
    rows = IncomeUpload.objects.select_related("sheet__division__parent", "uploaded_by", "job")
    return rows.filter(sheet__division__in=places_for(user))


def upload(data: bytes, name: str, *, division: Division, year: int, by: User) -> IncomeUpload:
    """Read and compare a file; keeps the preview, writes no statement. SheetRefused for a file that is not the one."""
    filled = open_file(data)
    sheet = _sheet_of(filled.token, division, year, by)
    rows = list(rows_of(filled))
    plan = plan_of(rows, sheet=sheet, by=by)
    return IncomeUpload.objects.create(
        sheet=sheet, file_name=Path(name).name[:200], uploaded_by=by, counts=plan.counts, plan=_text(plan.as_json()),
        given=_text([row.as_json() for row in rows]),
    )  # fmt: skip


def _sheet_of(token: str, division: Division, year: int, by: User) -> IncomeSheet:
    sheet = IncomeSheet.objects.filter(token=token).select_related("division__parent").first()
    if sheet is None:
        raise SheetRefused("sheet_foreign")
    if not places_for(by).filter(pk=sheet.division_id).exists():
        raise SheetRefused("sheet_out_of_sight")
    if sheet.division_id != division.pk:
        raise SheetRefused("sheet_place", theirs=name_of(sheet.division), asked=name_of(division))
    if sheet.year != year:
        raise SheetRefused("sheet_year", theirs=sheet.year, asked=year)
    latest = newest(division.pk, year)
    if latest is not None and latest.pk != sheet.pk:
        at = date_format(timezone.localtime(latest.made_at), "DATETIME_FORMAT")
        raise SheetRefused("sheet_older", at=at, by=latest.made_by)
    return sheet


def name_of(division: Division) -> str:
    """A village with its township: names of villages repeat."""
    return f"{division.parent} {division}" if division.level == Level.VILLAGE else str(division)


def plan_shown(row: IncomeUpload) -> Plan:
    """What the preview shows."""
    return Plan.from_json(json.loads(row.plan))


def ask_save(row: IncomeUpload, *, by: User) -> bool:
    """Queue the writing of what the preview shows; False if the upload no longer waits for it, or changes nothing."""
    if not plan_shown(row).changes:
        return False
    with transaction.atomic():
        job = jobs.start(SAVE, by=by, args={"upload": row.pk})
        asked = bool(_waiting(row).update(state=UploadState.SAVING, job=job, outdated=False))
        if not asked:
            transaction.set_rollback(True)
    return asked


def _waiting(row: IncomeUpload) -> QuerySet[IncomeUpload]:
    """The row if it waits for a confirmation, or was being saved by a job that has stopped; to be updated."""
    rows = IncomeUpload.objects.filter(pk=row.pk)
    now = rows.select_related("job").get()
    if has_stopped(now):
        return rows.filter(state=now.state, job=now.job)
    return rows.filter(state=UploadState.CHECKED)


def has_stopped(row: IncomeUpload) -> bool:
    """Whether the job that should save it failed or was cancelled, so that it can be confirmed again."""
    return row.state == UploadState.SAVING and row.job is not None and row.job.state in STOPPED


def cancel(row: IncomeUpload) -> bool:
    """Give an upload up; nothing of it was written. False if it is too late."""
    return bool(_waiting(row).update(state=UploadState.CANCELLED))


def save(row: IncomeUpload, *, effect: Effect) -> bool:
    """Write what the preview showed. False: it is no longer so; the new preview is kept instead, nothing is written."""
    if row.state != UploadState.SAVING:  # an old job tried again
        raise jobs.JobRefused(ENDED)
    rows = [Given.from_json(one) for one in json.loads(row.given)]
    shown = json.loads(row.plan)
    for _attempt in range(MOST_TRIES):
        try:
            with through(reason_of(row), by=row.uploaded_by), effect():
                lock(change["household"] for change in shown["changes"])
                plan = plan_of(rows, sheet=row.sheet, by=row.uploaded_by)
                as_shown = plan.as_json() == shown
                if as_shown:
                    _write(plan.changes, row)
                _keep(row, plan, saved=as_shown)
        except IntegrityError:  # somebody entered the first statement of a household at this very moment
            continue
        return as_shown
    raise jobs.JobRefused(BUSY)


def lock(households: Iterable[int]) -> None:
    """Nobody closes these households or changes their statements until this is written (SQLite: nobody writes)."""
    ids = list(households)
    list(Household.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    list(IncomeStatement.objects.select_for_update().filter(household__in=ids).order_by("pk").values_list("pk"))


def _write(changes: list[Change], row: IncomeUpload) -> None:
    """New statements and changed ones are drafts of the hand that uploaded, as in households.statements."""
    year, by = row.sheet.year, row.uploaded_by
    ids = [change.household for change in changes]
    known = {s.household_id: s for s in IncomeStatement.objects.filter(household__in=ids, year=year)}
    new: list[IncomeStatement] = []
    changed: list[IncomeStatement] = []
    for change in changes:
        statement = known.get(change.household) or IncomeStatement(household_id=change.household, year=year)
        for name, (_before, after) in change.cells.items():
            setattr(statement, name, value_of(name, after))
        statement.state, statement.drafted_by = StatementState.DRAFT, by
        (new if change.new else changed).append(statement)
    bulk.change(changed, WRITTEN)
    bulk.insert(new)
    growth.start_after_change(year, by=by)


def _keep(row: IncomeUpload, plan: Plan, *, saved: bool) -> None:
    facts: dict[str, Any] = {"state": UploadState.SAVED, "saved_at": timezone.now()}
    if not saved:
        facts = {"state": UploadState.CHECKED, "outdated": True, "plan": _text(plan.as_json()), "counts": plan.counts}
    if not IncomeUpload.objects.filter(pk=row.pk, state=UploadState.SAVING).update(**facts):
        raise jobs.JobRefused(ENDED)


def drafts_of(row: IncomeUpload) -> QuerySet[IncomeStatement]:
    """Statements that this upload wrote and that still stand as it wrote them, to be checked by somebody else."""
    ids = [change.household for change in plan_shown(row).changes]
    latest = versions(ids, row.sheet.year).values()
    own = IncomeStatement.history.filter(history_id__in=list(latest), history_change_reason=reason_of(row))  # type: ignore[attr-defined]
    rows = IncomeStatement.objects.filter(pk__in=list(own.values_list("id", flat=True)), state=StatementState.DRAFT)
    return rows.filter(household__closed_on__isnull=True)


@transaction.atomic
def check_all(row: IncomeUpload, *, by: User) -> int:
    """Confirm all drafts of an upload; from now on they count. Nobody checks what the own hand uploaded."""
    if row.uploaded_by_id == by.pk:
        raise RegisterRefused(Problem.OWN_HAND)
    list(IncomeUpload.objects.select_for_update().filter(pk=row.pk).values_list("pk"))  # nobody takes it back now
    rows = list(drafts_of(row).allowed(by, "check_statement").select_for_update())  # type: ignore[attr-defined]
    for statement in rows:
        statement.state = StatementState.CHECKED
    with through(f"check {reason_of(row)}", by=by):
        bulk.change(rows, ["state"])
    if rows:
        growth.start_after_change(row.sheet.year, by=by)
    return len(rows)


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
