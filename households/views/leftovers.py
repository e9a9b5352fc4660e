"""After an import: the worklist of the households that it left out, for who may enter households in their place."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.navigation import counts as counted
from accounts.roles import may
from core.pages import paged
from households.filters_leftovers import LeftoverFilter
from households.forms_leftovers import SettleForm
from households.models import Household, LeftoverState, RosterLeftover
from households.roster import leftovers, wording
from households.scope import places_of
from households.tables_leftovers import LeftoverTable, code_in_words, name_of, problems

MOST_FINDINGS = 50  # of one household


@counted("households:leftovers")
def waiting(user: Any) -> QuerySet[RosterLeftover]:
    """Those that wait in the user's places; those of the whole district stand on the board."""
    rows = leftovers.open_for(user)
    return rows if places_of(user, "edit_household") is not None else rows.none()


@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """Rejected households in sight, by township and state. Nine queries at most."""
    _require(request)
    leftovers.settle_entered()
    seen = leftovers.worklist().visible_to(request.user)
    counts = leftovers.by_township(seen)
    rows = seen.select_related("township", "roster_import").defer("roster_import__report", "roster_import__helpers")
    chosen = LeftoverFilter(request.GET, queryset=rows, counts=counts)
    may_import = may(request.user, "import_roster")
    table = paged(request, LeftoverTable(chosen.qs, exclude=() if may_import else ("roster_import",)))
    page = {
        "table": table, "filter": chosen, "counts": counts, "open": sum(row["open"] for row in counts),
        "may_import": may_import,
    }  # fmt: skip
    return render(request, "households/leftovers.html", page)


def leftover(request: HttpRequest, pk: int) -> HttpResponse:
    """One rejected household: what is wrong, and what to do about it."""
    _require(request)
    seen = leftovers.worklist().visible_to(request.user)
    rows = seen.select_related("township", "village", "roster_import", "settled_by")
    row = get_object_or_404(rows, pk=pk)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _settled(row, request.user, **form.cleaned_data):
            messages.warning(request, _("It was settled meanwhile. Look at its present state."))
        return redirect("households:leftover", pk)
    page = _page(row, request.user) | {"form": form}
    return render(request, "households/leftover.html", page, status=422 if form.errors else 200)


def _settled(row: RosterLeftover, by: Any, *, act: str, reason: str) -> bool:
    """Who may enter households corrects them too; to refuse one is the matter of who imports."""
    if act == "entered":
        return leftovers.enter(row, by=by)
    if act == "refuse" and may(by, "import_roster"):
        return leftovers.refuse(row, by=by, reason=reason)
    if act == "reopen" and _may_reopen(row, by):
        return leftovers.take_up_again(row)
    raise PermissionDenied


def _may_reopen(row: RosterLeftover, by: Any) -> bool:
    settled_by_hand = row.settled_by_id is not None and row.state != LeftoverState.OPEN
    return settled_by_hand and (row.settled_by_id == by.pk or may(by, "import_roster"))


def _page(row: RosterLeftover, user: Any) -> dict[str, Any]:
    is_open = row.state == LeftoverState.OPEN
    household = Household.objects.filter(code=row.key).first() if is_open else None
    known = Household.objects.allowed(user, "edit_household").filter(pk=household.pk).first() if household else None
    found = row.roster_import.findings.filter(household_code=row.key[:40], severity="error")[:MOST_FINDINGS]  # type: ignore[attr-defined]
    return {
        "leftover": row, "name": name_of(row), "facts": _facts(row), "is_open": is_open, "known": known,
        "elsewhere": household is not None and known is None, "can_reopen": _may_reopen(row, user),
        "may_import": may(user, "import_roster"),
        "findings": wording.named_findings(leftovers.told_to(user, found), row.roster_import.report.get("columns", [])),
    }  # fmt: skip


def _facts(row: RosterLeftover) -> list[tuple[str, str]]:
    facts = [
        (_("Household code"), code_in_words(row.key)),
        (_("Place"), row.place),
        (_("What is wrong"), problems(row.codes)),
        (_("State"), str(row.get_state_display())),  # type: ignore[attr-defined]
    ]
    if row.state == LeftoverState.IMPORTED:
        facts.append((_("Settled by"), _("import %(number)s") % {"number": row.reason.partition(" ")[2]}))
    elif row.state != LeftoverState.OPEN:
        facts += [(_("Reason"), row.reason or "—"), (_("Settled by"), str(row.settled_by or ""))]
    return facts


def _require(request: HttpRequest) -> None:
    if not may(request.user, "edit_household"):
        raise PermissionDenied
