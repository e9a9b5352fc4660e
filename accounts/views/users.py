"""Accounts and grants, for system administrators; one's own account, for everybody."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import users as verbs
from accounts.filters import UserFilter
from accounts.forms import ChangeUserForm, GrantForm, ReasonForm, UserForm
from accounts.models import RoleGrant, User
from accounts.roles import may
from accounts.tables import UserTable
from core.pages import paged


def me(request: HttpRequest) -> HttpResponse:
    """The own account: name, roles with place and end, password, language."""
    context = {"grants": request.user.live_grants, "may_have_reminders": may(request.user, "handle_need")}  # type: ignore[union-attr]
    return render(request, "accounts/me.html", context)


def users(request: HttpRequest) -> HttpResponse:
    """All accounts with their live roles."""
    _require(request)
    grants = RoleGrant.objects.live().select_related("division", "unit")
    rows = User.objects.prefetch_related(Prefetch("grants", queryset=grants, to_attr="live"))
    found = UserFilter(request.GET, queryset=rows)
    return render(request, "accounts/users.html", {"filter": found, "table": paged(request, UserTable(found.qs))})


def user_new(request: HttpRequest) -> HttpResponse:
    """Create an account; its initial password is shown once."""
    _require(request)
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = verbs.create_user(**form.cleaned_data)
        except verbs.AccountRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _shown_once(request, user, password)
    return render(
        request, "accounts/form.html", {"form": form, "heading": _("New account")}, status=422 if form.errors else 200
    )


def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: change it, its grants, its password, its end."""
    _require(request)
    person = get_object_or_404(User, pk=pk)
    form = ChangeUserForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.change_user(person, **form.cleaned_data)
        except verbs.AccountRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:user", pk)
    grants = person.grants.select_related("division__parent", "unit")  # type: ignore[attr-defined]
    context = {"today": timezone.localdate(), "itself": person == request.user}
    context |= {"person": person, "form": form, "grants": grants, "reason_form": ReasonForm()}
    return render(request, "accounts/user.html", context, status=422 if form.errors else 200)


@require_POST
def user_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new password, shown once."""
    _require(request)
    person = get_object_or_404(User, pk=pk)
    actor: Any = request.user
    try:
        password = verbs.new_password(person, by=actor)
    except verbs.AccountRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:user", pk)
    return _shown_once(request, person, password)


@require_POST
def user_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """End an account with a reason."""
    _require(request)
    person = get_object_or_404(User, pk=pk)
    actor: Any = request.user
    _tried(request, lambda: verbs.deactivate(person, reason=request.POST.get("reason", ""), by=actor))
    return redirect("accounts:user", pk)


@require_POST
def user_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a deactivated account sign in again."""
    _require(request)
    person = get_object_or_404(User, pk=pk)
    if _tried(request, lambda: verbs.reactivate(person)):
        messages.warning(request, _("The old password no longer holds: give the account a new one."))
    return redirect("accounts:user", pk)


def grant_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person a role."""
    _require(request)
    person = get_object_or_404(User, pk=pk)
    form = GrantForm(request.POST or None)
    actor: Any = request.user
    if request.method == "POST" and form.is_valid():
        try:
            verbs.grant_role(person, by=actor, **form.cleaned_data)
        except verbs.AccountRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The role was granted."))
            return redirect("accounts:user", pk)
    heading = _("Grant a role to %(name)s") % {"name": person}
    return render(
        request,
        "accounts/form.html",
        {"form": form, "heading": heading, "person": person},
        status=422 if form.errors else 200,
    )


@require_POST
def grant_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role."""
    _require(request)
    grant = get_object_or_404(RoleGrant, pk=pk)
    actor: Any = request.user
    _tried(request, lambda: verbs.end_grant(grant, by=actor))
    return redirect("accounts:user", grant.user_id)


def _shown_once(request: HttpRequest, person: User, password: str) -> HttpResponse:
    response = render(request, "accounts/password.html", {"person": person, "password": password})
    response["Cache-Control"] = "no-store"
    return response


def _tried(request: HttpRequest, act: Callable[[], Any]) -> bool:
    try:
        act()
    except verbs.AccountRefused as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, _("Saved."))
    return True


def _require(request: HttpRequest) -> None:
    if not may(request.user, "manage_users"):
        raise PermissionDenied
