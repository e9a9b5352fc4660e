"""The home of each role, and the dashboards of places: read, ask, answer."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.roles import Role, may
from dashboards import charts, pages
from dashboards.figures import Question, ask
from dashboards.forms import BoardFilter
from dashboards.home import (
    department_needs,
    first_growth,
    my_households,
    role_shown,
    roles_of,
    to_do,
    waiting_for_admin,
    waiting_for_official,
)
from dashboards.places import Place, district_place, own_place, place_of
from district.models import Division, Level
from households.conditions import frame_of
from visits.reminders import digest_of

CARDS = 25
ELSEWHERE = {Role.LOG_AUDITOR: "accounts:audit", Role.SYSTEM_ADMIN: "accounts:users"}
VISITORS = (Role.CADRE, Role.UNIT_LIAISON)
OFFICIALS = (Role.TOWNSHIP_OFFICIAL, Role.VILLAGE_CLERK)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The home of the role, for several roles of the one last chosen (?as=)."""
    user: User = request.user  # type: ignore[assignment]
    role = role_shown(user, request.GET.get("as"), request.session.get("home"))
    if role in ELSEWHERE:
        return redirect(ELSEWHERE[role])
    if role is not None and request.GET.get("as") == role and request.session.get("home") != role:
        request.session["home"] = str(role)
    context = {"homes": [(held, held.label) for held in roles_of(user)], "role": role}
    if role in VISITORS:
        return _phone_home(request, role, context)
    if role == Role.DEPARTMENT_OFFICER:
        return _department(request, context)
    if role in OFFICIALS:
        division = own_place(user)
        place = place_of(user, division.code) if division else None
        waiting = waiting_for_official(user) if role == Role.TOWNSHIP_OFFICIAL else None
        return _board(request, place, {**context, "waiting": waiting})
    if role is None:
        return render(request, "dashboards/no_role.html")
    waiting = waiting_for_admin(user) if role == Role.DISTRICT_ADMIN else None
    return _board(request, district_place(user), {**context, "waiting": waiting})


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """To the dashboard of the district or of the own place."""
    user: User = request.user  # type: ignore[assignment]
    _require_dashboard(user)
    if not {Role.DISTRICT_ADMIN, Role.INSPECTOR}.isdisjoint(user.roles):
        return redirect("dashboards:district")
    division = own_place(user)
    if division is None:
        raise Http404
    return redirect("dashboards:township", division.code)


@require_GET
def district(request: HttpRequest) -> HttpResponse:
    """All townships, for who sees the district."""
    user: User = request.user  # type: ignore[assignment]
    _require_dashboard(user)
    return _board(request, district_place(user), {})


@require_GET
def township(request: HttpRequest, code: str) -> HttpResponse:
    """One township with its villages, or the village of its clerk."""
    user: User = request.user  # type: ignore[assignment]
    _require_dashboard(user)
    place = place_of(user, code)
    if place is not None and place.division.level == Level.DISTRICT:
        return redirect("dashboards:district")
    return _board(request, place, {})


def _require_dashboard(user: User) -> None:
    if not may(user, "see_dashboard"):
        raise PermissionDenied


def _phone_home(request: HttpRequest, role: Role, context: dict[str, Any]) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    frame = frame_of()
    mine = my_households(user, role, frame)
    page = Paginator(mine, CARDS).get_page(request.GET.get("page"))
    first_growth(page.object_list)
    todo = to_do(user, role, mine, frame)
    context |= {"page": page, "todo": todo, "frame": frame, "today": frame.today, "as_of": timezone.now()}
    context |= {"deputy": role != Role.CADRE, "digest": digest_of(user, frame.today)}
    return render(request, "dashboards/phone_home.html", context)


def _department(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    department = department_needs(user, frame_of())
    context |= {"department": department, "figures": pages.department_figures(department), "as_of": timezone.now()}
    context["digest"] = digest_of(user, timezone.localdate())
    return render(request, "dashboards/department.html", context)


def _board(request: HttpRequest, place: Place | None, context: dict[str, Any]) -> HttpResponse:
    if place is None:
        raise Http404
    user: User = request.user  # type: ignore[assignment]
    frame = frame_of(request.GET.get("year"))
    form = BoardFilter(request.GET.dict(), place=place, frame=frame)
    village = _below(place, form.chosen("village"))
    shown = Place(village) if village else place
    question = Question(user, frame, shown, form.chosen("cause"))
    answer = ask(question)
    board = pages.context(question, answer, shown)
    context |= {
        **board,
        "place": place.division,
        "village": village,
        "frame": frame,
        "filter": {"form": form},
        "as_of": timezone.now(),
        "growth_chart": charts.growth(board["rows"]),
        "income_chart": charts.income(board["rows"]),
    }
    return render(request, "dashboards/board.html", context)


def _below(place: Place, code: str) -> Division | None:
    return next((division for division in place.below if division.code == code), None) if code else None
