"""Roles, and what each may do. Which households a role sees is households/scope.py's matter."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    CADRE = "cadre", _("Helping cadre")
    UNIT_LIAISON = "unit_liaison", _("Unit liaison")
    VILLAGE_CLERK = "village_clerk", _("Village clerk")
    TOWNSHIP_OFFICIAL = "township_official", _("Township official")
    DEPARTMENT_OFFICER = "department_officer", _("Department officer")
    DISTRICT_ADMIN = "district_admin", _("District admin")
    INSPECTOR = "inspector", _("Inspector")
    LOG_AUDITOR = "log_auditor", _("Log auditor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")


PLACE_ROLES = frozenset({Role.VILLAGE_CLERK, Role.TOWNSHIP_OFFICIAL})
UNIT_ROLES = frozenset({Role.UNIT_LIAISON, Role.DEPARTMENT_OFFICER})

_CADRE, _LIAISON, _CLERK = Role.CADRE, Role.UNIT_LIAISON, Role.VILLAGE_CLERK
_OFFICIAL, _DEPARTMENT, _ADMIN = Role.TOWNSHIP_OFFICIAL, Role.DEPARTMENT_OFFICER, Role.DISTRICT_ADMIN
_SEES = frozenset({_CADRE, _LIAISON, _CLERK, _OFFICIAL, _DEPARTMENT, _ADMIN, Role.INSPECTOR})

ACTIONS: dict[str, frozenset[Role]] = {
    "see_households": _SEES,
    "see_unmasked": _SEES - {Role.INSPECTOR},
    "edit_household": frozenset({_CLERK, _OFFICIAL, _ADMIN}),
    "close_household": frozenset({_OFFICIAL, _ADMIN}),
    "draft_statement": frozenset({_CLERK, _OFFICIAL, _ADMIN}),
    "check_statement": frozenset({_OFFICIAL, _ADMIN}),
    "keep_offline": frozenset({_CADRE}),  # the own households, on the phone
    "log_visit": frozenset({_CADRE, _LIAISON, _CLERK, _OFFICIAL}),
    "enter_for_others": frozenset({_LIAISON, _CLERK, _OFFICIAL}),  # visits of a cadre, marked as such
    "place_parked": frozenset({_OFFICIAL, _ADMIN}),  # what a phone sent of a household that had gone to another cadre
    "reach_out": frozenset({_CADRE, _CLERK}),  # is told whom nobody reached for long: never a cadre's superior
    "raise_need": frozenset({_CADRE, _LIAISON, _CLERK, _OFFICIAL}),
    "handle_need": frozenset({_CADRE, _LIAISON, _CLERK, _OFFICIAL, _DEPARTMENT, _ADMIN}),
    "steer_need": frozenset({_CADRE, _LIAISON, _CLERK, _OFFICIAL, _ADMIN}),  # a department only what was passed to it
    "watch_needs_due": frozenset({_CADRE, _LIAISON, _CLERK}),  # all due needs of their households; above, what rose
    "oversee_township_needs": frozenset({_OFFICIAL}),
    "oversee_district_needs": frozenset({_ADMIN}),
    "read_referral": frozenset({_CADRE, _OFFICIAL}),  # beside who sent or follows it up and whom it was sent to
    "answer_referral": frozenset({_DEPARTMENT}),
    "record_measure": frozenset({_CADRE, _LIAISON, _OFFICIAL, _DEPARTMENT, _ADMIN}),
    "reveal": frozenset({_CADRE, _OFFICIAL, _ADMIN}),
    "call": frozenset({_CADRE, _LIAISON, _CLERK, _OFFICIAL, _ADMIN}),
    "export": frozenset({_OFFICIAL, _ADMIN, Role.INSPECTOR}),
    "import_roster": frozenset({_ADMIN}),
    "pair": frozenset({_ADMIN}),
    "see_cadres": frozenset({_OFFICIAL, _ADMIN, Role.INSPECTOR}),
    "see_dashboard": frozenset({_OFFICIAL, _CLERK, _ADMIN, Role.INSPECTOR}),
    "decide_pending": frozenset({_ADMIN}),
    "handle_complaint": frozenset({_OFFICIAL, _ADMIN}),  # where nobody of them is named: households/scope.py
    "read_voice": frozenset({_OFFICIAL, _ADMIN}),  # what a household says of the help it gets; never its cadre
    "make_cards": frozenset({_OFFICIAL, _ADMIN}),  # not who visits: the code on the card is the household's own word
    "set_policy": frozenset({_ADMIN}),
    "run_growth": frozenset({_ADMIN}),
    "manage_users": frozenset({Role.SYSTEM_ADMIN}),
    "read_logs": frozenset({Role.LOG_AUDITOR}),
}


def may(user: Any, action: str) -> bool:
    """Whether one of the user's live roles permits the action somewhere; on which household is scope's matter."""
    return user.is_authenticated and not user.roles.isdisjoint(ACTIONS[action])
