"""A worker killed by SIGKILL: nothing half done, and the job is finished by itself afterwards, once."""

import pytest

from core.models import Job, JobState
from district.models import Division
from tests.faults.handlers import FIRST, SECOND
from tests.faults.slow import slow_insert, wait_until_inside

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.both_engines]


def places():
    return sorted(Division.objects.values_list("code", flat=True))


def made():
    """Rows of the history table: a place made twice would stand there twice."""
    return sorted(Division.history.values_list("code", "history_type"))


def test_killed_while_it_prepares(stack):
    (stack.folder / "hold").touch()
    worker = stack.start("worker")
    job = Job.objects.create(kind="faults_work")  # never sent: the sweep finds the row
    stack.wait_for((stack.folder / "prepared-1").exists)
    stack.kill(worker)
    assert (places(), Job.objects.get().state) == ([], JobState.RUNNING)

    (stack.folder / "hold").unlink()
    stack.start("worker")
    done = stack.wait_for_end(job)
    assert (done.state, done.attempt, done.result) == (JobState.DONE, 2, {"places": 2})
    assert (places(), made()) == ([FIRST, SECOND], [(FIRST, "+"), (SECOND, "+")])


def test_killed_while_it_writes(stack):
    with slow_insert("district_division", f"NEW.code = '{SECOND}'"):
        worker = stack.start("worker")
        job = Job.objects.create(kind="faults_work")
        stack.wait_for(lambda: Job.objects.get().saving)
        wait_until_inside()
        stack.kill(worker)
        assert (places(), made(), Job.objects.get().state) == ([], [], JobState.RUNNING)

    stack.start("worker")
    done = stack.wait_for_end(job)
    assert (done.state, done.attempt) == (JobState.DONE, 2)
    assert (places(), made()) == ([FIRST, SECOND], [(FIRST, "+"), (SECOND, "+")])


def test_many_jobs_one_kill_each_done_once(stack):
    """Some in the queue, some running, some never sent when all worker processes go."""
    (stack.folder / "hold").touch()
    worker = stack.start("worker")
    Job.objects.bulk_create([Job(kind="faults_count", args={"n": n}) for n in range(40)])
    Job.objects.create(kind="faults_work")
    stack.wait_for((stack.folder / "prepared-1").exists)
    stack.kill(worker)
    (stack.folder / "hold").unlink()
    stack.start("worker")
    stack.wait_for(lambda: not Job.objects.exclude(state=JobState.DONE).exists())
    assert places() == sorted([FIRST, SECOND, *(f"1299993{n:05}" for n in range(40))])
    assert len(made()) == 42
