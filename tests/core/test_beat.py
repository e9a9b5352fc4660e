"""The scheduler starts whatever has become of its file."""

from pathlib import Path

import pytest

from config.celery import app
from core.beat import Schedule


def entries(path: Path) -> set[str]:
    """Start a scheduler on this file, as beat does; what it would send."""
    schedule = Schedule(app=app, schedule_filename=str(path))
    names = set(schedule.schedule)
    schedule.close()
    return names


@pytest.mark.parametrize("keep", [0, 0.3, 0.7])
@pytest.mark.parametrize("fill", [b"", b"\0", b"x"])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, keep: float, fill: bytes) -> None:
    path = tmp_path / "beat-schedule"
    before = entries(path)
    assert before >= {"sweep-jobs", "assess-closed-years"}
    for file in sorted(tmp_path.iterdir()):
        whole = file.read_bytes()
        kept = int(len(whole) * keep)
        file.write_bytes(whole[:kept] + fill * (len(whole) - kept))
    assert entries(path) == before
    assert entries(path) == before


def test_a_file_whose_data_are_gone_but_not_its_index_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "beat-schedule"
    before = entries(path)
    for file in tmp_path.glob("*.dat"):  # where Python's own dbm keeps the values
        file.write_bytes(b"")
    assert entries(path) == before
