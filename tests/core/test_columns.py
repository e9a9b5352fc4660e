"""Days and moments in every list are printed as on the other screens, in both languages."""

import datetime as dt
from importlib import import_module

import django_tables2 as tables
import pytest
from django.apps import apps
from django.utils import translation
from django.utils.module_loading import module_has_submodule

from core.columns import DayColumn, MomentColumn

MOMENT = dt.datetime(2026, 11, 25, 0, 40, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [("zh-hans", "2026年11月25日", "2026年11月25日 08:40"), ("en", "25 Nov 2026", "25 Nov 2026 08:40")],
)
def test_days_and_moments_are_printed_as_people_here_write_them(language, day, moment):
    with translation.override(language):
        assert DayColumn().render(MOMENT.date()) == day
        assert MomentColumn().render(MOMENT) == moment


def test_no_list_prints_days_in_the_librarys_own_way():
    found = []
    for config in apps.get_app_configs():
        if "django" in config.name or not module_has_submodule(config.module, "tables"):
            continue
        for table in vars(import_module(f"{config.name}.tables")).values():
            columns = getattr(table, "base_columns", {})
            found += [
                f"{table.__name__}.{name}"
                for name, column in columns.items()
                if isinstance(column, (tables.DateColumn, tables.DateTimeColumn))
            ]
    assert found == []
