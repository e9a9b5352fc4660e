"""Pairings that a roster names: 帮扶责任人, 单位, 联系电话 of an import, found in the register, accepted by an admin.

A cadre is taken by name and unit; the phone number decides between two, and stands in for a unit that is missing or
spelled otherwise. What does not decide is shown with its reason, never guessed. Whether a pairing may begin says
pairing.py alone.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.db import models
from django.db.models import FilteredRelation, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cadres.codes import PairingRefused, Problem
from cadres.coverage import campaign_now, quotas_by_rank, unpaired_households, with_load
from cadres.models import Cadre
from cadres.pairing import pair
from core.crypto import keyed_hash
from core.masking import mask_phone
from district.models import Campaign, Division, Level
from households.models import EnrolmentState, Household, RosterImport
from households.roster import cells, helpers
from households.roster.known import gather
from households.roster.rows import Helper


class Reason(models.TextChoices):
    """Why a row of the roster gives no pairing; Problem has those that pairing.py gives too."""

    NO_CADRE = "no_cadre", _("No cadre of this name is in the register. Add the cadre first.")
    OTHER_UNIT = "other_unit", _("The register has this name only in %(units)s. Correct the unit, or add the cadre.")
    NO_UNIT = "no_unit", _("The roster gives neither unit nor known phone: the name alone does not decide.")
    SEVERAL = "several", _("Several cadres of this name fit. Choose one.")
    SEVERAL_NAMED = "several_named", _("The roster names several people. Choose one.")
    WITH_HIM = "with_him", _("With this cadre already.")
    WITH_ANOTHER = "with_another", _("Has another cadre already: %(cadre)s.")
    NO_HOUSEHOLD = "no_household", _("This household is not in the register any more.")
    CHANGED = "changed", _("Household or cadre has changed since the confirmation.")


_HOUSEHOLD_STANDS_IN_THE_WAY = frozenset({
    Reason.WITH_HIM, Reason.WITH_ANOTHER, Reason.NO_HOUSEHOLD, Problem.HOUSEHOLD_CLOSED, Problem.HOUSEHOLD_PENDING,
    Problem.NOT_ENROLLED,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposed:
    """One household and the cadre whom its roster names. `problem` "" : can be paired as it stands now."""

    code: str
    helper: Helper = field(repr=False)
    household: int | None = None
    head_name: str = ""
    village: str = ""
    cadre: int | None = None
    cadre_name: str = ""
    cadre_unit: str = ""
    problem: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """Why not, in the reader's language; "" if nothing is in the way."""
        return sentence_of(self.problem, self.params)

    @property
    def can_choose(self) -> bool:
        """Whether somebody else could be chosen for the household by hand."""
        return self.household is not None and self.problem not in _HOUSEHOLD_STANDS_IN_THE_WAY

    @property
    def phone(self) -> str:
        """As the roster has it, masked."""
        return mask_phone(self.helper.phone)


@dataclass(slots=True)
class Accepted:
    """What became of the rows that were accepted."""

    paired: int = 0
    refused: list[Proposed] = field(default_factory=list)


class Known(NamedTuple):
    """A cadre as far as matching asks."""

    pk: int
    name: str
    unit: str
    phone_hash: str | None
    active_to: Any
    rank: str
    room: int


def sentence_of(problem: str, params: Mapping[str, str] | None = None) -> str:
    """The sentence of a code of Reason or Problem; "" for none."""
    if not problem:
        return ""
    sentence = str((Reason if problem in Reason.values else Problem)(problem).label)
    return sentence % params if params else sentence


def proposals(roster_import: RosterImport, *, by: Any) -> list[Proposed]:
    """Every household for which the import names a cadre, in the order of the file, as things stand now.

    Five queries, and one more for each 900 households. Households that `by` may not pair are as if not there.
    """
    named = helpers.of(roster_import)
    if not named:
        return []
    campaign = campaign_now()
    register = Register(campaign)
    households = _households([row.household for row in named], campaign, by)
    return [_proposed(row.household, row.helper, households.get(row.household), register) for row in named]


def waiting(roster_import: RosterImport) -> int | None:
    """How many households of the import have no cadre and are named one; None if it names none. Three queries."""
    named = {row.household for row in helpers.of(roster_import)}
    if not named:
        return None
    return len(named.intersection(unpaired_households(campaign_now()).values_list("code", flat=True)))


def accept(rows: Iterable[Proposed], *, by: Any) -> Accepted:
    """Pair these households from today, one after the other; what a rule forbids is refused, the others stand.

    A household that is with its cadre already counts as paired, so that accepting twice is once.
    """
    result = Accepted()
    rows = list(rows)
    cadres = Cadre.objects.in_bulk({row.cadre for row in rows})
    households = Household.objects.allowed(by, "pair").in_bulk({row.household for row in rows})
    for row in rows:
        household, cadre = households.get(row.household), cadres.get(row.cadre)
        if row.problem == Reason.WITH_HIM:
            result.paired += 1
        elif row.problem or household is None or cadre is None:
            result.refused.append(replace(row, problem=row.problem or Reason.CHANGED))
        else:
            try:
                pair(household, cadre, starts_on=timezone.localdate())
                result.paired += 1
            except PairingRefused as refusal:
                result.refused.append(replace(row, problem=refusal.code))
    return result


def confirmed(rows: Iterable[Proposed], pairs: Iterable[tuple[int, int]]) -> list[Proposed]:
    """The rows of these (household, cadre), as they stand now; one whose cadre is another by now is marked so."""
    cadres = dict(pairs)
    return [
        row if row.cadre == cadres[row.household] else replace(row, problem=Reason.CHANGED)
        for row in rows
        if row.household in cadres
    ]


class Register:
    """All cadres by their folded names, and how units of this district are folded."""

    def __init__(self, campaign: Campaign | None) -> None:
        self.quotas = quotas_by_rank(campaign)
        self.districts = _district_names()
        self._by_name: dict[str, list[Known]] = defaultdict(list)
        self._found: dict[Helper, tuple[Known | None, str, dict[str, str]]] = {}
        cadres = with_load(Cadre.objects.all(), self.quotas).order_by("pk")
        for row in cadres.values_list("pk", "name", "unit__name", "phone_hash", "active_to", "rank", "room"):
            cadre = Known(*row)
            self._by_name[folded(cadre.name)].append(cadre)

    def find(self, helper: Helper) -> tuple[Known | None, str, dict[str, str]]:
        """The cadre whom a roster means, or None with the reason and its words."""
        if helper not in self._found:
            self._found[helper] = self._find(helper)
        return self._found[helper]

    def _find(self, helper: Helper) -> tuple[Known | None, str, dict[str, str]]:
        if _SEVERAL_NAMES.search(unicodedata.normalize("NFKC", helper.name)):
            return None, Reason.SEVERAL_NAMED, {}
        namesakes = self._by_name.get(folded(helper.name), [])
        if not namesakes:
            return None, Reason.NO_CADRE, {}
        hashes = _hashes(helper.phone)
        by_phone = [cadre for cadre in namesakes if cadre.phone_hash in hashes]
        unit = unit_folded(helper.unit, self.districts)
        in_unit = [c for c in namesakes if unit and unit_folded(c.unit, self.districts) == unit]
        if by_phone:
            elsewhere = in_unit and by_phone[0] not in in_unit  # the unit means one, the phone another
            return (None, Reason.SEVERAL, {}) if elsewhere or len(by_phone) > 1 else (by_phone[0], "", {})
        if not unit:
            return None, Reason.NO_UNIT, {}
        if not in_unit:
            return None, Reason.OTHER_UNIT, {"units": "、".join(sorted({c.unit for c in namesakes}))}
        fitting = [c for c in in_unit if c.active_to is None] or in_unit
        return (fitting[0], "", {}) if len(fitting) == 1 else (None, Reason.SEVERAL, {})

    def problem(self, cadre: Known) -> str:
        """Why this cadre can take nobody now, or ""."""
        if cadre.active_to is not None:
            return Problem.CADRE_INACTIVE
        if cadre.rank not in self.quotas:
            return Problem.QUOTA_MISSING
        return "" if cadre.room else Problem.QUOTA_FULL


_SEVERAL_NAMES = re.compile(r"[、,;/\n]")
_BETWEEN = re.compile(r"[\s()·•‧・.。-]+")
_UNIT_WORDS = (("人民政府", "政府"), ("街道办事处", "街道"), ("街道办", "街道"), ("委员会", "委"), ("办公室", "办"))


def folded(name: str) -> str:
    """A name as it is compared: NFKC, without blanks, brackets, dots."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", name)).casefold()


def unit_folded(name: str, districts: Sequence[str]) -> str:
    """A unit as it is compared: 蓟州区林业局 and 区林业局 are 林业局; 东山镇人民政府 and 东山镇政府 are 东山镇."""
    short = folded(name).removeprefix("中共")
    for district in districts:
        if short.startswith(district) and short != district:
            short = short.removeprefix(district)
            break
    else:
        short = short[1:] if short[:1] in ("区", "县") else short
    for long, usual in _UNIT_WORDS:
        short = short.replace(long, usual)
    return short.removesuffix("政府") or short


def _district_names() -> list[str]:
    """What the names of units begin with, the longest first. One query."""
    names: set[str] = set()
    for district in Division.objects.filter(level=Level.DISTRICT):
        names |= {folded(n) for n in (district.name, district.official_name, *district.aliases) if n}
    return sorted(names, key=len, reverse=True)


def _hashes(phone: str) -> frozenset[str]:
    numbers = str(cells.phone(phone).value or "").split("、")
    return frozenset(keyed_hash(number) for number in numbers if number)


def _households(codes: Iterable[str], campaign: Campaign | None, by: Any) -> dict[str, dict[str, Any]]:
    """The households by code, each with what decides whether it can be paired."""
    rows = Household.objects.allowed(by, "pair").annotate(
        pairing_now=FilteredRelation("pairings", condition=Q(pairings__ended_on__isnull=True)),
        enrolment_now=FilteredRelation("enrolments", condition=Q(enrolments__campaign=campaign)),
    )
    facts = rows.values(
        "pk", "code", "head_name", "closed_on", "village__name", "village__parent__name", "enrolment_now__state",
        "pairing_now__cadre", "pairing_now__cadre__name",
    )  # fmt: skip
    return {row["code"]: row for row in gather(facts, "code", codes)}


def _proposed(code: str, helper: Helper, household: dict[str, Any] | None, register: Register) -> Proposed:
    cadre, reason, params = register.find(helper)
    row = Proposed(code, helper, problem=reason, params=params)
    if cadre is not None:
        row = replace(row, cadre=cadre.pk, cadre_name=cadre.name, cadre_unit=cadre.unit)
    if household is None:
        return replace(row, problem=Reason.NO_HOUSEHOLD, params={})
    row = replace(
        row, household=household["pk"], head_name=household["head_name"],
        village=f"{household['village__parent__name']} {household['village__name']}",
    )  # fmt: skip
    problem, words = _in_the_way(household, row.cadre)
    if problem:
        return replace(row, problem=problem, params=words)
    return replace(row, problem=reason or (register.problem(cadre) if cadre else ""))


def _in_the_way(household: dict[str, Any], cadre: int | None) -> tuple[str, dict[str, str]]:
    """Why this household can be paired with nobody now, and the words of it; ("", {}) if it can."""
    now, state = household["pairing_now__cadre"], household["enrolment_now__state"]
    if now is not None and now == cadre:
        return Reason.WITH_HIM, {}
    if now is not None:
        return Reason.WITH_ANOTHER, {"cadre": household["pairing_now__cadre__name"]}
    if household["closed_on"] is not None:
        return Problem.HOUSEHOLD_CLOSED, {}
    if state == EnrolmentState.PENDING:
        return Problem.HOUSEHOLD_PENDING, {}
    return ("", {}) if state == EnrolmentState.ACTIVE else (Problem.NOT_ENROLLED, {})
