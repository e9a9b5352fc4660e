"""How long a district's roster takes: python bench/roster.py [--households 3270] [--url DATABASE_URL]

In a database of its own (a new SQLite file, or a new PostgreSQL database that is dropped at the end): check and commit
of a new roster, the same file again, and the next year's file. The floor in the same run: reading the file by
python-calamine alone, and putting as many bare rows into one table by executemany.
"""

import argparse
import os
import platform
import shlex
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BOUND_SECONDS = 15.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=3270)
    parser.add_argument("--url", default="", help="DATABASE_URL of a PostgreSQL server; SQLite without it")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAR_DIR"] = folder
        if options.url:
            os.environ["DATABASE_URL"] = options.url
        return measure(options.households, Path(folder), "postgresql" if options.url else "sqlite")


def measure(households: int, folder: Path, engine: str) -> int:
    import django

    django.setup()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    test_name = f"{folder}/bench" if engine == "sqlite" else "bangfu_bench_roster"
    connection.settings_dict["TEST"]["NAME"] = test_name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        seconds, rows = run(households, folder)
        seconds |= floor(folder / "2016.xlsx", rows)
        version = connection.pg_version if engine == "postgresql" else connection.Database.sqlite_version
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"command: {shlex.join(['python', 'bench/roster.py', '--households', str(households)])} ({engine} {version})")
    print(f"size: {households:,} households, {rows:,} rows")
    for label, taken in seconds.items():
        print(f"  {label}: {taken:.2f} s")
    return 0 if max(seconds.values()) <= BOUND_SECONDS * max(1, households / 3270) else 1


def run(households: int, folder: Path) -> tuple[dict[str, float], int]:
    from district.register import load_divisions, open_campaign
    from households.management.commands.make_roster import rural_villages
    from households.roster.loading import check_bytes, commit_bytes
    from households.roster.sample import District
    from households.roster.sample_file import write_roster

    load_divisions()
    campaign = open_campaign()
    district = District(rural_villages(), seed=1, year=2016, line=Decimal(12600))
    homes = district.first_year(households)
    write_roster(folder / "2016.xlsx", homes, year=2016)
    write_roster(folder / "2017.xlsx", district.next_year(homes), year=2017)
    seconds: dict[str, float] = {}
    rows = 0
    for label, year in (("new roster", 2016), ("same file again", 2016), ("next year", 2017)):
        data = (folder / f"{year}.xlsx").read_bytes()
        checked, seconds[f"{label}: check"] = timed(
            lambda data=data, year=year: check_bytes(data, "r.xlsx", campaign=campaign, year=year)
        )
        document, seconds[f"{label}: commit"] = timed(
            lambda data=data, checked=checked, year=year: commit_bytes(data, checked, campaign=campaign, year=year)
        )
        seconds[f"{label}: of it the write transaction"] = document["seconds"]["commit"]
        rows = rows or document["counts"]["rows"]
    return seconds, rows


def floor(path: Path, rows: int) -> dict[str, float]:
    from django.db import connection, transaction
    from python_calamine import CalamineWorkbook

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_floor (a integer, b text, c text, d text)")
            cursor.executemany("INSERT INTO bench_floor VALUES (%s, %s, %s, %s)", [(1, "a" * 90, "b", "c")] * rows)
            cursor.execute("DROP TABLE bench_floor")

    def read() -> None:
        CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()

    return {
        "floor: calamine reads the file": timed(read)[1],
        "floor: executemany of bare rows": timed(insert)[1],
    }


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began, cpu = time.perf_counter(), time.process_time()
    found = work()
    taken = time.perf_counter() - began
    print(f"    … {taken:.2f} s, of it {time.process_time() - cpu:.2f} s of this process's CPU")
    return found, taken


if __name__ == "__main__":
    sys.exit(main())
