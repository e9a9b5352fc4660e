"""System checks: what an installation needs before the first page."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from core.crypto import check_keys

OLDEST_SQLITE = (3, 39)  # IS DISTINCT FROM


@register()
def database_is_new_enough(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
    """SQLite must know IS DISTINCT FROM, which set-based SQL compares with on both engines."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if "sqlite" not in engine or sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return []
    return [
        Error(
            f"SQLite {sqlite3.sqlite_version} is too old: 3.39 or newer is needed.",
            hint="Use a newer Python or SQLite, or PostgreSQL by DATABASE_URL.",
            id="core.E001",
        )
    ]


@register()
def keys_are_well_formed(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
    """A wrong key is found at start, not at the first household."""
    try:
        check_keys()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="bin/setup writes keys into a new .env.", id="core.E002")]
    return []
