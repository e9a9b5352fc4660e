"""Who changed what, when, through what: django-simple-history with a context for verbs outside of a request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords


@dataclass(frozen=True, slots=True)
class Origin:
    """Who acts, and through what: a form's address, "import 12", "job 7"."""

    by: Any = None
    reason: str = ""


LONGEST_REASON = 100  # the width of the history tables' column
NOBODY = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=NOBODY)
_unrecorded_allowed: ContextVar[bool] = ContextVar("unrecorded_allowed", default=False)


def origin() -> Origin:
    """The origin that changes are recorded with just now."""
    return _origin.get()


@contextmanager
def through(reason: str, *, by: Any = None) -> Iterator[None]:
    """Record all changes inside as made by `by` (a User or None for the system) through `reason`."""
    token = _origin.set(Origin(by if by is not None else _origin.get().by, reason[:LONGEST_REASON]))
    try:
        yield
    finally:
        _origin.reset(token)


@contextmanager
def history_written_by_caller() -> Iterator[None]:
    """For core.bulk alone: the caller writes the history rows itself."""
    token = _unrecorded_allowed.set(True)
    try:
        yield
    finally:
        _unrecorded_allowed.reset(token)


class HistoryMiddleware:
    """Changes made in a request carry its user and its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.method not in ("GET", "HEAD") and request.user.is_authenticated else None
        with through(f"form {request.path}", by=user):
            return self.get_response(request)


class _Manager(HistoryManager):
    """The manager behind `Model.history`: simple-history makes its class anew at each look, which takes long."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class: Any, class_name: str | None = None) -> Any:
        return super().from_queryset(queryset_class, class_name)


class History(HistoricalRecords):
    """HistoricalRecords whose user and reason come from the origin."""

    def __init__(self, **kwargs: Any) -> None:
        # kept when a user row goes; no constraint, so that the history table never blocks or waits for users
        super().__init__(user_db_constraint=False, history_manager=_Manager, **kwargs)

    def get_history_user(self, instance: models.Model) -> Any:
        return origin().by

    def get_change_reason_for_object(self, instance: models.Model, history_type: str, using: str) -> str | None:
        return origin().reason or None


class HistoryBypassed(Exception):
    """A write that would leave no history: use save() or core.bulk."""


class TrackedQuerySet(models.QuerySet):
    """A queryset that refuses the writes of which no history would be kept, and deletion."""

    def _refuse(self, what: str) -> None:
        if not _unrecorded_allowed.get():
            raise HistoryBypassed(f"{self.model.__name__}.{what} leaves no history: use save() or core.bulk")

    def update(self, **kwargs: Any) -> int:
        self._refuse("update")
        return super().update(**kwargs)

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        self._refuse("bulk_create")
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Any, fields: Any, *args: Any, **kwargs: Any) -> int:
        self._refuse("bulk_update")
        return super().bulk_update(objs, fields, *args, **kwargs)

    def delete(self) -> Any:
        self._refuse("delete")
        return super().delete()

    for _writer in (update, bulk_create, bulk_update, delete):
        _writer.alters_data = True  # type: ignore[union-attr]  # no template may call it
    delete.queryset_only = True  # type: ignore[attr-defined]
    del _writer


class TrackedModel(models.Model):
    """A domain row: never deleted, always with history (each model adds `history = History(table_name=…)`)."""

    if not TYPE_CHECKING:  # the type of a manager that a model brings itself could not replace this one
        objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As ever, but a row that was taken back meanwhile is not made again: DatabaseError."""
        if self.pk is not None and not self._state.adding and not kwargs.get("force_insert"):
            kwargs["force_update"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise HistoryBypassed(f"{type(self).__name__} rows are never deleted: close, end or deactivate")


class AppendOnly(TrackedModel):
    """A row that is written once: a correction is a new row that points to the old one."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryBypassed(f"{type(self).__name__} rows are never changed: correct by a new row")
        super().save(*args, **kwargs)
