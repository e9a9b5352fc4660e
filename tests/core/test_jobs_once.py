"""One job of a kind and key at a time: the second request gets the first one's job, also at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections, transaction

from core import jobs
from core.models import Job, JobState

ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@pytest.mark.both_engines
@pytest.mark.django_db
class TestOneAfterTheOther:
    @pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
    def test_the_second_gets_the_one_that_waits_or_runs(
        self, state, owner, admin, queue, django_capture_on_commit_callbacks
    ):
        first = Job.objects.create(kind="work", key="a", started_by=owner, state=state)
        with django_capture_on_commit_callbacks(execute=True):
            assert jobs.start_once("work", "a", by=admin, args={"n": 2}) == (first, False)
        assert (queue(), Job.objects.get().started_by) == ([], owner)

    @pytest.mark.parametrize("state", ENDED)
    def test_after_its_end_a_new_one_begins_and_is_sent(self, state, owner, queue, django_capture_on_commit_callbacks):
        first = Job.objects.create(kind="work", key="a", state=state)
        with django_capture_on_commit_callbacks(execute=True):
            second, new = jobs.start_once("work", "a", by=owner, args={"n": 2})
        assert (new, second.pk != first.pk, second.args, queue()) == (True, True, {"n": 2}, [second.pk])

    def test_other_keys_other_kinds_and_jobs_without_a_key_stand_beside_it(self):
        jobs.start_once("work", "a")
        assert [jobs.start_once(*of)[1] for of in (("work", "b"), ("other", "a"))] == [True, True]
        jobs.start("work")
        jobs.start("work")
        assert Job.objects.count() == 5

    @pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
    def test_the_database_refuses_a_second_one(self, state):
        jobs.start_once("work", "a")
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.create(kind="work", key="a", state=state)

    @pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
    def test_an_old_one_is_not_tried_again_beside_it(self, state):
        old = Job.objects.create(kind="work", key="a", state=state)
        new, _ = jobs.start_once("work", "a")
        assert (jobs.retry(old), Job.objects.get(pk=old.pk).state) == (False, state)
        Job.objects.filter(pk=new.pk).update(state=JobState.DONE)
        assert jobs.retry(old) is True


def at_once(work, times):
    """What each gives, begun at the same moment in a thread of its own."""
    barrier = Barrier(times)

    def one(_n):
        try:
            barrier.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.postgres
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture(autouse=True)
    def _not_sent(self, monkeypatch):
        monkeypatch.setattr(jobs, "send", lambda job_id: None)

    def test_ten_requests_at_once_start_one_job(self):
        answers = at_once(lambda: jobs.start_once("work", "a"), 10)
        assert sorted(new for _job, new in answers) == [False] * 9 + [True]
        assert {job.pk for job, _new in answers} == {Job.objects.get().pk}

    def test_without_the_constraint_they_start_several(self):
        """The control: shows the race that the test above closes."""
        rule = next(c for c in Job._meta.constraints if c.name == "job_once_while_active")
        barrier = Barrier(2)

        def look_then_write():
            found = Job.objects.active().filter(kind="work", key="a").first()
            barrier.wait()
            return found or Job.objects.create(kind="work", key="a")

        with connection.schema_editor() as editor:
            editor.remove_constraint(Job, rule)
        try:
            at_once(look_then_write, 2)
            assert Job.objects.count() == 2
        finally:
            Job.objects.all().delete()
            with connection.schema_editor() as editor:
                editor.add_constraint(Job, rule)
