"""A worker killed in the middle of an import's commit: nothing half done, and it is finished by itself, once."""

from io import StringIO

import pytest
from django.core.management import call_command

from core.models import JobState
from district.register import load_divisions, open_campaign
from households.models import Enrolment, Household, ImportState, IncomeStatement, Member, RosterImport
from households.roster import loading
from tests.faults.slow import slow_insert, wait_until_inside

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.both_engines]
HOUSEHOLDS = 60
TABLES = (Household, Member, Enrolment, IncomeStatement)


def rows():
    """How many rows each table and its history hold."""
    return {model.__name__: (model.objects.count(), model.history.count()) for model in TABLES}


@pytest.fixture
def previewed(stack, tmp_path):
    """A roster that a worker has checked, waiting for its confirmation; that worker."""
    load_divisions()
    campaign = open_campaign()
    file = tmp_path / "花名册.xlsx"
    call_command("make_roster", out=file, households=HOUSEHOLDS, verbosity=0, stdout=StringIO())
    worker = stack.start("worker")
    uploaded = loading.upload(file.read_bytes(), file.name, campaign=campaign, year=None, by=None)
    assert stack.wait_for_end(uploaded.job).state == JobState.DONE
    uploaded.refresh_from_db()
    assert (uploaded.state, uploaded.counts["households"]["created"]) == (ImportState.CHECKED, HOUSEHOLDS)
    return uploaded, worker


def test_killed_while_it_commits(stack, previewed):
    uploaded, worker = previewed
    nothing = dict.fromkeys(rows(), (0, 0))
    with slow_insert("households_member", "NEW.id = 100"):  # households are written, and some of their members
        loading.ask_commit(uploaded, by=None)
        job = RosterImport.objects.get().job
        stack.wait_for(lambda: type(job).objects.get(pk=job.pk).saving)
        wait_until_inside()
        assert rows() == nothing
        stack.kill(worker)
        assert (rows(), RosterImport.objects.get().state) == (nothing, ImportState.COMMITTING)

    stack.start("worker")
    done = stack.wait_for_end(job)
    assert (done.state, done.attempt, RosterImport.objects.get().state) == (JobState.DONE, 2, ImportState.COMMITTED)
    members = uploaded.counts["members"]["created"]
    assert rows() == {
        "Household": (HOUSEHOLDS, HOUSEHOLDS),
        "Member": (members, members),
        "Enrolment": (HOUSEHOLDS, HOUSEHOLDS),
        "IncomeStatement": (HOUSEHOLDS, HOUSEHOLDS),
    }
