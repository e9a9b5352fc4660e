"""Townships and villages by the names that rosters give them; made from Division rows by the caller."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

OLD_PREFIX, PREFIX = "120225", "120119"  # 蓟县 became 蓟州区 in 2016; the last digits were kept
_TOWNSHIP_SUFFIX = re.compile(r"(?:满族|民族)?(?:镇|乡|街道办事处|街道办|街道|人民政府)+$")
_VILLAGE_SUFFIX = re.compile(r"(?:村民委员会|村委会|居民委员会|居委会|社区居委会|社区|村)+$")


@dataclass(frozen=True, slots=True)
class Place:
    """A township or a village: its 12-digit code, name, other names, and its township's code."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    township: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A village and its township as found; `problem` is a finding's code, `expected` what would fit."""

    township: Place | None = None
    village: Place | None = None
    problem: str = ""
    expected: str = ""


@dataclass(slots=True)
class Places:
    """All places of the district. Names of villages repeat between townships: never a key alone."""

    townships: Iterable[Place]
    villages: Iterable[Place]
    _townships: dict[str, Place] = field(default_factory=dict, init=False)
    _by_code: dict[str, Place] = field(default_factory=dict, init=False)
    _in_township: dict[tuple[str, str], Place] = field(default_factory=dict, init=False)
    _anywhere: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list), init=False)
    _cache: dict[tuple[str, str, str], Found] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for township in self.townships:
            self._by_code[township.code] = township
            for name in (township.name, *township.aliases):
                self._townships.setdefault(_folded(name), township)
        for township in self._by_code.copy().values():  # short names only where no full name says otherwise
            for name in (township.name, *township.aliases):
                self._townships.setdefault(_short(name, _TOWNSHIP_SUFFIX), township)
        for village in self.villages:
            self._by_code[village.code] = village
            names = {_folded(n) for n in (village.name, *village.aliases)}
            for name in names:
                self._in_township[(village.township, name)] = village
            for name in {_short(n, _VILLAGE_SUFFIX) for n in names}:
                self._in_township.setdefault((village.township, name), village)
                self._anywhere[name].append(village)

    def find(self, township: str, village: str, code: str = "") -> Found:
        """The place that a row means, by its names or by the village's 12-digit code."""
        key = (township, village, code)
        if key not in self._cache:
            self._cache[key] = self._find(*key)
        return self._cache[key]

    def _find(self, township: str, village: str, code: str) -> Found:
        if not village and code:
            return self._by_village_code(township, code)
        if not _folded(township):
            return self._by_village_alone(village)
        place = self._townships.get(_folded(township)) or self._townships.get(_short(township, _TOWNSHIP_SUFFIX))
        if place is None:
            return Found(problem="township_unknown")
        found = self._in_township.get((place.code, _folded(village))) or self._in_township.get(
            (place.code, _short(village, _VILLAGE_SUFFIX))
        )
        if found:
            return Found(place, found)
        elsewhere = self._anywhere.get(_short(village, _VILLAGE_SUFFIX), [])
        if elsewhere and _folded(village):
            names = "、".join(self._by_code[v.township].name for v in elsewhere)
            return Found(place, None, "village_not_in_township", names)
        return Found(place, None, "village_unknown")

    def _by_village_code(self, township: str, code: str) -> Found:
        digits = unicodedata.normalize("NFKC", code).strip()
        digits = PREFIX + digits[6:] if digits.startswith(OLD_PREFIX) else digits
        village = self._by_code.get(digits)
        if village is None or not village.township:
            return Found(problem="village_unknown")
        return Found(self._by_code[village.township], village)

    def _by_village_alone(self, village: str) -> Found:
        fitting = self._anywhere.get(_short(village, _VILLAGE_SUFFIX), [])
        if len(fitting) != 1:
            return Found(problem="township_unknown")
        township = self._by_code[fitting[0].township]
        return Found(township, fitting[0], "township_from_village", township.name)


def _folded(name: str) -> str:
    return re.sub(r"[\s()]+", "", unicodedata.normalize("NFKC", name))


def _short(name: str, suffix: re.Pattern[str]) -> str:
    folded = _folded(name)
    return suffix.sub("", folded) or folded
