"""The one place that knows the command lines of web, worker and beat.

`bin/web`, `bin/worker` and `bin/beat` run them; the demo, the tests, the Dockerfile and the compose file run these.
Extra words are passed on: `bin/worker --concurrency 4`.
"""

import os
import sys

APPS = ("core", "district", "accounts", "households", "cadres", "programs", "visits", "dashboards", "demo")
COMMANDS: dict[str, tuple[str, ...]] = {
    "web": ("gunicorn", "config.wsgi", "--config", "config/gunicorn.conf.py"),
    "worker": ("celery", "-A", "config", "worker", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    "beat": ("celery", "-A", "config", "beat", "--pidfile="),
}
WORKER_PROCESSES = "2"


def argv(name: str, *extra: str) -> list[str]:
    """The command line of one process with the environment's own Python; KeyError for an unknown name."""
    words = [sys.executable, "-m", *COMMANDS[name]]
    if name in {"worker", "beat"}:
        words += ["--loglevel", os.environ.get("LOG_LEVEL", "INFO")]
    if name == "worker":
        words += ["--concurrency", os.environ.get("WORKER_PROCESSES", WORKER_PROCESSES)]
    return [*words, *extra]


if __name__ == "__main__":
    os.execv(sys.executable, argv(sys.argv[1], *sys.argv[2:]))
