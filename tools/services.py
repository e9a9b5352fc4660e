"""PostgreSQL and Redis of our own for a test run: temporary, on free loopback ports, with a password, always ended."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.steps import StepFailed

START_SECONDS = 30
UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "listen_addresses": "127.0.0.1",
}


@contextmanager
def postgres() -> Iterator[str]:
    """The DATABASE_URL of a new, empty PostgreSQL; gone afterwards."""
    programs = postgres_programs()
    if programs is None:
        raise StepFailed("PostgreSQL is not installed")
    with folder() as (home, account):
        password, port = secrets.token_hex(16), free_port()
        password_file, log = home / "password", home / "log"
        password_file.write_text(password)
        hand_over(password_file, account)
        data = home / "data"
        words: list[str | Path] = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "bangfu", f"--pwfile={password_file}", *words],
            user=account,
            group=group_of(account),
            extra_groups=[] if account else None,
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise StepFailed(f"initdb failed:\n{made.stderr}")
        settings = UNSAFE_BUT_FAST | {"port": str(port), "unix_socket_directories": str(home)}
        options = [f"-c{name}={value}" for name, value in settings.items()]
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        with server([programs / "postgres", "-D", data, *options], home, account, log, stop_signal=2) as alive:
            wait_for_port(port, alive, log)
            yield f"postgres://bangfu:{password}@127.0.0.1:{port}/postgres"


@contextmanager
def redis() -> Iterator[str]:
    """The REDIS_URL of a new, empty Redis that keeps nothing on disk."""
    program = shutil.which("redis-server")
    if program is None:
        raise StepFailed("redis-server is not installed")
    with folder() as (home, account):
        password, port = secrets.token_hex(16), free_port()
        settings = home / "redis.conf"
        lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", 'save ""', "appendonly no", f"dir {home}"]
        settings.write_text("\n".join(lines) + "\n")
        hand_over(settings, account)
        log = home / "log"
        with server([program, settings], home, account, log, stop_signal=15) as alive:
            wait_for_port(port, alive, log)
            yield f"redis://:{password}@127.0.0.1:{port}/0"


def postgres_programs() -> Path | None:
    """The folder of the newest installed PostgreSQL server: Debian's place, else beside initdb on PATH."""
    debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if debian:
        return max(debian, key=lambda path: float(path.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def folder() -> Iterator[tuple[Path, str | None]]:
    """A private temporary folder, and the account that servers run as: not root, which PostgreSQL refuses."""
    home = Path(tempfile.mkdtemp(prefix="bangfu-"))
    account = None
    try:
        if os.geteuid() == 0:
            known = {entry.pw_name for entry in pwd.getpwall()}
            account = next((name for name in ("postgres", "nobody") if name in known), None)
            hand_over(home, account)
        yield home, account
    finally:
        shutil.rmtree(home, ignore_errors=True)


def hand_over(path: Path, account: str | None) -> None:
    """Give the file to the account that reads it, and to nobody else."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    if account:
        shutil.chown(path, account, group_of(account))


def group_of(account: str | None) -> int | None:
    """The account's first group."""
    return pwd.getpwnam(account).pw_gid if account else None


@contextmanager
def server(
    argv: list[str | Path], home: Path, account: str | None, log: Path, *, stop_signal: int
) -> Iterator[Callable[[], bool]]:
    """Run the server while the block runs; what is yielded tells whether it still lives."""
    with log.open("w") as output:
        process = subprocess.Popen(
            argv,
            cwd=home,
            user=account,
            group=group_of(account),
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C ends the tests first, then us, then the server
        )
    try:
        yield lambda: process.poll() is None
    finally:
        process.send_signal(stop_signal)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_port(port: int, alive: Callable[[], bool], log: Path) -> None:
    """Until something accepts connections there; StepFailed with the server's log if it never does."""
    deadline = time.monotonic() + START_SECONDS
    while alive() and time.monotonic() < deadline:
        if port_in_use(port):
            return
        time.sleep(0.05)
    raise StepFailed(f"the server did not start:\n{log.read_text()}")


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_in_use(port: int) -> bool:
    """Whether something on this machine accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
