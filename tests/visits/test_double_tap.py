"""Eight taps at once on one form, on SQLite (a file, as in use) and on PostgreSQL; the control shows the race."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, get_ident
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from programs.models import Measure
from visits import logging
from visits.codes import Mode
from visits.logging import Aid, log_visit
from visits.models import Need, Visit
from visits.needs import Voiced

pytestmark = [pytest.mark.faults, pytest.mark.both_engines, pytest.mark.django_db(transaction=True)]

TAPS = 8


@pytest.fixture
def on_disk(zhao, wang, tmp_path):
    """Threads need a database that several connections can wait for: SQLite's in memory cannot."""
    if connection.vendor != "sqlite":
        yield
        return
    path = str(tmp_path / "taps.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [path])
    in_memory = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = path  # one dict for all threads; this thread's connection stays as it is
    yield
    connection.settings_dict["NAME"] = in_memory


def in_thread(act):
    try:
        return act()
    finally:
        connection.close()


def at_once(act):
    """What each of eight threads came to, all begun at the same moment, each on its own connection."""
    ready = Barrier(TAPS)

    def run():
        connection.ensure_connection()
        ready.wait(timeout=60)
        return act()

    with ThreadPoolExecutor(TAPS) as pool:
        return [done.result() for done in [pool.submit(in_thread, run) for _ in range(TAPS)]]


def rows():
    """(visits, needs, measures), as another connection sees them."""
    with ThreadPoolExecutor(1) as pool:
        count = lambda: (Visit.objects.count(), Need.objects.count(), Measure.objects.count())  # noqa: E731 one line
        return pool.submit(in_thread, count).result()


def tap(household, user, client_id):
    return log_visit(
        client_id=client_id,
        household=household,
        by=user,
        visited_on=timezone.localdate(),
        mode=Mode.HOME,
        needs=[Voiced("relief")],
        aid=Aid(source="unit", note="面粉", quantity=1),
    ).pk


def test_eight_taps_at_once_make_one_visit_one_need_one_gift(zhao, wang, on_disk):
    client_id = uuid4()
    keys = at_once(lambda: tap(zhao, wang.user, client_id))
    assert (len(keys), len(set(keys)), rows()) == (TAPS, 1, (1, 1, 1))


def test_without_the_forms_id_eight_taps_make_eight(zhao, wang, on_disk):
    """The control: the taps do run at once, and only the id holds them together."""
    keys = at_once(lambda: tap(zhao, wang.user, uuid4()))
    assert (len(set(keys)), rows()) == (TAPS, (TAPS, TAPS, TAPS))


def test_the_constraint_holds_where_no_look_before_helps(zhao, wang, on_disk, monkeypatch):
    """As if every request looked before the others wrote: the unique id alone decides, and all get the first visit."""
    looks = {}
    real = logging.logged

    def blind_at_first(client_id, **facts):
        first_look = get_ident() not in looks
        looks[get_ident()] = True
        return None if first_look else real(client_id, **facts)

    monkeypatch.setattr(logging, "logged", blind_at_first)
    client_id = uuid4()
    keys = at_once(lambda: tap(zhao, wang.user, client_id))
    assert (len(set(keys)), rows()) == (1, (1, 1, 1))
