"""What the undo of a roster import and that of an income sheet share: former rows, and words for what came since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Max, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from households.models import Household
from households.roster.known import gather

CODES_NAMED = 10
NO_HISTORY = gettext_noop("The history of some rows begins with this import. It can't be undone.")


@dataclass(frozen=True, slots=True)
class Dependant:
    """What came after an import and stands on it: so many households, the first of them by code."""

    what: str
    households: int
    codes: tuple[str, ...]


class UndoRefused(Exception):
    """It can't be undone. `dependants`: what stands on it; empty if it is not saved (any longer)."""

    def __init__(self, message: str, dependants: Iterable[Dependant] = ()) -> None:
        super().__init__(message)
        self.message, self.dependants = message, list(dependants)


def in_words(found: Iterable[tuple[str, int]]) -> list[Dependant]:
    """(what, household) one by one → each cause once with its households. A query for each cause."""
    by_cause: dict[str, set[int]] = {}
    for what, household in found:
        by_cause.setdefault(what, set()).add(household)
    return [_dependant(what, households) for what, households in by_cause.items()]


def _dependant(what: str, households: set[int]) -> Dependant:
    codes = sorted(h.code for h in gather(Household.objects.only("code"), "pk", sorted(households)[:CODES_NAMED]))
    return Dependant(what, len(households), tuple(codes))


def by_what(reason: str) -> str:
    """Through what a row was changed since, by the reason in its history."""
    kind, _blank, number = reason.rpartition(" ")
    words = {
        "import": _("Changed by import %(number)s since"),
        "income sheet": _("Changed by income sheet %(number)s since"),
        "check income sheet": _("Checked since"),
    }
    return words[kind] % {"number": number} if kind in words else _("Changed by hand since")


def former_rows(model: Any, firsts: Mapping[int, int]) -> list[Any]:
    """Rows as they stood before a version: {key of the row: number of that version}. Two queries for each 900 rows.

    UndoRefused if there is none before it.
    """
    before = (
        model.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
        .order_by().values("id").annotate(last=Max("history_id")).values("last")
    )  # fmt: skip
    versions = model.history.annotate(before=before)
    keys = [row.before for row in gather(versions.only("history_id"), "history_id", firsts.values())]
    found = gather(model.history.all(), "history_id", [key for key in keys if key is not None])
    if len(found) != len(firsts):
        raise UndoRefused(NO_HISTORY)
    return [model(**{f.attname: getattr(version, f.attname) for f in _kept(model)}) for version in found]


def kept_names(model: Any) -> list[str]:
    """The fields of a row that its history holds, without the key."""
    return [f.name for f in _kept(model) if not f.primary_key]


def _kept(model: Any) -> list[models.Field]:
    return [f for f in model.history.model.tracked_fields if not getattr(f, "generated", False)]
