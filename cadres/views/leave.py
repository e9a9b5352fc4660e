"""The leave of a cadre: enter it with a deputy, end it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cadres.codes import LeaveRefused
from cadres.forms import LeaveForm
from cadres.leave import end_leave, enter_leave, may_enter, standing
from cadres.models import Cadre, Leave
from cadres.views.access import done, status

SHOWN = 12


def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """The leaves of a cadre, and a form for one more."""
    cadre = get_object_or_404(Cadre.objects.visible_to(request.user).active().select_related("unit"), pk=pk)
    _require(request, cadre)
    form = LeaveForm(request.POST or None, cadre=cadre)
    if request.method == "POST" and done(form, lambda: enter_leave(cadre, by=request.user, **form.cleaned_data)):  # type: ignore[arg-type]
        messages.success(request, _("The leave is entered."))
        return redirect("cadres:leave", pk)
    page = {"cadre": cadre, "form": form, "leaves": standing(cadre)[:SHOWN], "today": timezone.localdate()}
    return render(request, "cadres/leave.html", page, status=status(form))


@require_POST
def leave_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Back again, or the leave is not taken."""
    seen = Leave.objects.filter(cadre__in=Cadre.objects.visible_to(request.user)).select_related("cadre")
    found = get_object_or_404(seen, pk=pk)
    _require(request, found.cadre)
    try:
        end_leave(found)
    except LeaveRefused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("The leave is ended. Reminders come to the cadre again."))
    return redirect("cadres:leave", found.cadre_id)


def _require(request: HttpRequest, cadre: Cadre) -> None:
    if not may_enter(request.user, cadre):
        raise PermissionDenied
