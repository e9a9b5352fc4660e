"""Jobs of the fault tests' own. The worker under test loads this by `--include`; the product does not know it."""

import os
import time
from pathlib import Path

from core.jobs import Run, handles
from district.models import Division, Level

FIRST, SECOND = "129999100000", "129999200000"
LONGEST_HOLD = 60  # seconds


@handles("faults_work")
def work(run: Run) -> None:
    """Prepare, held while the file `hold` is there, then write two places."""
    folder = Path(os.environ["FAULTS_DIR"])
    (folder / f"prepared-{run.job.attempt}").touch()
    until = time.monotonic() + LONGEST_HOLD
    while (folder / "hold").exists() and time.monotonic() < until:
        time.sleep(0.05)
    run.progress(1, 2)
    with run.effect():
        for code in (FIRST, SECOND):
            Division.objects.create(code=code, level=Level.DISTRICT, name=code)
        run.result = {"places": 2}


@handles("faults_count")
def count(run: Run) -> None:
    """Write one place of its own."""
    with run.effect():
        code = f"1299993{run.args['n']:05}"
        Division.objects.create(code=code, level=Level.DISTRICT, name=code)
