"""Many rows at once, with their history: COPY on PostgreSQL, executemany on SQLite, the ORM as the check.

All ways leave the same rows. Call inside the transaction of the effect. Values are stored as they are: no `clean()`.
"""

import gc
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any

from django.db import connection, connections, models
from django.db.models.base import ModelState
from django.utils import timezone

from core.fields import EncryptedTextField, YuanField
from core.history import history_written_by_caller, origin

CHUNK = 2_000
LINES = 500  # of COPY that are sent at once
AT_ONCE = 5_000  # rows of an insert
ORM_BATCH = 200


def insert(objects: Sequence[models.Model], *, with_orm: bool = False) -> None:
    """Insert new rows of one model, with history rows if it has a history; primary keys are set on the objects.

    IntegrityError as from save(). `with_orm` takes bulk_create instead of the fast path.
    """
    if not objects:
        return
    _in_a_transaction()
    _give_keys(objects)
    _give_times(objects)
    if with_orm:
        _create(objects)
        _create(_history_objects(objects, "+"))
    else:
        _insert(type(objects[0]), objects)
    for obj in objects:
        obj._state.adding = False
        obj._state.db = connection.alias


def _insert(model: type[models.Model], objects: Sequence[models.Model]) -> None:
    """Some thousands at a time: what is stored of all of them is not in memory at once."""
    fields, first, last = _stored(model), objects[0].pk, objects[-1].pk
    in_one_run = isinstance(first, int) and [obj.pk for obj in objects] == list(range(first, last + 1))
    for start in range(0, len(objects), AT_ONCE):
        rows = _rows(objects[start : start + AT_ONCE], fields)
        _put(model, fields, rows)
        if not in_one_run:
            _put_history(model, "+", fields, rows)
    if in_one_run:
        _copy_history(model, "+", fields, first, last)


def change(objects: Sequence[models.Model], fields: Iterable[str], *, with_orm: bool = False) -> None:
    """Write these fields of existing rows of one model, and one history row each. Pass only rows that changed."""
    names = list(fields)
    if not objects or not names:
        return
    _in_a_transaction()
    model = type(objects[0])
    if with_orm:
        with history_written_by_caller():
            model._base_manager.bulk_update(objects, names, batch_size=ORM_BATCH)
        _create(_history_objects(objects, "~"))
        return
    stored = _stored(model)
    rows = _rows(objects, stored)
    place = {field.name: index for index, field in enumerate(stored)}
    wanted = [place[model._meta.get_field(name).name] for name in names]
    key = place[model._meta.pk.name]  # type: ignore[union-attr]
    columns = [stored[index] for index in wanted]
    update = _update_from_copy if connection.vendor == "postgresql" else _update_each
    of_row = itemgetter(*wanted, key)
    update(model, columns, list(map(of_row, rows)))
    _put_history(model, "~", stored, rows)


def remove(objects: Sequence[models.Model], *, with_orm: bool = False) -> None:
    """Take back rows of one model that should never have been; the history keeps them, with a row that says so.

    Only for what an act of its own takes back whole (an import undone): elsewhere nothing is deleted.
    """
    if not objects:
        return
    _in_a_transaction()
    model = type(objects[0])
    if with_orm:
        _create(_history_objects(objects, "-"))
    else:
        stored = _stored(model)
        _put_history(model, "-", stored, _rows(objects, stored))
    keys = [obj.pk for obj in objects]
    for start in range(0, len(keys), CHUNK):
        with history_written_by_caller():
            rows = model._base_manager.filter(pk__in=keys[start : start + CHUNK])
            rows._raw_delete(connection.alias)  # type: ignore[attr-defined]


def maker(model: type[models.Model], *, parent: str = "") -> Callable[..., Any]:
    """A constructor by column names (`household_id`) for thousands of rows: much faster than the model's own.

    It fills what the model's own fills, nothing else: no signal is sent, generated columns are read when asked for.
    `of` is what the row belongs to by the relation `parent`; if that has no key yet, `take_keys()` before the insert.
    """
    fields = _stored(model)
    made = [(f.attname, f.default) for f in fields if callable(f.default) and f.has_default()]
    fixed = {f.attname: f.get_default() for f in fields if f.attname not in dict(made)}
    known = {f.attname for f in fields}

    def make(of: models.Model | None = None, /, **values: Any) -> Any:
        row = model.__new__(model)
        row._state = ModelState()
        if of is not None:
            row._state.fields_cache[parent] = of
        stored = row.__dict__
        stored.update(fixed)
        for name, default in made:
            stored[name] = default()
        stored.update(values)
        if not known.issuperset(values):
            raise TypeError(f"{model.__name__} has no columns {sorted(values.keys() - known)}")
        return row

    return make


def take_keys(rows: Iterable[models.Model], parent: str) -> None:
    """Rows of one model get the keys of what they belong to, which was inserted just now."""
    key = f"{parent}_id"
    for row in rows:
        row.__dict__[key] = row._state.fields_cache[parent].pk  # type: ignore[attr-defined]


@contextmanager
def without_collector() -> Iterator[None]:
    """For work on a million small values that make no cycles: Python would look for some again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _in_a_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("core.bulk writes rows and history together: call it inside a transaction")


def _give_keys(objects: Sequence[models.Model]) -> None:
    model = type(objects[0])
    table, key, attribute = model._meta.db_table, model._meta.pk.column, model._meta.pk.attname
    new = [obj for obj in objects if getattr(obj, attribute) is None]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [_quote(table), key, len(new)],
            )
            keys = [row[0] for row in cursor.fetchall()]
        else:  # SQLite: the transaction is IMMEDIATE, so nobody else can take these numbers
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
            first = (row[0] if row else 0) + 1
            keys = list(range(first, first + len(new)))
    for obj, number in zip(new, keys, strict=True):
        setattr(obj, attribute, number)


def _give_times(objects: Sequence[models.Model]) -> None:
    for field in type(objects[0])._meta.concrete_fields:
        if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
            now = field.pre_save(objects[0], add=True)
            for obj in objects:
                setattr(obj, field.attname, now)


def _stored(model: type[models.Model]) -> list[models.Field]:
    """The columns that are written: all but the generated ones."""
    return [f for f in model._meta.concrete_fields if not getattr(f, "generated", False)]


def _history_objects(objects: Sequence[models.Model], kind: str) -> list[models.Model]:
    """History rows ("+" made, "~" changed, "-" gone) of these objects by the origin of the moment, for the ORM."""
    manager = getattr(type(objects[0]), "history", None)
    if manager is None:
        return []
    names = [f.attname for f in manager.model.tracked_fields if not getattr(f, "generated", False)]
    made = _made(kind)
    return [manager.model(**made, **{name: getattr(obj, name) for name in names}) for obj in objects]


def _put_history(
    model: type[models.Model], kind: str, fields: Sequence[models.Field], rows: Sequence[tuple[Any, ...]]
) -> None:
    """The same from values that are stored already: nothing is encrypted or converted twice."""
    history = _history_columns(model, kind, fields)
    if history is None:
        return
    table, kept, more, ends = history
    of_row = itemgetter(*kept) if len(kept) > 1 else lambda row: (row[kept[0]],)
    columns: list[Any] = [table._meta.get_field(fields[index].name) for index in kept]
    _put(table, [*columns, *more], [(*of_row(row), *ends) for row in rows])


def _copy_history(model: type[models.Model], kind: str, fields: Sequence[models.Field], first: int, last: int) -> None:
    """The same by the database itself, from the rows with these keys: a third of the time of sending them again."""
    history = _history_columns(model, kind, fields)
    if history is None:
        return
    table, kept, more, ends = history
    own, key = [fields[index] for index in kept], _quote(model._meta.pk.column)  # type: ignore[union-attr]
    columns: list[Any] = [*(table._meta.get_field(f.name) for f in own), *more]
    marks = ", ".join(["%s"] * len(ends))
    sql = f"INSERT INTO {_quote(table._meta.db_table)} ({_names(columns)}) "
    sql += f"SELECT {_names(own)}, {marks} FROM {_quote(model._meta.db_table)} "  # noqa: S608 own names
    sql += f"WHERE {key} BETWEEN %s AND %s ORDER BY {key}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*ends, first, last])


def _history_columns(
    model: type[models.Model], kind: str, fields: Sequence[models.Field]
) -> tuple[type[models.Model], list[int], list[Any], list[Any]] | None:
    """(history table, places of the fields that it keeps, its further fields, their values); None without history."""
    manager = getattr(model, "history", None)
    if manager is None:
        return None
    tracked = {f.attname for f in manager.model.tracked_fields}
    kept = [index for index, field in enumerate(fields) if field.attname in tracked]
    made = _made(kind)
    more = [manager.model._meta.get_field(name.removesuffix("_id")) for name in made]
    ends = [f.get_db_prep_save(value, connection) for f, value in zip(more, made.values(), strict=True)]
    return manager.model, kept, more, ends


def _made(kind: str) -> dict[str, Any]:
    """What a history row says beside the values."""
    who = origin()
    return {
        "history_date": timezone.now(), "history_user_id": who.by.pk if who.by is not None else None,
        "history_change_reason": who.reason or None, "history_type": kind,
    }  # fmt: skip


def _create(objects: Sequence[models.Model]) -> None:
    if objects:
        with history_written_by_caller():
            type(objects[0])._base_manager.bulk_create(objects, batch_size=ORM_BATCH)


def _put(model: type[models.Model], fields: Sequence[models.Field], rows: Sequence[tuple[Any, ...]]) -> None:
    if connection.vendor == "postgresql":
        _copy(model._meta.db_table, fields, rows)
        return
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {_quote(model._meta.db_table)} ({_names(fields)}) VALUES ({marks})"  # noqa: S608 own names
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _update_each(model: type[models.Model], columns: Sequence[models.Field], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows: values of the columns, then the key."""
    meta: Any = model._meta
    sets = ", ".join(f"{_quote(f.column)} = %s" for f in columns)
    sql = f"UPDATE {_quote(meta.db_table)} SET {sets} WHERE {_quote(meta.pk.column)} = %s"  # noqa: S608 own names
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _update_from_copy(
    model: type[models.Model], columns: Sequence[models.Field], rows: Sequence[tuple[Any, ...]]
) -> None:
    """One UPDATE from a temporary table: a statement for each row costs a round trip each."""
    meta: Any = model._meta
    fields = [*columns, meta.pk]
    table, key, names = _quote(meta.db_table), _quote(meta.pk.column), _names(fields)
    sets = ", ".join(f"{_quote(f.column)} = changed.{_quote(f.column)}" for f in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE changed AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608 own names
        _copy("changed", fields, rows)
        cursor.execute(f"UPDATE {table} SET {sets} FROM changed WHERE {table}.{key} = changed.{key}")  # noqa: S608 own names
        cursor.execute("DROP TABLE changed")


def _copy(table: str, fields: Sequence[models.Field], rows: Sequence[tuple[Any, ...]]) -> None:
    sql = f"COPY {_quote(table)} ({_names(fields)}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors:  # COPY bypasses Django's own wrapper
        cursor.copy_expert(sql, _Lines(rows))


class _Lines(io.TextIOBase):
    """Rows in COPY's text format, made while the server stores those before."""

    def __init__(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self.rows, self.start = rows, 0

    def read(self, _size: int | None = -1, /) -> str:
        """The next few hundred rows, "" at the end."""
        some = self.rows[self.start : self.start + LINES]
        self.start += LINES
        columns = [_copied_column(column) for column in zip(*some, strict=True)]
        return "".join(f"{line}\n" for line in map("\t".join, zip(*columns, strict=True)))


def _copied_column(values: Sequence[Any]) -> Iterable[str]:
    """Each of these as _copied() gives it: most columns need nothing done, others repeat a few objects."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return map(str, values)
    if kinds <= {str, NoneType} and not any(map("".join(filter(None, values)).__contains__, "\\\n\r\t")):
        return values if NoneType not in kinds else ["\\N" if value is None else value for value in values]
    known = {id(value): _copied(value) for value in {id(value): value for value in values}.values()}
    return [known[id(value)] for value in values]


_ESCAPED = {ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}


def _copied(value: Any) -> str:
    """A value in COPY's text format, where only a bare \\N is NULL."""
    if type(value) is str:
        return value.translate(_ESCAPED)
    if value is None:
        return "\\N"
    if type(value) is int:
        return str(value)
    adapted = getattr(value, "adapted", None)  # psycopg2 wraps JSON and bytes
    if isinstance(adapted, bytes | memoryview):
        value = f"\\x{bytes(adapted).hex()}"
    elif hasattr(value, "dumps"):
        value = value.dumps(adapted)
    return str(value).translate(_ESCAPED)


def _rows(objects: Sequence[models.Model], fields: Sequence[models.Field]) -> list[tuple[Any, ...]]:
    """What these fields of the objects are in the database.

    As field.get_db_prep_save() gives it, many times faster: what needs no converting is taken as it is, what repeats
    (a date, an amount, a list of codes) is converted once.
    """
    for field in fields:
        if getattr(field, "auto_now", False):
            now = field.pre_save(objects[0], add=False)
            for obj in objects:
                setattr(obj, field.attname, now)
    columns = []
    for field in fields:
        values = list(map(attrgetter(field.attname), objects))
        asis = _AS_IT_IS.get(type(field.target_field if isinstance(field, models.ForeignKey) else field), NoneType)
        if not {asis, NoneType}.issuperset(map(type, values)):
            values = _converted(field, values)
        columns.append(values)
    return list(zip(*columns, strict=True))


_AS_IT_IS: dict[type[models.Field], type] = {
    models.CharField: str, models.TextField: str, models.BooleanField: bool, models.BigAutoField: int,
    models.IntegerField: int, models.PositiveIntegerField: int, models.SmallIntegerField: int,
    models.PositiveSmallIntegerField: int, models.BigIntegerField: int,
}  # fmt: skip


def _converted(field: models.Field, values: Sequence[Any]) -> list[Any]:
    if isinstance(field, EncryptedTextField | YuanField):  # hardly the same twice
        return list(field.stored_of(values))
    known: dict[Any, Any] = {}
    found, prepared = [], partial(field.get_db_prep_save, connection=connections[connection.alias])
    for value in values:
        words = type(value) is list and all(type(word) is str for word in value)
        key = (type(value), tuple(value) if words else value)
        try:
            if key not in known:
                known[key] = prepared(value)
            found.append(known[key])
        except TypeError:  # it can be no key
            found.append(prepared(value))
    return found


def _names(fields: Iterable[models.Field]) -> str:
    return ", ".join(_quote(f.column) for f in fields)


def _quote(name: str | None) -> str:
    return str(connection.ops.quote_name(name or ""))
