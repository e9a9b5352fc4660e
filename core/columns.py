"""Columns of every list: numbers right aligned, numbers and days as on all screens. The unit stands in the header."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format

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


class DayColumn(tables.Column):
    """2026年11月25日, 25 Nov 2026: as everywhere else on screen. The library's own would print 2026-11-25."""

    def render(self, value: Any) -> str:
        return date_format(value, "DATE_FORMAT")


class MomentColumn(tables.Column):
    """2026年11月25日 08:40, 25 Nov 2026 08:40, in local time."""

    def render(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")


class PartialColumn(tables.Column):
    """A partial that needs only `record`. Not TemplateColumn: that runs every context processor, once a cell."""

    empty_values = ()

    def __init__(self, *args: Any, template_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template_name = template_name

    def render(self, record: Any) -> str:
        return get_template(self.template_name).render({"record": record})


class ShortTextColumn(tables.Column):
    """The first 60 characters of a text."""

    def render(self, value: str) -> str:
        return value if len(value) <= 60 else value[:59] + "…"
