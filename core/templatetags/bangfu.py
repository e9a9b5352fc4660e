"""Filters and tags of every template (built in, no load needed): money, rates, masks, icons, rows of a chart."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, Select, SelectMultiple
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import formats, masking

register = template.Library()

for show in (formats.commas, formats.yuan, formats.yuan0, formats.wan, formats.percent):
    register.filter(show.__name__, show)
for mask in (masking.mask_id, masking.mask_phone, masking.mask_name, masking.mask_card):
    register.filter(mask.__name__, mask)


@register.filter
def phone_date(day: Any) -> str:
    """11月2日 within this year, else the whole date."""
    return formats.phone_date(day)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A bootstrap icon of static/icons.txt; hidden from screen readers unless it has a label."""
    address = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.filter
def chart_rows(chart: dict[str, Any]) -> Iterator[tuple[str, str, list[Any]]]:
    """(label, link, one value a series) for the table beside a chart."""
    links = chart.get("links") or [""] * len(chart["labels"])
    columns = [series["data"] for series in chart["series"]]
    return zip(chart["labels"], links, map(list, zip(*columns, strict=True)), strict=True)


@register.filter
def share(value: float, of: float) -> str:
    """A bar's length for an svg attribute, 0% to 100%."""
    return f"{max(0.0, min(100.0, 100 * float(value) / float(of))):.1f}%" if of else "0%"


@register.filter
def near_pages(page: Page) -> list[int | str]:
    """1 … 4 5 6 … 40: the page, one beside it on each side, the first and the last."""
    return [
        number if isinstance(number, int) else "…"
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]


@register.simple_tag(takes_context=True)
def changed_query(context: template.Context, name: str, value: Any, without: str = "") -> str:
    """The address's query with one parameter changed (Django's own tag cannot take the name from a variable)."""
    params = context["request"].GET.copy()
    params[name] = str(value)
    params.pop(without, None)
    return f"?{params.urlencode()}"


@register.filter
def filter_input(field: BoundField) -> SafeString:
    """A filter's field with the classes that its kind of widget needs."""
    kind = "form-select" if isinstance(field.field.widget, Select | SelectMultiple) else "form-control"
    return field.as_widget(attrs={"class": kind})
