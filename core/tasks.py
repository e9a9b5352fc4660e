"""Celery finds the runner and the sweep here."""

from core.jobs import run_job, sweep

__all__ = ["run_job", "sweep"]
