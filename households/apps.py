"""The households app."""

from importlib import import_module

from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    name = "households"

    def ready(self) -> None:
        import_module("households.growth")  # follows changes of policy
