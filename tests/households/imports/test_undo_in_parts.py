"""A large roster that stopped when some townships were saved: go on, or take back what is saved."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from core import jobs
from core.models import Job, JobState
from district.models import Campaign
from households import growth
from households.members import change_member
from households.models import Household, Member, RosterImport
from households.roster import commit, loading, retention, undo
from households.undoing import UndoRefused
from tests.factories.accounts import GrantFactory, UserFactory

from .test_at_once import checked, confirmed, written
from .test_in_parts import FOUR, between_townships, in_townships, kill_in_township, places
from .test_undo import state

Roster = Callable[..., Path]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL writes a file in one transaction"),
]


@pytest.fixture(autouse=True)
def small_parts(settings: Any, tmp_path: Path, campaign: Campaign) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ROSTER_ROWS_ONE_TRANSACTION = 3


@pytest.fixture
def stopped(roster: Roster, monkeypatch: Any) -> RosterImport:
    """Two of four townships are saved; the job has failed for good."""
    roster_import = confirmed(checked(roster(*in_townships(4))))
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        kill_in_township(patch, 3)
        jobs.run_job(roster_import.job_id)
    Job.objects.filter(pk=roster_import.job_id).update(state=JobState.FAILED, lease_until=None)
    assert Household.objects.count() == 2
    return again(roster_import)


def again(roster_import: RosterImport) -> RosterImport:
    return RosterImport.objects.select_related("job").get(pk=roster_import.pk)


@pytest.fixture
def admin(client: Any) -> Any:
    user = UserFactory(username="admin")
    GrantFactory(user=user, role=Role.DISTRICT_ADMIN)
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def saved_names() -> list[str]:
    return [township for township, _village in places(4)][:2]


def test_what_is_saved_is_taken_back(stopped: RosterImport) -> None:
    user = UserFactory(username="undoer")
    assert undo.places(stopped) == saved_names()
    assert undo.counts(stopped)["household"] == {"made": 2, "changed": 0}
    undo.undo(stopped, by=user)
    after = again(stopped)
    assert (after.state, after.undone_by, Household.objects.count(), Member.objects.count()) == ("undone", user, 0, 0)
    assert Household.history.latest().history_change_reason == f"undo {stopped.pk}"
    assert {job.args["year"] for job in Job.objects.filter(kind=growth.KIND)} >= {2016, 2017}


def test_what_stood_before_stands_again(roster: Roster, stopped: RosterImport, monkeypatch: Any) -> None:
    undo.undo(stopped, by=None)
    first = confirmed(checked(roster(*in_townships(4))))
    jobs.run_job(first.job_id)
    before = state()
    rows = in_townships(4)
    for row in rows:
        row[6] = "13800138000"
    second = confirmed(checked(roster(*rows)))
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        kill_in_township(patch, 3)
        jobs.run_job(second.job_id)
    Job.objects.filter(pk=second.job_id).update(state=JobState.CANCELLED)
    assert state() != before
    undo.undo(second, by=None)
    assert state() == before


def test_after_it_the_import_can_not_go_on(stopped: RosterImport) -> None:
    undo.undo(stopped, by=None)
    assert not loading.ask_commit(again(stopped), by=None)
    assert jobs.retry(Job.objects.get(pk=stopped.job_id))
    jobs.run_job(stopped.job_id)
    assert (again(stopped).state, Household.objects.count()) == ("undone", 0)
    assert not undo.can_undo(again(stopped))


def test_or_it_goes_on_and_is_saved_whole(stopped: RosterImport) -> None:
    jobs.run_job(confirmed(stopped).job_id)
    assert (again(stopped).state, written()) == ("committed", FOUR)
    undo.undo(stopped, by=None)
    assert (again(stopped).state, Household.objects.count()) == ("undone", 0)


def refused(roster_import: RosterImport) -> tuple[str, list[int]]:
    before = state()
    with pytest.raises(UndoRefused) as refusal:
        undo.undo(roster_import, by=None)
    assert state() == before
    return refusal.value.message, [d.households for d in refusal.value.dependants]


def test_not_while_somebody_goes_on_with_it(stopped: RosterImport) -> None:
    going = confirmed(stopped)
    assert refused(going) == (undo.NOT_SAVED, [])
    Job.objects.filter(pk=going.job_id).update(
        state=JobState.RUNNING, attempt=1, lease_until=timezone.now() + timedelta(minutes=1)
    )
    assert (refused(stopped), undo.ask(again(going), by=None)) == ((undo.NOT_SAVED, []), None)


def test_not_when_something_stands_on_it(stopped: RosterImport) -> None:
    member = Member.objects.select_related("household").first()
    assert member is not None
    change_member(member, education="primary")
    assert refused(stopped) == (undo.DEPENDED_ON, [1])


def test_not_where_nothing_is_saved(roster: Roster) -> None:
    waits = checked(roster(*in_townships(4)))
    assert (undo.can_undo(waits), refused(waits)) == (False, (undo.NOT_SAVED, []))


def test_a_preview_made_anew_does_not_forget_what_is_saved(roster: Roster, monkeypatch: Any) -> None:
    rows = in_townships(4)
    roster_import = confirmed(checked(roster(*rows)))
    other = checked(roster(*rows[2:4], name="别的.xlsx"))
    between_townships(monkeypatch, lambda: jobs.run_job(confirmed(other).job_id))
    jobs.run_job(roster_import.job_id)
    after = again(roster_import)
    assert (after.state, after.report["outdated"], undo.can_undo(after)) == ("checked", True, True)
    assert not loading.cancel(after)
    undo.undo(after, by=None)
    assert (again(after).state, list(Household.objects.values_list("code", flat=True))) == ("undone", ["1001"])


def test_given_up_after_a_time_it_can_still_be_undone(stopped: RosterImport, settings: Any) -> None:
    later = timezone.now() + timedelta(days=settings.ROSTER_FILE_DAYS + 1)
    Job.objects.filter(pk=stopped.job_id).update(finished_at=timezone.now())
    assert retention.remove_old_files(later) == 1
    after = again(stopped)
    assert (after.state, undo.can_undo(after)) == ("cancelled", True)
    undo.undo(after, by=None)
    assert Household.objects.count() == 0


class TestPages:
    def test_the_page_says_what_is_saved_and_offers_both(self, admin: Any, stopped: RosterImport) -> None:
        text = " ".join(admin.get(reverse("households:import_detail", args=[stopped.pk])).content.decode().split())
        assert "2 townships are saved, the rest is not" in text
        assert "Households of " + ", ".join(saved_names()) in text
        for offered in ("Save the rest", "Undo what is saved"):
            assert offered in text
        assert ("Cancel this import" in text, "nothing was saved" in text.lower()) == (False, False)

    def test_undone_once_confirmed(self, admin: Any, stopped: RosterImport) -> None:
        detail, url = (reverse(f"households:{name}", args=[stopped.pk]) for name in ("import_detail", "import_undo"))
        page = admin.get(url)
        assert "saved in part" in page.content.decode()
        assert [kind["made"] for kind in page.context["kinds"]] == [2, 4, 2, 2]
        assert Household.objects.count() == 2
        assert admin.post(url)["Location"] == detail
        under_way = admin.get(detail).content.decode()
        assert ("data-reload-when-done" in under_way, "Save the rest" in under_way) == (True, False)
        job = undo.latest_job(stopped)
        assert job is not None
        jobs.run_job(job.pk)
        text = admin.get(detail).content.decode()
        assert ("This import was undone" in text, "townships are saved" in text, Household.objects.count()) == (
            True, False, 0,
        )  # fmt: skip
        assert admin.get(url).status_code == 404

    def test_gone_on_from_its_page(self, admin: Any, stopped: RosterImport) -> None:
        admin.post(reverse("households:import_commit", args=[stopped.pk]))
        jobs.run_job(again(stopped).job_id)
        text = admin.get(reverse("households:import_detail", args=[stopped.pk])).content.decode()
        assert ("townships are saved" in text, "Undo this import" in text, written()) == (False, True, FOUR)


class TestSentenceOfTheJob:
    """The list of jobs does not say that nothing was saved."""

    def test_stopped_by_an_error(self, roster: Roster, monkeypatch: Any) -> None:
        roster_import = confirmed(checked(roster(*in_townships(4))))
        put, calls = commit.put, []

        def broken(rows: Any) -> None:
            calls.append(1)
            put(rows)
            if len(calls) == 3:
                raise ValueError

        monkeypatch.setattr(commit, "put", broken)
        jobs.run_job(roster_import.job_id)
        job = Job.objects.get(pk=roster_import.job_id)
        assert (job.state, job.message) == ("failed", "The work stopped with an error. A part of it is saved.")
        assert (Household.objects.count(), undo.can_undo(again(roster_import))) == (2, True)

    def test_interrupted_three_times(self, stopped: RosterImport) -> None:
        Job.objects.filter(pk=stopped.job_id).update(
            state=JobState.RUNNING, attempt=3, lease_until=timezone.now() - timedelta(seconds=1)
        )
        jobs.sweep()
        job = Job.objects.get(pk=stopped.job_id)
        assert (job.state, job.message) == ("failed", "The work was interrupted three times. A part of it is saved.")
