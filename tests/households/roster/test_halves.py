"""Two processes find what one finds; what goes wrong in the second is done by the first."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from households.roster import halves
from households.roster.halves import by_halves

THINGS = list(range(40))
Done = Callable[[int], None]


@pytest.fixture(autouse=True)
def worth_it(monkeypatch: Any) -> None:
    monkeypatch.setattr(halves, "AT_ONCE", 40)
    monkeypatch.setattr(halves, "WORTH_IT", 10)
    monkeypatch.setattr(halves, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(halves, "_can_fork", lambda: True)


def squares(things: Sequence[int], done: Done) -> list[int]:
    done(0)
    return [thing**2 for thing in things]


def no_beat(_done: int, _whole: int) -> None:
    """Nobody listens."""


def found(work: Callable[..., list[int]], things: Sequence[int] = THINGS) -> list[int]:
    return [one for piece in by_halves(things, work, kind=list[int], beat=no_beat) for one in piece]


def test_both_halves_in_their_order() -> None:
    assert found(squares) == [thing**2 for thing in THINGS]


def test_the_second_half_is_another_process() -> None:
    here, there = by_halves(THINGS, lambda things, done: [os.getpid()] * len(things), kind=list[int], beat=no_beat)
    assert (set(here), len(set(there)), len(here) + len(there)) == ({os.getpid()}, 1, len(THINGS))
    assert set(here).isdisjoint(there)


def test_many_are_done_by_one_pair_after_the_other() -> None:
    things = list(range(95))
    done: list[tuple[int, int]] = []
    pieces = by_halves(things, squares, kind=list[int], beat=lambda *said: done.append(said))
    assert [len(piece) for piece in pieces] == [22, 18, 22, 18, 8, 7]
    assert [one for piece in pieces for one in piece] == squares(things, lambda _done: None)
    assert sorted(done) == done
    assert {whole for _done, whole in done} == {95}


def test_a_few_are_not_worth_a_process() -> None:
    (here,) = by_halves(THINGS[:9], lambda things, done: [os.getpid()], kind=list[int], beat=no_beat)
    assert here == [os.getpid()]


def test_nor_may_one_be_forked_beside_other_threads(monkeypatch: Any) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(halves.threading, "active_count", lambda: 2)
    assert not halves._can_fork()


@pytest.mark.parametrize("fate", [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: 1 / 0, lambda: os._exit(3)])
def test_if_the_second_process_ends_early_the_first_does_its_half(fate: Callable[[], Any]) -> None:
    first = os.getpid()

    def work(things: Sequence[int], done: Done) -> list[int]:
        if os.getpid() != first:
            fate()
        return squares(things, done)

    assert found(work) == [thing**2 for thing in THINGS]


def test_an_error_of_the_work_itself_is_raised() -> None:
    def work(things: Sequence[int], done: Done) -> list[int]:
        return [1 // (thing - 39) for thing in things]

    with pytest.raises(ZeroDivisionError):
        found(work)


def test_while_it_waits_for_the_second_half_it_says_so() -> None:
    first, beats = os.getpid(), []

    def work(things: Sequence[int], done: Done) -> list[int]:
        if os.getpid() != first:
            time.sleep(0.3)
        return list(things)

    by_halves(THINGS, work, kind=list[int], beat=lambda done, whole: beats.append((done, whole)))
    assert beats.count((40, 40)) >= 3


def test_cancelled_no_process_is_left(tmp_path: Path) -> None:
    first = os.getpid()

    def work(things: Sequence[int], done: Done) -> list[int]:
        if os.getpid() != first:
            (tmp_path / "pid").write_text(str(os.getpid()))
            time.sleep(60)
        while not (tmp_path / "pid").exists():
            time.sleep(0.01)
        done(1)
        return list(things)

    def cancelled(_done: int, _whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        by_halves(THINGS, work, kind=list[int], beat=cancelled)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
