"""Whether a process of this host or container works: `python -m tools.health web|worker|beat`, for the compose file.

Exit status 0 or 1, a sentence on the way.
"""

import os
import socket
import sys
import time
import urllib.request
from pathlib import Path

BEAT_SECONDS = 600  # beat writes its schedule file at least every three minutes


def web() -> bool:
    """/health/ready answers; asked by one of the names that the site may be called by."""
    port = os.environ.get("WEB_BIND", "127.0.0.1:8000").rpartition(":")[2]
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    host = "localhost" if host == "*" else host
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health/ready", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return bool(answer.status == 200)


def worker() -> bool:
    """The worker on this host answers a ping through the queue."""
    from config.celery import app  # noqa: PLC0415 - Celery and the settings are needed here alone

    return bool(app.control.inspect([f"celery@{socket.gethostname()}"], timeout=5).ping())


def beat() -> bool:
    """Beat wrote its schedule file not long ago."""
    from config.celery import app  # noqa: PLC0415 - as above

    schedule = Path(app.conf.beat_schedule_filename)
    written = [file.stat().st_mtime for file in schedule.parent.glob(f"{schedule.name}*")]
    return bool(written) and time.time() - max(written) < BEAT_SECONDS


def main(words: list[str]) -> int:
    """Ask the named process."""
    checks = {"web": web, "worker": worker, "beat": beat}
    if len(words) != 1 or words[0] not in checks:
        print("usage: python -m tools.health web|worker|beat", file=sys.stderr)
        return 2
    try:
        works = checks[words[0]]()
    except OSError as error:
        print(f"{words[0]}: {error}")
        return 1
    print(f"{words[0]} {'works' if works else 'does not answer'}")
    return 0 if works else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
