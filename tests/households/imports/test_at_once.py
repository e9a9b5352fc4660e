"""Two admins at once, jobs that fail, previews that are no longer so: one effect, and a way to go on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from core import jobs
from core.models import Job, JobState
from district.models import Campaign
from district.register import load_divisions, open_campaign
from households.models import Household, IncomeStatement, Member, RosterImport
from households.roster import commit, loading

from .conftest import HEADER, line, run

Roster = Callable[..., Path]
FAMILY = [line("1001", "赵一", "户主"), line("1001", "李二", "配偶")]
NO_CODE = [h for h in HEADER if h != "户编号"]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def checked(path: Path) -> RosterImport:
    """Uploaded and checked, waiting for the confirmation."""
    campaign = Campaign.objects.get()
    roster_import = loading.upload(path.read_bytes(), path.name, campaign=campaign, year=None, by=None)
    jobs.run_job(roster_import.job_id)
    return RosterImport.objects.get(pk=roster_import.pk)


def confirmed(roster_import: RosterImport) -> RosterImport:
    """With its commit queued."""
    assert loading.ask_commit(roster_import, by=None)
    return RosterImport.objects.select_related("job").get(pk=roster_import.pk)


def written() -> dict[str, int]:
    """Rows and rows of history."""
    models: tuple[Any, ...] = (Household, Member, IncomeStatement)
    return {m.__name__: m.objects.count() for m in models} | {
        f"{m.__name__} history": m.history.count() for m in models
    }


ONE_FAMILY = {
    "Household": 1, "Member": 2, "IncomeStatement": 1,
    "Household history": 1, "Member history": 2, "IncomeStatement history": 1,
}  # fmt: skip


@pytest.mark.both_engines
class TestOneAfterTheOther:
    @pytest.fixture(autouse=True)
    def _district(self, campaign: Campaign) -> None:
        pass

    def test_a_failed_commit_can_be_confirmed_again(self, roster: Roster) -> None:
        roster_import = confirmed(checked(roster(*FAMILY)))
        Job.objects.filter(pk=roster_import.job_id).update(state=JobState.FAILED)
        again = confirmed(roster_import)
        assert again.job_id != roster_import.job_id
        jobs.run_job(again.job_id)
        assert (RosterImport.objects.get().state, written()) == ("committed", ONE_FAMILY)

    def test_the_old_job_tried_again_beside_the_new_one_writes_nothing(self, roster: Roster) -> None:
        first = confirmed(checked(roster(*FAMILY)))
        Job.objects.filter(pk=first.job_id).update(state=JobState.CANCELLED)
        second = confirmed(first)
        jobs.retry(first.job)
        for job in (second.job_id, first.job_id):
            jobs.run_job(job)
        states = [Job.objects.get(pk=pk).state for pk in (second.job_id, first.job_id)]
        assert (states, written()) == ([JobState.DONE, JobState.FAILED], ONE_FAMILY)

    def test_a_failed_commit_can_be_cancelled(self, roster: Roster) -> None:
        roster_import = confirmed(checked(roster(*FAMILY)))
        Job.objects.filter(pk=roster_import.job_id).update(state=JobState.FAILED)
        assert loading.cancel(RosterImport.objects.select_related("job").get())
        assert (RosterImport.objects.get().state, Household.objects.count()) == ("cancelled", 0)

    def test_cancelled_while_it_is_checked(self, roster: Roster) -> None:
        path = roster(*FAMILY)
        roster_import = loading.upload(
            path.read_bytes(), path.name, campaign=Campaign.objects.get(), year=None, by=None
        )
        assert loading.cancel(roster_import)
        jobs.retry(Job.objects.get(pk=roster_import.job_id))
        jobs.run_job(roster_import.job_id)
        assert (RosterImport.objects.get().state, Job.objects.get().state) == ("cancelled", JobState.FAILED)

    def test_a_commit_cannot_be_confirmed_while_it_runs(self, roster: Roster) -> None:
        roster_import = confirmed(checked(roster(*FAMILY)))
        assert loading.ask_commit(roster_import, by=None) is False

    def test_a_change_after_the_comparison_is_compared_again(self, roster: Roster, monkeypatch: Any) -> None:
        roster_import = confirmed(checked(roster(*FAMILY)))
        other = roster(line("1002", "孙四", "户主"), name="别的.xlsx")
        prepare, others = commit.prepare, [other]

        def meanwhile(plan: Any, beat: Any) -> Any:
            if others:  # somebody commits between comparison and writing
                monkeypatch.setattr(commit, "prepare", prepare)
                run(others.pop())
            return prepare(plan, beat)

        monkeypatch.setattr(commit, "prepare", meanwhile)
        jobs.run_job(roster_import.job_id)
        assert RosterImport.objects.get(pk=roster_import.pk).state == "committed"
        assert sorted(Household.objects.values_list("code", flat=True)) == ["1001", "1002"]

    def test_a_preview_no_longer_so_is_replaced_and_says_so(self, roster: Roster) -> None:
        roster_import = confirmed(checked(roster(*FAMILY)))
        run(roster(line("1003", "李二", "户主"), name="别的.xlsx"))
        jobs.run_job(roster_import.job_id)
        after = RosterImport.objects.get(pk=roster_import.pk)
        assert (after.state, after.report["outdated"], after.counts["households"]["rejected"]) == ("checked", True, 1)
        assert list(Household.objects.values_list("code", flat=True)) == ["1003"]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each gives, begun at the same moment in a thread of its own."""
    barrier = Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(one, work) for work in works]]


@pytest.mark.postgres
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture(autouse=True)
    def _district(self) -> None:
        load_divisions()
        open_campaign()

    def test_two_imports_of_the_same_file_have_one_effect(self, roster: Roster) -> None:
        path = roster(*FAMILY)
        two = [confirmed(checked(path)), confirmed(checked(path))]
        at_once(*(lambda pk=i.job_id: jobs.run_job(pk) for i in two))
        assert sorted(RosterImport.objects.values_list("state", flat=True)) == ["checked", "committed"]
        assert written() == ONE_FAMILY

    def test_two_updates_of_the_same_household_leave_one_history(self, roster: Roster) -> None:
        run(roster(*FAMILY))
        path = roster(line("1001", "赵一", "户主", phone="13800138000"), line("1001", "李二", "配偶"))
        two = [confirmed(checked(path)), confirmed(checked(path))]
        at_once(*(lambda pk=i.job_id: jobs.run_job(pk) for i in two))
        assert Household.history.filter(history_type="~").count() == 1

    def test_two_admins_confirm_one_import(self, roster: Roster) -> None:
        roster_import = checked(roster(*FAMILY))
        asked = at_once(*[lambda: loading.ask_commit(roster_import, by=None)] * 2)
        assert sorted(asked) == [False, True]
        assert Job.objects.filter(kind="roster_commit").count() == 1

    def test_two_files_without_codes_do_not_make_the_same_code(self, roster: Roster) -> None:
        rows = [[*line("", name, "户主")[:2], *line("", name, "户主")[3:]] for name in ("赵一", "孙四")]
        two = [roster(row, header=NO_CODE, name=f"{n}.xlsx") for n, row in enumerate(rows)]
        at_once(*(lambda path=path: run(path) for path in two))
        village = Household.objects.first().village.code  # type: ignore[union-attr]
        assert sorted(Household.objects.values_list("code", flat=True)) == [f"H{village}0001", f"H{village}0002"]

    def test_without_watermark_and_lock_the_same_update_is_written_twice(
        self, roster: Roster, monkeypatch: Any
    ) -> None:
        """The control: shows the race that the test above closes."""
        run(roster(*FAMILY))
        path = roster(line("1001", "赵一", "户主", phone="13800138000"), line("1001", "李二", "配偶"))
        two = [confirmed(checked(path)), confirmed(checked(path))]
        barrier, prepare = Barrier(2), commit.prepare

        def together(plan: Any, beat: Any) -> Any:
            barrier.wait()
            return prepare(plan, beat)

        monkeypatch.setattr(commit, "prepare", together)
        monkeypatch.setattr(commit, "watermark", lambda: ())
        at_once(*(lambda pk=i.job_id: jobs.run_job(pk) for i in two))
        assert Household.history.filter(history_type="~").count() == 2
