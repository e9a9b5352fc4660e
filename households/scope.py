"""The only code that knows who sees which household. It reads pairings, needs and measures by relation name."""

from collections.abc import Iterable
from typing import Any, Self

from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from accounts.roles import ACTIONS, PLACE_ROLES, Role
from core.history import TrackedQuerySet

WHOLE_DISTRICT = frozenset({Role.DISTRICT_ADMIN, Role.INSPECTOR})
STILL_ASKED = ("sent", "answered", "told")  # states of a referral that was not taken back


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
        asked = Q(
            needs__referrals__specialist=user,
            needs__referrals__unit=grant.unit_id,
            needs__referrals__state__in=STILL_ASKED,
        )
        return Q(needs__department=grant.unit_id) | Q(measures__department=grant.unit_id) | asked
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


def involved(user: Any, households: Any) -> Q:
    """Which referrals of needs, with their messages and pictures, the user may read, as a condition on Referral.

    On the household's side its cadre and its township's officials, and who sent it or follows the need up while they
    still may handle the household's needs. On the other side the department's officers, or the one specialist whom it
    was sent to, until it is taken back. Nobody else: no inspector, no other department, no admin.
    """
    if not user.is_authenticated:
        return Q(pk__in=[])
    handling = Q(need__household__in=households.allowed(user, "handle_need"))
    own_side = Q(need__household__in=households.allowed(user, "read_referral"))
    own_side |= handling & (Q(sent_by=user) | Q(need__owner=user))
    units = [grant.unit_id for grant in user.live_grants if grant.role in ACTIONS["answer_referral"]]
    asked = Q(unit__in=units) & (Q(specialist=None) | Q(specialist=user)) & Q(state__in=STILL_ASKED)
    return own_side | asked if units else own_side


class ComplaintQuerySet(TrackedQuerySet):
    """Complaints and suggestions hang on a place. Who is named in one neither handles nor sees it."""

    def to_handle(self, user: Any) -> Self:
        """Those the user may read, take and answer: an official what lies with the own township, an admin all."""
        if not user.is_authenticated:
            return self.none()
        places = places_of(user, "handle_complaint")
        rows = self.not_about(user)
        if places is None:
            return rows
        return rows.filter(Q(place__in=places) | Q(place__parent__in=places), level="township")

    def not_about(self, user: Any) -> Self:
        """Without those in which the user's name stands, as the account or the register of cadres has it, and without
        those about a helping cadre where the user helps households.
        """
        rows = self.exclude(mentions__contains=user.display_name) if len(user.display_name) > 1 else self
        cadre = user._meta.get_field("cadre").related_model._base_manager.filter(user=user)
        named = cadre.annotate(said=Cast(OuterRef("mentions"), TextField())).filter(said__contains=F("name"))
        helped = cadre.filter(pairings__isnull=False)
        there = Q(place__in=helped.values("pairings__household__village")) | Q(
            place__in=helped.values("pairings__household__village__parent")
        )
        return rows.exclude(Exists(named)).exclude(there, subject="cadre")

    def visible_to(self, user: Any) -> Self:
        """What the user may handle, and what the user wrote."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(pk__in=self.to_handle(user).order_by().values("pk")) | Q(filed_by=user))


class VoiceQuerySet(HangsOnHousehold):
    """What households say of the help they get: for the township and the district, never for who helps them."""

    household_path = "household"

    def visible_to(self, user: Any) -> Self:
        """Rows of the places the user answers for, without households that the user visits or ever helped."""
        rows = self.allowed(user, "read_voice")
        return rows.exclude(household__in=self._households().filter(pairings__cadre__user=user).order_by().values("pk"))


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
