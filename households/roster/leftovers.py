"""The worklist of households that committed imports left out: kept, settled, refused.

Each is shown to who may enter households in its place (`households/scope.py`): officials and clerks their own ones.
A household that a later file has again is settled if that one takes it; if it is left out again the newer row stands
and the older one steps back. Either is remembered as `reason` "import N", so that an undo can take it back. One that
was refused stays so while the file says the same of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import json
from msgspec.structs import replace as struct_replace

from core.crypto import keyed_hash
from district.models import Division, Level
from households.codes import Relation
from households.models import (
    Household,
    ImportState,
    LeftoverState,
    Member,
    RosterFinding,
    RosterImport,
    RosterLeftover,
)
from households.scope import LeftoverQuerySet

from .compare import Plan
from .rows import ERROR, KEY_LENGTH, Family, Finding, shortened

PLACE_MARK = "!"  # in the key of a household without a code: where it begins, never a code
NAME_ANOTHER = ("person_two_households", "household_no_shared")  # whose `other` may be a household of the system
OPEN, IMPORTED = LeftoverState.OPEN, LeftoverState.IMPORTED


@dataclass(slots=True)
class Leftovers:
    """What one commit leaves out, and by what those are known that it takes."""

    rows: list[tuple[RosterLeftover, str]] = field(default_factory=list)  # with the code of a village, else a township
    taken: set[str] = field(default_factory=set)  # codes and hashes of heads

    def keep(self, roster_import: RosterImport) -> None:
        """Write them, and settle those of earlier imports, in the caller's transaction. Seven queries at most."""
        townships = {key: d for d in Division.objects.filter(level=Level.TOWNSHIP) for key in (d.name, d.code)}
        codes = {place for _row, place in self.rows if place not in townships}
        villages = {d.code: d for d in Division.objects.filter(level=Level.VILLAGE, code__in=codes)}
        for row, place in self.rows:
            row.roster_import, row.village = roster_import, villages.get(place)
            row.township = townships.get(f"{place[:9]}000" if row.village else place)
        again = {key for row, _place in self.rows for key in _known_by(row)}
        older = list(RosterLeftover.objects.filter(state=OPEN).only("key", "head_hash"))
        through = f"import {roster_import.pk}"
        for keys, settled in ((self.taken, {"state": IMPORTED, "settled_at": timezone.now()}), (again, {})):
            found = [row.pk for row in older if not keys.isdisjoint(_known_by(row))]
            if found:
                RosterLeftover.objects.filter(pk__in=found, state=OPEN).update(reason=through, **settled)
        self._stay_refused()
        RosterLeftover.objects.bulk_create([row for row, _place in self.rows], batch_size=500)

    def _stay_refused(self) -> None:
        """Refuse those that somebody refused before, where the last that was said of the same rows is that."""
        mine = {row.rows_hash: row for row, _place in self.rows}
        refused = RosterLeftover.objects.filter(state=LeftoverState.REFUSED).exclude(rows_hash="")
        again = mine.keys() & set(refused.values_list("rows_hash", flat=True))
        last = {row.rows_hash: row for row in RosterLeftover.objects.filter(rows_hash__in=again)} if again else {}
        for rows_hash, old in last.items():
            if old.state == LeftoverState.REFUSED:
                row = mine[rows_hash]
                row.state, row.reason = old.state, old.reason
                row.settled_at, row.settled_by_id = old.settled_at, old.settled_by_id


def of(plan: Plan) -> Leftovers:
    """What a commit of this plan leaves out. No query."""
    rejected = {family.key for family in plan.rejected}
    why: dict[str, list[Finding]] = {}
    for finding in plan.findings:
        if finding.household in rejected:
            why.setdefault(finding.household, []).append(finding)
    found = Leftovers(rows=[_row(family, why.get(family.key, [])) for family in plan.rejected])
    for outcome in (*plan.created, *plan.updated, *plan.unchanged):
        found.taken |= {outcome.household.code if outcome.household else outcome.code, _head_hash(outcome.family)}
    found.taken -= {""}
    return found


def _row(family: Family, findings: list[Finding]) -> tuple[RosterLeftover, str]:
    errors = [f for f in findings if f.severity == ERROR] or findings  # notes that somebody did not accept
    written = {e.field: e.value for e in errors if e.field in ("township", "village")}
    place = [family.township or written.get("township", ""), family.village or written.get("village", "")]
    row = RosterLeftover(
        key=shortened(family.code or family.key, KEY_LENGTH), place=" ".join(filter(None, place))[:100],
        head_name=(family.head.name if family.head else family.head_name)[:40], head_hash=_head_hash(family),
        codes=list(dict.fromkeys(e.code for e in errors)), rows_hash=_rows_hash(family, errors),
    )  # fmt: skip
    return row, family.village_code or family.township


def _rows_hash(family: Family, errors: list[Finding]) -> str:
    """Of all that the file says of the household and what is wrong with it, wherever in the file that stands."""
    members = tuple(struct_replace(m, sheet="", row=0, part=0, id_header="") for m in family.members)
    key = "" if family.code or _head_hash(family) else family.key  # else another one of the name might be meant
    bare = struct_replace(family, key=key, sheet="", row=0, rows=(), members=members)
    said = sorted((e.field, e.code, e.value) for e in errors)
    return keyed_hash(json.encode((bare, said)).decode())


def _head_hash(family: Family) -> str:
    return keyed_hash(family.head.id_no) if family.head and family.head.id_no else ""


def _known_by(row: RosterLeftover) -> set[str]:
    """By what the same household is known in another file: its code, its head."""
    return {key for key in (row.key, row.head_hash) if key and PLACE_MARK not in key}


# --- What is wrong with one ---


def told_to(reader: Any, findings: Iterable[RosterFinding]) -> list[RosterFinding]:
    """The findings, without the place, code or head of another household that this reader does not see. One query."""
    found = [(finding, _names(finding)) for finding in findings]
    codes = {named[1] for _finding, named in found if named}
    if codes:
        seen = Household.objects.allowed(reader, "see_unmasked").filter(code__in=codes)
        codes -= set(seen.values_list("code", flat=True))
    for finding, named in found:
        if named and named[1] in codes:
            finding.params = finding.params | {named[0]: _("(a household outside your place)")}
    return [finding for finding, _named in found]


def _names(finding: RosterFinding) -> tuple[str, str] | None:
    """The parameter that names another household of the system, and that one's code; None if none does."""
    own, code, other = finding.household_code, *(str(finding.params.get(name, "")) for name in ("code", "other"))
    if code and code != own:
        return "code", code
    _sheet, mark, row = other.rpartition(PLACE_MARK)
    if finding.code not in NAME_ANOTHER or (mark and row.isdecimal()):  # a row of the file
        return None
    return "other", own if finding.code == "household_no_shared" else other.rpartition(" ")[2]


# --- The worklist ---


def worklist() -> LeftoverQuerySet:
    """Of imports that stand; without those that a later import left out again."""
    rows = RosterLeftover.objects.filter(roster_import__state=ImportState.COMMITTED)
    newer = rows.filter(pk__gt=OuterRef("pk"), rows_hash=OuterRef("rows_hash")).exclude(rows_hash="")
    return rows.exclude(state=OPEN, reason__gt="").exclude(Q(state=LeftoverState.REFUSED) & Exists(newer))


def open_for(user: Any) -> QuerySet[RosterLeftover]:
    """Those that wait, of the user's places."""
    return worklist().filter(state=OPEN).visible_to(user)


def by_township(rows: QuerySet[RosterLeftover]) -> list[dict[str, Any]]:
    """{code, name, number, open} of each township (None: not known) that has any, in the order of codes. One query."""
    places = rows.order_by("township__code").values(code=F("township__code"), name=F("township__name"))
    return [dict(row) for row in places.annotate(number=Count("pk"), open=Count("pk", filter=Q(state=OPEN)))]


def asked_for(number: str, *, by: Any) -> RosterLeftover | None:
    """The open one of this number, as an address gives it, if the user sees it."""
    known = number.isascii() and number.isdecimal() and len(number) < 19
    return open_for(by).filter(pk=number).first() if known else None


def facts_of(number: str, *, by: Any) -> dict[str, Any]:
    """What the form of a new household begins with, for an open leftover of the user's places; {} if it is none."""
    row = asked_for(number, by=by)
    if row is None:
        return {}
    code = "" if PLACE_MARK in row.key else row.key
    return {"head_name": row.head_name, "code": code, "village": row.village_id}


def opened_by_hand(number: str, *, by: Any) -> None:
    """A household was opened from the form that began with this one, or from an empty one ("")."""
    if (row := asked_for(number, by=by)) is not None:
        enter(row, by=by)
    settle_entered()


def settle_entered() -> int:
    """Settle the open ones whose household was opened by hand since; what imports took they settle themselves."""
    since = Household.objects.filter(created_at__gt=OuterRef("roster_import__committed_at"))
    heads = Member.objects.filter(
        active=True, relation=Relation.HEAD, id_no_hash=OuterRef("head_hash"),
        household__created_at__gt=OuterRef("roster_import__committed_at"),
    )  # fmt: skip
    entered = Exists(since.filter(code=OuterRef("key"))) | (~Q(head_hash="") & Exists(heads))
    found = list(worklist().filter(entered, state=OPEN).values_list("pk", flat=True))
    if not found:  # no write for who only reads
        return 0
    rows = RosterLeftover.objects.filter(pk__in=found, state=OPEN)
    return rows.update(state=LeftoverState.ENTERED, settled_at=timezone.now())


def enter(leftover: RosterLeftover, *, by: Any) -> bool:
    """Somebody says that it was entered by hand, into a household that was there before; False if it is settled."""
    return _settle(leftover, LeftoverState.ENTERED, by=by)


def refuse(leftover: RosterLeftover, *, by: Any, reason: str) -> bool:
    """It is not to be taken, and why; False if it is settled already. ValueError without a reason."""
    if not reason.strip():
        raise ValueError("a refusal needs a reason")
    return _settle(leftover, LeftoverState.REFUSED, by=by, reason=reason.strip()[:200])


def _settle(leftover: RosterLeftover, state: str, *, by: Any, reason: str = "") -> bool:
    rows = RosterLeftover.objects.filter(pk=leftover.pk, state=OPEN)
    return bool(rows.update(state=state, reason=reason, settled_at=timezone.now(), settled_by=by))


def take_up_again(leftover: RosterLeftover) -> bool:
    """Put what a person settled back on the list; False if it is not settled so."""
    by_people = (LeftoverState.REFUSED, LeftoverState.ENTERED)
    rows = RosterLeftover.objects.filter(pk=leftover.pk, state__in=by_people, settled_by__isnull=False)
    return bool(rows.update(state=OPEN, reason="", settled_at=None, settled_by=None))


def reopen(roster_import: RosterImport) -> None:
    """What this import settled is open again: it is being undone."""
    rows = RosterLeftover.objects.filter(reason=f"import {roster_import.pk}", state__in=(OPEN, IMPORTED))
    rows.update(state=OPEN, reason="", settled_at=None)
