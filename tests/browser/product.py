"""The real product for browser tests: production's command lines on SQLite and the queue of files, with demo data."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

from tools.services import free_port
from tools.steps import PYTHON, ROOT
from tools.supervisor import Supervisor, tail

HOUSEHOLDS = 60
READY_SECONDS = 90
ACCOUNTS = "accounts.json"


@dataclass
class Product:
    """The running product: its address, its sign-ins by role, its database."""

    base: str
    var_dir: Path
    accounts: dict[str, dict[str, str]] = field(repr=False)
    supervisor: Supervisor = field(repr=False)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds now, asked on a connection of our own."""
        with closing(sqlite3.connect(self.var_dir / "bangfu.sqlite3", timeout=20)) as connection:
            return connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> Any:
        """The one value of the one row."""
        ((value,),) = self.rows(sql, *values)
        return value

    def count(self, table: str) -> int:
        """How many rows the table has."""
        return self.one(f"SELECT count(*) FROM {table}")  # noqa: S608 names of our own

    def restart(self, name: str) -> None:
        """Kill the process as a crash would, and have the supervisor start it again."""
        child = self._child(name)
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self.supervisor.check()
        wait_until_ready(self.base, self.supervisor)

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """The process and its children stand still while the block runs."""
        group = self._child(name).process.pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def _child(self, name: str) -> Any:
        return next(child for child in self.supervisor.children if child.name == name)


def district(folder: Path) -> Path:
    """`folder` with a district in it: the first who asks prepares it, the others wait."""
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            prepare(unfinished)
            unfinished.rename(folder)
    return folder


def prepare(var_dir: Path) -> None:
    """A new district with its demo in `var_dir`."""
    env = environment(var_dir)
    manage(env, "migrate", "--verbosity", "0")
    manage(env, "collectstatic", "--noinput", "--verbosity", "0")
    manage(env, "load_demo", "--households", str(HOUSEHOLDS))
    (var_dir / ACCOUNTS).write_text(manage(env, "demo_accounts", "--json"), encoding="utf-8")


@contextmanager
def running(var_dir: Path) -> Iterator[Product]:
    """The district that was prepared in `var_dir`; web, worker and beat run while the block runs."""
    port = free_port()
    env = environment(var_dir) | {"WEB_BIND": f"127.0.0.1:{port}"}
    accounts = {row["role"]: row for row in json.loads((var_dir / ACCOUNTS).read_text(encoding="utf-8"))}
    base = f"http://127.0.0.1:{port}"
    with Supervisor(var_dir / "log", env) as supervisor:
        for name in ("web", "worker", "beat"):
            supervisor.start(name)
        wait_until_ready(base, supervisor)
        yield Product(base, var_dir, accounts, supervisor)


def environment(var_dir: Path) -> dict[str, str]:
    """Everything of the product lies in `var_dir`; the secrets are those of the project's .env."""
    return {
        "VAR_DIR": str(var_dir),
        "MEDIA_ROOT": str(var_dir / "media"),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "HASHED_STATIC": "off",
        "STATIC_ROOT": str(var_dir / "static"),
        "HTTPS": "off",
        "LOG_LEVEL": "WARNING",
        "WEB_PROCESSES": "1",
        "WORKER_PROCESSES": "1",
    }


def manage(env: dict[str, str], *words: str) -> str:
    """Run a command of manage.py; its output. Fails with what the command said."""
    done = subprocess.run(
        [PYTHON, "manage.py", *words], cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"manage.py {' '.join(words)} ended with {done.returncode}:\n{done.stderr}"
    return done.stdout


def wait_until_ready(base: str, supervisor: Supervisor) -> None:
    """Until the product says that it is ready; fails with the web process's log."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        supervisor.check()
        try:
            with urllib.request.urlopen(f"{base}/health/ready", timeout=5):  # noqa: S310 our own address
                return
        except (urllib.error.URLError, OSError) as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            time.sleep(0.2)
    raise AssertionError(f"the product is not ready; web says:\n{tail(supervisor.log_dir / 'web.log')}")


if __name__ == "__main__":  # begun by tools/check.py while other tests run
    district(Path(sys.argv[1]))
