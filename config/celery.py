"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

import os

from celery import Celery

from core import file_queue  # noqa: F401 the transport of files://

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("bangfu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
