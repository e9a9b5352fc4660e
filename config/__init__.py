"""Settings, root addresses, Celery and WSGI. No logic."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
