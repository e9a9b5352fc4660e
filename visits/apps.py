"""The visits app: visits, photos and the needs voiced on them."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        for name in ("conditions", "needs", "sections"):  # what they add to lists, closings and case files
            import_module(f"visits.{name}")
