"""Days that people type: what is plausible, in one place for the form, the phone's date picker and the verb."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def params(self) -> dict[str, str]:
        """Both days in the reader's language, for a sentence with %(first)s and %(last)s."""
        return {"first": date_format(self.first), "last": date_format(self.last)}

    @property
    def sentence(self) -> str:
        """What is asked for."""
        return _("Enter a date from %(first)s to %(last)s.") % self.params


def years_from(day: date, years: int) -> date:
    """The same day so many years later (or earlier); 29 February becomes the 28th where there is none."""
    year = min(max(day.year + years, date.min.year), date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def until_today(first: date) -> Span:
    """From this day to today; the day alone if it lies ahead."""
    return Span(first, max(first, timezone.localdate()))


def day_picker(**attrs: str) -> forms.DateInput:
    """The browser's own date picker."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **attrs})


class DayField(forms.DateField):
    """A day within a span. The span is asked anew for each form, since today moves on; `within` gives another one."""

    def __init__(self, *, span: Callable[[], Span], **kwargs: Any) -> None:
        self.span = span
        super().__init__(**{"widget": day_picker(), **kwargs})

    def within(self, span: Span) -> None:
        """Only these days, for one form: of this household, of this need."""
        self.span = lambda: span
        self.widget.attrs.update(self.widget_attrs(self.widget))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        span = self.span()
        return {**super().widget_attrs(widget), "min": span.first.isoformat(), "max": span.last.isoformat()}

    def __deepcopy__(self, memo: dict[int, Any]) -> "DayField":
        copied: DayField = super().__deepcopy__(memo)
        copied.widget.attrs.update(copied.widget_attrs(copied.widget))
        return copied

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is None:
            return None
        day = day.date() if isinstance(day, datetime) else day
        if day not in self.span():
            raise forms.ValidationError(self.span().sentence, code="span")
        return day
