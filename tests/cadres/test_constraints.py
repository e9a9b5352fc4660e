"""Quota and single responsibility are the database's own rules, on whichever engine the tests run."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cadres.models import Cadre, Pairing

pytestmark = pytest.mark.both_engines


@pytest.fixture
def row(campaign, wang, today):
    """A function that writes a pairing past all verbs."""

    def write(household, cadre=wang, **facts):
        facts = {"slot": 1, "quota": 3, "starts_on": today, "campaign": campaign, **facts}
        with transaction.atomic():
            return Pairing.objects.create(household=household, cadre=cadre, **facts)

    return write


def test_one_active_pairing_a_household(row, household, li, today):
    row(household)
    with pytest.raises(IntegrityError):
        row(household, li)
    row(household, li, ended_on=today, end_reason="调整")  # the past may hold many


def test_one_active_pairing_a_place(row, four_households, today):
    row(four_households[0])
    with pytest.raises(IntegrityError):
        row(four_households[1])
    row(four_households[1], ended_on=today, end_reason="调整")
    row(four_households[2], slot=2)


@pytest.mark.parametrize("slot", [0, 4])
def test_places_are_within_the_quota(slot, row, household):
    with pytest.raises(IntegrityError):
        row(household, slot=slot)


def test_an_end_lies_not_before_the_start_and_has_a_reason(row, household, today):
    with pytest.raises(IntegrityError):
        row(household, ended_on=today - timedelta(days=1), end_reason="调整")
    with pytest.raises(IntegrityError):
        row(household, ended_on=today)


def test_a_cadre_ends_not_before_the_beginning(make_cadre):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_cadre("何退", active_to="2025-12-31")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_cadre("何级", rank="village_head")


def test_a_phone_number_is_kept_encrypted_and_belongs_to_one(make_cadre, raw_phone):
    cadre = make_cadre("王电", phone="13900000001")
    assert Cadre.objects.get(pk=cadre.pk).phone == "13900000001"
    assert "13900000001" not in raw_phone(cadre)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_cadre("李电", phone="13900000001")
    assert [make_cadre(name).phone_hash for name in ("无一", "无二")] == [None, None]


@pytest.fixture
def raw_phone():
    from django.db import connection

    def read(cadre):
        with connection.cursor() as cursor:
            cursor.execute("SELECT phone FROM cadres_cadre WHERE id = %s", [cadre.pk])
            return cursor.fetchone()[0]

    return read
