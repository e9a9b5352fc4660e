"""Places that a dashboard is about, and who may open which."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import ACTIONS, PLACE_ROLES
from district.models import Division, Level
from households.scope import WHOLE_DISTRICT

STATISTICAL = "4"  # first of the three digits of a township: a row that only statistics know


@dataclass(frozen=True)
class Place:
    """A district, township or village with the places below it, by code."""

    division: Division
    below: tuple[Division, ...] = field(default=())

    @property
    def by(self) -> str:
        """What households are grouped by, seen from a household."""
        return "village__parent" if self.division.level == Level.DISTRICT else "village"

    @property
    def asked(self) -> dict[str, str]:
        """The place as conditions of a list of households."""
        if self.division.level == Level.DISTRICT:
            return {}
        return asked_of(self.division)


def asked_of(division: Division) -> dict[str, str]:
    """A township, or a village and its township, as conditions of a list."""
    if division.level == Level.VILLAGE and division.parent:
        return {**asked_of(division.parent), "village": division.code}
    return {str(division.level): division.code}


def opened_to(user: User) -> QuerySet[Division]:
    """Places whose dashboards the user may open: the whole district, or the place of the office and what is below."""
    roles = ACTIONS["see_dashboard"]
    grants = [grant for grant in user.live_grants if grant.role in roles]
    if any(grant.role in WHOLE_DISTRICT for grant in grants):
        return Division.objects.all()
    own = [grant.division_id for grant in grants if grant.role in PLACE_ROLES]
    return Division.objects.filter(Q(pk__in=own) | Q(parent__in=own))


def own_place(user: User) -> Division | None:
    """The first place of the user's offices; None for those who see the district, or no dashboard."""
    places = [grant.division for grant in user.live_grants if grant.role in PLACE_ROLES and grant.division]
    return min(places, key=lambda division: division.code) if places else None


def place_of(user: User, code: str) -> Place | None:
    """The place with this code and those below it, None outside the user's sight: one query."""
    found = list(opened_to(user).filter(Q(code=code) | Q(parent__code=code)).select_related("parent").order_by("code"))
    division = next((d for d in found if d.code == code), None)
    return None if division is None else Place(division, tuple(d for d in found if d.parent_id == division.pk))


def district_place(user: User) -> Place | None:
    """The whole district with its townships, None for who does not see all of it: one query."""
    found = list(opened_to(user).exclude(level=Level.VILLAGE).order_by("code"))
    division = next((d for d in found if d.level == Level.DISTRICT), None)
    return None if division is None else Place(division, tuple(d for d in found if d.parent_id == division.pk))


def is_shown(division: Division, households: int) -> bool:
    """Whether a table has a row for a place: a township always, a village or a statistical row only with households."""
    statistical = division.code[6:7] == STATISTICAL
    return bool(households) or (division.level == Level.TOWNSHIP and not statistical)
