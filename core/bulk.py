"""Many rows at once, with their history: COPY on PostgreSQL, executemany on SQLite, the ORM as the check.

All three ways leave the same rows. Call inside the transaction of the effect.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

from core.history import history_written_by_caller, origin

CHUNK = 2_000


def insert(objects: Sequence[models.Model], *, with_orm: bool = False) -> None:
    """Insert new rows of one model with their history rows; primary keys are set on the objects.

    IntegrityError as from save(). `with_orm` takes bulk_create instead of the fast path.
    """
    if not objects:
        return
    _give_keys(objects)
    _write(objects, with_orm=with_orm)
    _write(_history_rows(objects, "+"), with_orm=with_orm)
    for obj in objects:
        obj._state.adding = False


def change(objects: Sequence[models.Model], fields: Iterable[str], *, with_orm: bool = False) -> None:
    """Write these fields of existing rows of one model, and one history row each. Pass only rows that changed."""
    if not objects:
        return
    model = type(objects[0])
    columns = [model._meta.get_field(name) for name in fields]
    if with_orm:
        with history_written_by_caller():
            model._base_manager.bulk_update(objects, [f.name for f in columns], batch_size=200)
    else:
        sets = ", ".join(f"{_quote(f.column)} = %s" for f in columns)
        sql = f"UPDATE {_quote(model._meta.db_table)} SET {sets} WHERE {_quote(model._meta.pk.column)} = %s"  # noqa: S608 names of our own models
        rows = [[*_values(obj, columns), obj.pk] for obj in objects]
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
    _write(_history_rows(objects, "~"), with_orm=with_orm)


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _concrete(model: type[models.Model]) -> list[models.Field]:
    return [f for f in model._meta.concrete_fields if not getattr(f, "generated", False)]


def _values(obj: models.Model, fields: Sequence[models.Field]) -> list[Any]:
    return [f.get_db_prep_save(f.pre_save(obj, add=False), connection) for f in fields]


def _give_keys(objects: Sequence[models.Model]) -> None:
    model = type(objects[0])
    table, key = model._meta.db_table, model._meta.pk.column
    new = [obj for obj in objects if obj.pk is None]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [f'"{table}"', key, len(new)],
            )
            keys: Iterator[int] = iter([row[0] for row in cursor.fetchall()])
        else:  # SQLite: the transaction is IMMEDIATE, nobody else can take these numbers
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
            first = (row[0] if row else 0) + 1
            keys = iter(range(first, first + len(new)))
    for obj in new:
        obj.pk = next(keys)
    for field in model._meta.concrete_fields:
        if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
            for obj in objects:
                field.pre_save(obj, add=True)


def _history_rows(objects: Sequence[models.Model], kind: str) -> list[models.Model]:
    model = type(objects[0])
    history = model.history.model  # type: ignore[attr-defined]
    names = [f.attname for f in history.tracked_fields if not getattr(f, "generated", False)]
    now, who = timezone.now(), origin()
    by = who.by.pk if who.by is not None else None
    return [
        history(
            history_date=now, history_user_id=by, history_change_reason=who.reason or None, history_type=kind,
            **{name: getattr(obj, name) for name in names},
        )
        for obj in objects
    ]  # fmt: skip


def _write(objects: Sequence[models.Model], *, with_orm: bool) -> None:
    model = type(objects[0])
    if with_orm:
        with history_written_by_caller():
            model._base_manager.bulk_create(objects, batch_size=200)
        return
    fields = _concrete(model)
    if objects[0].pk is None:  # history rows number themselves
        fields = [f for f in fields if not f.primary_key]
    names = ", ".join(_quote(f.column) for f in fields)
    table = _quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for start in range(0, len(objects), CHUNK):
                text = io.StringIO()
                writer = csv.writer(text)
                for obj in objects[start : start + CHUNK]:
                    writer.writerow([_csv(v) for v in _values(obj, fields)])
                text.seek(0)
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", text)
        else:
            marks = ", ".join(["%s"] * len(fields))
            sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 names of our own models
            cursor.executemany(sql, [_values(obj, fields) for obj in objects])


def _csv(value: Any) -> Any:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    adapted = getattr(value, "adapted", None)  # psycopg2's Json wrapper
    return value.dumps(adapted) if adapted is not None and hasattr(value, "dumps") else value
