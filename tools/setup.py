"""From a fresh clone to a checkout that runs: `bin/setup [app|dev] [-m module args…]`.

Each step keeps a hash of what it was made from in .venv/.stamps and is skipped while that is unchanged. With
`-m module …` the module is run by the environment's Python afterwards, in place of this process.
"""

import base64
import hashlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tools import assets
from tools.steps import PYTHON, ROOT, VENV, StepFailed, fail, run, step

STAMPS = VENV / ".stamps"
REQUIREMENTS = ROOT / "requirements"
ENV_FILE = ROOT / ".env"
OLDEST_NODE = 20


def main(words: list[str]) -> int:
    """Set up for running ("app") or for working on the project ("dev"), then run what follows."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a running pip or npm is ended as well
    kind = words.pop(0) if words and words[0] in {"app", "dev"} else "app"
    if words and words[0] != "-m":
        return fail("usage: bin/setup [app|dev] [-m module arguments…]")
    start = time.monotonic()
    try:
        set_up(kind)
    except StepFailed as error:
        return fail(f"Set-up stopped: {error}")
    except KeyboardInterrupt:
        return 130
    print(f"Set-up ready after {time.monotonic() - start:.1f} s.", flush=True)
    if words:
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), *words])
    return 0


def set_up(kind: str) -> None:
    """Every step whose inputs changed since it last ran, in order."""
    make_environment()
    install_packages(kind)
    fetch_front_end()
    write_env_file()
    compile_translations()
    migrate_database()
    if kind == "app":
        collect_static()


def make_environment() -> None:
    """The virtual environment; made anew where its Python no longer starts."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    with step("virtual environment"):
        try:
            run([sys.executable, "-m", "venv", "--clear", VENV])
        except StepFailed as error:
            package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
            if os.geteuid() != 0 or shutil.which("apt-get") is None:
                raise StepFailed(f"{error}\nOn Debian and Ubuntu: apt-get install {package}") from error
            apt_install([package])
            run([sys.executable, "-m", "venv", "--clear", VENV])


def install_packages(kind: str) -> None:
    """The locked packages, by hash; dev.txt holds every pin of app.txt, so it serves the demo too."""
    if fresh("packages-dev", stamp_of([REQUIREMENTS / "dev.txt", REQUIREMENTS / "app.txt"])):
        return
    lock = REQUIREMENTS / f"{kind}.txt"
    stamp = stamp_of([REQUIREMENTS / "dev.txt", REQUIREMENTS / "app.txt"] if kind == "dev" else [lock])
    if kind == "app" and fresh("packages-app", stamp):
        return
    more = ["--no-compile"] if kind == "dev" else []  # most of what checks the code is never imported
    with step(f"packages of {lock.relative_to(ROOT)}"):
        pip_install(lock, *more)
    keep(f"packages-{kind}", stamp)


def pip_install(lock: Path, *more: str) -> None:
    """Exactly what the lock names, wheels only: no compiler is needed and nothing unknown runs."""
    words = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]
    run([PYTHON, "-m", "pip", *words, "--require-hashes", *more, "-r", lock])


def fetch_front_end() -> None:
    """The npm packages of the lock, and from them static/vendor."""
    sources = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc", assets.ICON_LIST]
    stamp = stamp_of([*sources, Path(assets.__file__)])
    if (assets.VENDOR / "icons.svg").exists() and fresh("front-end", stamp):
        return
    npm_stamp = stamp_of(sources[:3])
    if not (assets.MODULES.exists() and fresh("npm", npm_stamp)):
        path = path_with_node()
        with step("front-end packages"):
            run(["npm", "ci", "--no-progress", "--loglevel=error"], env={"PATH": path})
        keep("npm", npm_stamp)
    with step("front-end files"):
        assets.copy_assets()
    keep("front-end", stamp)


def path_with_node() -> str:
    """A PATH with npm and a Node that is new enough: the machine's, else a wheel in .venv."""
    own = os.environ.get("PATH", os.defpath)
    with_wheel = f"{VENV / 'bin'}{os.pathsep}{own}"
    for path in (own, with_wheel):
        node = shutil.which("node", path=path)
        if node and shutil.which("npm", path=path) and node_version(node) >= OLDEST_NODE:
            return path
    with step(f"Node (none of version {OLDEST_NODE} or newer here)"):
        pip_install(REQUIREMENTS / "node.txt")
    return with_wheel


def node_version(node: str) -> int:
    """The major version; 0 for something that does not answer as Node does."""
    try:
        words = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)\.", words)
    return int(found[1]) if found else 0


def write_env_file() -> None:
    """A private .env with secrets of its own, for this checkout alone; an existing one is left as it is."""
    if ENV_FILE.exists():
        return
    lines = [
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"FIELD_KEYS=1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        f"HASH_KEY={base64.b64encode(secrets.token_bytes(32)).decode()}",
        "HTTPS=off",
    ]
    with step("private .env with new secrets"):
        handle = os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write("\n".join(lines) + "\n")


def compile_translations() -> None:
    """*.po to *.mo where the text changed (by polib: a bare machine has no msgfmt)."""
    sources = sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po"))
    stamp = stamp_of(sources)
    if all(source.with_suffix(".mo").exists() for source in sources) and fresh("translations", stamp):
        return
    with step("translations"):
        run([PYTHON, "-m", "tools.translations", "compile"])
    keep("translations", stamp)


def migrate_database() -> None:
    """The tables of the embedded database. Another one (DATABASE_URL) is migrated when whoever runs it says so."""
    if configured("DATABASE_URL"):
        return
    folder = ROOT / (configured("VAR_DIR") or "var")
    database = ROOT / (configured("SQLITE_PATH") or folder / "bangfu.sqlite3")
    stamp = stamp_of([*ROOT.glob("*/migrations/*.py"), REQUIREMENTS / "app.txt"], str(database))
    if database.exists() and fresh("database", stamp):
        return
    with step("tables of the database"):
        run([PYTHON, "manage.py", "migrate", "--no-input", "--verbosity=0"])
    keep("database", stamp)


def configured(name: str) -> str:
    """A setting as config.settings finds it: of the environment, else of .env; "" where neither has it."""
    if name in os.environ:
        return os.environ[name]
    lines = ENV_FILE.read_text(encoding="utf-8").splitlines() if ENV_FILE.exists() else []
    found = [re.match(rf"\s*(?:export\s+)?{name}\s*=\s*(.*?)\s*$", line) for line in lines]
    return next((match[1].strip("'\"") for match in found if match), "")


def collect_static() -> None:
    """The served copies with hashed names, for the demo; the tests serve the files as they are."""
    target = Path(os.environ.get("STATIC_ROOT") or Path(os.environ.get("VAR_DIR") or ROOT / "var") / "static")
    files = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    stamp = stamp_of([*files, REQUIREMENTS / "app.txt"], str(target))
    if (target / "staticfiles.json").exists() and fresh("static", stamp):
        return
    with step("static files"):
        run([PYTHON, "manage.py", "collectstatic", "--no-input", "--verbosity=0"])
    keep("static", stamp)


def apt_install(packages: list[str]) -> None:
    """Debian packages, where we are root; services that they bring are not started."""
    with step(f"apt-get install {' '.join(packages)}"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        run(["apt-get", "update", "-qq"], env=quiet)
        run(["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages], env=quiet)


def stamp_of(files: Iterable[Path], *words: str) -> str:
    """A hash over names and contents, and over the words and the Python that this environment is for."""
    digest = hashlib.sha256(repr((sys.version_info[:2], words)).encode())
    for file in sorted(files):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def fresh(name: str, stamp: str) -> bool:
    """Whether the step was last done from the same inputs."""
    file = STAMPS / name
    return file.exists() and file.read_text() == stamp


def keep(name: str, stamp: str) -> None:
    """Remember what the step was done from."""
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(stamp)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
