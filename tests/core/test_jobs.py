"""Rows first, then a message: a job may run twice and its effect happens once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as QueueGone

from core import jobs
from core.history import origin
from core.models import Job, JobState
from district.models import Division, Level

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def write_place(code="129999000000"):
    Division.objects.create(code=code, level=Level.DISTRICT, name="试验区")


@pytest.fixture
def place(handler):
    """A job that writes one place."""

    @jobs.handles("place")
    def write(run):
        run.progress(1, 2, "Half of %(n)s", n=2)
        with run.effect():
            write_place()
            run.result = {"places": 1}

    handler("place", write)
    return Job.objects.create(kind="place")


def lose_lease(job):
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def reread(job):
    return Job.objects.get(pk=job.pk)


# --- Start and send
def test_the_row_is_there_first_and_its_id_is_sent_after_commit(owner, queue, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start("place", by=owner, args={"import": 12})
        assert queue() == []
    assert (queue(), job.state, job.args, job.started_by) == ([job.pk], JobState.QUEUED, {"import": 12}, owner)
    assert reread(job).sent_at is not None


@pytest.mark.parametrize("error", [OSError("disk"), QueueGone("redis")])
def test_a_queue_that_cannot_be_reached_is_no_error(error, place, monkeypatch, caplog):
    def refuse(_job_id):
        raise error

    monkeypatch.setattr(jobs.run_job, "delay", refuse)
    jobs.send(place.pk)
    assert (reread(place).state, f"job {place.pk} not sent" in caplog.text) == (JobState.QUEUED, True)


# --- Claim
def test_a_job_is_claimed_once(place):
    first, second = jobs.claim(place.pk), jobs.claim(place.pk)
    assert (first.attempt, first.state, second) == (1, JobState.RUNNING, None)


def test_a_lost_lease_is_claimed_again_three_times_at_most(place):
    attempts = []
    for _ in range(4):
        taken = jobs.claim(place.pk)
        attempts.append(taken and taken.attempt)
        lose_lease(place)
    assert attempts == [1, 2, 3, None]


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_what_has_ended_is_not_claimed(state, place):
    Job.objects.filter(pk=place.pk).update(state=state)
    assert jobs.claim(place.pk) is None


# --- Run
def test_a_job_writes_its_effect_and_is_done(place, owner):
    jobs.run_job(place.pk)
    done = reread(place)
    assert (done.state, done.result, done.progress_done, done.progress_total, done.percent) == (
        JobState.DONE, {"places": 1}, 2, 2, 100,
    )  # fmt: skip
    assert (done.lease_until, done.saving, done.message, done.finished_at is None) == (None, False, "", False)
    assert Division.objects.count() == 1


def test_a_message_that_comes_twice_does_nothing_more(place):
    jobs.run_job(place.pk)
    jobs.run_job(place.pk)
    assert (Division.objects.count(), reread(place).attempt) == (1, 1)


def test_changes_are_recorded_as_made_by_who_started_it_through_the_job(handler, owner):
    seen = []
    handler("look", lambda run: seen.append((origin().by, origin().reason)))
    job = Job.objects.create(kind="look", started_by=owner)
    jobs.run_job(job.pk)
    assert seen == [(owner, f"job {job.pk}")]


def test_a_job_that_writes_nothing_is_done_when_it_returns(handler):
    def look(run):
        run.result = {"seen": 3}

    handler("look", look)
    job = Job.objects.create(kind="look")
    jobs.run_job(job.pk)
    assert (reread(job).state, reread(job).result) == (JobState.DONE, {"seen": 3})


def test_an_attempt_that_lost_its_lease_writes_nothing(handler):
    def slow(run):
        with run.effect():
            write_place()
            lose_lease(run.job)
            assert jobs.claim(run.job.pk).attempt == 2  # another worker takes it meanwhile

    handler("slow", slow)
    job = Job.objects.create(kind="slow")
    jobs.run_job(job.pk)
    # its transaction takes the other worker's claim back with it here, since both share a connection
    assert (Division.objects.count(), reread(job).state) == (0, JobState.RUNNING)


@pytest.mark.parametrize("step", ["progress", "effect", "part"])
def test_an_attempt_whose_job_is_with_another_stops_at_the_next_step(step, place):
    run = jobs.Run(jobs.claim(place.pk))
    lose_lease(place)
    jobs.claim(place.pk)
    with pytest.raises(jobs.JobLost):
        if step == "progress":
            run.progress(1, 2)
        else:
            with getattr(run, step)():
                write_place()
    assert (Division.objects.count(), reread(place).state) == (0, JobState.RUNNING)


def test_effect_and_done_are_one_transaction(place):
    run = jobs.Run(jobs.claim(place.pk))
    with pytest.raises(IntegrityError), run.effect():
        write_place()
        write_place()
    assert (Division.objects.count(), reread(place).state, run.ended) == (0, JobState.RUNNING, False)


def test_progress_inside_the_effect_is_refused(place):
    run = jobs.Run(jobs.claim(place.pk))
    with pytest.raises(RuntimeError, match="outside"), run.effect():
        run.progress(1, 2)
    assert reread(place).state == JobState.RUNNING


def test_one_transaction_at_a_time_and_none_after_the_effect(place):
    run = jobs.Run(jobs.claim(place.pk))
    with pytest.raises(RuntimeError), run.effect(), run.part():
        pass
    with run.effect():
        pass
    with pytest.raises(RuntimeError), run.effect():
        pass


def test_parts_stay_when_a_later_one_breaks(place):
    run = jobs.Run(jobs.claim(place.pk))
    with run.part():
        write_place("129999000000")
    with pytest.raises(IntegrityError), run.part():
        write_place("129999000001")
        write_place("129999000000")
    assert list(Division.objects.values_list("code", flat=True)) == ["129999000000"]
    assert (reread(place).state, reread(place).saving) == (JobState.RUNNING, True)


def test_progress_is_shown_in_words_and_renews_the_lease(place):
    run = jobs.Run(jobs.claim(place.pk))
    lose_lease(place)
    run.progress(1, 4, "Half of %(n)s", n=2)
    shown = reread(place)
    assert (shown.percent, shown.sentence, shown.lease_until > timezone.now()) == (25, "Half of 2", True)
    run.progress(2, 4)
    assert reread(place).sentence == "Half of 2"


@pytest.mark.parametrize(
    "error, state, message",
    [
        (jobs.JobRefused("No rows in %(name)s.", name="x.csv"), JobState.FAILED, "No rows in %(name)s."),
        (
            ValueError("secret"),
            JobState.FAILED,
            "The work stopped with an error. Nothing was saved. Please try again.",
        ),
        (OperationalError("database is locked"), JobState.RUNNING, ""),
    ],
    ids=["refused", "broken", "database gone"],
)
def test_an_error_becomes_a_state_and_a_sentence(error, state, message, handler, caplog):
    def broken(run):
        raise error

    handler("broken", broken)
    job = Job.objects.create(kind="broken")
    jobs.run_job(job.pk)
    assert (reread(job).state, reread(job).message) == (state, message)


def test_an_unknown_kind_fails(caplog):
    job = Job.objects.create(kind="nobody knows")
    jobs.run_job(job.pk)
    assert reread(job).state == JobState.FAILED


def test_two_handlers_of_one_kind_are_a_mistake(handler):
    handler("one", write_place)
    with pytest.raises(ValueError, match="two handlers"):
        handler("one", lose_lease)


# --- Cancel and retry
def test_a_waiting_job_is_cancelled_at_once(place):
    assert (jobs.cancel(place), reread(place).state, jobs.claim(place.pk)) == (True, JobState.CANCELLED, None)


def test_a_running_job_stops_at_its_next_step_and_writes_nothing(handler):
    def work(run):
        assert jobs.cancel(run.job)
        run.progress(1, 2)
        write_place()

    handler("work", work)
    job = Job.objects.create(kind="work")
    jobs.run_job(job.pk)
    assert (reread(job).state, reread(job).message, Division.objects.count()) == (JobState.CANCELLED, "Cancelled.", 0)


def test_a_job_is_not_cancelled_once_it_saves_or_has_ended(place):
    run = jobs.Run(jobs.claim(place.pk))
    with run.effect():
        assert not jobs.cancel(place)
        assert not reread(place).can_cancel
    assert (jobs.cancel(place), reread(place).state) == (False, JobState.DONE)


def test_cancelling_before_the_effect_writes_nothing(place):
    run = jobs.Run(jobs.claim(place.pk))
    jobs.cancel(place)
    with pytest.raises(jobs.JobCancelled), run.effect():
        write_place()
    assert Division.objects.count() == 0


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_a_failed_or_cancelled_job_is_tried_again_from_the_start(
    state, place, queue, django_capture_on_commit_callbacks
):
    Job.objects.filter(pk=place.pk).update(
        state=state, attempt=3, cancel_requested=True, message="x", progress_done=1, finished_at=timezone.now()
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.retry(place)
    assert queue() == [place.pk]
    jobs.run_job(place.pk)
    assert (reread(place).state, reread(place).attempt, Division.objects.count()) == (JobState.DONE, 1, 1)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.DONE])
def test_nothing_else_is_tried_again(state, place):
    Job.objects.filter(pk=place.pk).update(state=state)
    assert (jobs.retry(place), reread(place).state) == (False, state)


# --- Sweep
def older(job, **facts):
    Job.objects.filter(pk=job.pk).update(**facts)


MINUTE_AGO = timedelta(minutes=1)


@pytest.mark.parametrize("sent", [True, False], ids=["message lost", "never sent"])
def test_the_sweep_sends_what_waits_too_long(sent, place, queue):
    ago = timezone.now() - MINUTE_AGO
    older(place, created_at=ago, sent_at=ago if sent else None)
    assert (jobs.sweep(), queue()) == (1, [place.pk])
    assert (jobs.sweep(), queue()) == (0, [])  # not again at once


def test_the_sweep_leaves_what_was_sent_just_now(place, queue):
    older(place, sent_at=timezone.now())
    assert (jobs.sweep(), queue()) == (0, [])


def test_the_sweep_sends_what_lost_its_lease_and_the_next_attempt_does_it(place, queue):
    jobs.claim(place.pk)
    older(place, sent_at=timezone.now() - MINUTE_AGO)
    assert jobs.sweep() == 0
    lose_lease(place)
    assert (jobs.sweep(), queue()) == (1, [place.pk])
    jobs.run_job(place.pk)
    assert (reread(place).state, reread(place).attempt, Division.objects.count()) == (JobState.DONE, 2, 1)


def test_a_third_lost_attempt_is_a_failure_in_words(place, queue):
    older(place, state=JobState.RUNNING, attempt=3, saving=True, sent_at=timezone.now() - MINUTE_AGO)
    lose_lease(place)
    assert (jobs.sweep(), queue()) == (0, [])
    failed = reread(place)
    assert (failed.state, failed.message, failed.saving) == (
        JobState.FAILED, "The work was interrupted three times. Nothing was saved. Please try again later.", False,
    )  # fmt: skip
    assert failed.can_retry
