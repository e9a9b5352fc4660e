"""How long a large roster takes, and how much memory: python bench/large_roster.py [--rows 100000] [--url DATABASE_URL]

A made-up roster of so many rows and 25 columns (`--columns 31` adds the six guarantees), and one of twice as many, each
in a database of its own. Floor in the same run: python-calamine alone reads the file. Each measurement is a process of
its own, so that its peak of memory is its own; the second process that helps it is counted too.
"""

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
YEAR = 2016
ROWS_OF_A_HOUSEHOLD = 2.74
CHECK_FLOORS, SECONDS, PEAK_MB, TWICE, SILENCE = 4, 20.0, 600, 2.2, 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, choices=(25, 31), default=25)
    parser.add_argument("--url", default="", help="DATABASE_URL of a PostgreSQL server; SQLite without it")
    parser.add_argument("--once", action="store_true", help="not the file of twice as many rows")
    parser.add_argument("--part", choices=("write", "floor", "import"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        sys.path.insert(0, str(ROOT))
        print(json.dumps(PARTS[options.part](options)))
        return 0
    return measure(options)


def measure(options: argparse.Namespace) -> int:
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"load: {os.getloadavg()[0]:.1f}; command: {shlex.join(['python', *sys.argv])}")
    found = [one(options, options.rows * times) for times in ((1,) if options.once else (1, 2))]
    first = found[0]
    bounds = {
        f"check {first['check']:.1f} s ≤ {CHECK_FLOORS} × {first['floor']:.2f} s": first["check"]
        <= CHECK_FLOORS * first["floor"],
        f"check and commit {first['check'] + first['commit']:.1f} s ≤ {SECONDS:.0f} s": first["check"] + first["commit"]
        <= SECONDS,
        f"peak {first['peak']:.0f} MB ≤ {PEAK_MB} MB": first["peak"] <= PEAK_MB,
        f"longest silence {first['silence']:.1f} s ≤ {SILENCE:.0f} s": first["silence"] <= SILENCE,
    }
    for other in found[1:]:
        ratio = (other["check"] + other["commit"]) / (first["check"] + first["commit"])
        bounds[f"twice as many rows: {ratio:.2f} ≤ {TWICE}"] = ratio <= TWICE
    for words, kept in bounds.items():
        print(f"  {'kept  ' if kept else 'MISSED'} {words}")
    return 0 if all(bounds.values()) else 1


def one(options: argparse.Namespace, rows: int) -> dict[str, Any]:
    """Floor, check and commit of a file of so many rows."""
    path = Path(tempfile.gettempdir()) / f"bangfu_roster_{rows}_{options.columns}.xlsx"
    if not path.exists():
        child("write", options, path, rows)
    floor = child("floor", options, path, rows)
    found = {**floor, **child("import", options, path, rows)}
    print(f"{found['rows']:,} rows, {found['households']:,} households, {options.columns} columns ({found['engine']})")
    for name in ("floor", "check", "commit"):
        print(f"  {name}: {found[name]:.2f} s, of it {found[name + ' cpu']:.2f} s of CPU")
    print(f"  read {found['read']:.2f} s; write transactions {found['writing']:.2f} s; peak {found['peak']:.0f} MB")
    return found


def child(part: str, options: argparse.Namespace, path: Path, rows: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--part", part, "--file", str(path), "--rows", str(rows)]
    command += ["--columns", str(options.columns), "--url", options.url]
    most = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            most = max(most, memory_of(process.pid))
            time.sleep(0.1)
        words = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise SystemExit(process.returncode)
    return {"peak": most} | dict(json.loads(words.splitlines()[-1]))


def memory_of(pid: int) -> float:
    """MB of a process and those that it has begun; what they share counts once. 0 if one began or ended meanwhile."""
    before = children_of(pid)
    found = sum(map(proportional_mb, [pid, *before]))
    return found if children_of(pid) == before else 0.0


def children_of(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, tasks.read_text().split())
    return sorted(found)


def proportional_mb(pid: int) -> float:
    """Of what several processes share, its part."""
    with suppress(OSError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(rollup.partition("\nPss:")[2].split()[0]) / 1024
    return 0.0


def write(options: argparse.Namespace) -> dict[str, Any]:
    """The file; as many households as make so many rows."""
    set_up(Path(tempfile.gettempdir()), "")
    from households.management.commands.make_roster import rural_villages
    from households.roster import sample_file
    from households.roster.sample import District

    homes = District(rural_villages(), seed=1, year=YEAR, line=Decimal(12600)).first_year(
        int(options.rows / ROWS_OF_A_HOUSEHOLD) + 2_000
    )
    taken, rows = [], 0
    for home in homes:
        rows += len(home.people)
        if rows > options.rows:
            break
        taken.append(home)
    sample_file.COLUMNS = sample_file.COLUMNS[: options.columns]
    sample_file.write_roster(options.file.with_suffix(".part.xlsx"), taken, year=YEAR)
    options.file.with_suffix(".part.xlsx").rename(options.file)
    return {}


def floor(options: argparse.Namespace) -> dict[str, Any]:
    from python_calamine import CalamineWorkbook

    def read() -> None:
        CalamineWorkbook.from_path(options.file).get_sheet_by_index(0).to_python()

    return min((timed("floor", read) for _ in range(3)), key=lambda found: found["floor"])


def import_(options: argparse.Namespace) -> dict[str, Any]:
    """Check and commit as the worker does them, by jobs."""
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder), options.url)
        from django.db import connection

        postgres = connection.vendor == "postgresql"
        name = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = "bangfu_bench_large" if postgres else f"{folder}/bench"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            version = connection.pg_version if postgres else connection.Database.sqlite_version
            return jobs_of(options) | {"engine": f"{connection.vendor} {version}"}
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


def jobs_of(options: argparse.Namespace) -> dict[str, Any]:
    from core import jobs
    from district.register import load_divisions, open_campaign
    from households.models import Household, RosterImport
    from households.roster import loading

    load_divisions()
    campaign = open_campaign()
    seen = Heartbeats()
    jobs.Run.progress = seen.noted(jobs.Run.progress)  # type: ignore[method-assign]
    jobs.Run._write = seen.written(jobs.Run._write)  # type: ignore[method-assign]
    roster_import = loading.upload(options.file.read_bytes(), "r.xlsx", campaign=campaign, year=YEAR, by=None)
    found = timed("check", lambda: seen.run(lambda: jobs.run_job(roster_import.job_id)))
    seen.writing = 0.0
    row = RosterImport.objects.get(pk=roster_import.pk)
    if not loading.ask_commit(row, by=None):
        raise SystemExit(f"the check ended as {row.state}: {row.job.message if row.job else ''}")
    row.refresh_from_db()
    found |= timed("commit", lambda: seen.run(lambda: jobs.run_job(row.job_id)))
    row.refresh_from_db()
    if row.state != "committed":
        raise SystemExit(f"the commit ended as {row.state}: {row.job.message}")
    return found | {
        "rows": row.counts["rows"], "households": Household.objects.count(), "writing": seen.writing,
        "read": row.report["seconds"]["read"], "silence": seen.longest,
    }  # fmt: skip


class Heartbeats:
    """The longest time without a progress or a transaction, and the time within transactions of effects."""

    def __init__(self) -> None:
        self.last, self.longest, self.writing = 0.0, 0.0, 0.0

    def beat(self) -> None:
        now = time.perf_counter()
        self.longest, self.last = max(self.longest, now - self.last), now

    def run(self, work: Callable[[], Any]) -> None:
        self.last = time.perf_counter()
        work()

    def noted(self, inner: Callable[..., None]) -> Callable[..., None]:
        def progress(*args: Any, **kwargs: Any) -> None:
            self.beat()
            inner(*args, **kwargs)

        return progress

    def written(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        from contextlib import contextmanager

        @contextmanager
        def write(*args: Any) -> Any:
            self.beat()
            began = time.perf_counter()
            with inner(*args):
                yield
            self.writing += time.perf_counter() - began
            self.last = time.perf_counter()  # the page says that it is being saved

        return write


def set_up(folder: Path, url: str) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(folder), "CELERY_TASK_ALWAYS_EAGER": "",
        "ROSTER_MAX_ROWS": "1000000", "ROSTER_MAX_CELLS": "30000000", "ROSTER_MAX_BYTES": "200000000",
        "ROSTER_MAX_UNPACKED_BYTES": "2000000000",
    }  # fmt: skip
    os.environ.pop("DATABASE_URL", None)
    if url:
        os.environ["DATABASE_URL"] = url
    import django

    django.setup()


def timed(name: str, work: Callable[[], Any]) -> dict[str, Any]:
    began, cpu = time.perf_counter(), cpu_seconds()
    work()
    return {name: time.perf_counter() - began, f"{name} cpu": cpu_seconds() - cpu}


def cpu_seconds() -> float:
    """Of this process and those that it has begun."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


PARTS = {"write": write, "floor": floor, "import": import_}

if __name__ == "__main__":
    sys.exit(main())
