"""What all commands share, as a shell sees it: one sentence instead of a traceback, and no error from `| head`."""

import os
import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from core.commands import DistrictCommand, Refused
from tools.steps import PYTHON, ROOT

pytestmark = pytest.mark.slow

COMMANDS = [
    ("load_district",), ("load_demo", "--households", "3"), ("import_roster", "README.md"),
    ("assess_growth", "--year", "2016"), ("create_admin", "wang", "王"),
]  # fmt: skip
Manage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def manage(tmp_path: Path) -> Manage:
    """manage.py in an installation that has no tables, in English."""

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | {
            "VAR_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": "", "LANGUAGE_CODE": "en",
            "ADMIN_PASSWORD": "bei-zhi-quan-9",
        } | more  # fmt: skip
        return subprocess.run(
            [PYTHON, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_without_tables_there_is_one_sentence(manage: Manage, words: tuple[str, ...]) -> None:
    ended = manage(*words)
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        2, "", "The database has no tables yet, or old ones. Run manage.py migrate, then try again.\n",
    )  # fmt: skip


def test_without_a_database_the_sentence_says_why(manage: Manage) -> None:
    ended = manage("assess_growth", "--year", "2016", DATABASE_URL="postgres://x:y@127.0.0.1:1/z")
    assert ended.returncode == 2
    assert [line.startswith("The database cannot be used: ") for line in ended.stderr.splitlines()] == [True]


def test_a_reader_who_has_gone_ends_no_command(manage: Manage, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    file = tmp_path / "f.xlsx"
    words = [str(PYTHON), "manage.py", "make_roster", "--out", str(file), "--households", "40", "--errors", "9"]
    env = os.environ | {"VAR_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": ""}
    ended = subprocess.run(words, cwd=ROOT, env=env, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (ended.returncode, ended.stderr, file.exists()) == (0, "", True)


class Failing(DistrictCommand):
    """Fails as its test says."""

    error: Exception

    def handle(self, *_args: object, **_options: object) -> None:
        raise self.error


@pytest.mark.django_db
def test_a_database_that_does_not_take_it_is_a_refusal_and_another_error_is_none() -> None:
    command = Failing()
    command.error = OperationalError("disk full")
    with pytest.raises(Refused, match="disk full") as refused:
        call_command(command, stdout=StringIO())
    assert refused.value.returncode == 2
    command.error = ZeroDivisionError("a mistake of ours")
    with pytest.raises(ZeroDivisionError):
        call_command(command, stdout=StringIO())
    assert issubclass(Refused, CommandError)


@pytest.mark.django_db
@pytest.mark.parametrize("more", [[], ["--year", "2016"]])
def test_without_a_campaign_an_import_says_how_to_get_one(more: list[str]) -> None:
    with pytest.raises(Refused, match="load_district"):
        call_command("import_roster", "README.md", *more)
