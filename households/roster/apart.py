"""Old xls and ods in a process of their own: damaged ones make the reader take all memory and abort, past any except.

python -m households.roster.apart '{limits as JSON}'   the file on standard input, the sheets pickled on the output
"""

import io
import json
import pickle
import resource
import subprocess
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

from . import biff, opendocument
from .rows import Limits, Refusal, Sheet
from .workbook import FileRefused, workbook_sheets

ROOT = Path(__file__).resolve().parents[2]
MOST_MEMORY = 2 << 30
MOST_SECONDS = 60


def sheets_apart(data: bytes, limits: Limits) -> list[Sheet]:
    """The sheets of a workbook; FileRefused if it can't be read, or reading it took the process down."""
    command = [sys.executable, "-m", "households.roster.apart", json.dumps(asdict(limits))]
    try:
        done = subprocess.run(command, input=data, capture_output=True, cwd=ROOT, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise FileRefused("file_damaged") from error
    if done.returncode:
        raise FileRefused("file_damaged")
    found: list[Sheet] | Refusal = pickle.loads(done.stdout)  # noqa: S301 written by our own process
    if isinstance(found, Refusal):
        raise FileRefused(found.code, **found.params)
    return found


def _second_look(data: bytes, sheets: list[Sheet]) -> None:
    if not data.startswith(b"PK"):
        biff.mark(data, sheets)
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "content.xml" in archive.namelist():
            opendocument.mark(archive, sheets)


def main() -> int:
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: list[Sheet] | Refusal
    try:
        data = sys.stdin.buffer.read()
        answer = workbook_sheets(data, Limits(**json.loads(sys.argv[1])))
        _second_look(data, answer)
    except FileRefused as refused:
        answer = refused.refusal
    except MemoryError:
        answer = Refusal("file_unsafe")
    sys.stdout.buffer.write(pickle.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
