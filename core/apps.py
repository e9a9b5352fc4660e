"""The core app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        """Every process knows all kinds of jobs (tasks.py of each app), and the system checks."""
        autodiscover_modules("tasks", "checks")
