"""The cadres app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CadresConfig(AppConfig):
    name = "cadres"
    verbose_name = _("Cadres")

    def ready(self) -> None:
        for name in ("conditions", "sections", "pairing"):  # what they add to lists, case files and closing
            import_module(f"cadres.{name}")
