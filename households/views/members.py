"""Add, change and let leave members."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from households import members as verbs
from households.forms import DayAndReasonForm
from households.forms_members import MemberForm
from households.models import Member
from households.views.acting import form_page, household_for


def member_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a member to a household."""
    household = household_for(request, pk, "edit_household")
    form = MemberForm(request.POST or None)
    return form_page(
        request, household, form, lambda: verbs.add_member(household, **form.facts()), heading=_("Add a member")
    )


def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a member; the relation 户主 makes this member the head."""
    member, household = _member(request, pk)
    form = MemberForm(request.POST or None, instance=member)
    return form_page(
        request,
        household,
        form,
        lambda: verbs.change_member(member, **form.facts()),
        heading=_("Edit the member"),
        row=member,
    )


def member_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """A member leaves with date and reason."""
    member, household = _member(request, pk)
    form = DayAndReasonForm(request.POST or None)
    return form_page(
        request, household, form, lambda: verbs.leave_member(member, **form.cleaned_data),
        heading=_("%(name)s leaves the household") % {"name": member.name}, button=_("Leaves"),
        question=_("Let this person leave the household?"),
        done=_("The member has left the household."), row=member,
    )  # fmt: skip


def _member(request: HttpRequest, pk: int) -> tuple[Member, Any]:
    member: Member = get_object_or_404(Member.objects.visible_to(request.user).select_related("household"), pk=pk)
    return member, household_for(request, member.household_id, "edit_household")
