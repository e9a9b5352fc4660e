"""Runs the processes of the demo, starts again what died, and ends all of them."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.steps import ROOT, StepFailed

RESTARTS = 3  # of one process within RESTART_WINDOW seconds; more means that it cannot run
RESTART_WINDOW = 60
END_SECONDS = 12  # gunicorn and Celery finish what they have in hand; a job cut off is done after the next start


@dataclass
class Child:
    """One process with its log; the leader of a process group of its own."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]
    deaths: list[float] = field(default_factory=list)


class Supervisor:
    """`bin/web`, `bin/worker` and `bin/beat` under one roof. Use as a context: leaving it ends all."""

    def __init__(self, log_dir: Path, env: Mapping[str, str]) -> None:
        self.log_dir = log_dir
        self.env = {**os.environ, **env}
        self.children: list[Child] = []

    def __enter__(self) -> "Supervisor":
        self.log_dir.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self, name: str) -> None:
        """Start bin/<name>; its output goes to <log_dir>/<name>.log, begun anew."""
        log = self.log_dir / f"{name}.log"
        log.unlink(missing_ok=True)
        self.children.append(Child(name, log, self._spawn(name, log)))

    def check(self) -> None:
        """Start again what has died; StepFailed if it keeps dying."""
        for child in self.children:
            status = child.process.poll()
            if status is None:
                continue
            now = time.monotonic()
            child.deaths = [death for death in child.deaths if now - death < RESTART_WINDOW] + [now]
            if len(child.deaths) > RESTARTS:
                raise StepFailed(f"{child.name} ended {len(child.deaths)} times; its log says:\n{tail(child.log)}")
            print(f"{child.name} ended with {status} and is started again (see {child.log})", flush=True)
            _signal(child, signal.SIGKILL)  # what is left of its group
            child.process = self._spawn(child.name, child.log)

    def end(self) -> None:
        """Ask all to finish, wait, kill what stays. Another Ctrl-C or SIGTERM kills at once; nothing is left behind."""
        hurry: list[int] = []
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        for number, handler in before.items():
            if handler != signal.SIG_IGN:
                signal.signal(number, lambda number, _frame: hurry.append(number))
        try:
            for child in self.children:
                # The leader alone, which ends its own: sent to the group, it killed Celery's pool processes as well,
                # and the leader then sometimes did not end (seen with Celery 5.7.0, idle).
                if child.process.poll() is None:
                    child.process.terminate()
            deadline = time.monotonic() + END_SECONDS
            while not hurry and time.monotonic() < deadline and self._alive():
                time.sleep(0.05)
            if names := ", ".join(self._alive()):
                print(f"Killed before the end of what it did: {names}. A job goes on after the next start.", flush=True)
        finally:
            for child in self.children:
                _signal(child, signal.SIGKILL)
                child.process.wait()
            self.children.clear()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _alive(self) -> list[str]:
        return [child.name for child in self.children if child.process.poll() is None]

    def _spawn(self, name: str, log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                [ROOT / "bin" / name],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
            )


def tail(log: Path, lines: int = 25) -> str:
    """The end of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _signal(child: Child, number: signal.Signals) -> None:
    # The leader is not reaped before we call wait or poll, but its group may already be empty.
    try:
        os.killpg(child.process.pid, number)
    except ProcessLookupError:
        return
