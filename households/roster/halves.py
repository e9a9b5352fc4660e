"""Work on many things by two processes where there are two cores: of each few thousand a second one does half.

It is forked, so that nothing need be sent to it; what it found comes back through a pipe. It asks no database and ends
without any clean-up of what it inherited. Whatever goes wrong with it, the first process does that half as well.
There is a new one for each some thousand, since what one of the two touches is in memory twice until it ends.
"""

import os
import select
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import NoReturn, TypeVar

import msgspec

AT_ONCE = 8_000  # things for which a process is begun
WORTH_IT = 3_000  # fewer are done sooner than that
BEAT_SECONDS = 1.0
PIECE = 1 << 20

Thing = TypeVar("Thing")
Found = TypeVar("Found")
Beat = Callable[[int, int], None]
Work = Callable[[Sequence[Thing], Callable[[int], None]], Found]


def by_halves(things: Sequence[Thing], work: Work[Thing, Found], *, kind: type[Found], beat: Beat) -> list[Found]:
    """What `work` finds of the things, in pieces; `kind` must be one that msgspec can send.

    `work` says now and then how many it has done. An exception of `beat` (cancel) ends the second process too.
    """
    pieces: list[Found] = []
    for start in range(0, len(things), AT_ONCE):
        some = things[start : start + AT_ONCE]
        said = partial(_said, beat, start, len(things))
        pieces += _two(some, work, kind, said) if len(some) >= WORTH_IT and _can_fork() else [work(some, said)]
    return pieces


def _said(beat: Beat, start: int, whole: int, done: int) -> None:
    beat(min(start + done, whole), whole)


def _two(
    things: Sequence[Thing], work: Work[Thing, Found], kind: type[Found], said: Callable[[int], None]
) -> list[Found]:
    middle = len(things) * 11 // 20  # the second one has to send what it found
    first, second = things[:middle], things[middle:]
    parent = os.getpid()
    pid, pipe = _forked(lambda: work(second, lambda _done: _end_without(parent)))
    try:
        found = work(first, lambda done: said(2 * done))
        sent = _sent(pipe, lambda: said(len(things)))
    finally:
        os.close(pipe)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    try:
        return [found, msgspec.msgpack.decode(sent, type=kind)]
    except msgspec.MsgspecError:
        return [found, work(second, said)]


def _can_fork() -> bool:
    """Two cores, and no other thread that may hold a lock at this moment."""
    if not hasattr(os, "fork") or not hasattr(os, "sched_getaffinity"):
        return False
    return len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def _forked(work: Callable[[], object]) -> tuple[int, int]:
    """(process, the end of the pipe from which to read what it found)."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    return pid, reading


def _answer(work: Callable[[], object], pipe: int) -> NoReturn:
    """In the second process: send what is found, and end."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        rest = memoryview(msgspec.msgpack.encode(work()))
        while rest:
            rest = rest[os.write(pipe, rest) :]
    finally:
        os._exit(0)


def _end_without(parent: int) -> None:
    if os.getppid() != parent:
        os._exit(1)


def _sent(pipe: int, beat: Callable[[], None]) -> bytes:
    """All that comes through the pipe until it is closed."""
    pieces = []
    while True:
        if not select.select([pipe], [], [], BEAT_SECONDS)[0]:
            beat()
        elif piece := os.read(pipe, PIECE):
            pieces.append(piece)
        else:
            return b"".join(pieces)
