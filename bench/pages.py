"""Server time and queries of list and dashboard pages: python bench/pages.py [--households 3270] [--url DATABASE_URL]

Loads the demo district into a database of its own (a new SQLite file; with `--url`, which names a PostgreSQL server, a
new database that is dropped at the end), asks each page as each role, in process, through all middleware, and prints
the median and the slowest time, the queries and the size of the answer. The floor is measured in the same run: a page
that a signed-in person gets with nothing on it. Exit status 1 if a page is over 150 ms (median) or 12 queries.
"""

import argparse
import contextlib
import io
import logging
import os
import platform
import shlex
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 15
TARGET_MS = 150
MOST_QUERIES = 12
FLOOR = "nobody", "/"
TOWNSHIP = "120119122000"
PAGES = [
    ("cadre", "/"),
    ("cadre", "/households/"),
    ("cadre", "/todo/"),
    ("cadre", "/calendar/"),
    ("liaison", "/"),
    ("clerk", "/"),
    ("township", "/"),
    ("township", "/?cause=illness"),
    ("township", "/households/"),
    ("township", "/households/?state=active&growth=missed"),
    ("township", "/households/growth/"),
    ("township", "/visits/"),
    ("township", "/needs/"),
    ("department", "/"),
    ("department", "/needs/"),
    ("admin", "/"),
    ("admin", "/dashboards/district/"),
    ("admin", f"/dashboards/township/{TOWNSHIP}/"),
    ("admin", "/households/"),
    ("admin", "/households/?page=100"),
    ("admin", "/households/?state=active&contacted=not_within"),
    ("admin", "/households/growth/?verdict=missed"),
    ("admin", "/households/pending/"),
    ("admin", "/cadres/"),
    ("admin", "/cadres/coverage/"),
    ("admin", "/visits/"),
    ("admin", "/needs/"),
    ("admin", "/programs/measures/"),
    ("inspector", "/"),
    ("inspector", "/households/"),
    ("auditor", "/audit/"),
    ("sysadmin", "/settings/users/"),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=3270)
    parser.add_argument("--url", default="", help="DATABASE_URL of a PostgreSQL server; SQLite without it")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAR_DIR"] = folder
        if options.url:
            os.environ["DATABASE_URL"] = options.url
        else:
            os.environ.pop("DATABASE_URL", None)
        return measure(options.households, "postgresql" if options.url else "sqlite")


def measure(households: int, engine: str) -> int:
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.conf import settings
    from django.db import connection

    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = (
        f"{os.environ['VAR_DIR']}/bench" if engine == "sqlite" else "bangfu_bench_pages"
    )
    made = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        sizes = load(households)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        floor = ask(*FLOOR)
        found = [(who, path, *ask(who, path)) for who, path in PAGES]
        version = connection.pg_version if engine == "postgresql" else connection.Database.sqlite_version
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    command = shlex.join(["python", "bench/pages.py", "--households", str(households)])  # the url holds a password
    print(f"command: {command} ({engine} {version}), {RUNS} runs a page")
    print(f"size: {', '.join(f'{number:,} {what}' for what, number in sizes.items())}; database {made!r} of its own")
    print("   median    worst  queries     bytes  page")
    for who, path, *row in [(*FLOOR, *floor), *found]:
        print(line(who, path, *row), "  (floor)" if (who, path) == FLOOR else "")
    bad = [row for row in found if row[2] != 200 or row[3] > TARGET_MS or row[5] > MOST_QUERIES]
    print(f"{len(found) - len(bad)} of {len(found)} pages within {TARGET_MS} ms and {MOST_QUERIES} queries")
    return 1 if bad else 0


def line(who: str, path: str, status: int, median: float, worst: float, queries: int, size: int) -> str:
    answer = "" if status == 200 else f"  answered {status}"
    return f"{median:6.1f} ms {worst:5.1f} ms {queries:8} {size:9,}  {who} {path}{answer}"


def load(households: int) -> dict[str, int]:
    """The demo district, and a person without a role for the floor; returns what there is."""
    from accounts.models import User
    from demo.loading import load as load_demo
    from households.models import Household, IncomeStatement, Member
    from visits.models import Need, Visit

    with contextlib.redirect_stdout(io.StringIO()):
        load_demo(households=households, seed=1, as_of=date.today(), say=lambda _words: None)  # noqa: DTZ011 a demo's day
    User.objects.create_user("nobody", display_name="nobody")
    models = (Household, Member, IncomeStatement, Visit, Need)
    return {str(model._meta.verbose_name_plural): model._base_manager.count() for model in models}


def ask(who: str, path: str) -> tuple[int, float, float, int, int]:
    """(status, median ms, worst ms, queries, bytes) of a page, after one request that warms templates."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=who), backend=settings.AUTHENTICATION_BACKENDS[-1])
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path)
    queries = len(asked)  # now: the next request empties the log
    took = []
    for _run in range(RUNS):
        began = time.perf_counter()
        client.get(path)
        took.append(1000 * (time.perf_counter() - began))
    return response.status_code, statistics.median(took), max(took), queries, len(response.content)


if __name__ == "__main__":
    sys.exit(main())
