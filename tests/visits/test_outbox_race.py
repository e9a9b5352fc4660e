"""The same record on several requests at once, on both engines: one receipt, whether it is saved or parked."""

from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.visits.test_double_tap import TAPS, at_once, on_disk  # noqa: F401 the fixture
from visits.logging import log_visit
from visits.models import OutboxItem, ParkedPhoto, Visit
from visits.outbox import Sent, add_photo, park, save
from visits.photos import Picture

pytestmark = [pytest.mark.faults, pytest.mark.both_engines, pytest.mark.django_db(transaction=True)]


def test_one_receipt_where_half_of_the_requests_found_the_household_gone(zhao, wang, on_disk):  # noqa: F811
    today, turns = timezone.localdate(), iter(range(TAPS))
    sent = Sent(client_id=uuid4(), kind="visit", household=zhao.pk, written_on=today)
    facts = {"client_id": sent.client_id, "household": zhao, "by": wang.user, "visited_on": today, "mode": "home"}

    def receive():
        if next(turns) % 2:
            return park(sent, household=zhao, by=wang.user).pk
        return save(sent, household=zhao, by=wang.user, make=partial(log_visit, **facts)).pk

    keys = at_once(receive)
    assert len(set(keys)) == 1
    there = at_once(lambda: (OutboxItem.objects.count(), OutboxItem.objects.get().state, Visit.objects.count()))
    assert set(there) <= {(1, "saved", 1), (1, "parked", 0)}


def test_one_photo_where_it_is_sent_several_times(zhao, wang, on_disk, settings, tmp_path):  # noqa: F811
    settings.MEDIA_ROOT = str(tmp_path)
    sent = Sent(client_id=uuid4(), kind="visit", household=zhao.pk, written_on=timezone.localdate())
    ((key, *_same),) = [at_once(lambda: park(sent, household=zhao, by=wang.user).pk)]
    picture, photo = Picture(full=b"full", thumbnail=b"small", width=1, height=1), uuid4()
    item = OutboxItem(pk=key, kind="visit")
    keys = at_once(lambda: add_photo(item, client_id=photo, picture=picture).pk)
    assert len(set(keys)) == 1
    assert set(at_once(ParkedPhoto.objects.count)) == {1}
    assert len(list((tmp_path / "photos").rglob("*.jpg"))) == 2  # the photo and its thumbnail: no file is left over
