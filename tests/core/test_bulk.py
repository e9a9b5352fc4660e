"""The fast path leaves what the ORM leaves: the same rows, the same history."""

from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core import bulk
from core.history import through
from core.models import Job
from households.models import Household, IncomeStatement, Member, RosterFinding, RosterImport

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
AWKWARD = [
    "",
    "\\N",
    "\\",
    "\\.",
    "a\n\\.\nb",
    "a\tb",
    "a\r\nb",
    '"',
    "'",
    "a,b",
    "%s",
    "NULL",
    "䶮㛃𬱖",
    " x ",
    "\\x41",
]
NOW = datetime(2018, 3, 1, 9, 30, 15, 123456, tzinfo=timezone.get_default_timezone())


def table(model, *without):
    """All columns of all rows as the database holds them; what is encrypted, opened."""
    names = [f.name for f in model._meta.concrete_fields if f.name not in {"id", "history_id", *without}]
    return list(model._base_manager.order_by("pk").values_list(*names))


def households(village):
    rows = [
        Household(code=f"c{n}", village=village, head_name=text[:40], address=text, phone=text, bank_card=text)
        for n, text in enumerate(AWKWARD)
    ]
    rows[0].other_causes = ["illness", '"', "\\", "两"]
    rows[1].closed_on, rows[1].closed_reason = date(2017, 12, 31), "搬走"
    return rows


def both_ways(write):
    """What `write(with_orm)` leaves, by the fast path and by the ORM."""
    left = []
    for with_orm in (False, True):
        with time_machine.travel(NOW, tick=False), transaction.atomic():
            left.append(write(with_orm))
            transaction.set_rollback(True)
    return left


def test_inserting_leaves_the_same_rows_and_history(village, owner):
    def write(with_orm):
        with through("import 12", by=owner):
            bulk.insert(households(village), with_orm=with_orm)
        return table(Household), table(Household.history.model)

    fast, orm = both_ways(write)
    assert fast == orm
    assert [row[list(AWKWARD).index("")] is not None for row in fast[0]] == [True] * len(AWKWARD)
    assert [row.address for row in households(village)] == AWKWARD


def test_every_awkward_text_comes_back_as_it_was(village):
    rows = households(village)
    bulk.insert(rows)
    found = Household.objects.in_bulk([row.pk for row in rows])
    assert [(found[row.pk].address, found[row.pk].phone) for row in rows] == [(text, text) for text in AWKWARD]
    assert found[rows[0].pk].other_causes == ["illness", '"', "\\", "两"]
    assert Household.history.filter(address="\\N").count() == 1


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(text=st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=30))
def test_any_text_comes_back_as_it_was(text, village):
    with transaction.atomic():
        rows = [Household(code="c", village=village, address=text, other_causes=[text], bank_card=text)]
        bulk.insert(rows)
        found = Household.objects.get(pk=rows[0].pk)
        assert (found.address, found.other_causes, found.bank_card) == (text, [text], text)
        transaction.set_rollback(True)


def test_money_missing_amounts_and_generated_columns(household):
    def write(with_orm):
        bulk.insert(
            [
                IncomeStatement(household=household, year=2016, people=3, wage=Decimal("12600.01"), business_cost=1),
                IncomeStatement(household=household, year=2017, people=3, stated_total="100"),
            ],
            with_orm=with_orm,
        )
        return table(IncomeStatement), table(IncomeStatement.history.model)

    fast, orm = both_ways(write)
    assert fast == orm
    write(False)
    assert list(
        IncomeStatement.objects.order_by("year").values_list("wage", "disposable_total", "disposable_per_head")
    ) == [
        (Decimal("12600.01"), Decimal("12599.01"), Decimal("4199.67")),
        (None, Decimal("100.00"), Decimal("33.33")),
    ]


def test_changing_leaves_the_same_rows_and_history(village, owner):
    bulk.insert(households(village))

    def write(with_orm):
        rows = list(Household.objects.order_by("pk"))
        for row, text in zip(rows, reversed(AWKWARD), strict=True):
            row.address, row.phone, row.closed_on = text, text, None
            row.other_causes = [text]
            row.closed_reason = "not among the fields"
        with through("job 7", by=owner):
            bulk.change(rows[1:], ["address", "phone", "closed_on", "other_causes"], with_orm=with_orm)
        return table(Household), table(Household.history.model)

    fast, orm = both_ways(write)
    assert fast == orm
    write(False)
    assert [row.address for row in Household.objects.order_by("pk")] == ["", *list(reversed(AWKWARD))[1:]]
    assert Household.history.filter(history_type="~", history_user=owner, history_change_reason="job 7").count() == 14


def test_removing_leaves_the_same_history(village, owner):
    bulk.insert(households(village))

    def write(with_orm):
        rows = list(Household.objects.order_by("pk"))
        with through("undo 12", by=owner):
            bulk.remove(rows[1:], with_orm=with_orm)
        return table(Household), table(Household.history.model)

    fast, orm = both_ways(write)
    assert fast == orm
    write(False)
    assert [row.address for row in Household.objects.all()] == [""]
    last = Household.history.filter(history_type="-", history_user=owner, history_change_reason="undo 12")
    assert [row.address for row in last.order_by("history_id")] == AWKWARD[1:]


def test_a_row_that_was_removed_is_not_made_again_by_an_open_form(household):
    with transaction.atomic():
        bulk.remove([Household.objects.get(pk=household.pk)])
    with pytest.raises(DatabaseError), transaction.atomic():
        household.save()
    assert Household.objects.count() == 0


def test_keys_are_given_and_those_after_do_not_collide(household):
    members = [
        Member(household=household, name=f"m{n}", id_no=f"{n}", id_no_hash=f"{n}", relation="son") for n in range(5)
    ]
    bulk.insert(members)
    later = Member.objects.create(household=household, name="m", id_no="x", id_no_hash="x", relation="son")
    assert Member.objects.count() == 6
    assert [member.pk for member in members] == list(range(members[0].pk, members[0].pk + 5))
    assert later.pk > members[-1].pk
    members[0].name = "again"
    members[0].save()
    assert members[0].history.count() == 2


def test_rows_written_in_several_chunks_are_all_there(household, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 3)
    bulk.insert([Job(kind=f"k{n}") for n in range(8)])
    assert list(Job.objects.order_by("pk").values_list("kind", flat=True)) == [f"k{n}" for n in range(8)]


def test_rows_without_a_history_are_written_without_one(village):
    from district.models import Campaign

    campaign = Campaign.objects.create(
        slug="t", name="t", starts_on=date(2016, 1, 1), ends_on=date(2020, 12, 31), base_year=2015
    )
    upload = RosterImport.objects.create(campaign=campaign, file_name="f", file_path="p", sha256="s")
    bulk.insert([RosterFinding(roster_import=upload, code="id_checksum", severity="error", params={"n": 1})])
    assert RosterFinding.objects.get().params == {"n": 1}


def test_a_broken_constraint_is_an_integrity_error(village, household):
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([Household(code="new", village=village), Household(code=household.code, village=village)])
    assert Household.objects.get() == household


def test_nothing_to_write_asks_nothing(django_assert_num_queries, household):
    with django_assert_num_queries(0):
        bulk.insert([])
        bulk.change([], ["code"])
        bulk.change([household], [])
        bulk.remove([])


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_it_is_refused(village):
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError, match="transaction"):
        bulk.insert([Household(code="1", village=village)])
    assert Household.objects.count() == 0
