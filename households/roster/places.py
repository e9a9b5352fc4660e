"""Townships and villages by the names that rosters give them; made from Division rows by the caller."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

OLD_PREFIX, PREFIX = "120225", "120119"  # 蓟县 became 蓟州区 in 2016; the last digits were kept
_TOWNSHIP_SUFFIX = re.compile(r"(?:满族|民族)?(?:镇|乡|街道办事处|街道办|街道|人民政府)+$")
_DISTRICT = re.compile(r"^(?:天津市?)?(?:蓟州区|蓟县)")
_VILLAGE_SUFFIX = re.compile(r"(?:行政村|村民委员会|村委会|居民委员会|居委会|社区居委会|社区|村)+$")


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

    def has_village(self, name: str) -> bool:
        """Whether a village of any township has this name, with or without its township's before it."""
        rest = _DISTRICT.sub("", _folded(name))
        names = {rest, *(rest.removeprefix(n) for n in self._townships if rest.startswith(n))}
        return any(_short(n, _VILLAGE_SUFFIX) in self._anywhere for n in names if n)

    def words_of(self, code: str) -> str:
        """A township's name, or township and village; "" for a code that nobody knows."""
        place = self._by_code.get(code)
        if place is None:
            return ""
        return f"{self._by_code[place.township].name} {place.name}" if place.township else place.name

    def code_of(self, words: str) -> str:
        """The 12-digit code of a township, or of township and village parted by a blank; "" if there is none."""
        township, _blank, village = words.strip().partition(" ")
        if village:
            found = self.find(township, village.strip())
            return found.village.code if found.village else ""
        place = self._township(township)
        return place.code if place else ""

    def all_words(self) -> list[str]:
        """What words_of() gives for all places, townships first."""
        return [self.words_of(code) for code in self._by_code]

    def standing_in(self, code: str) -> dict[str, str]:
        """What columns of place would hold for this township or village; {} for a code that nobody knows."""
        place = self._by_code.get(code)
        if place is None:
            return {}
        return {"village_code": code} if place.township else {"township": place.name}

    def told_by(self, texts: Iterable[str], township: str = "") -> str:
        """The code of the township, or of the village in it, that a sheet's name or a title tells; "" for none.

        The first text that names one township counts. A village counts only in a township that is known: the one
        named, or `township`.
        """
        folded = [_folded(text) for text in texts]
        known = self._township(township)
        known = known or next((found for text in folded if (found := self._township_in(text))), None)
        if known is None:
            return ""
        villages = (self._village_in(text, known) for text in folded)
        return next((v.code for v in villages if v), known.code)

    def _township_in(self, text: str) -> Place | None:
        """The one township that a text names, in full anywhere or in short alone or with 镇 and the like left out."""
        full = {p.code: p for name, p in self._townships.items() if _TOWNSHIP_SUFFIX.search(name) and name in text}
        if not full:
            short = _short(text, _TOWNSHIP_SUFFIX)
            full = {p.code: p for name, p in self._townships.items() if len(name) > 1 and name == short}
        return next(iter(full.values())) if len(full) == 1 else None

    def _village_in(self, text: str, township: Place) -> Place | None:
        """The one village of a township that a text names: in full, or in short where nothing else is left."""
        for name in (n for n, p in self._townships.items() if p == township and _TOWNSHIP_SUFFIX.search(n)):
            text = text.replace(name, "", 1)
        own = {name: v for (code, name), v in self._in_township.items() if code == township.code}
        full = {v.code: v for name, v in own.items() if _VILLAGE_SUFFIX.search(name) and name in text}
        if len(full) != 1:
            longest = max((len(n) for n, v in own.items() if v.code in full and n in text), default=0)
            full = {v.code: v for n, v in own.items() if v.code in full and n in text and len(n) == longest}
        if not full and (alone := own.get(_short(text, _VILLAGE_SUFFIX))):
            return alone
        return next(iter(full.values())) if len(full) == 1 else None

    def _find(self, township: str, village: str, code: str) -> Found:
        if not village and code:
            return self._by_village_code(township, code)
        if not _folded(township):
            return self._by_village_alone(village)
        place = self._township(township) or self._township(_DISTRICT.sub("", _folded(township)))
        if place is None:
            return Found(problem="township_unknown")
        found = self._village(village, place) or self._village(self._without_township(village, place), place)
        if found:
            return Found(place, found)
        elsewhere = self._anywhere.get(_short(village, _VILLAGE_SUFFIX), [])
        if elsewhere and _folded(village):
            names = "、".join(self._by_code[v.township].name for v in elsewhere)
            return Found(place, None, "village_not_in_township", names)
        return Found(place, None, "village_unknown")

    def _township(self, name: str) -> Place | None:
        return self._townships.get(_folded(name)) or self._townships.get(_short(name, _TOWNSHIP_SUFFIX))

    def _village(self, name: str, township: Place) -> Place | None:
        own = self._in_township
        return own.get((township.code, _folded(name))) or own.get((township.code, _short(name, _VILLAGE_SUFFIX)))

    def _without_township(self, village: str, township: Place) -> str:
        """石臼村 of 蓟州区穿芳峪镇石臼村: what is left without the names of the district and of this township."""
        rest = _DISTRICT.sub("", _folded(village))
        names = (_folded(name) for name in (township.name, *township.aliases))
        return next((rest.removeprefix(name) for name in names if rest.startswith(name)), rest)

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
