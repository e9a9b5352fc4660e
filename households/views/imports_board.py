"""The board of imports: each township's households expected, loaded, waiting, rejected."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.roles import may
from households.conditions import frame_of
from households.roster.board import by_township


@require_GET
def import_board(request: HttpRequest) -> HttpResponse:
    """Where the rosters of a year stand (?year=); the latest year with statements due without it."""
    if not may(request.user, "import_roster"):
        raise PermissionDenied
    frame = frame_of(request.GET.get("year"))
    rows = by_township(frame)
    names = ("expected", "loaded", "missing", "pending", "rejected")
    total = {name: sum(getattr(row, name) for row in rows) for name in names}
    return render(request, "households/import_board.html", {"frame": frame, "rows": rows, "total": total})
