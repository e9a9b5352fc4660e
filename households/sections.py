"""What apps above add to a case file and to the list of households; loaded by their AppConfig.ready().

A section's template gets `household` (with `masked`), `may` (the set of actions open to the reader on this household)
and `data` (what `load` gave).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from households.conditions import Frame


@dataclass(frozen=True)
class Section:
    """A part of the case file; `order`: 1 basics, 3 income, 4 members, 5 pairing, 6 aid, 7 guarantees, 9 history."""

    name: str
    label: str | Promise
    order: float
    template: str
    load: Callable[[Any, Any, frozenset[str]], dict[str, Any]]  # (household, user, may) → data; few, fixed queries


def _always(household: Any, user: Any, may: frozenset[str]) -> bool:
    return True


@dataclass(frozen=True)
class Button:
    """An act offered at the top of a case file to those who may do it: 记录走访.

    `offered`: whether it can be done on this household at all; asked only for those who may.
    """

    label: str | Promise
    icon: str
    action: str
    url: Callable[[Any], str]
    primary: bool = False
    offered: Callable[[Any, Any, frozenset[str]], bool] = _always  # (household, user, may); one query at most


@dataclass(frozen=True)
class ListColumn:
    """A column of the list of households: `join` adds `<name>` to each row of the queryset."""

    name: str
    label: str | Promise
    join: Callable[[QuerySet, Frame], QuerySet]
    sortable: bool = True
    numeric: bool = False
    text: Callable[[Any], str] = field(default=str)  # of a value that is not None


_sections: dict[str, Section] = {}
_buttons: list[Button] = []
_columns: dict[str, ListColumn] = {}


def add_section(section: Section) -> None:
    _sections[section.name] = section


def add_button(button: Button) -> None:
    if button not in _buttons:
        _buttons.append(button)


def add_column(column: ListColumn) -> None:
    _columns[column.name] = column


def sections() -> list[Section]:
    """In the order in which cadres know a case file."""
    return sorted(_sections.values(), key=lambda s: s.order)


def buttons() -> list[Button]:
    return list(_buttons)


def columns() -> list[ListColumn]:
    return list(_columns.values())
