"""Units, where cadres work."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.roles import may
from cadres.filters import UnitFilter
from cadres.forms import UnitForm
from cadres.register import add_unit, change_unit
from cadres.tables import UnitTable
from cadres.views.access import done, needs, status
from core.pages import paged


@needs("see_cadres")
def units(request: HttpRequest) -> HttpResponse:
    """All units with the number of their active cadres."""
    active = Count("cadres", filter=Q(cadres__active_to__isnull=True))
    found = UnitFilter(request.GET, queryset=Unit.objects.select_related("division").annotate(cadres_now=active))
    may_edit = may(request.user, "pair")
    table = UnitTable(found.qs, exclude=() if may_edit else ("edit",))
    page = {"filter": found, "table": paged(request, table), "may_edit": may_edit}
    return render(request, "cadres/units.html", page)


@needs("pair")
def unit_new(request: HttpRequest) -> HttpResponse:
    """Enter a unit."""
    form = UnitForm(request.POST or None)
    if request.method == "POST" and done(form, lambda: add_unit(**form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("cadres:units")
    return render(request, "cadres/unit_form.html", {"form": form, "unit": None}, status=status(form))


@needs("pair")
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a unit."""
    unit = get_object_or_404(Unit, pk=pk)
    form = UnitForm(request.POST or None, instance=unit)
    if request.method == "POST" and done(form, lambda: change_unit(unit, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("cadres:units")
    return render(request, "cadres/unit_form.html", {"form": form, "unit": unit}, status=status(form))
