"""For every run, also of a single file: name what could not be run, and serve static files as they are."""

from django.conf import settings

pytest_plugins = ["tests.not_run"]

settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STATIC_ROOT = None  # whitenoise would look through all collected files for each client of a test
