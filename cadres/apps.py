"""The cadres app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CadresConfig(AppConfig):
    name = "cadres"
    verbose_name = _("Cadres")

    def ready(self) -> None:
        import_module("cadres.conditions")  # registers with households/conditions.py
