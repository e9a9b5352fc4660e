"""Columns of every list: numbers right aligned and printed as on all screens. The unit stands in the header."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables

from core import formats


class _Printed(tables.Column):
    printed: Callable[[Any], str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"th": {"class": "num"}, "td": {"class": "num"}, "tf": {"class": "num"}})
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> str:
        return type(self).printed(value)


class CountColumn(_Printed):
    """1,234"""

    printed = staticmethod(formats.commas)


class YuanColumn(_Printed):
    """12,600.00"""

    printed = staticmethod(formats.yuan)


class WholeYuanColumn(_Printed):
    """12,600"""

    printed = staticmethod(formats.yuan0)


class PercentColumn(_Printed):
    """Basis points: 996 prints 9.9%"""

    printed = staticmethod(formats.percent)
