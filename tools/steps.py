"""Named steps with their times, and commands whose output is shown only when they fail."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


class StepFailed(Exception):
    """A step that did not work; the text is written for the person at the terminal."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print the name, do the work, print the seconds."""
    start = time.monotonic()
    print(f"  {name} …", flush=True)
    yield
    print(f"  {name}: {time.monotonic() - start:.1f} s", flush=True)


def run(argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """Run quietly in the project's root and return the output; StepFailed with its last lines otherwise."""
    words = [str(word) for word in argv]
    result = subprocess.run(
        words,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        last = "\n".join(result.stdout.splitlines()[-40:])
        raise StepFailed(f"{' '.join(words[:6])} ended with {result.returncode}:\n{last}")
    return result.stdout


def fail(message: str) -> int:
    """Print the message for the person at the terminal; the exit status of a failure."""
    print(message, file=sys.stderr, flush=True)
    return 1
