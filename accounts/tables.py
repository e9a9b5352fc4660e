"""Lists of accounts and of the access log."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import AccessLog, User
from accounts.roles import Role
from core.columns import MomentColumn


class UserTable(tables.Table):
    username = tables.Column(verbose_name=_("User name"), linkify=("accounts:user", [tables.A("pk")]))
    display_name = tables.Column(verbose_name=_("Name"))
    held = tables.Column(verbose_name=_("Roles"), orderable=False, empty_values=())
    is_active = tables.Column(verbose_name=_("State"))
    last_login = MomentColumn(verbose_name=_("Last sign-in"))

    class Meta:
        attrs = {"class": "table table-cards"}
        order_by = "username"
        empty_text = _("No account is here yet.")

    def render_held(self, record: User) -> str:
        held = [
            " ".join(str(part) for part in (Role(grant.role).label, grant.division, grant.unit) if part)
            for grant in record.live  # type: ignore[attr-defined]
        ]
        return "；".join(held) or "—"

    def render_is_active(self, value: bool) -> str:
        return str(pgettext("account", "In use")) if value else str(pgettext("account", "Deactivated"))


class AccessTable(tables.Table):
    at = MomentColumn(verbose_name=_("Time"))
    who = tables.Column(verbose_name=_("Person"), order_by="who__username")
    kind = tables.Column(verbose_name=_("Kind"))
    label = tables.Column(verbose_name=_("Object"))
    reason = tables.Column(verbose_name=_("Reason"))

    class Meta:
        model = AccessLog
        fields = ("at", "who", "kind", "label", "reason")
        attrs = {"class": "table table-cards"}
        order_by = "-at"
        empty_text = _("Nothing was logged in this period.")
