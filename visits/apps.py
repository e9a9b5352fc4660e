"""The visits app: visits, photos and the needs voiced on them."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        import_module("visits.conditions")  # they register themselves; models are not there before now
