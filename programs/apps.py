"""The programs app: aid of every kind that households are given."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Measures")

    def ready(self) -> None:
        import_module("programs.sections")  # what it adds to case files
