"""The cadres whom a roster names for its households: kept with the import, read by cadres/from_roster.py."""

import json
from dataclasses import asdict, dataclass
from itertools import chain

from households.models import RosterImport

from .compare import Plan
from .rows import Helper


@dataclass(frozen=True, slots=True)
class Named:
    """A household, by its code as committed, and whom the roster names for it."""

    household: str
    helper: Helper


def kept(plan: Plan) -> str:
    """What RosterImport.helpers keeps: JSON by household that the commit takes; "" where no helper is named."""
    taken = (*plan.created, *plan.updated, *plan.unchanged)
    rows = [
        {"household": outcome.household.code if outcome.household else outcome.code, **asdict(outcome.family.helper)}
        for outcome in sorted(taken, key=lambda outcome: (outcome.family.sheet, outcome.family.row))
        if outcome.family.helper is not None and outcome.family.helper.name
    ]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def are_named(plan: Plan) -> bool:
    """Whether a commit keeps any."""
    taken = chain(plan.created, plan.updated, plan.unchanged)
    return any(outcome.family.helper is not None and outcome.family.helper.name for outcome in taken)


def of(roster_import: RosterImport) -> list[Named]:
    """Whom a committed roster names, in the order of the file. No query."""
    rows = json.loads(roster_import.helpers or "[]")
    return [
        Named(row["household"], Helper(row["name"], row.get("unit", ""), row.get("post", ""), row.get("phone", "")))
        for row in rows
    ]
