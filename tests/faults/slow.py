"""A write that lasts as long as a test needs: a trigger that makes one insert slow, on both engines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

PAUSE_SECONDS = 60  # longer than any test waits: the writer is killed in it
TRIGGER, SOURCE = "slow_insert", "slow_rows"


@contextmanager
def slow_insert(table: str, when: str) -> Iterator[None]:
    """Inside, an INSERT into `table` of a row for which `when` (SQL on NEW) holds does not come back."""
    lite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for statement in _lite(table, when) if lite else _postgres(table, when):
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in _undo(table, lite=lite):
                cursor.execute(statement)


def _lite(table: str, when: str) -> list[str]:
    # A trigger may hold no WITH, but may read a view that has one. 2,000 million rows: minutes.
    return [
        f"CREATE VIEW {SOURCE} AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)"
        " SELECT i FROM n",
        f"CREATE TRIGGER {TRIGGER} AFTER INSERT ON {table} WHEN {when} BEGIN SELECT count(*) FROM {SOURCE}; END",
    ]


def _postgres(table: str, when: str) -> list[str]:
    return [
        f"CREATE FUNCTION {SOURCE}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN PERFORM pg_sleep({PAUSE_SECONDS}); RETURN NEW; END $$",
        f"CREATE TRIGGER {TRIGGER} AFTER INSERT ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {SOURCE}()",
    ]


def _undo(table: str, *, lite: bool) -> list[str]:
    if lite:
        return [f"DROP TRIGGER {TRIGGER}", f"DROP VIEW {SOURCE}"]
    return [f"DROP TRIGGER {TRIGGER} ON {table}", f"DROP FUNCTION {SOURCE}()"]


def wait_until_inside(seconds: float = 30) -> None:
    """Until a process hangs in the slow insert, its transaction open and half written."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if _somebody_writes():
            time.sleep(0.3)  # a short write of another process would be over by now
            if _somebody_writes():
                return
        time.sleep(0.05)
    raise AssertionError("nobody came into the slow insert")


def _somebody_writes() -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
            )
            return bool(cursor.fetchone()[0])
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            cursor.execute("BEGIN IMMEDIATE")
        except OperationalError:  # database is locked
            return True
        else:
            cursor.execute("ROLLBACK")
            return False
        finally:
            cursor.execute("PRAGMA busy_timeout = 20000")
