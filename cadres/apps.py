"""The cadres app."""

from importlib import import_module

from django.apps import AppConfig


class CadresConfig(AppConfig):
    name = "cadres"

    def ready(self) -> None:
        import_module("cadres.conditions")  # registers with households/conditions.py
