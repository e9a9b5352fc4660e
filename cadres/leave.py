"""Verbs on the leave of a cadre: enter it with a deputy, end it. It opens no household to anybody."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role, may
from cadres.codes import LeaveRefused, Problem
from cadres.models import Cadre, CadreQuerySet, Leave
from core.dates import Span, years_from

LATE = timedelta(days=31)  # a leave may be entered when it has begun


def may_enter(user: Any, cadre: Cadre) -> bool:
    """The cadre himself, the liaison of his unit, the district's office."""
    if cadre.user_id == user.pk or may(user, "pair"):
        return True
    return any(grant.role == Role.UNIT_LIAISON and grant.unit_id == cadre.unit_id for grant in user.live_grants)


def leave_days() -> Span:
    """When a leave can lie."""
    today = timezone.localdate()
    return Span(today - LATE, years_from(today, 1))


def deputies_of(cadre: Cadre) -> CadreQuerySet:
    """Who may stand in: active cadres with an account, of the same unit or of a unit of the same place."""
    near = Q(unit=cadre.unit_id)
    if cadre.unit.division_id:
        near |= Q(unit__division=cadre.unit.division_id)
    return Cadre.objects.active().filter(near, user__is_active=True).exclude(pk=cadre.pk)


def enter_leave(cadre: Cadre, *, starts_on: date, ends_on: date, deputy: Cadre | None, by: User) -> Leave:
    """Enter days of leave; without a deputy nobody is reminded on them. LeaveRefused for days or a deputy that cannot
    be, or beside another leave on the same days."""
    span = leave_days()
    if ends_on < starts_on or starts_on not in span or ends_on not in span:
        raise LeaveRefused(Problem.LEAVE_DAYS, **span.params)
    if deputy is not None and not deputies_of(cadre).filter(pk=deputy.pk).exists():
        raise LeaveRefused(Problem.DEPUTY)
    with transaction.atomic():
        Cadre.objects.select_for_update().get(pk=cadre.pk)  # one at a time: no portable constraint knows of overlaps
        if standing(cadre).filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
            raise LeaveRefused(Problem.LEAVE_OVERLAPS)
        leave = Leave(cadre=cadre, starts_on=starts_on, ends_on=ends_on, deputy=deputy, entered_by=by)
        leave.save(force_insert=True)
    return leave


def end_leave(leave: Leave) -> Leave:
    """Back from today on; one that has not begun before today is cancelled whole. LeaveRefused if it is over."""
    today = timezone.localdate()
    if leave.cancelled_on is not None or leave.ends_on < today:
        raise LeaveRefused(Problem.LEAVE_OVER)
    if leave.starts_on >= today:
        leave.cancelled_on = today
    else:
        leave.ends_on = today - timedelta(days=1)
    leave.save(update_fields=["cancelled_on", "ends_on"])
    return leave


def standing(cadre: Cadre) -> Any:
    """Leaves that were not cancelled, the latest first."""
    return Leave.objects.filter(cadre=cadre, cancelled_on=None).select_related("deputy__unit")
