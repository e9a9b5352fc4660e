"""What is stored of an upload, in the reader's language, for its page."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.formats import yuan
from households.models import Definition

from .codes import sentence
from .layout import header_of, label_of
from .plan import Change
from .read import Finding


def named_changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Households with {label, before, after} as people read them, the unit with the label."""
    return [
        {
            "pk": change.household, "code": change.code, "name": change.name, "new": change.new,
            "cells": [
                {"label": header_of(name), "before": _value(name, before), "after": _value(name, after)}
                for name, (before, after) in change.cells.items()
            ],
        }
        for change in changes
    ]  # fmt: skip


def named_findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings with `place` as the spreadsheet names it and `message`."""
    return [
        {
            "place": f"{one.column}{one.row}" if one.column else _("Row %(row)s") % {"row": one.row},
            "header": label_of(one.field) if one.field else "",
            "household": one.household, "value": one.value, "error": one.error,
            "message": sentence(one.code, one.params),
        }
        for one in findings
    ]  # fmt: skip


def _value(name: str, value: str) -> str:
    if not value or name == "people":
        return value
    return str(Definition(value).label) if name == "definition" else yuan(Decimal(value))
