"""A large roster on SQLite is saved township after township: killed, it goes on; others write in between."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from core import jobs
from core.models import Job, JobState
from district.models import Campaign, Division
from households.id_numbers import with_check_digit
from households.models import Household, Member, RosterImport
from households.roster import commit, loading, parts

from .conftest import HEADER, line, run
from .test_at_once import checked, confirmed, written

Roster = Callable[..., Path]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL writes a file in one transaction"),
]


@pytest.fixture(autouse=True)
def small_parts(settings: Any, tmp_path: Path, campaign: Campaign) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ROSTER_ROWS_ONE_TRANSACTION = 3


def places(number: int) -> list[tuple[str, str]]:
    """A village in each of so many townships."""
    found = Division.objects.filter(level="village").select_related("parent").order_by("code")
    by_township = {d.parent_id: (d.parent.name, d.name) for d in reversed(found)}
    return list(by_township.values())[::-1][:number]


def in_townships(number: int) -> list[list[object]]:
    """A family of two in each township."""
    rows = []
    for i, (township, village) in enumerate(places(number)):
        for name, relation in ((NAMES[2 * i], "户主"), (NAMES[2 * i + 1], "配偶")):
            row = dict(zip(HEADER, line(f"10{i:02}", name, relation), strict=True))
            row |= {"乡(镇)": township, "行政村": village, "证件号码": NUMBERS[name]}
            rows.append([row[h] for h in HEADER])
    return rows


NAMES = ["赵一", "李二", "孙四", "周五", "吴六", "郑七", "王八", "冯九"]
NUMBERS = {name: with_check_digit(f"12999919600101{i}") for i, name in enumerate(NAMES, 100)}


def killed(*args: Any, **kwargs: Any) -> Any:
    raise SystemExit("killed")


def kill_in_township(monkeypatch: Any, number: int) -> None:
    """As SIGKILL does: the process is gone in the middle of this township's transaction."""
    put, calls = commit.put, []

    def second(rows: Any) -> None:
        calls.append(1)
        put(rows)
        if len(calls) == number:
            raise SystemExit("killed")

    monkeypatch.setattr(commit, "put", second)


def again(job_id: int) -> None:
    """The lease has run out, and the sweep's message is taken."""
    Job.objects.filter(pk=job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.run_job(job_id)


FOUR = {
    "Household": 4, "Member": 8, "IncomeStatement": 4,
    "Household history": 4, "Member history": 8, "IncomeStatement history": 4,
}  # fmt: skip


def test_each_township_is_a_transaction_of_its_own(roster: Roster, monkeypatch: Any) -> None:
    roster_import = confirmed(checked(roster(*in_townships(4))))
    seen: list[int] = []
    put = commit.put
    monkeypatch.setattr(commit, "put", lambda rows: (put(rows), seen.append(len(rows.households)))[0])
    jobs.run_job(roster_import.job_id)
    assert [n for n in seen if n] == [1, 1, 1, 1]
    after = RosterImport.objects.get(pk=roster_import.pk)
    assert (after.state, after.counts["households"]["created"], written()) == ("committed", 4, FOUR)
    assert Job.objects.filter(kind="assess_growth").exists()


def test_killed_in_a_township_the_rest_is_done_by_the_next_attempt(roster: Roster, monkeypatch: Any) -> None:
    roster_import = confirmed(checked(roster(*in_townships(4))))
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        kill_in_township(patch, 3)
        jobs.run_job(roster_import.job_id)
    assert (Household.objects.count(), Member.objects.count()) == (2, 4)
    again(roster_import.job_id)
    after = RosterImport.objects.get(pk=roster_import.pk)
    assert (after.state, after.report["outdated"], written()) == ("committed", False, FOUR)
    assert after.counts["households"] == roster_import.counts["households"]
    growth = Job.objects.filter(kind="assess_growth").count()
    assert growth > 0
    assert set(Household.history.values_list("history_change_reason", flat=True)) == {f"import {after.pk}"}


def test_killed_before_the_end_only_the_end_is_done(roster: Roster, monkeypatch: Any) -> None:
    roster_import = confirmed(checked(roster(*in_townships(4))))
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(commit, "write", killed)
        jobs.run_job(roster_import.job_id)
    again(roster_import.job_id)
    after = RosterImport.objects.get(pk=roster_import.pk)
    assert (after.state, written(), Job.objects.get(pk=roster_import.job_id).state) == (
        "committed",
        FOUR,
        JobState.DONE,
    )
    assert Job.objects.filter(kind="assess_growth").exists()


def between_townships(monkeypatch: Any, act: Callable[[], Any]) -> None:
    """Somebody else writes after the first township."""
    write, acts = parts._write_township, [act]

    def one(*args: Any) -> Any:
        seen = write(*args)
        if acts:
            acts.pop()()
        return seen

    monkeypatch.setattr(parts, "_write_township", one)


def test_others_write_in_between_and_nothing_is_read_again(roster: Roster, monkeypatch: Any) -> None:
    run(roster(line("9001", "钱十", "户主"), name="别的.xlsx"))
    other = Household.objects.get()
    roster_import = confirmed(checked(roster(*in_townships(4))))
    reads: list[int] = []
    check = loading._checked
    monkeypatch.setattr(loading, "_checked", lambda *args: (reads.append(1), check(*args))[1])

    def change() -> None:
        other.address = "新地址"
        other.save()

    between_townships(monkeypatch, change)
    jobs.run_job(roster_import.job_id)
    assert (RosterImport.objects.get(pk=roster_import.pk).state, reads) == ("committed", [1])
    assert Household.objects.get(pk=other.pk).address == "新地址"


def test_a_household_that_others_change_in_between_is_compared_again(roster: Roster, monkeypatch: Any) -> None:
    run(roster(*in_townships(4), name="一.xlsx"))
    rows = in_townships(4)
    for row in rows:
        row[HEADER.index("户联系电话")] = "13800138000"
    roster_import = confirmed(checked(roster(*rows)))
    last = Household.objects.order_by("village__code").last()
    assert last is not None

    def change() -> None:
        last.phone = "13800138001"
        last.save()

    between_townships(monkeypatch, change)
    jobs.run_job(roster_import.job_id)
    assert RosterImport.objects.get(pk=roster_import.pk).state == "committed"
    assert {h.phone for h in Household.objects.all()} == {"13800138000"}
    assert Household.history.filter(pk__isnull=False, id=last.pk, history_type="~").count() == 2


def test_what_others_did_that_changes_the_rest_is_shown_anew(roster: Roster, monkeypatch: Any) -> None:
    rows = in_townships(4)
    roster_import = confirmed(checked(roster(*rows)))
    between_townships(monkeypatch, lambda: run(roster(*rows[2:4], name="别的.xlsx")))
    jobs.run_job(roster_import.job_id)
    after = RosterImport.objects.get(pk=roster_import.pk)
    assert (after.state, after.report["outdated"], parts.MARK in after.mapping) == ("checked", True, False)
    assert (after.counts["households"]["unchanged"], after.counts["households"]["created"]) == (2, 2)
    jobs.run_job(confirmed(after).job_id)
    assert written() == FOUR


def test_somebody_who_moves_between_townships_is_never_nowhere(roster: Roster, monkeypatch: Any) -> None:
    rows = in_townships(4)
    run(roster(*rows, name="一.xlsx"))
    code, township, village = (HEADER.index(h) for h in ("户编号", "乡(镇)", "行政村"))
    for index in (code, township, village):
        rows[1][index] = rows[-1][index]  # 李二 of the first moves to the last
    rows[1][HEADER.index("与户主关系")] = "其他"
    roster_import = confirmed(checked(roster(*rows[:1], *rows[2:], rows[1])))
    seen: list[int] = []
    put = commit.put
    monkeypatch.setattr(
        commit, "put", lambda rows: (put(rows), seen.append(Member.objects.filter(active=True).count()))[0]
    )
    jobs.run_job(roster_import.job_id)
    assert RosterImport.objects.get(pk=roster_import.pk).state == "committed"
    assert set(seen) == {8}


def test_a_small_file_is_one_transaction(roster: Roster, settings: Any) -> None:
    settings.ROSTER_ROWS_ONE_TRANSACTION = 100
    roster_import = confirmed(checked(roster(*in_townships(4))))
    jobs.run_job(roster_import.job_id)
    after = RosterImport.objects.get(pk=roster_import.pk)
    assert (after.state, parts.MARK in after.mapping, written()) == ("committed", False, FOUR)
    assert django_settings.ROSTER_ROWS_ONE_TRANSACTION == 100


def test_a_command_writes_a_large_roster_in_parts_too(roster: Roster, monkeypatch: Any) -> None:
    seen: list[int] = []
    put = commit.put
    monkeypatch.setattr(commit, "put", lambda rows: (put(rows), seen.append(len(rows.households)))[0])
    document = run(roster(*in_townships(4)))
    assert ([n for n in seen if n], document["state"], written()) == ([1, 1, 1, 1], "committed", FOUR)
    assert (document["counts"]["households"]["created"], document["seconds"]["commit"] > 0) == (4, True)
    assert (RosterImport.objects.get().state, Job.objects.get(kind="roster_commit").state) == ("committed", "done")
    again = run(roster(*in_townships(4)))
    assert (again["state"], again["counts"]["households"]["unchanged"], written()) == ("committed", 4, FOUR)


def test_a_command_that_is_killed_leaves_the_rest_to_a_worker(roster: Roster, monkeypatch: Any) -> None:
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        kill_in_township(patch, 3)
        run(roster(*in_townships(4)))
    assert Household.objects.count() == 2
    again(Job.objects.get(kind="roster_commit").pk)
    assert (RosterImport.objects.get().state, written()) == ("committed", FOUR)
