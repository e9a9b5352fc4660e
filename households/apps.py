"""The households app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class HouseholdsConfig(AppConfig):
    name = "households"

    def ready(self) -> None:
        """Each process knows what lists and figures may ask of households: conditions.py of every app."""
        autodiscover_modules("conditions")
