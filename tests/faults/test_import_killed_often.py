"""A worker killed again and again while it checks and saves rosters, then left alone: as if nobody had killed it."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from config.processes import argv
from core import jobs
from core.models import Job, JobState
from district.models import Campaign
from district.register import FIRST_POLICY, load_divisions, open_campaign
from households.management.commands.make_roster import rural_villages
from households.models import ImportState, RosterImport
from households.roster import loading, parts
from households.roster.sample import District
from households.roster.sample_file import write_roster
from tests.faults.conftest import PATIENCE, ROOT

pytestmark = [pytest.mark.faults, pytest.mark.slow]  # test_killed_import does on both engines what needs them
CHECK, COMMIT = "roster_check", "roster_commit"
HOUSEHOLDS = 16  # of a file
FEW_ROWS = 10  # of a transaction: a file is saved in parts
ERRORS = 2
SEED = 20171231
YEAR = 2016
UNLIKE = {"report", "mapping"}  # hold seconds, and what is done of an import: looked at by themselves
AT_ITS_TIME = {"GrowthAssessment"}  # flags are written between imports or after them: their end is the same
TIMES = (models.DateTimeField, models.BigAutoField)


class Worker:
    """A real worker of one process, and another one as soon as it is killed."""

    def __init__(self, stack: Any) -> None:
        self.stack, self.pid = stack, 0
        self.warm: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin with the first, so that a test may set its environment."""
        if self.warm is None:
            python, module, *words = argv("worker", "--include", "tests.faults.handlers", "--concurrency", "1")
            with (self.stack.folder / "worker.log").open("ab") as log:
                self.warm = subprocess.Popen(
                    [python, module, "tests.faults.warm", *words], cwd=ROOT, env=self.stack.env, stderr=log, text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
                )  # fmt: skip
            self.stack.processes.append(self.warm)
        self.warm.stdin.write("\n")
        self.warm.stdin.flush()
        self.pid = int(self.warm.stdout.readline())

    def wait_for_work(self, kind: str, dead: set[Any]) -> None:
        """Until it holds a job of this kind; looked at often, so that the kill meets the job early as well as late."""
        until = time.monotonic() + PATIENCE
        while not any(one[1] == kind for one in held() - dead):
            assert time.monotonic() < until, f"no {kind} came\n{self.stack.logs()}"
            time.sleep(0.01)

    def signal(self, number: int) -> None:
        os.killpg(self.pid, number)

    def kill(self) -> None:
        """SIGKILL to the whole group: no handler runs, nothing is handed back."""
        if self.pid:
            self.signal(signal.SIGKILL)
        self.pid = 0


@pytest.fixture
def worker(stack: Any) -> Iterator[Worker]:
    one = Worker(stack)
    yield one
    one.kill()
    if one.warm:
        one.warm.stdin.close()
        one.warm.stdout.close()


def rosters(folder: Path, files: int) -> tuple[Path, list[Path]]:
    """A roster of one year, and the next year's in several files, each of many townships and with errors."""
    district = District(rural_villages(), seed=SEED, year=YEAR, line=FIRST_POLICY["income_line"])
    first = district.first_year(files * HOUSEHOLDS)
    write_roster(folder / "first.xlsx", first, year=YEAR)
    second = district.next_year(first, over_line=0.2)
    paths = [folder / f"{number:02}.xlsx" for number in range(files)]
    for number, path in enumerate(paths):
        write_roster(path, second[number::files], year=YEAR + 1, errors=ERRORS, seed=number)
    return folder / "first.xlsx", paths


def upload(path: Path) -> RosterImport:
    return loading.upload(path.read_bytes(), path.name, campaign=Campaign.objects.get(), year=None, by=None)


def ask_all() -> None:
    for roster_import in RosterImport.objects.filter(state=ImportState.CHECKED).order_by("pk"):
        assert loading.ask_commit(roster_import, by=None)


def run_all(*kinds: str) -> None:
    """Run what waits, in this process; all kinds, or these."""
    waiting = Job.objects.filter(state=JobState.QUEUED)
    for job in (waiting.filter(kind__in=kinds) if kinds else waiting).order_by("pk"):
        jobs.run_job(job.pk)


def import_undisturbed(*paths: Path) -> dict[str, float]:
    """Check all, then save all, in this process; the seconds that a job took."""
    seconds = {}
    for path in paths:
        upload(path)
    for kind in (CHECK, COMMIT):
        began = time.monotonic()
        run_all(kind)
        seconds[kind] = (time.monotonic() - began) / len(paths)
        ask_all()
    run_all()
    return seconds


def state() -> dict[str, Any]:
    """Rows of all tables of households without keys and times; how many rows of history, and through what."""
    names = {f"import {pk}": name for pk, name in RosterImport.objects.values_list("pk", "file_name")}
    found: dict[str, Any] = {}
    for model in apps.get_app_config("households").get_models():
        if hasattr(model, "instance_type"):  # a history table
            if model.instance_type.__name__ not in AT_ITS_TIME:
                rows = model.objects.values_list("history_type", "history_change_reason")
                found[model.__name__] = Counter((kind, names.get(reason, "")) for kind, reason in rows)
            continue
        related = [f.name for f in model._meta.concrete_fields if f.related_model and f.related_model is not Job]
        found[model.__name__] = sorted(_facts(row) for row in model.objects.select_related(*related))
    return found


def _facts(row: models.Model) -> list[str]:
    facts = []
    for field in row._meta.concrete_fields:
        if isinstance(field, TIMES) or field.related_model is Job or field.name in {*UNLIKE, "file_path"}:
            continue
        value = getattr(row, field.name)
        named = value and field.related_model
        facts.append(f"{field.name}={getattr(value, 'code', value) if named else value!r}")
    return facts


def clean_run(paths: list[Path]) -> tuple[dict[str, Any], dict[str, float]]:
    """What one run that nobody disturbs leaves, and the seconds of its jobs; then none of it is left."""
    with transaction.atomic():
        seconds = import_undisturbed(*paths)
        assert not Job.objects.exclude(state=JobState.DONE).exists()
        after = state()
        transaction.set_rollback(True)
    return after, seconds


def held() -> set[tuple[int, str, int, bool]]:
    """(key, kind, attempt, writing) of the jobs that a worker holds, or held until it was killed."""
    return set(Job.objects.filter(state=JobState.RUNNING).values_list("pk", "kind", "attempt", "saving"))


def wait_until_it_writes(dead: set[tuple[int, str, int, bool]]) -> None:
    """Until the job's transaction begins, which is short; or until it has ended."""
    while (now := held() - dead) and not any(one[3] for one in now):
        time.sleep(0.002)


def kill_often(worker: Worker, kind: str, *, times: int, within: float, chance: random.Random) -> int:
    """Kill the worker that often at a random moment of such a job, every third time as it begins to write.

    Returns how many met it writing. A job that is lost a third time fails, by design: the third attempt is spared.
    """
    writing = 0
    for number in range(times):
        dead, late = held(), number % 3 == 2
        worker.start()
        while True:
            worker.wait_for_work(kind, dead)
            if late:
                late = False
                wait_until_it_writes(dead)
            else:
                time.sleep(chance.uniform(0, within))
            worker.signal(signal.SIGSTOP)  # so that the job looked at is the one that is killed
            now = held() - dead
            if now and all(one[1] == kind and one[2] < jobs.MOST_ATTEMPTS for one in now):
                break
            worker.signal(signal.SIGCONT)
        worker.kill()
        writing += sum(one[3] for one in now)
    return writing


@pytest.mark.parametrize(("kills", "files", "in_parts"), [(25, 17, False), (5, 4, True)], ids=["whole", "in parts"])
def test_killed_at_random_moments_then_left_alone(
    stack: Any, worker: Worker, settings: Any, tmp_path: Path, kills: int, files: int, in_parts: bool
) -> None:
    if in_parts:
        settings.ROSTER_ROWS_ONE_TRANSACTION = FEW_ROWS
        stack.env["ROSTER_ROWS_ONE_TRANSACTION"] = str(FEW_ROWS)
    load_divisions()
    open_campaign()
    first, paths = rosters(tmp_path, files)
    import_undisturbed(first)
    expected, seconds = clean_run(paths)
    chance = random.Random(SEED)

    for path in paths:
        upload(path)
    writing = kill_often(worker, CHECK, times=kills // 2, within=seconds[CHECK] * 0.6, chance=chance)
    worker.start()
    stack.wait_for(lambda: RosterImport.objects.filter(state=ImportState.CHECKED).count() == files)
    worker.kill()
    ask_all()
    writing += kill_often(worker, COMMIT, times=kills - kills // 2, within=seconds[COMMIT] * 0.9, chance=chance)
    worker.start()
    stack.wait_for(lambda: not Job.objects.exclude(state=JobState.DONE).exists())

    assert state() == expected
    lost = sum(Job.objects.values_list("attempt", flat=True)) - Job.objects.count()
    assert (lost >= kills, writing > 0) == (True, True)
    assert parts.MARK in RosterImport.objects.latest("pk").mapping or not in_parts
