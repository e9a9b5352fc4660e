"""The demo district on this machine: `bin/demo [--once] [--port 8000]`.

Runs the very processes of production (bin/web, bin/worker, bin/beat) on the embedded default: SQLite and a queue of
files, both in var/. `--once` visits the pages of each role, has the worker do a job, and ends.
"""

import argparse
import io
import json
import os
import signal
import stat
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.urls import reverse

from tools.services import free_port, port_in_use
from tools.steps import StepFailed, fail, step
from tools.supervisor import Supervisor, tail
from tools.walk import Visitor, WalkFailed

DEFAULT_PORT = 8000
READY_SECONDS = 60
JOB_SECONDS = 90


@dataclass
class Account:
    """A printed sign-in."""

    role: str
    username: str
    password: str


def main(words: list[str]) -> int:
    """Load what is missing, run the processes, serve until Ctrl-C or visit once."""
    options = arguments(words)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup, or in the background of a script
            signal.signal(number, stop)
    served = False
    try:
        port = choose_port(options.port, once=options.once)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        prepare()
        accounts = sign_ins()
        with running(port) as (supervisor, base):
            if options.once:
                return visit_once(base, accounts)
            print_welcome(base, accounts, supervisor.log_dir)
            served = True
            watch(supervisor)
    except (StepFailed, WalkFailed) as error:
        return fail(f"The demo stopped: {error}")
    except KeyboardInterrupt:
        print("\nEnded.", flush=True)
        return 0 if served else 130


def arguments(words: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bin/demo", description="Sets up and runs the demo district.")
    parser.add_argument("--once", action="store_true", help="visit the pages of each role, print a summary and end")
    parser.add_argument("--port", type=port_number, help=f"on 127.0.0.1, {DEFAULT_PORT} by default")
    return parser.parse_args(words)


def port_number(word: str) -> int:
    """A port that needs no special right."""
    if word.isascii() and word.isdigit() and 1024 <= int(word) <= 65535:
        return int(word)
    raise argparse.ArgumentTypeError(f"{word} is not a number from 1024 to 65535")


def stop(number: int, _frame: object) -> NoReturn:
    """SIGTERM and a closed terminal end the demo as Ctrl-C does."""
    if number == signal.SIGHUP:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # shell and kernel both send it
        leave_terminal()
    raise KeyboardInterrupt


def leave_terminal() -> None:
    """A sentence to a terminal that is gone would be an error in the middle of the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for handle in (1, 2):
        if stat.S_ISCHR(os.fstat(handle).st_mode):  # isatty says no once the terminal is gone
            os.dup2(nowhere, handle)
    os.close(nowhere)


def choose_port(wanted: int | None, *, once: bool) -> int:
    """The port to serve on; with --once any free one if none was asked for. StepFailed if it is taken."""
    port = wanted or DEFAULT_PORT
    if not port_in_use(port):
        return port
    if once and wanted is None:
        return free_port()
    raise StepFailed(f"port {port} is in use; another one: bin/demo --port {free_port()}")


def prepare() -> None:
    """Tables, district, demo households: each only as far as it is not there."""
    with step("database"):
        call_command("migrate", verbosity=0, interactive=False)
    with step("district"):
        call_command("load_district", stdout=io.StringIO())
    unfinished = settings.VAR_DIR / "demo-loading"
    if unfinished.exists():
        raise StepFailed(f"an earlier load of the demo was interrupted: remove {settings.VAR_DIR} and start again")
    if not apps.get_model("households", "Household").objects.exists():
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished.touch()
        try:
            with step("demo households, about a minute"):
                call_command("load_demo", stdout=io.StringIO())
        except Exception:
            if not apps.get_model("households", "Household").objects.exists():
                unfinished.unlink()
            raise
        unfinished.unlink()


def sign_ins() -> list[Account]:
    """One account per role."""
    output = io.StringIO()
    call_command("demo_accounts", "--json", stdout=output)
    accounts = [Account(row["role"], row["username"], row["password"]) for row in json.loads(output.getvalue())]
    connections.close_all()
    if not accounts:
        raise StepFailed("the database holds households but no demo accounts: this is not a demo installation")
    return accounts


@contextmanager
def running(port: int) -> Iterator[tuple[Supervisor, str]]:
    """Web, worker and beat, ready to answer; all ended afterwards."""
    base = f"http://127.0.0.1:{port}"
    with Supervisor(settings.VAR_DIR / "log", {"WEB_BIND": f"127.0.0.1:{port}"}) as supervisor:
        with step("web, worker and scheduler"):
            for name in ("web", "worker", "beat"):
                supervisor.start(name)
            wait_until_ready(supervisor, base)
        yield supervisor, base
    print("Web, worker and scheduler have ended.", flush=True)


def wait_until_ready(supervisor: Supervisor, base: str) -> None:
    """Until /health/ready answers 200; StepFailed with the web log otherwise."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        supervisor.check()
        try:
            with urllib.request.urlopen(f"{base}/health/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise StepFailed(f"{base}/health/ready did not answer; web says:\n{tail(supervisor.log_dir / 'web.log')}")


def watch(supervisor: Supervisor) -> NoReturn:
    """Keep the processes alive until a signal comes."""
    while True:
        time.sleep(1)
        supervisor.check()


def visit_once(base: str, accounts: list[Account]) -> int:
    """Each role signs in and opens the pages of its navigation; the admin starts a job. 0 if all of it worked."""
    problems = []
    print("\nPages by role:", flush=True)
    for account in accounts:
        try:
            visitor = Visitor(base)
            pages = visitor.walk(visitor.sign_in(account.username, account.password))
            if not pages:
                raise WalkFailed("the home page has no navigation")
            print(f"  {account.role:<20} {account.username:<16} {len(pages)} pages answer", flush=True)
        except WalkFailed as error:
            problems.append(f"{account.role}: {error}")
            print(f"  {account.role:<20} {account.username:<16} FAILED: {error}", flush=True)
    try:
        print(f"  job in the worker: {growth_job(base, accounts)}", flush=True)
    except WalkFailed as error:
        problems.append(f"job: {error}")
    print_figures()
    for problem in problems:
        print(f"FAILED {problem}", file=sys.stderr)
    print("The demo works." if not problems else f"{len(problems)} problems.", flush=True)
    return 1 if problems else 0


def growth_job(base: str, accounts: list[Account]) -> str:
    """The admin presses the button of the growth page; the job's end, in words."""
    admin = next((account for account in accounts if account.role == "district_admin"), None)
    if admin is None:
        raise WalkFailed("there is no sign-in of a district admin")
    job_model: Any = apps.get_model("core", "Job")
    last = job_model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    visitor = Visitor(base)
    visitor.sign_in(admin.username, admin.password)
    page = visitor.get(reverse("households:growth"))
    path = reverse("households:growth_run")
    form = next((form for form in page.forms if form.action.startswith(path)), None)
    if form is None:
        raise WalkFailed(f"{page.url} has no button that leads to {path}")
    visitor.send(page, form)
    started = time.monotonic()
    while time.monotonic() - started < JOB_SECONDS:
        job = job_model.objects.filter(pk__gt=last, kind="assess_growth").order_by("pk").first()
        if job is not None and job.state in {"done", "failed", "cancelled"}:
            break
        time.sleep(0.2)
    if job is None or job.state != "done":
        raise WalkFailed(f"the job is {job.state if job else 'not there'} after {JOB_SECONDS} s")
    visitor.get(reverse("core:job", args=[job.pk]))
    return f"{job.kind} done after {time.monotonic() - started:.1f} s"


def print_figures() -> None:
    """What the database holds now."""
    names = (("households", "Household"), ("households", "Member"), ("cadres", "Pairing"), ("visits", "Visit"))
    counts = (f"{apps.get_model(*name).objects.count():,} {name[1].lower()}s" for name in names)
    print(f"  in the database: {', '.join(counts)}", flush=True)


def print_welcome(base: str, accounts: list[Account], logs: Path) -> None:
    """The address and the sign-ins."""
    print(f"\nBangfu runs on {base}\n\n  {'role':<20} {'user':<16} password")
    for account in accounts:
        print(f"  {account.role:<20} {account.username:<16} {account.password}")
    print(f"\nLogs: {logs}. Ctrl-C ends everything; the data stays.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
