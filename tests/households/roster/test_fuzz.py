"""Damaged files: each ends in a report or a refusal, never in a traceback, a hang or a change."""

import faulthandler
import io
import os
import resource
import signal
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from random import Random

import pytest

from district.register import load_divisions, open_campaign
from households.models import Household, IncomeStatement, Member, RosterFinding, RosterImport
from households.roster.codes import FINDINGS, REFUSALS, refusal_sentence, sentence
from households.roster.loading import check_bytes
from households.roster.reading import read
from households.roster.rows import Limits, Reading
from tests.households.roster import real_old_formats
from tests.households.roster.real_layouts import LAYOUTS, laid_out
from tests.households.roster.real_life import TODAY, places, some_houses
from tests.households.roster.test_real_life import assert_conserved

KINDS = ("plain", "merged", "side", "gb18030", "utf16_tab", "xls", "ods")
FILES = {"xls": 60, "ods": 60}  # read in processes of their own
MOST_FILES = 376  # of each other kind: 2,000 in all
LONGEST = 5  # seconds
MOST_MEMORY = 1 << 30
SMALL = Limits(file_bytes=1_000_000, unpacked_bytes=5_000_000, cells=200_000, rows=5_000)
XML = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "content.xml")


@cache
def sound_files() -> dict[str, bytes]:
    houses = some_houses(Random("fuzz"), 3)
    files = {
        name: laid_out(LAYOUTS[name], houses).data() for name in ("plain", "merged", "side", "gb18030", "utf16_tab")
    }
    rows = laid_out(LAYOUTS["titled"], houses).pages[0].rows
    return files | {"xls": real_old_formats.xls(rows), "ods": real_old_formats.ods(rows)}


@contextmanager
def not_longer_than(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def damaged(kind: str, seed: int) -> bytes:
    """A sound file with bytes changed, cut or repeated; of a zip every second time what it holds."""
    chance = Random(f"{kind} {seed}")
    data = sound_files()[kind]
    if data.startswith(b"PK") and seed % 2:
        return _repacked(data, chance)
    return _spoiled(data, chance)


def _spoiled(data: bytes, chance: Random) -> bytes:
    spoiled = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, length = chance.randrange(len(spoiled) or 1), chance.randint(1, 40)
        match chance.choice(("change", "change", "change", "cut", "repeat", "end")):
            case "change":
                spoiled[at : at + 1] = bytes([chance.randrange(256)])
            case "cut":
                del spoiled[at : at + length]
            case "repeat":
                spoiled[at:at] = spoiled[at : at + length] * chance.randint(1, 5)
            case "end" if chance.random() < 0.2:
                del spoiled[at:]
    return bytes(spoiled)


def _repacked(data: bytes, chance: Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        hit = chance.choice([name for name in XML if name in source.namelist()])
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, _spoiled(content, chance) if name == hit else content)
    return out.getvalue()


def assert_ends_in_words(result: Reading) -> None:
    """A refusal or a report, with a sentence for each, and no row lost."""
    if result.refusal is not None:
        assert result.refusal.code in REFUSALS
        assert refusal_sentence(result.refusal)
    for finding in result.findings:
        assert finding.code in FINDINGS
        assert sentence(finding)
    assert_conserved(result)


def in_child(work: Callable[[int], None], seeds: Iterable[int]) -> dict[int, str]:
    """Work on each seed in a child, so that a reader that ends its process is seen: seed → how it failed."""
    failed, left = dict[int, str](), list(seeds)
    while left:
        reading_end, writing_end = os.pipe()
        child = os.fork()
        if not child:
            _work_and_exit(work, left, writing_end)
        os.close(writing_end)
        with os.fdopen(reading_end, encoding="utf-8") as pipe:
            told = [line.rstrip("\n").split(" ", 1) for line in pipe]
        status = os.waitpid(child, 0)[1]
        failed |= {int(seed): words for seed, words in told if words}
        done = len({seed for seed, _ in told if seed})
        if os.WIFSIGNALED(status):
            failed[left[done - 1]] = f"ended by signal {os.WTERMSIG(status)}"
        left = left[done:]
    return failed


def _work_and_exit(work: Callable[[int], None], seeds: list[int], pipe: int) -> None:
    faulthandler.disable()  # what ends the child is told by the parent
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for seed in seeds:
        os.write(pipe, f"{seed} \n".encode())
        try:
            work(seed)
        except BaseException as error:
            words = " ".join(f"{error!r:.300}".split())
            os.write(pipe, f"{seed} {words}\n".encode())
    os._exit(0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_ends_in_a_report_or_a_refusal(kind):
    def work(seed: int) -> None:
        with not_longer_than(LONGEST):
            assert_ends_in_words(read(damaged(kind, seed), "花名册.xlsx", places=places(), today=TODAY, limits=SMALL))

    places().find("", "")
    assert in_child(work, range(FILES.get(kind, MOST_FILES))) == {}


def test_an_xls_that_claims_a_vast_area():
    data = bytearray(sound_files()["xls"])
    at = data.index(b"\x00\x02\x0e\x00", 1024) + 4
    data[at + 4 : at + 8] = b"\xff\xff\xff\x7f"  # the last row of DIMENSIONS

    def work(_seed: int) -> None:
        assert_ends_in_words(read(bytes(data), "花名册.xls", places=places(), today=TODAY, limits=SMALL))

    assert in_child(work, [0]) == {}


@pytest.mark.parametrize("columns", [20, 200])
def test_an_ods_that_repeats_its_rows(columns):
    rows = [["乡镇", "村"], ["x"] * columns]
    data = real_old_formats.ods(rows, repeated=1_048_576)

    def work(_seed: int) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        refusal = read(data, "花名册.ods", places=places(), today=TODAY).refusal
        assert refusal is not None
        assert refusal.code in ("file_too_big", "file_unsafe", "file_damaged")

    assert in_child(work, [0]) == {}


def test_the_damage_reaches_every_depth():
    """Else the test above shows little: many are refused, and many are read with findings."""
    ends = Counter[str]()
    for seed in range(150):
        result = read(damaged(KINDS[seed % 5], seed), "花名册.xlsx", places=places(), today=TODAY, limits=SMALL)
        ends[result.refusal.code if result.refusal else "found" if result.findings else "clean"] += 1
    assert min(ends["file_damaged"], ends["found"]) >= 15
    assert len(ends) >= 4


@pytest.mark.django_db
def test_a_damaged_file_changes_nothing():
    load_divisions()
    open_campaign()
    for seed in range(50):
        checked = check_bytes(damaged(KINDS[seed % 5], seed), "花名册.xlsx", year=None)
        assert checked.document("checked")["file"] == "花名册.xlsx"
    for model in (Household, Member, IncomeStatement, RosterImport, RosterFinding):
        assert not model.objects.exists()
