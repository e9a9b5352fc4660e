"""Log, read and correct visits; their photos."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may as may_somewhere
from core.pages import paged
from households.models import Household
from households.scope import actions_on, require
from programs.measures import MeasureRefused
from visits.changes_words import lines
from visits.codes import Fact, VisitProblem
from visits.conditions import last_contact
from visits.filters import VisitFilter
from visits.forms import VisitFacts, VisitForm, facts_of
from visits.hints import hints_for
from visits.logging import VisitRefused, correct_visit, log_visit, logged, may_correct
from visits.models import PlannedVisit, Visit, VisitPhoto
from visits.needs import NeedRefused
from visits.planned import PlanRefused
from visits.referrals import answers_for
from visits.tables import VisitTable
from visits.views.changes import may_settle, may_take_back
from visits.views.shown import form_id, household_of, jpeg, shown

REFUSED = (VisitRefused, MeasureRefused, NeedRefused, PlanRefused)
PROMISED = Exists(PlannedVisit.objects.filter(after=OuterRef("pk")))


def visits(request: HttpRequest) -> HttpResponse:
    """Visits in sight, each in its last version."""
    if not may_somewhere(request.user, "see_households"):
        raise PermissionDenied
    rows = Visit.objects.visible_to(request.user).standing().select_related("visitor", "entered_by")
    rows = rows.prefetch_related(Prefetch("household", shown(request)))
    found = VisitFilter(request.GET, queryset=rows, request=request)
    table = paged(request, VisitTable(found.qs))
    return render(request, "visits/list.html", {"filter": found, "table": table})


def visit_new(request: HttpRequest) -> HttpResponse:
    """Log a visit to a household (?household=)."""
    if "household" not in request.GET:
        if not may_somewhere(request.user, "log_visit"):
            raise PermissionDenied
        messages.info(request, _("Choose the household that was visited, then “Log a visit”."))
        return redirect("households:list")
    household = household_of(request, last_contact=last_contact())
    require(request.user, household, "log_visit")
    client_id, saved = _form_id(request, household)
    if saved is not None:
        return _saved_already(request, saved)
    if household.closed_on is not None and request.method != "POST":
        day = date_format(household.closed_on)
        messages.warning(request, VisitProblem.CLOSED.label % {"day": day})
    initial = {"client_id": client_id}
    told = answers_for(household, request.user, told_too=True)
    form = VisitForm(request.POST or None, request.FILES or None, household=household, answers=told, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            visit = log_visit(household=household, by=request.user, **form.facts())  # type: ignore[arg-type]
        except REFUSED as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("The visit is saved."))
            return _sent(request, visit)
    needs = household.needs.pending()  # type: ignore[attr-defined]
    context = {"form": form, "household": household, "open_needs": needs}
    context["last_contact"] = household.last_contact  # type: ignore[attr-defined]
    context["answers"] = answers_for(household, request.user)
    return _form_page(request, "visits/new.html", form, context)


def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit with all that belongs to it; also the receipt after saving."""
    visit = get_object_or_404(
        Visit.objects.visible_to(request.user)
        .select_related("visitor__unit", "entered_by", "correction")
        .annotate(has_promises=PROMISED),
        pk=pk,
    )
    household = get_object_or_404(shown(request), pk=visit.household_id)
    visit.household = household
    versions, same_day = _with_its_day(visit)
    root, may = versions[0], actions_on(request.user, household)
    told = lines(root.told.select_related("member"), masked=household.masked)  # type: ignore[attr-defined]
    context = {
        "visit": visit,
        "household": household,
        "versions": versions if len(versions) > 1 else [],
        "needs": root.needs.with_privacy(request.user),  # type: ignore[attr-defined]
        "measures": root.measures.all(),
        "photos": root.photos.all(),  # type: ignore[attr-defined]
        "may_correct": visit == versions[-1] and may_correct(visit, request.user, may),  # type: ignore[arg-type]
        "may_log": "log_visit" in may,
        "told": told,
        "told_of_members": any(line.row.fact in (Fact.BIRTH, Fact.LEFT, Fact.HEAD) for line in told),
        "may_settle": may_settle(may),
        "may_take_back": may_take_back(may, request.user, root),
        "hints": hints_for(visit, cast(User, request.user)) if visit == versions[-1] else [],
        "same_day": _linked_or_not(visit, same_day) if visit == versions[-1] else [],
        "confirmations": root.confirmations.all(),  # type: ignore[attr-defined]
        "promises": root.promises.standing().with_visit() if root.has_promises else [],  # type: ignore[attr-defined]
    }
    return render(request, "visits/detail.html", context)


def visit_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A corrected version as a new row; the first is kept and shown."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user).select_related("visitor", "household"), pk=pk)
    if not may_correct(visit, request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    client_id, saved = _form_id(request, visit.household)
    if saved is not None:
        return _saved_already(request, saved)
    initial = {**facts_of(visit), "client_id": client_id}
    form = VisitFacts(request.POST or None, initial=initial, household=visit.household)
    if request.method == "POST" and form.is_valid():
        try:
            corrected = correct_visit(visit, by=request.user, **form.facts())  # type: ignore[arg-type]
        except REFUSED as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("The correction is saved. The first version is kept."))
            return _sent(request, corrected)
    household = get_object_or_404(shown(request), pk=visit.household_id)
    return _form_page(request, "visits/correct.html", form, {"form": form, "visit": visit, "household": household})


def photo(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """A photo on a page with the way back; the file alone (?file=1) or its thumbnail (?thumb=1) for that page."""
    rows = VisitPhoto.objects.visible_to(request.user).select_related("visit")
    photo = get_object_or_404(rows, pk=pk)
    if request.GET.get("thumb"):
        return jpeg(photo.thumbnail, photo.pk)
    if request.GET.get("file"):
        return jpeg(photo.file, photo.pk)
    household = get_object_or_404(shown(request), pk=photo.visit.household_id)
    context = {"photo": photo, "visit": _with_its_day(photo.visit)[0][-1], "household": household}
    return render(request, "visits/photo.html", context)


def _linked_or_not(visit: Visit, others: list[Visit]) -> list[tuple[Visit, bool]]:
    """Other visits of the day, and whether they are linked to this one."""
    linked = set(visit.linked.values_list("pk", flat=True)) if others else set()
    return [(other, other.pk in linked) for other in others]


def _with_its_day(visit: Visit) -> tuple[list[Visit], list[Visit]]:
    """All versions of this visit, the first one first, and the other visits to the household on its day: one query."""
    of_day, versions = Q(visited_on=visit.visited_on), ~Q(corrects=None, correction=None)
    rows = Visit.objects.filter(of_day | versions, household=visit.household_id)
    by_pk = {row.pk: row for row in rows.select_related("entered_by", "visitor").annotate(has_promises=PROMISED)}
    later = {row.corrects_id: row for row in by_pk.values() if row.corrects_id}
    first = visit
    while first.corrects_id:
        first = by_pk[first.corrects_id]
    chain = [first]
    while chain[-1].pk in later:
        chain.append(later[chain[-1].pk])
    of_chain = {version.pk for version in chain}
    standing = (row for row in by_pk.values() if row.pk not in later and row.pk not in of_chain)
    return chain, sorted((row for row in standing if row.visited_on == visit.visited_on), key=lambda row: row.pk)


def _wants_json(request: HttpRequest) -> bool:
    return request.accepts("application/json") and not request.accepts("text/html")


def _sent(request: HttpRequest, visit: Visit) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"location": reverse("visits:detail", args=[visit.pk])})
    return redirect("visits:detail", visit.pk)


def _form_id(request: HttpRequest, household: Household) -> tuple[UUID, Visit | None]:
    by = cast(User, request.user)
    return form_id(request, lambda given: logged(given, household=household, by=by))


def _saved_already(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The form of this visit was opened again, by Back or a reload, or was sent again."""
    messages.info(request, _("This visit is already saved. To log another one, start from the household."))
    return _sent(request, visit)


def _form_page(request: HttpRequest, template: str, form: VisitFacts, context: dict[str, Any]) -> HttpResponse:
    """The form; where a script sent it, only what is wrong, so that nothing typed or chosen is lost."""
    if request.method == "POST" and _wants_json(request):
        problems = [
            str(error)
            if name == "__all__"
            else _("%(label)s: %(error)s") % {"label": form.fields[name].label, "error": error}
            for name, errors in form.errors.items()
            for error in errors
        ]
        return JsonResponse({"problems": problems}, status=422)
    return render(request, template, context, status=422 if form.is_bound else 200)
