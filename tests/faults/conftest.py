"""A real worker and a real scheduler on a database and a queue of their own, to be killed."""

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection, connections

from config.processes import argv
from core.models import Job
from tests.memory_queue import queue

__all__ = ["queue"]

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 3
PATIENCE = 60  # seconds until a job must have ended after a kill


class Stack:
    """The processes, started with the very command lines of production, and what they share."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.env = {**os.environ, **env, "FAULTS_DIR": str(folder)}
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start a worker or beat as the leader of a process group."""
        extra = ["--include", "tests.faults.handlers"] if name == "worker" else []
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                argv(name, *extra), cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL to the whole group: no handler runs, nothing is handed back."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.processes.remove(process)

    def end(self) -> None:
        for process in list(self.processes):
            self.kill(process)

    def wait_for(self, what: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Until `what` holds; the logs if it never does."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if what():
                return
            time.sleep(0.1)
        raise AssertionError(f"it did not happen within {seconds} s\n{self.logs()}")

    def wait_for_end(self, job: Job) -> Job:
        """The job as it stands once it has ended."""
        self.wait_for(lambda: Job.objects.get(pk=job.pk).is_finished)
        return Job.objects.get(pk=job.pk)

    def logs(self) -> str:
        return "\n".join(f"== {log.name}\n{log.read_text()[-6000:]}" for log in self.folder.glob("*.log"))


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """This process works on another database of the same engine."""
    before = connections["default"]
    connections["default"] = type(before)({**before.settings_dict, "NAME": name}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


def on_server(*statements: str) -> None:
    """Run statements that allow no transaction, from the database that DATABASE_URL names."""
    with connected_to(urlsplit(os.environ["DATABASE_URL"]).path.lstrip("/")), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory, django_db_blocker):
    """A database with all tables and no rows, to be copied for each test: a file or a name."""
    if connection.vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("migrated") / "bangfu.sqlite3")
    else:
        name = f"bangfu_faults_{uuid.uuid4().hex[:12]}"
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            on_server(f"CREATE DATABASE {name}")
        with connected_to(name):
            call_command("migrate", verbosity=0)
        yield name
        if connection.vendor == "postgresql":
            on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(migrated, tmp_path, django_db_blocker):
    """A database of this test's own; its environment for other processes."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            name = str(tmp_path / "bangfu.sqlite3")
            shutil.copy(migrated, name)
            with connected_to(name):
                yield {"SQLITE_PATH": name}
            return
        name = f"{migrated}_copy"
        # the server notices by itself within half a second that a killed client is gone
        on_server(
            f"CREATE DATABASE {name} TEMPLATE {migrated}",
            f"ALTER DATABASE {name} SET client_connection_check_interval = '500ms'",
        )
        with connected_to(name):
            yield {"DATABASE_URL": urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))}
        on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def stack(database, tmp_path, settings, queue):
    """Beat runs; the test starts and kills workers. SQLite and the file queue, or PostgreSQL and Redis.

    What the test itself sends is lost (a queue in its memory): the sweep must find the rows.
    """
    settings.MEDIA_ROOT = tmp_path / "media"
    stack = Stack(
        tmp_path,
        {
            **database,
            "VAR_DIR": str(tmp_path),
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "QUEUE_NAME": f"faults-{uuid.uuid4().hex}",
            "JOB_LEASE_SECONDS": str(LEASE_SECONDS),
            "JOB_RESEND_SECONDS": "1",
            "JOB_SWEEP_SECONDS": "1",
        },
    )
    stack.start("beat")
    try:
        yield stack
    finally:
        stack.end()
