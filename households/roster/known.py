"""What the database holds of a file's households and people. A handful of queries for each 900 of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from core.crypto import keyed_hashes
from district.models import Division
from households.codes import Relation
from households.household_codes import stored_as
from households.models import Enrolment, GuaranteeStatus, Household, IncomeStatement, Member

from .rows import Family, MemberRow

CHUNK = 900  # values in one IN (…)
MANY = 10_000
BEAT_EVERY = 1_000  # households
Beat = Callable[[], None]  # says now and then that the work goes on; an exception of it (cancel) is passed on


def no_beat() -> None:
    """Nobody listens."""


class Known:
    """Rows of the database by what a file can name: codes, people, villages."""

    def __init__(self, families: Iterable[Family], beat: Beat = no_beat) -> None:
        self._beat = beat
        families = list(families)
        self.codes_in_file = {f.code for f in families if f.code}
        self.hashes = keyed_hashes({m.id_no: None for f in families for m in f.members if m.id_no})
        self.hashes_in_file = frozenset(self.hashes.values())
        self.villages: dict[str, Division] = {
            d.code: d for d in gather(Division.objects.all(), "code", (f.village_code for f in families))
        }
        living = Member.objects.filter(active=True).values_list("household_id", flat=True)
        homes = set(gather(living, "id_no_hash", self.hashes.values()))
        beat()
        self.by_code: dict[str, Household] = {
            h.code: h for h in gather(Household.objects.all(), "code", self.codes_in_file)
        }
        self._find_other_spellings()
        homes -= {h.pk for h in self.by_code.values()}
        self.by_code |= {h.code: h for h in gather(Household.objects.all(), "pk", homes)}
        self._give_villages()
        self.members: dict[int, list[Member]] = {}
        self.statements: dict[tuple[int, int], IncomeStatement] = {}
        self.guarantees: dict[tuple[int, str], GuaranteeStatus] = {}
        self.enrolled: set[tuple[int, int]] = set()  # (household, campaign)
        self._load({h.pk: h for h in self.by_code.values()})
        self._people = {m.id_no_hash: m for members in self.members.values() for m in members if m.id_no_hash}

    def _find_other_spellings(self) -> None:
        """Households that an earlier version stored under another spelling of a code of the file."""
        other = stored_as(self.codes_in_file - self.by_code.keys())
        rows = gather(Household.objects.all(), "code", other.keys() - self.codes_in_file)
        self._spelt = {other[h.code]: h for h in rows}
        self.by_code |= {h.code: h for h in rows}
        self.codes_in_file |= {h.code for h in rows}

    def _give_villages(self) -> None:
        """A village is loaded once, not with each of its households."""
        households = self.by_code.values()
        rows = gather(Division.objects.select_related("parent"), "pk", (h.village_id for h in households))
        villages = {v.pk: v for v in rows}
        for household in households:
            household.village = villages[household.village_id]

    def _load(self, households: Mapping[int, Household]) -> None:
        keys = list(households)
        for member in gather(Member.objects.filter(active=True), "household", keys):
            member.household = households[member.household_id]
            self.members.setdefault(member.household_id, []).append(member)
        self._beat()
        for statement in gather(IncomeStatement.objects.all(), "household", keys):
            self.statements[statement.household_id, statement.year] = statement
        self._beat()
        for status in gather(GuaranteeStatus.objects.all(), "household", keys):
            self.guarantees[status.household_id, status.item] = status
        for enrolment in gather(Enrolment.objects.all(), "household", keys):
            self.enrolled.add((enrolment.household_id, enrolment.campaign_id))

    def person(self, row: MemberRow) -> Member | None:
        """The active member of any household who has this row's ID number."""
        return self._people.get(self.hashes.get(row.id_no, ""))

    def household(self, family: Family) -> Household | None:
        """The household of this family: by its 户编号, else by the ID number of its head."""
        if family.code and family.code in self.by_code:
            return self.by_code[family.code]
        spelt = self._spelt.get(family.code)
        if spelt is not None and self.shares_somebody(family, spelt):
            return spelt
        head = family.head
        person = self.person(head) if head else None
        if person is None or person.relation != Relation.HEAD or person.household.code in self.codes_in_file:
            return None
        return self.by_code[person.household.code]

    def household_of_others(self, family: Family) -> Household | None:
        """The one household that all members of this family live in who are known: its head has changed."""
        people = [person for row in family.members if (person := self.person(row))]
        homes = {person.household_id: person.household for person in people}
        if len(homes) != 1:
            return None
        (home,) = homes.values()
        return None if home.code in self.codes_in_file else self.by_code[home.code]

    def shares_somebody(self, family: Family, household: Household) -> bool:
        """Whether one person at least is in both, or nobody is left there: a code alone may have been given twice."""
        there = {m.id_no_hash or m.name for m in self.members.get(household.pk, [])}
        return not there or any(self.hashes.get(m.id_no, m.name) in there for m in family.members)


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Distinct items in order, so many at a time as one statement takes."""
    rest = sorted(set(items))
    for start in range(0, len(rest), CHUNK):
        yield rest[start : start + CHUNK]


def gather(rows: QuerySet, field_name: str, values: Iterable[Any]) -> list[Any]:
    """The rows whose field has one of these values."""
    values = set(values)
    if len(values) > MANY:  # one look at the column instead of a query for each chunk of what is not there
        values &= set(rows.order_by().values_list(field_name, flat=True).iterator(chunk_size=20_000))
    return [row for chunk in chunks(values) for row in rows.filter(**{f"{field_name}__in": chunk})]
