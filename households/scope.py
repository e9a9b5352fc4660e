"""The only code that knows who sees which household. It reads pairings, needs and measures by relation name."""

from collections.abc import Iterable
from typing import Any, Self

from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value

from accounts.roles import ACTIONS, PLACE_ROLES, Role
from core.history import TrackedQuerySet

WHOLE_DISTRICT = frozenset({Role.DISTRICT_ADMIN, Role.INSPECTOR})


def _rule(user: Any, roles: Iterable[str]) -> Q | None:
    """What the user's live grants in these roles open, as one condition on Household; None: nothing."""
    rule: Q | None = None
    for grant in user.live_grants:
        if grant.role not in roles:
            continue
        part = _part(user, grant)
        if part is not None:
            rule = part if rule is None else rule | part
    return rule


def _part(user: Any, grant: Any) -> Q | None:
    if grant.role in WHOLE_DISTRICT:
        return Q(pk__isnull=False)
    if grant.role in PLACE_ROLES:
        place = grant.division_id
        return Q(village=place) | Q(village__parent=place) | Q(village__parent__parent=place)
    if grant.role == Role.CADRE:
        return Q(pairings__ended_on__isnull=True, pairings__cadre__user=user)
    if grant.role == Role.UNIT_LIAISON:
        return Q(pairings__ended_on__isnull=True, pairings__cadre__unit=grant.unit_id)
    if grant.role == Role.DEPARTMENT_OFFICER:
        return Q(needs__department=grant.unit_id) | Q(measures__department=grant.unit_id)
    return None  # log auditors and system administrators see no household


class HouseholdQuerySet(TrackedQuerySet):
    def _opened_to(self, user: Any, roles: Iterable[str]) -> Self:
        if not user.is_authenticated:
            return self.none()
        rule = _rule(user, roles)
        if rule is None:
            return self.none()
        if rule == Q(pk__isnull=False):
            return self
        # a subquery, since a join to pairings or needs would double rows
        return self.filter(pk__in=self.model._base_manager.filter(rule).order_by().values("pk"))

    def visible_to(self, user: Any) -> Self:
        """Households the user may read: the union of today's grants; none() for a stranger."""
        return self._opened_to(user, ACTIONS["see_households"])

    def allowed(self, user: Any, action: str) -> Self:
        """Households on which the user may do this: a grant that permits the action must itself open the household."""
        return self._opened_to(user, ACTIONS[action])

    def with_masking(self, user: Any) -> Self:
        """Annotate `masked`: true where only an inspector's mandate opens the household."""
        if Role.INSPECTOR not in user.roles:
            return self.annotate(masked=Value(False, output_field=BooleanField()))
        model: Any = self.model
        unmasked = model.objects.allowed(user, "see_unmasked").filter(pk=OuterRef("pk"))
        return self.annotate(masked=~Exists(unmasked))


class HangsOnHousehold(TrackedQuerySet):
    """For rows that hang on a household: scope is the household's."""

    household_path = "household"

    def _households(self) -> QuerySet:
        model: Any = self.model._meta.get_field("household").related_model
        return model.objects.all()

    def visible_to(self, user: Any) -> Self:
        """Rows of the households the user may read."""
        return self._of(self._households().visible_to(user))  # type: ignore[attr-defined]

    def _of(self, households: QuerySet) -> Self:
        """Rows of these households; of all of them without asking, which takes long where there are many rows."""
        return self.filter(**{f"{self.household_path}__in": households}) if households.query.where else self

    def allowed(self, user: Any, action: str) -> Self:
        """Rows of the households on which the user may do this."""
        return self._of(self._households().allowed(user, action))  # type: ignore[attr-defined]

    def with_masking(self, user: Any) -> Self:
        """Annotate `masked`, as on the household itself."""
        if Role.INSPECTOR not in user.roles:
            return self.annotate(masked=Value(False, output_field=BooleanField()))
        unmasked = self._households().allowed(user, "see_unmasked")  # type: ignore[attr-defined]
        return self.annotate(masked=~Exists(unmasked.filter(pk=OuterRef(f"{self.household_path}_id"))))


def places_of(user: Any, action: str) -> set[int] | None:
    """Ids of the divisions in which a grant opens all households to this action; None: the whole district."""
    grants = [grant for grant in user.live_grants if grant.role in ACTIONS[action]]
    if any(grant.role in WHOLE_DISTRICT for grant in grants):
        return None
    return {grant.division_id for grant in grants if grant.role in PLACE_ROLES}


class LeftoverQuerySet(QuerySet):
    """Households that imports left out belong to no household yet: their place alone says who sees them."""

    def visible_to(self, user: Any) -> Self:
        """Rows of the places in which the user may enter households; a clerk sees those whose village is known."""
        if not user.is_authenticated:
            return self.none()
        places = places_of(user, "edit_household")
        if places is None:
            return self
        return self.filter(Q(village__in=places) | Q(township__in=places) | Q(township__parent__in=places))


def is_allowed(user: Any, household: Any, action: str) -> bool:
    """Whether the user may do this on this household."""
    return type(household).objects.allowed(user, action).filter(pk=household.pk).exists()


def require(user: Any, household: Any, action: str) -> None:
    """PermissionDenied unless the user may do this on this household."""
    if not is_allowed(user, household, action):
        raise PermissionDenied


def was_allowed(user: Any, household: Any, action: str) -> bool:
    """Whether the user may do this on the household, or could once: what was written before the pairing or the grant
    ended is still received. It opens nothing to read."""
    rule = Q(pk__in=[])
    for grant in user.grants.all():
        if grant.role not in ACTIONS[action]:
            continue
        if grant.role == Role.CADRE:
            rule |= Q(pairings__cadre__user=user)
        elif grant.role == Role.UNIT_LIAISON:
            rule |= Q(pairings__cadre__unit=grant.unit_id)
        elif (part := _part(user, grant)) is not None:
            rule |= part
    return type(household)._base_manager.filter(rule, pk=household.pk).exists()


def actions_on(user: Any, household: Any) -> frozenset[str]:
    """All that the user may do on this household. One query for each of the user's grants."""
    opening = {
        grant.role
        for grant in user.live_grants
        if (part := _part(user, grant)) is not None
        and type(household)._base_manager.filter(part, pk=household.pk).exists()
    }
    return frozenset(action for action, roles in ACTIONS.items() if roles & opening)
