"""What a fresh machine relies on: locks, nothing third-party in git, one set of command lines everywhere."""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import yaml

from config import processes
from tools import assets, setup
from tools.demo import port_number
from tools.services import free_port, port_in_use
from tools.steps import ROOT, StepFailed
from tools.supervisor import Supervisor
from tools.walk import Page

LOCKS = [ROOT / "requirements" / name for name in ("app.txt", "dev.txt", "node.txt")]
PIN = re.compile(r"^([A-Za-z0-9._-]+(?:\[[a-z,]+\])?==\S+)", re.MULTILINE)
PROCESSES = ("web", "worker", "beat")


def tracked() -> list[str]:
    """The files that git knows."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("needs a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_hashes_and_no_address(lock):
    text = lock.read_text(encoding="utf-8")
    assert re.findall(r"https?://\S+|file:\S+|--(?:extra-)?index-url.*|--find-links.*|(?<=\s)/\S+", text) == []
    for pinned in re.split(r"\n(?=\S)", text.strip()):
        assert pinned.startswith("#") or "--hash=sha256:" in pinned


def test_the_lock_for_development_holds_every_pin_of_the_app():
    app, dev = (set(PIN.findall(lock.read_text(encoding="utf-8"))) for lock in LOCKS[:2])
    assert app - dev == set()


def test_the_npm_lock_holds_no_address():
    """Not of a registry, and not of those who ask for funds: npm writes both."""
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert ('"resolved"' in text, "://" in text) == (False, False)


def test_nothing_third_party_or_private_is_in_git():
    foreign = re.compile(
        r"(^|/)(node_modules|vendor|\.venv|site-packages)/|\.min\.(js|css)$|\.(woff2?|ttf|otf|mo)$|^\.env$"
    )
    assert [name for name in tracked() if foreign.search(name)] == []


def test_no_tracked_file_is_large():
    assert [name for name in tracked() if (ROOT / name).stat().st_size > 1_000_000] == []


def test_the_compose_file_runs_what_the_demo_runs():
    services = compose()["services"]
    assert {name: services[name]["command"] for name in PROCESSES} == {name: [f"bin/{name}"] for name in PROCESSES}
    assert 'CMD ["bin/web"]' in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for name in PROCESSES:
        assert f"-m config.processes {name} " in (ROOT / "bin" / name).read_text(encoding="utf-8")
    assert set(processes.COMMANDS) == set(PROCESSES)


def test_every_service_has_a_health_check_and_no_needless_right():
    services = compose()["services"]
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis"}
    assert [name for name, service in services.items() if "healthcheck" not in service] == ["migrate"]  # it ends
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "\nUSER bangfu\n" in dockerfile


def test_no_secret_of_the_compose_file_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses
        assert {use[:2] for use in uses} == {":?"}


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed")
def test_docker_compose_accepts_the_file():
    names = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    env = os.environ | dict.fromkeys(names, "x")
    subprocess.run(["docker-compose", "config", "--quiet"], cwd=ROOT, env=env, check=True, capture_output=True)


def test_the_command_lines_pass_words_on(monkeypatch):
    monkeypatch.delenv("LOG_LEVEL", raising=False)
    monkeypatch.setenv("WORKER_PROCESSES", "3")
    assert processes.argv("worker", "--pool=solo")[:5] == [sys.executable, "-m", "celery", "-A", "config"]
    assert processes.argv("worker", "--pool=solo")[-5:] == ["--loglevel", "INFO", "--concurrency", "3", "--pool=solo"]
    assert processes.argv("web") == [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "config/gunicorn.conf.py",
    ]  # fmt: skip


def test_the_environment_file_is_private_and_never_written_again(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "ENV_FILE", tmp_path / ".env")
    setup.write_env_file()
    first = (tmp_path / ".env").read_text()
    assert [line.partition("=")[0] for line in first.splitlines()] == ["SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "HTTPS"]
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    setup.write_env_file()
    assert (tmp_path / ".env").read_text() == first


def test_a_step_is_done_again_only_when_its_input_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    source = tmp_path / "source"
    source.write_text("one")
    setup.keep("step", setup.stamp_of([source]))
    assert setup.fresh("step", setup.stamp_of([source]))
    source.write_text("two")
    assert not setup.fresh("step", setup.stamp_of([source]))


@pytest.fixture
def migrations(tmp_path, monkeypatch):
    """A checkout with one migration; returns the commands that are run."""
    for name, value in (("ROOT", tmp_path), ("STAMPS", tmp_path / "stamps"), ("REQUIREMENTS", tmp_path)):
        monkeypatch.setattr(setup, name, value)
    monkeypatch.setattr(setup, "ENV_FILE", tmp_path / ".env")
    for name in ("DATABASE_URL", "VAR_DIR", "SQLITE_PATH"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "core/migrations").mkdir(parents=True)
    (tmp_path / "core/migrations/0001.py").touch()
    (tmp_path / "app.txt").touch()
    (tmp_path / "var").mkdir()
    ran = []

    def run(words):
        (tmp_path / "var/bangfu.sqlite3").touch()
        ran.append(words[2])

    monkeypatch.setattr(setup, "run", run)
    return ran


def test_set_up_makes_the_tables_and_again_only_for_a_new_migration(migrations, tmp_path):
    setup.migrate_database()
    setup.migrate_database()
    assert migrations == ["migrate"]
    (tmp_path / "core/migrations/0002.py").touch()
    setup.migrate_database()
    (tmp_path / "var/bangfu.sqlite3").unlink()
    setup.migrate_database()
    assert migrations == ["migrate"] * 3


@pytest.mark.parametrize("line", ["DATABASE_URL=postgres://a", "export DATABASE_URL='postgres://a'"])
def test_set_up_leaves_another_database_alone(migrations, tmp_path, monkeypatch, line):
    (tmp_path / ".env").write_text(f"HTTPS=off\n{line}\n")
    setup.migrate_database()
    assert migrations == []
    monkeypatch.setenv("DATABASE_URL", "")  # the environment wins, as in config.settings
    setup.migrate_database()
    assert migrations == ["migrate"]


def test_a_node_that_is_too_old_is_not_taken(tmp_path):
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v18.19.0\n")
    node.chmod(0o755)
    assert setup.node_version(str(node)) == 18
    assert setup.node_version(str(tmp_path / "none")) == 0


@pytest.mark.skipif(not assets.MODULES.exists(), reason="needs node_modules: bin/setup brings them")
def test_the_sprite_holds_the_listed_icons_and_an_unknown_one_is_named():
    names = assets.ICON_LIST.read_text(encoding="utf-8").split()
    assert re.findall(r'<symbol id="([^"]+)"', assets.sprite(names)) == names
    assert names == sorted(set(names))
    with pytest.raises(StepFailed, match="no-such-icon"):
        assets.sprite(["no-such-icon"])


def test_a_taken_port_is_seen():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert port_in_use(port)
    assert not port_in_use(free_port())


def test_a_process_that_keeps_dying_ends_the_demo_with_its_log(tmp_path, monkeypatch):
    script = tmp_path / "bin" / "broken"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho cannot start\nexit 3\n")
    script.chmod(0o755)
    monkeypatch.setattr("tools.supervisor.ROOT", tmp_path)
    with Supervisor(tmp_path / "log", {}) as supervisor:
        supervisor.start("broken")
        with pytest.raises(StepFailed, match="cannot start"):
            for _ in range(20):
                supervisor.children[0].process.wait(timeout=5)
                supervisor.check()


def test_all_that_was_started_ends_with_the_demo(tmp_path, monkeypatch):
    script = tmp_path / "bin" / "stubborn"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\ntrap '' TERM\nsleep 600 & echo $! >child; wait; sleep 600\n")
    script.chmod(0o755)
    monkeypatch.setattr("tools.supervisor.ROOT", tmp_path)
    monkeypatch.setattr("tools.supervisor.END_SECONDS", 0.2)
    pid_file = tmp_path / "child"
    with Supervisor(tmp_path / "log", {}) as supervisor:
        supervisor.start("stubborn")
        while not pid_file.exists() or not pid_file.read_text().strip():
            time.sleep(0.01)
        leader = supervisor.children[0].process.pid
    state = Path(f"/proc/{pid_file.read_text().strip()}/stat")
    assert not Path(f"/proc/{leader}").exists()
    until = time.monotonic() + 10  # it was killed; that it dies takes a moment on a busy machine
    while state.exists() and state.read_text().split()[2] != "Z":  # gone, or dead and waiting for init
        assert time.monotonic() < until
        time.sleep(0.01)


def test_only_the_leader_is_asked_to_end_and_it_ends_its_own(tmp_path, monkeypatch, capsys):
    """Celery's pool processes must not get the signal: it kills them, and their leader then may not end."""
    script = tmp_path / "bin" / "leader"
    script.parent.mkdir()
    script.write_text(
        "#!/bin/sh\nsh -c 'trap \"echo asked >asked\" TERM; : >ready; while [ ! -e over ]; do sleep 0.05; done' &\n"
        "trap 'touch over; wait; exit 0' TERM\nwait\n"
    )
    script.chmod(0o755)
    monkeypatch.setattr("tools.supervisor.ROOT", tmp_path)
    with Supervisor(tmp_path / "log", {}) as supervisor:
        supervisor.start("leader")
        while not (tmp_path / "ready").exists():
            time.sleep(0.01)
    assert (tmp_path / "over").exists()
    assert not (tmp_path / "asked").exists()
    assert capsys.readouterr().out == ""


def test_a_second_signal_ends_at_once(tmp_path, monkeypatch, capsys):
    script = tmp_path / "bin" / "stubborn"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\ntrap '' TERM\n: >ready\nsleep 600\nsleep 600\n")
    script.chmod(0o755)
    monkeypatch.setattr("tools.supervisor.ROOT", tmp_path)
    before = signal.getsignal(signal.SIGINT)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    with Supervisor(tmp_path / "log", {}) as supervisor:
        supervisor.start("stubborn")
        while not (tmp_path / "ready").exists():
            time.sleep(0.01)
        timer.start()
        started = time.monotonic()
    assert time.monotonic() - started < 5
    assert "Killed before the end of what it did: stubborn" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.parametrize("word", ["0", "80", "65536", "-1", "x", ""])
def test_a_port_out_of_range_is_refused(word):
    with pytest.raises(argparse.ArgumentTypeError, match="not a number from 1024 to 65535"):
        port_number(word)


def test_a_page_gives_its_navigation_and_its_forms():
    page = Page(
        "http://127.0.0.1/",
        200,
        """<nav><a href="/a/#x">A</a><a href="https://elsewhere/">B</a></nav><a href="/not-nav/">C</a><h1>T</h1>
        <form action="/go/" method="POST"><input type="hidden" name="csrf" value="1"><select name="year">
        <option value="2016"><option value="2017" selected></select><button name="b">Go</button></form>""",
    )
    assert (page.nav_links, page.headings) == (["/a/"], 1)
    assert [(form.action, form.method, form.fields) for form in page.forms] == [
        ("/go/", "post", {"csrf": "1", "year": "2017"})
    ]


def test_every_direct_dependency_is_explained():
    asked = [
        line for name in ("app", "dev", "node") for line in (ROOT / f"requirements/{name}.in").read_text().split("\n")
    ]
    names = {re.split(r"[\[<>=~]", line)[0] for line in asked if line and not line.startswith(("-", "#"))}
    names |= set(json.loads((ROOT / "package.json").read_text())["dependencies"])
    words = set(re.findall(r"[A-Za-z0-9-]+", (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")))
    assert names - words == set()
