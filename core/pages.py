"""What list pages share."""

from typing import TypeVar

from django.http import HttpRequest
from django_tables2 import RequestConfig, Table

PER_PAGE = 25
SomeTable = TypeVar("SomeTable", bound=Table)


def paged(request: HttpRequest, table: SomeTable, *, per_page: int = PER_PAGE) -> SomeTable:
    """The table at the page and in the order that the address asks for: two queries, whatever the number of rows."""
    RequestConfig(request, paginate={"per_page": per_page}).configure(table)
    return table
