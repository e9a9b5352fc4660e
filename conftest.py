"""For every run, also of a single file: name what could not be run, serve static files as they are, hash quickly."""

from django.conf import settings

pytest_plugins = ["tests.not_run"]

settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STATIC_ROOT = None  # whitenoise would look through all collected files for each client of a test
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
