"""Work in the background: fetch, call the verb."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.roles import ACTIONS
from core.jobs import JobRefused, Run, handles
from core.models import Job
from district.policy import PolicyMissing
from households import growth
from households.income_sheet import acts as income_sheets
from households.income_sheet import undo as sheet_undo
from households.models import IncomeUpload, RosterImport
from households.roster import loading, retention, undo
from households.undoing import UndoRefused


def _import_page(job: Job) -> str:
    return reverse("households:import_detail", args=[job.args["import"]])


def _growth_page(job: Job) -> str:
    return f"{reverse('households:growth')}?year={job.args['year']}"


@handles("roster_check", title=_("Check a roster"), address=_import_page, roles=ACTIONS["import_roster"])
def roster_check(run: Run) -> None:
    """Check an uploaded roster and keep its preview."""
    roster_import = RosterImport.objects.select_related("campaign").get(pk=run.args["import"])
    run.result = {"import": roster_import.pk}
    loading.check(roster_import, progress=_reading(run), effect=run.effect)


@handles("roster_commit", title=_("Save a roster"), address=_import_page, roles=ACTIONS["import_roster"])
def roster_commit(run: Run) -> None:
    """Write what the preview showed, or keep a new preview if it is no longer so."""
    roster_import = RosterImport.objects.select_related("campaign", "created_by").get(pk=run.args["import"])
    run.result = {"import": roster_import.pk}
    loading.commit_import(roster_import, progress=_reading(run), effect=run.effect, part=run.part)


@handles(undo.KIND, title=_("Undo a roster import"), address=_import_page, roles=ACTIONS["import_roster"])
def roster_undo(run: Run) -> None:
    """Take a saved import back, or say that something stands on it."""
    roster_import = RosterImport.objects.get(pk=run.args["import"])
    run.result = {"import": roster_import.pk}
    try:
        undo.undo(roster_import, by=run.job.started_by, progress=run.progress, effect=run.effect)
    except UndoRefused as refusal:
        raise JobRefused(refusal.message) from refusal


def _reading(run: Run) -> loading.Progress:
    def progress(done: int, total: int) -> None:
        if not total:
            run.progress(0, 0, gettext_noop("Reading the file."))
            return
        run.progress(done, total, gettext_noop("Checking households: %(done)s of %(total)s"), done=done, total=total)

    return progress


def _income_page(job: Job) -> str:
    return reverse("households:income_sheet", args=[job.args["upload"]])


@handles(income_sheets.SAVE, title=_("Save an income sheet"), address=_income_page, roles=ACTIONS["draft_statement"])
def income_sheet_save(run: Run) -> None:
    """Write what the preview of an income sheet showed, or keep a new preview if it is no longer so."""
    upload = IncomeUpload.objects.select_related("sheet__division", "uploaded_by").get(pk=run.args["upload"])
    run.result = {"upload": upload.pk}
    income_sheets.save(upload, effect=run.effect)


@handles(sheet_undo.KIND, title=_("Undo an income sheet"), address=_income_page, roles=ACTIONS["draft_statement"])
def income_sheet_undo(run: Run) -> None:
    """Take a saved income sheet back, or say that its statements moved on since."""
    upload = IncomeUpload.objects.select_related("sheet__division").get(pk=run.args["upload"])
    run.result = {"upload": upload.pk}
    try:
        sheet_undo.undo(upload, by=run.job.started_by, effect=run.effect)
    except UndoRefused as refusal:
        raise JobRefused(refusal.message) from refusal


@handles(growth.KIND, title=_("Compare incomes"), address=_growth_page, roles=ACTIONS["run_growth"])
def assess_growth(run: Run) -> None:
    """Compare a year with the year before it; the result says what was found and what changed."""
    year = int(run.args["year"])
    try:
        households = growth.households_to_assess(year)
    except PolicyMissing as missing:
        raise JobRefused(gettext_noop("There is no policy for %(year)s."), year=year) from missing
    run.progress(0, households, gettext_noop("Comparing %(year)s with the year before it."), year=year)
    with run.effect():
        run.result = growth.assess(year, job=run.job).as_job_result()


@shared_task(name="households.assess_closed_years")
def assess_closed_years() -> int:
    """Nightly: a job for each year whose statements are due. Returns how many."""
    try:
        years = growth.closed_years()
    except PolicyMissing:  # before the first campaign
        return 0
    return len([growth.start(year) for year in years])


@shared_task(name="households.remove_roster_files")
def remove_roster_files() -> int:
    """Nightly: remove the uploaded files that were kept long enough. Returns how many."""
    return retention.remove_old_files()
