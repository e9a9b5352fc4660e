"""What list pages share."""

from typing import TypeVar, cast

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig, Table
from django_tables2.rows import BoundRows

PER_PAGE = 25
NO_FILTERS = ("page", "sort", "as")  # of any table on the page, which may have a prefix
SomeTable = TypeVar("SomeTable", bound=Table)


class KeysFirstPaginator(Paginator):
    """Asks for a page's keys first, then for these rows: else the database computes all columns of all rows before
    the page too. The key breaks ties, so that no row stands on two pages or on none.
    """

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        rows = cast("BoundRows", self.object_list)
        found = rows.data.data
        if not isinstance(found, QuerySet):
            return super().page(number)
        ordered = found.order_by(*(found.query.order_by or found.model._meta.ordering), "pk")
        first = (number - 1) * self.per_page
        keys = list(ordered.values_list("pk", flat=True)[first : first + self.per_page])
        here = ordered.filter(pk__in=keys)
        return Page(BoundRows(here, rows.table, rows.pinned_data), number, self)


def paged(request: HttpRequest, table: SomeTable, *, per_page: int = PER_PAGE) -> SomeTable:
    """The table at the page and in the order that the address asks for: three queries, whatever the number of rows."""
    RequestConfig(request, paginate=False).configure(table)
    if any(value for name, value in request.GET.items() if name.rpartition("-")[2] not in NO_FILTERS):
        table.empty_text, table.empty_hint = _("Nothing matches. Change the search or reset the filter."), ""
    asked = request.GET.get(table.prefixed_page_field, "1")  # never how many a page: not the address's to say
    page = asked if len(asked) < 10 else "1"
    try:
        table.paginate(KeysFirstPaginator, page=page, per_page=per_page)
    except PageNotAnInteger:
        table.page = table.paginator.page(1)
    except EmptyPage:
        table.page = table.paginator.page(table.paginator.num_pages)
    return table
