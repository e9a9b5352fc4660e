"""Add, edit and close a household; guarantees."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.roles import may
from households import register
from households.codes import GuaranteeItem
from households.forms import DayAndReasonForm, GuaranteesForm, HouseholdForm, NewHouseholdForm
from households.guarantees import set_guarantee
from households.roster import leftovers
from households.views.acting import form_page, household_for, sign_off


def new(request: HttpRequest) -> HttpResponse:
    """Enter a household with its head."""
    if not may(request.user, "edit_household"):
        raise PermissionDenied
    actor: Any = request.user
    leftover = request.GET.get("leftover", "")
    known = leftovers.facts_of(leftover, by=actor)
    form = NewHouseholdForm(request.POST or None, user=actor, year=register.entry_year(), initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            household = register.open_household(by=actor, **form.facts())
        except register.RegisterRefused as refusal:
            form.add_error(None, refusal.words_for(actor))
        else:
            leftovers.opened_by_hand(leftover, by=actor)
            messages.success(request, _("The household has been added. Add its other members now."))
            return redirect("households:detail", household.pk)
    note = _("At or over the income line it waits for a decision by the district; below it, it is taken in at once.")
    context = {"form": form, "heading": _("Add a household"), "note": note}
    return render(request, "households/form.html", context, status=422 if form.errors else 200)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known of a household."""
    household = household_for(request, pk, "edit_household")
    form = HouseholdForm(request.POST or None, instance=household, user=request.user)
    return form_page(
        request, household, form, lambda: register.change_household(household, **form.facts()),
        heading=_("Edit the household"), row=household,
    )  # fmt: skip


def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a household with date and reason."""
    household = household_for(request, pk, "close_household")
    form = DayAndReasonForm(request.POST or None)
    return form_page(
        request, household, form, lambda: register.close_household(household, **form.cleaned_data),
        heading=_("Close the household"), button=_("Close the household"),
        question=_("Close this household? Its pairing, its enrolment and its open needs end with it."),
        note=_("The household stays in the system with its history; an admin can open it again."),
        done=_("The household is closed."),
    )  # fmt: skip


def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a closing back."""
    household = household_for(request, pk, "close_household")
    return form_page(
        request, household, sign_off(request), lambda: register.reopen_household(household),
        done=_("The household is open again."),
        heading=_("Open the household again"), open_only=False, button=_("Open the household again"),
        note=_("Members and enrolment are active again. The pairing is not: pair it anew. Needs stay closed."),
    )  # fmt: skip


def guarantees(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how each of the six items stands."""
    household = household_for(request, pk, "edit_household")
    states = {g.item: (g.state, g.evidence) for g in household.guarantees.all()}
    form = GuaranteesForm(request.POST or None, states=states)

    def act() -> None:
        given: dict[str, Any] = form.cleaned_data
        for item in GuaranteeItem.values:
            if (given[item], given[f"{item}_evidence"]) != states.get(item, ("unverified", "")):
                evidence = given[f"{item}_evidence"]
                set_guarantee(household, item=item, state=given[item], as_of=given["as_of"], evidence=evidence)

    return form_page(request, household, form, act, heading=_("Two no-worries, four guarantees"), pairs=True)
