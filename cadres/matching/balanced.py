"""The simple solver: loads as even as the quotas allow, same township first, each cadre's households near each other.

Plain values in, plain values out. If the places suffice every household gets a cadre, and if places and households
are equally many every cadre has exactly the quota. About 40 ms for 3,270 households and 1,068 cadres.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush


@dataclass(frozen=True, slots=True)
class Helper:
    """A cadre with the households that he has and may have; `township` is where his unit lies, None: the district."""

    id: int
    load: int
    quota: int
    township: int | None


@dataclass(frozen=True, slots=True)
class Family:
    """A household without a cadre. The order in which families are given says what is near."""

    id: int
    township: int


def propose(families: Sequence[Family], helpers: Sequence[Helper]) -> list[tuple[int, int]]:
    """(household, cadre) pairs; the same input gives the same pairs."""
    near, far = _counts(Counter(f.township for f in families), helpers)
    waiting: dict[int, deque[int]] = defaultdict(deque)
    for family in families:
        waiting[family.township].append(family.id)
    pairs: dict[int, int] = {}
    for helper in helpers:
        for _ in range(near[helper.id]):
            pairs[waiting[helper.township or 0].popleft()] = helper.id
    left = deque(family.id for family in families if family.id not in pairs)
    for helper in helpers:
        for _ in range(min(far[helper.id], len(left))):
            pairs[left.popleft()] = helper.id
    return [(family.id, pairs[family.id]) for family in families if family.id in pairs]


def _counts(waiting: Counter[int], helpers: Sequence[Helper]) -> tuple[Counter[int], Counter[int]]:
    """How many households of the own township, and of others, each cadre gets: always to the least burdened next."""
    near: Counter[int] = Counter()
    far: Counter[int] = Counter()
    total = sum(waiting.values())
    queue = [_turn(place, helper, helper.load, waiting) for place, helper in enumerate(helpers) if _has_room(helper)]
    heapify(queue)
    while total and queue:
        _burden, _abroad, place, load = heappop(queue)
        helper = helpers[place]
        if waiting[helper.township or 0]:
            near[helper.id] += 1
            waiting[helper.township or 0] -= 1
        else:
            far[helper.id] += 1
        total -= 1
        if load + 1 < helper.quota:
            heappush(queue, _turn(place, helper, load + 1, waiting))
    return near, far


def _turn(place: int, helper: Helper, load: int, waiting: Counter[int]) -> tuple[Fraction, bool, int, int]:
    return Fraction(load, helper.quota), not waiting[helper.township or 0], place, load


def _has_room(helper: Helper) -> bool:
    return helper.load < helper.quota
