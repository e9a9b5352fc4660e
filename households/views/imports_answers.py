"""What an import asks its admin: columns, places and sheets; mended cells; notes that are not accepted."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.roles import may
from households.forms_answers import AnswersForm, MendForm, NoteForm
from households.models import RosterImport, RosterMend
from households.roster import answers, loading, wording
from households.roster.codes import FINDINGS


def import_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """How each sheet and column is read; saving it checks the file again."""
    roster_import = _import(request, pk)
    places = loading.places()
    years = list(roster_import.campaign.years.values_list("year", flat=True))  # type: ignore[attr-defined]
    sent = request.POST if request.method == "POST" else None
    said = answers.answers_of(roster_import)
    form = AnswersForm(sent, roster_import=roster_import, answers=said, places=places, years=years)
    if form.is_outdated:
        messages.warning(request, _("The file was checked again meanwhile. Nothing was changed; look at it anew."))
        return redirect("households:import_answers", pk)
    if request.method == "POST" and form.is_valid():
        return _checked_again(
            request, roster_import, answers.answer(roster_import, **form.cleaned_data, by=request.user)
        )
    context = {
        "roster_import": roster_import,
        "form": form,
        "places": places.all_words(),
        "refusal": wording.refusal_of(roster_import.report),
    }
    return render(request, "households/import_answers.html", context, status=422 if form.is_bound else 200)


@require_POST
def import_mend(request: HttpRequest, pk: int) -> HttpResponse:
    """Take another value for one cell."""
    roster_import = _import(request, pk)
    form = MendForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The value is too long for a cell. Nothing was changed."))
        return redirect("households:import_detail", pk)
    return _checked_again(request, roster_import, answers.mend(roster_import, **form.cleaned_data, by=request.user))


@require_POST
def import_unmend(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the file's own value of a cell again."""
    _require(request)
    mended = get_object_or_404(RosterMend.objects.select_related("roster_import"), pk=pk)
    return _checked_again(request, mended.roster_import, answers.unmend(mended, by=request.user))


@require_POST
def import_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the notes of one kind reject their households (refused=1), or let them pass."""
    roster_import = _import(request, pk)
    code = request.POST.get("code", "")
    if code not in FINDINGS:
        return _no_such_note(request, pk)
    done = answers.refuse_notes(roster_import, code=code, refused=request.POST.get("refused") == "1", by=request.user)
    return _checked_again(request, roster_import, done)


@require_POST
def import_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one note reject its household (refused=1), or let it pass."""
    roster_import = _import(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid() or form.cleaned_data["code"] not in FINDINGS:
        return _no_such_note(request, pk)
    return _checked_again(
        request, roster_import, answers.refuse_note(roster_import, **form.cleaned_data, by=request.user)
    )


def _no_such_note(request: HttpRequest, pk: int) -> HttpResponse:
    messages.error(request, _("No such kind of note. Nothing was changed."))
    return redirect("households:import_detail", pk)


def _require(request: HttpRequest) -> None:
    if not may(request.user, "import_roster"):
        raise PermissionDenied


def _import(request: HttpRequest, pk: int) -> RosterImport:
    _require(request)
    return get_object_or_404(RosterImport.objects.select_related("campaign"), pk=pk)


def _checked_again(request: HttpRequest, roster_import: RosterImport, done: Any) -> HttpResponse:
    if not done and answers.waits(roster_import):  # asked from a page that was open for long
        messages.warning(request, _("Nothing is found there any more, so nothing was changed. Look at it anew."))
    elif not done:
        messages.warning(request, _("This import no longer waits for an answer. Look at its present state."))
    return redirect("households:import_detail", roster_import.pk)
