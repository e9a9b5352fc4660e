"""Work in the background: fetch, call the verb."""

from django.utils.translation import gettext_noop

from core.jobs import Run, handles
from households.models import RosterImport
from households.roster import loading


@handles("roster_check")
def roster_check(run: Run) -> None:
    """Check an uploaded roster and keep its preview."""
    roster_import = RosterImport.objects.select_related("campaign").get(pk=run.args["import"])
    loading.check(roster_import, progress=_reading(run), effect=run.effect)
    run.result = {"import": roster_import.pk}


@handles("roster_commit")
def roster_commit(run: Run) -> None:
    """Write what the preview showed, or keep a new preview if it is no longer so."""
    roster_import = RosterImport.objects.select_related("campaign", "created_by").get(pk=run.args["import"])
    run.result = {"import": roster_import.pk}
    loading.commit_import(roster_import, progress=_reading(run), effect=run.effect)


def _reading(run: Run) -> loading.Progress:
    return lambda done, total: run.progress(
        done, total, gettext_noop("Reading rows: %(done)s of %(total)s"), done=done, total=total
    )
