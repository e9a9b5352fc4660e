"""After an import: the worklist of the households that it left out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.roles import may
from core.pages import paged
from households.filters_leftovers import LeftoverFilter
from households.forms_leftovers import SettleForm
from households.models import Household, LeftoverState, RosterLeftover
from households.roster import leftovers
from households.tables_leftovers import LeftoverTable, code_in_words, name_of, problems


@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """Rejected households by township and state. Ten queries at most."""
    _require(request)
    leftovers.settle_entered()
    counts = leftovers.by_township()
    rows = leftovers.worklist().select_related("township", "roster_import").defer("roster_import__report")
    chosen = LeftoverFilter(request.GET, queryset=rows, counts=counts)
    table = paged(request, LeftoverTable(chosen.qs))
    page = {"table": table, "filter": chosen, "counts": counts, "open": sum(row["open"] for row in counts)}
    return render(request, "households/leftovers.html", page)


def leftover(request: HttpRequest, pk: int) -> HttpResponse:
    """One rejected household: what is wrong, and what to do about it."""
    _require(request)
    row = get_object_or_404(leftovers.worklist().select_related("township", "roster_import", "settled_by"), pk=pk)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _settled(row, request.user, **form.cleaned_data):
            messages.warning(request, _("It was settled meanwhile. Look at its present state."))
        return redirect("households:leftover", pk)
    return render(request, "households/leftover.html", _page(row, form), status=422 if form.errors else 200)


def _settled(row: RosterLeftover, by: Any, *, act: str, reason: str) -> bool:
    if act == "refuse":
        return leftovers.refuse(row, by=by, reason=reason)
    if act == "entered":
        return leftovers.enter(row, by=by)
    return leftovers.take_up_again(row)


def _page(row: RosterLeftover, form: SettleForm) -> dict[str, Any]:
    is_open = row.state == LeftoverState.OPEN
    facts = [
        (_("Household code"), code_in_words(row.key)),
        (_("Place"), row.place),
        (_("What is wrong"), problems(row.codes)),
        (_("State"), row.get_state_display()),
    ]
    if row.state == LeftoverState.IMPORTED:
        facts.append((_("Settled by"), _("import %(number)s") % {"number": row.reason.partition(" ")[2]}))
    elif not is_open:
        facts += [(_("Reason"), row.reason), (_("Settled by"), str(row.settled_by or ""))]
    known = Household.objects.filter(code=row.key).first() if is_open else None
    return {
        "leftover": row, "name": name_of(row), "facts": facts, "form": form, "is_open": is_open, "known": known,
        "can_reopen": not is_open and row.settled_by_id is not None,
    }  # fmt: skip


def _require(request: HttpRequest) -> None:
    if not may(request.user, "import_roster"):
        raise PermissionDenied
