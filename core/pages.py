"""What list pages share."""

from typing import TypeVar

from django.core.paginator import EmptyPage, PageNotAnInteger
from django.http import HttpRequest
from django_tables2 import RequestConfig, Table

PER_PAGE = 25
SomeTable = TypeVar("SomeTable", bound=Table)


def paged(request: HttpRequest, table: SomeTable, *, per_page: int = PER_PAGE) -> SomeTable:
    """The table at the page and in the order that the address asks for: two queries, whatever the number of rows."""
    RequestConfig(request, paginate=False).configure(table)
    page = request.GET.get(table.prefixed_page_field, "1")  # never how many a page: that is not the address's to say
    try:
        table.paginate(page=page if len(page) < 10 else "1", per_page=per_page)
    except PageNotAnInteger:
        table.page = table.paginator.page(1)
    except EmptyPage:
        table.page = table.paginator.page(table.paginator.num_pages)
    return table
