"""For every run, also of a single file: what the machine cannot run is named at the end, static files need no manifest."""

from django.conf import settings

pytest_plugins = ["tests.not_run"]

settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
