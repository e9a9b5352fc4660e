"""The parts of a case file. An app adds its own by `register` in a sections.py that its AppConfig.ready() loads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from households.models import Household

# The order that cadres know from the national system's household dialog.
BASIC, LIVING, INCOME, MEMBERS, PAIRING, MEASURES, VISITS, NEEDS, GUARANTEES = range(10, 100, 10)


@dataclass(frozen=True)
class Action:
    """A button of a section; only what this user may do here is offered."""

    label: str | Promise
    url: str
    icon: str = ""
    kind: str = "quiet"  # as in components/button.html


Load = Callable[[Household, Any], dict[str, Any]]
Actions = Callable[[Household, Any], list[Action]]


def no_actions(household: Household, user: Any) -> list[Action]:
    return []


@dataclass(frozen=True)
class Section:
    """A part of the case file.

    `load(household, user)` gives the context of `template`, with a fixed number of queries; the household carries
    `masked` and its village with the township. An empty dict leaves the section out. The template gets `household`,
    `request` and `user` besides.
    """

    name: str
    label: str | Promise
    order: int
    template: str
    load: Load
    actions: Actions = no_actions


@dataclass(frozen=True)
class Shown:
    """A section as one page shows it."""

    section: Section
    context: dict[str, Any]
    actions: list[Action]


_sections: dict[str, Section] = {}


def register(section: Section) -> Section:
    """Add a section; the same name from two apps is a mistake."""
    if section.name in _sections:
        raise ValueError(f"two sections {section.name}")
    _sections[section.name] = section
    return section


def all_sections() -> list[Section]:
    """In the order of the case file."""
    return sorted(_sections.values(), key=lambda section: section.order)


def shown(household: Household, user: Any) -> list[Shown]:
    """What there is to see of a household, in order; sections without anything are left out."""
    found = ((section, section.load(household, user)) for section in all_sections())
    return [Shown(section, context, section.actions(household, user)) for section, context in found if context]
