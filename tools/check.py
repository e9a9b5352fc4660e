"""Every check of the project, cheap ones first: `bin/test`. With arguments: pytest alone with them.

All stages run even if one fails. The last one is a pytest run whose summary counts the tests of all runs
(tests/not_run.py), so that the last line of the output is pytest's own.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tools import services
from tools.setup import apt_install
from tools.steps import PYTHON, ROOT, VENV, StepFailed

TYPED = (
    "config",
    "core",
    "district",
    "accounts",
    "households",
    "cadres",
    "programs",
    "visits",
    "dashboards",
    "demo",
    "tools",
)
PRODUCTION = {
    "DEBUG": "off",
    "HTTPS": "on",
    "ALLOWED_HOSTS": "bangfu.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://bangfu.example.org",
}
ON_POSTGRES = "(postgres or redis or both_engines) and not browser"  # "not browser": every test on both engines
COVERAGE_PERCENT = 90
WORKERS = "2"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
NEEDED = {  # Debian package → is it there?
    "postgresql": lambda: services.postgres_programs() is not None,
    "redis-server": lambda: shutil.which("redis-server") is not None,
    "gettext": lambda: shutil.which("msgfmt") is not None and shutil.which("xgettext") is not None,
    "chromium": lambda: any(shutil.which(name) for name in CHROMIUM),
    "fonts-noto-cjk": lambda: has_chinese_font(),
}


@dataclass
class Stage:
    """One command; `quiet` shows its output only if it fails."""

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = True


@dataclass
class Outcome:
    """What became of the stages: names of the failed ones, and what could not be run, with the reason."""

    failed: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    def run(self, stage: Stage) -> None:
        """Run one stage, print its time, remember a failure."""
        start = time.monotonic()
        if not stage.quiet:
            print(f"\n== {stage.name}", flush=True)
        result = subprocess.run(
            [str(word) for word in stage.argv],
            cwd=ROOT,
            env={**os.environ, **stage.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if stage.quiet else None,
            stderr=subprocess.STDOUT if stage.quiet else None,
            text=True,
            check=False,
        )
        words = "ok" if result.returncode == 0 else "FAILED"
        if result.returncode:
            self.failed.append(stage.name)
            print(result.stdout or "", end="")
        if stage.quiet or result.returncode:
            print(f"{words:6} {stage.name} ({time.monotonic() - start:.1f} s)", flush=True)

    def weigh(self, lines: Path) -> None:
        """Say what part of the project's lines the tests reached; too small a part is a failure."""
        try:
            percent = json.loads(lines.read_text(encoding="utf-8"))["summary"]["percent_covered"]
        except (OSError, ValueError) as error:
            percent = 0.0
            print(f"the lines reached are not known: {error}")
        if percent < COVERAGE_PERCENT:
            self.failed.append("coverage")
        words = "FAILED" if percent < COVERAGE_PERCENT else "ok"
        print(f"{words:6} coverage: {percent:.1f} % of the lines, at least {COVERAGE_PERCENT} %", flush=True)


def main(arguments: list[str]) -> int:
    """All stages, or pytest with the arguments; 0 only if everything passed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds: what was started is ended
    try:
        return pytest_alone(arguments) if arguments else everything()
    except KeyboardInterrupt:
        return 130


def everything() -> int:
    """Lint to browser tests; the environment of each stage is made here."""
    outcome = Outcome()
    outcome.not_run = install_missing()
    with ThreadPoolExecutor(int(WORKERS)) as pool:
        list(pool.map(outcome.run, static_stages()))
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bangfu-test-")))
        runs = scratch / "runs"
        runs.mkdir()
        plain = test_environment(scratch) | {"BANGFU_RUNS": str(runs)}
        lines = scratch / "lines.json"
        outcome.run(pytest_stage("SQLite", "not postgres and not redis and not browser", plain, lines=lines))
        outcome.weigh(lines)
        servers = start_services(stack, outcome.not_run)
        plain["BANGFU_DISTRICT"] = str(scratch / "district")
        stack.enter_context(begun([PYTHON, "-m", "tests.browser.product", plain["BANGFU_DISTRICT"]], plain))
        outcome.run(pytest_stage("PostgreSQL and Redis", ON_POSTGRES, plain | servers))
        print_longest()
        last = plain | {
            "BANGFU_LAST": "1",
            "BANGFU_FAILED": "\n".join(outcome.failed),
            "BANGFU_NOT_RUN": "\n".join(outcome.not_run),
        }
        browser = pytest_stage("browser", "browser", last, folder="tests/browser")
        status = subprocess.run(
            [str(word) for word in browser.argv], cwd=ROOT, env={**os.environ, **browser.env}
        ).returncode
    return 1 if status or outcome.failed or (outcome.not_run and in_ci()) else 0


def static_stages() -> list[Stage]:
    """What can be seen without running a test."""
    bin_dir = VENV / "bin"
    manage: list[str | Path] = [PYTHON, "manage.py"]
    return [
        Stage("format", [bin_dir / "ruff", "format", "--check", "."]),
        Stage("lint", [bin_dir / "ruff", "check", "."]),
        Stage("templates", [bin_dir / "djlint", "templates", "--lint", "--quiet"]),
        Stage("import contracts", [bin_dir / "lint-imports"]),
        Stage("system check", [*manage, "check", "--fail-level", "WARNING"]),
        Stage("system check, production", [*manage, "check", "--deploy", "--fail-level", "WARNING"], env=PRODUCTION),
        Stage("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Stage("translations", [PYTHON, "-m", "tools.translations", "check"]),
        Stage("types", [bin_dir / "mypy"]),
    ]


def pytest_stage(
    name: str, marks: str, env: Mapping[str, str], *, folder: str = "tests", lines: Path | None = None
) -> Stage:
    """A pytest run over the tests with these marks. `lines`: where to write which lines of the project they reached."""
    counting: list[str | Path] = ["-m", "slipcover", "--json", "--out", lines] if lines else []
    words: list[str | Path] = [PYTHON, *counting, "-m", "pytest", folder, "-q", "-n", WORKERS, "--dist", "worksteal"]
    words += ["-m", marks, "--durations=5"]
    return Stage(f"tests: {name}", words, env=dict(env) | {"BANGFU_RUN": name}, quiet=False)


def pytest_alone(arguments: list[str]) -> int:
    """pytest with the given arguments; servers are started if the tests that they name need them."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bangfu-test-")))
        env = test_environment(scratch)
        if needs_services(arguments):
            env |= start_services(stack, [])
        return subprocess.run([str(PYTHON), "-m", "pytest", *arguments], cwd=ROOT, env={**os.environ, **env}).returncode


def needs_services(arguments: list[str]) -> bool:
    """Whether a mark or a named test file asks for PostgreSQL or Redis."""
    words = ("postgres", "redis", "both_engines")
    for before, word in zip(["", *arguments], arguments, strict=False):
        if (before == "-m" or word.startswith("-m")) and any(name in word for name in words):
            return True
        file = ROOT / word.partition("::")[0]
        if file.is_file() and any(f"mark.{name}" in file.read_text(encoding="utf-8") for name in words):
            return True
    return False


@contextmanager
def begun(argv: Sequence[str | Path], env: Mapping[str, str]) -> Iterator[None]:
    """A command that goes on beside the block and not beyond it. What it says is not shown: who needs it runs it again.

    The tests on PostgreSQL and Redis wait more than they work; meanwhile the browser's district is prepared.
    """
    words = [str(word) for word in argv]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        words, cwd=ROOT, env={**os.environ, **env}, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_environment(scratch: Path) -> dict[str, str]:
    """Nothing of the tests lands in var/; static files are served as they are."""
    return {"VAR_DIR": str(scratch / "var"), "HASHED_STATIC": "off", "PYTHONWARNINGS": "default"}


def start_services(stack: ExitStack, not_run: list[str]) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL of servers given from outside, else of new ones that end with the stack."""
    found = {}
    for variable, start in (("DATABASE_URL", services.postgres), ("REDIS_URL", services.redis)):
        if os.environ.get(variable):
            continue
        try:
            found[variable] = stack.enter_context(start())
        except StepFailed as error:
            not_run.append(f"tests that need {variable}: {error}")
    return found


def install_missing() -> list[str]:
    """Install what the checks need where we are root; the names of what is still missing afterwards."""
    if missing := [package for package, there in NEEDED.items() if not there()]:
        if os.geteuid() == 0 and shutil.which("apt-get"):
            try:
                apt_install(missing)
            except StepFailed as error:
                print(error)
        missing = [package for package, there in NEEDED.items() if not there()]
    return [f"what needs {package}: it is not installed" for package in missing]


def has_chinese_font() -> bool:
    """A font that draws Chinese, for screenshots."""
    if shutil.which("fc-list") is None:
        return any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())


def print_longest() -> None:
    """The tails of length, for reading."""
    print(flush=True)
    subprocess.run([PYTHON, "-m", "tools.longest"], cwd=ROOT, check=False)


def in_ci() -> bool:
    """Where nothing may be left out."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
