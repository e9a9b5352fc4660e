"""The log of what was opened, revealed, called and exported."""

from typing import Any

from django.db import models

from accounts.models import AccessLog


def record(user: Any, kind: str, obj: models.Model | None = None, *, label: str = "", reason: str = "") -> AccessLog:
    """Write one line. `label` names the object for people and holds nothing secret."""
    return AccessLog.objects.create(
        who=user,
        kind=kind,
        object_kind=str(obj._meta.model_name) if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        label=label[:120],
        reason=reason[:200],
    )
