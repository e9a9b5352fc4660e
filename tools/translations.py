"""Translations: `compile` (*.po → *.mo, without gettext) and `check` (complete, current, well-formed).

`check` extracts the messages again from a copy of the sources and compares: it writes nothing in the project.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

from config.processes import APPS
from tools.steps import PYTHON, ROOT

LOCALE = "zh_Hans"
CATALOGUE = ROOT / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
SOURCES = (*APPS, "config", "templates")


def compile_all() -> None:
    """Every catalogue to the file that Django reads."""
    for source in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        partial = target.with_suffix(f".{os.getpid()}.mo")
        polib.pofile(str(source)).save_as_mofile(str(partial))
        partial.replace(target)  # never a half-written file under a running server


def problems() -> Iterator[str]:
    """What is missing, left over, untranslated, doubtful or malformed, one sentence each."""
    if not CATALOGUE.exists():
        yield f"{CATALOGUE.relative_to(ROOT)} is missing"
        return
    catalogue = polib.pofile(str(CATALOGUE))
    kept = {key(entry): entry for entry in catalogue if not entry.obsolete}
    used = {key(entry) for entry in extracted()}
    yield from (f"not in the catalogue: {name(entry)}" for entry in sorted(used - kept.keys(), key=str))
    yield from (f"no longer used: {name(entry)}" for entry in sorted(kept.keys() - used, key=str))
    for entry_key, entry in kept.items():
        if entry.fuzzy:
            yield f"fuzzy: {name(entry_key)}"
        elif not entry.translated():
            yield f"untranslated: {name(entry_key)}"
    result = subprocess.run(
        ["msgfmt", "--check-format", "--check-domain", "-o", os.devnull, CATALOGUE],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        yield from result.stderr.splitlines()


def extracted() -> polib.POFile:
    """The messages as `makemessages` finds them now."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for source in SOURCES:
            shutil.copytree(ROOT / source, copy / source, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
        (copy / "locale").mkdir()
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(
            [PYTHON, "-m", "django", "makemessages", "--locale", LOCALE, "--no-location"],
            cwd=copy,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return polib.pofile(str(copy / "locale" / LOCALE / "LC_MESSAGES" / "django.po"))


def key(entry: polib.POEntry) -> tuple[str, str, str]:
    """Context, message and plural: what makes two entries the same."""
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def name(entry_key: tuple[str, str, str]) -> str:
    """For the reader of the report."""
    context, message, _plural = entry_key
    return f"{message!r} ({context})" if context else repr(message)


def main(words: list[str]) -> int:
    """Run the named verb."""
    if words == ["compile"]:
        compile_all()
        return 0
    if words == ["check"]:
        found = list(problems())
        print("\n".join(found) or "translations are complete")
        return 1 if found else 0
    print("usage: python -m tools.translations compile|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
