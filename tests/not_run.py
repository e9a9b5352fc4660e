"""pytest plugin: skips what this machine cannot run, names it at the end, and counts several runs in one summary.

bin/test runs pytest three times (SQLite; PostgreSQL and Redis; browser). Each run leaves its counts in BANGFU_RUNS; the
last one (BANGFU_LAST) adds them, so that pytest's last line speaks for all of them, and names failed stages before it.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

OUTCOMES = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
NEEDS = "needs "  # a skip whose reason begins so is something that could not be run here


class CountedEarlier:
    """Stands in the statistics for a test of an earlier run."""

    count_towards_summary = True


def missing_for(item: pytest.Item) -> str | None:
    """What the test needs and this run does not have."""
    if item.get_closest_marker("postgres") and not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return "needs PostgreSQL: set DATABASE_URL, or use bin/test"
    if item.get_closest_marker("redis") and not os.environ.get("REDIS_URL"):
        return "needs Redis: set REDIS_URL, or use bin/test"
    browsers = ("chromium", "chromium-browser", "google-chrome")
    if item.get_closest_marker("browser") and not any(shutil.which(name) for name in browsers):
        return "needs Chromium"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if reason := missing_for(item):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    yield
    stats = terminalreporter.stats
    own = {
        "counts": {outcome: len(stats.get(outcome, [])) for outcome in OUTCOMES},
        "not_run": list(could_not_run(stats)),
    }
    runs = Path(os.environ["BANGFU_RUNS"]) if "BANGFU_RUNS" in os.environ else None
    last = "BANGFU_LAST" in os.environ
    if runs and not last:
        (runs / f"{len(list(runs.iterdir()))}.json").write_text(json.dumps({os.environ["BANGFU_RUN"]: own}))
    earlier = read_runs(runs) if runs and last else {}
    not_run = [*lines("BANGFU_NOT_RUN"), *(line for run in [*earlier.values(), own] for line in run["not_run"])]
    if not_run:
        terminalreporter.section("not run here")
        for line in dict.fromkeys(not_run):
            terminalreporter.line(line)
    if last:
        add_earlier_runs(terminalreporter, earlier, own["counts"])


def read_runs(folder: Path) -> dict[str, dict]:
    """Counts and what could not be run of each earlier run, by its name."""
    runs = {}
    for file in sorted(folder.iterdir()):
        runs |= json.loads(file.read_text())
    return runs


def add_earlier_runs(reporter: pytest.TerminalReporter, earlier: dict[str, dict], own: dict[str, int]) -> None:
    """Print a line for each run and failed stage, and make the last line count all of them."""
    reporter.section("all runs (the last line counts them together)")
    for name, counts in [*((name, run["counts"]) for name, run in earlier.items()), (os.environ["BANGFU_RUN"], own)]:
        words = ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number)
        reporter.line(f"{name}: {words or 'no test'}")
    for run in earlier.values():
        for outcome, number in run["counts"].items():
            if number:
                reporter.stats.setdefault(outcome, []).extend([CountedEarlier()] * number)
    for name in lines("BANGFU_FAILED"):
        reporter.line(f"FAILED stage: {name}", red=True)


def could_not_run(stats: dict[str, list]) -> Iterator[str]:
    """Each reason once, with the number of tests."""
    reasons = Counter()
    for report in stats.get("skipped", []):
        reason = report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
        if reason.startswith(NEEDS):
            reasons[reason] += 1
    for reason, number in sorted(reasons.items()):
        yield f"{number} tests: {reason}"


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where CI is set, what could not be run is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    in_ci = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
    if in_ci and reporter and exitstatus == pytest.ExitCode.OK and list(could_not_run(reporter.stats)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def lines(variable: str) -> list[str]:
    """The lines of an environment variable."""
    return os.environ.get(variable, "").splitlines()
