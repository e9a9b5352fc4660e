"""A check keeps what it read, sealed: a commit reads no file again, unless anything changed meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from core import jobs
from core.models import Job
from district.models import Campaign, Division
from households.models import HeaderMapping, Household, RosterImport
from households.roster import commit, loading, reading, retention, sealed

from .conftest import PEOPLE, line
from .test_at_once import ONE_FAMILY, checked, confirmed, written

Roster = Callable[..., Path]
Change = Callable[[RosterImport, Any], Any]
pytestmark = pytest.mark.usefixtures("campaign")
FAMILY = [line("1001", "赵一", "户主", phone="13812345678"), line("1001", "李二", "配偶")]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def reads(monkeypatch: Any) -> list[str]:
    """The names of the files that were read from now on."""
    seen: list[str] = []

    def noted(data: bytes, name: str, **given: Any) -> Any:
        seen.append(name)
        return reading.read(data, name, **given)

    monkeypatch.setattr(loading, "read", noted)
    return seen


def kept_file(roster_import: RosterImport) -> Path:
    return Path(default_storage.path(sealed.path_of(roster_import.file_path)))


def commit_of(roster_import: RosterImport) -> RosterImport:
    jobs.run_job(confirmed(roster_import).job_id)
    return RosterImport.objects.get(pk=roster_import.pk)


def test_a_commit_reads_the_file_no_second_time(roster: Roster, reads: list[str]) -> None:
    roster_import = checked(roster(*FAMILY))
    assert (reads, kept_file(roster_import).exists()) == (["花名册.xlsx"], True)
    after = commit_of(roster_import)
    assert (reads, after.state, written()) == (["花名册.xlsx"], "committed", ONE_FAMILY)


def test_it_compares_with_the_database_of_that_moment(roster: Roster, reads: list[str]) -> None:
    first, second = checked(roster(*FAMILY)), checked(roster(*FAMILY))
    commit_of(first)
    after = commit_of(second)
    assert (after.state, after.report["outdated"], written()) == ("checked", True, ONE_FAMILY)
    assert after.counts["households"]["unchanged"] == 1
    assert (len(reads), commit_of(after).state, written()) == (2, "committed", ONE_FAMILY)


def test_what_is_kept_shows_nobody(roster: Roster) -> None:
    stored = kept_file(checked(roster(*FAMILY))).read_bytes()
    for secret in (PEOPLE["赵一"], PEOPLE["李二"], "13812345678", "赵一", "1001"):
        assert secret.encode() not in stored


def answered(roster_import: RosterImport, _settings: Any) -> None:
    RosterImport.objects.update(mapping={**roster_import.mapping, "sheets": {"别的": False}})


def of_another_year(_roster_import: RosterImport, _settings: Any) -> None:
    RosterImport.objects.update(year=2017)


def with_a_remembered_header(_roster_import: RosterImport, _settings: Any) -> None:
    HeaderMapping.objects.create(fingerprint="0" * 64, mapping={"姓名": "name"})


def with_a_renamed_village(_roster_import: RosterImport, _settings: Any) -> None:
    village = Division.objects.filter(level="village").exclude(name="小辛庄村")[0]
    village.aliases = ["别名"]
    village.save()


def with_other_limits(_roster_import: RosterImport, settings: Any) -> None:
    settings.ROSTER_MAX_ROWS = 1_000


def by_other_code(_roster_import: RosterImport, settings: Any) -> None:
    settings.CODE_CHANGED = True


def damaged(roster_import: RosterImport, _settings: Any) -> None:
    path = kept_file(roster_import)
    path.write_bytes(path.read_bytes()[:-1])


def of_an_older_form(roster_import: RosterImport, _settings: Any) -> None:
    kept_file(roster_import).write_bytes(sealed.seal_file(b"\x93\xa1x\x01\x02"))


def gone(roster_import: RosterImport, _settings: Any) -> None:
    kept_file(roster_import).unlink()


@pytest.mark.parametrize(
    "change",
    [
        answered, of_another_year, with_a_remembered_header, with_a_renamed_village, with_other_limits, by_other_code,
        damaged, of_an_older_form, gone,
    ],
)  # fmt: skip
def test_the_file_is_read_again_if_anything_is_another_now(
    change: Change, roster: Roster, reads: list[str], settings: Any, monkeypatch: Any
) -> None:
    roster_import = checked(roster(*FAMILY))
    change(roster_import, settings)
    if hasattr(settings, "CODE_CHANGED"):
        monkeypatch.setattr(sealed, "_code", lambda: "another")
    after = commit_of(roster_import)
    assert (len(reads), after.state, written()) == (2, "committed", ONE_FAMILY)


def test_it_is_read_again_on_another_day(roster: Roster, reads: list[str]) -> None:
    roster_import = checked(roster(*FAMILY))
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=True):
        assert commit_of(roster_import).state == "committed"
    assert (len(reads), written()) == (2, ONE_FAMILY)


def test_what_was_kept_of_another_file_is_not_taken(roster: Roster, reads: list[str]) -> None:
    first = checked(roster(*FAMILY))
    other = checked(roster(line("1002", "孙四", "户主"), name="别的.xlsx"))
    kept_file(first).write_bytes(kept_file(other).read_bytes())
    assert (commit_of(first).state, written(), len(reads)) == ("committed", ONE_FAMILY, 3)


def test_killed_in_the_write_it_is_right_at_the_second_attempt(
    roster: Roster, reads: list[str], monkeypatch: Any
) -> None:
    roster_import = confirmed(checked(roster(*FAMILY)))

    def killed(*args: Any, **kwargs: Any) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(commit, "put", killed)
        jobs.run_job(roster_import.job_id)
    assert kept_file(roster_import).exists()
    Job.objects.filter(pk=roster_import.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.run_job(roster_import.job_id)
    assert (RosterImport.objects.get().state, written(), len(reads)) == ("committed", ONE_FAMILY, 1)


class TestItIsRemoved:
    def test_when_the_import_is_saved(self, roster: Roster) -> None:
        after = commit_of(checked(roster(*FAMILY)))
        assert (kept_file(after).exists(), bool(loading.file_of(after))) == (False, True)

    def test_when_it_is_cancelled(self, roster: Roster) -> None:
        roster_import = checked(roster(*FAMILY))
        assert loading.cancel(roster_import)
        assert not kept_file(roster_import).exists()

    def test_by_the_nightly_job_if_a_crash_left_it(self, roster: Roster) -> None:
        waits, ended = checked(roster(*FAMILY)), checked(roster(*FAMILY))
        RosterImport.objects.filter(pk=ended.pk).update(state="cancelled")
        assert retention.remove_old_files() == 0
        assert (kept_file(waits).exists(), kept_file(ended).exists()) == (True, False)

    def test_with_the_upload_that_nobody_confirms(self, roster: Roster, settings: Any) -> None:
        roster_import = checked(roster(*FAMILY))
        retention.remove_old_files(timezone.now() + timedelta(days=settings.ROSTER_FILE_DAYS + 1))
        assert not kept_file(roster_import).exists()
        assert RosterImport.objects.get().state == "cancelled"


def test_a_refused_file_keeps_nothing(tmp_path: Path) -> None:
    path = tmp_path / "leer.xlsx"
    path.write_bytes(b"nothing of a roster")
    roster_import = checked(path)
    assert (roster_import.state, kept_file(roster_import).exists()) == ("refused", False)
    assert Campaign.objects.count() == 1
    assert Household.objects.count() == 0
