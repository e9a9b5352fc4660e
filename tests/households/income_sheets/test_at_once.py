"""Two uploads of the same sheet at the same moment on PostgreSQL: the effect of one, and the other is told."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import transaction

from core.jobs import run_job
from households.income_sheet import acts, undo
from households.models import IncomeStatement, IncomeUpload
from households.undoing import UndoRefused
from tests.households.imports.test_at_once import at_once

from .sheets import LI, SUN, ZHAO, filled, saved, sent, statement

pytestmark = [pytest.mark.postgres, pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TRIES = 3


def both(*uploads):
    """Confirmed, and saved by two workers at once; what became of each."""
    for upload in uploads:
        assert acts.ask_save(upload, by=upload.uploaded_by)
        upload.refresh_from_db()
    at_once(*(lambda pk=upload.job_id: run_job(pk) for upload in uploads))
    return sorted(IncomeUpload.objects.filter(pk__in=[u.pk for u in uploads]).values_list("state", flat=True))


def versions(household):
    return IncomeStatement.history.filter(household=household, year=2017).count()


@pytest.mark.parametrize("attempt", range(TRIES))
def test_the_same_hand_twice_writes_once(sheet, families, place, official, attempt):
    data = filled(sheet, {ZHAO: {"wage": 5}, SUN: {"wage": 6}, LI: {"wage": 7}})
    before = versions(families[SUN])
    assert both(sent(data, place, official), sent(data, place, official)) == ["checked", "saved"]
    assert [versions(families[code]) for code in (ZHAO, SUN, LI)] == [1, before + 1, 1]


@pytest.mark.parametrize("attempt", range(TRIES))
def test_of_two_hands_one_writes_and_nothing_is_mixed(sheet, families, place, official, people, attempt):
    uploads = [
        sent(filled(sheet, {code: {"wage": wage} for code in (ZHAO, SUN, LI)}), place, by)
        for by, wage in ((official, 5), (people.district_admin, 6))
    ]
    assert both(*uploads) == ["checked", "saved"]
    saved_one, other = sorted(uploads, key=lambda u: IncomeUpload.objects.get(pk=u.pk).state, reverse=True)
    assert {statement(families[code]).drafted_by for code in (ZHAO, SUN, LI)} == {saved_one.uploaded_by}
    assert len({statement(families[code]).wage for code in (ZHAO, SUN, LI)}) == 1
    other.refresh_from_db()
    assert (other.outdated, other.counts["left_out"], acts.plan_shown(other).changes) == (True, 3, [])


def test_without_lock_both_write_the_same_statement(sheet, families, place, official, people, monkeypatch):
    """The control: shows the race that the tests above close."""
    uploads = [
        sent(filled(sheet, {SUN: {"wage": wage}}), place, by)
        for by, wage in ((official, 5), (people.district_admin, 6))
    ]
    before, barrier, plan_of = versions(families[SUN]), Barrier(2), acts.plan_of

    def together(*args, **kwargs):
        found = plan_of(*args, **kwargs)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=5)
        return found

    monkeypatch.setattr(acts, "plan_of", together)
    monkeypatch.setattr(acts, "lock", lambda households: None)
    assert both(*uploads) == ["saved", "saved"]
    assert versions(families[SUN]) == before + 2


@pytest.mark.parametrize("attempt", range(TRIES))
def test_a_check_and_the_undo(sheet, families, place, official, people, attempt):
    """Either the statements are checked and stay, or they are taken back: never a check of what is gone."""
    upload = saved(sent(filled(sheet, {ZHAO: {"wage": 5}, SUN: {"wage": 6}}), place, official))

    def take_back():
        try:
            undo.undo(IncomeUpload.objects.select_related("sheet").get(pk=upload.pk), by=official,
                      effect=transaction.atomic)  # fmt: skip
        except UndoRefused as refusal:
            return refusal.message
        return "undone"

    came = at_once(lambda: acts.check_all(upload, by=people.district_admin), take_back)
    found = sorted(IncomeStatement.objects.filter(year=2017).values_list("state", "wage"))
    assert (came, [str(wage) for _state, wage in found]) in [
        ([2, undo.DEPENDED_ON], ["5.00", "6.00"]), ([0, "undone"], ["13000.00"]),
    ]  # fmt: skip
    assert {row for row, _wage in found} == {"checked"}


def test_two_undos_have_one_effect(sheet, families, place, official):
    upload = saved(sent(filled(sheet, {ZHAO: {"wage": 5}}), place, official))

    def take_back():
        try:
            undo.undo(IncomeUpload.objects.select_related("sheet").get(pk=upload.pk), by=None,
                      effect=transaction.atomic)  # fmt: skip
        except UndoRefused as refusal:
            return refusal.message
        return "undone"

    assert sorted(at_once(take_back, take_back)) == sorted([undo.NOT_SAVED, "undone"])
    assert IncomeStatement.history.filter(history_type="-").count() == 1
