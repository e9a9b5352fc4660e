"""What is told on a visit changes the case at once; what somebody else changed meanwhile is never overwritten."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.changelog import entry, predecessors
from households.codes import GuaranteeState
from households.members import change_member
from households.models import GuaranteeStatus, Household, Member
from households.register import change_household
from visits import changes
from visits.changes import DecisionRefused, Told, decide, job, key_of, standing, take_back, version
from visits.changes_words import in_words
from visits.logging import VisitRefused
from visits.models import Visit, VisitFact

TODAY = timezone.localdate()
OLD, NEW, OTHER = "13900000001", "13900000002", "13900000003"


@pytest.fixture
def head(zhao):
    return Member.objects.create(household=zhao, name="赵三田", relation="head", no_id_reason="other")


@pytest.fixture
def mother(zhao, head):
    return Member.objects.create(household=zhao, name="钱秀英", relation="mother", no_id_reason="other")


def told(household, fact, value, member=None):
    """As the form of somebody who opened it just now."""
    key = key_of(fact, member.pk if member else None)
    return Told(fact, value, member, seen=version(key, standing(household).get(key)))


def phone_of(household):
    return Household.objects.get(pk=household.pk).phone


def test_a_new_phone_number_is_in_the_case_at_once_and_the_history_names_the_visit(log, zhao):
    change_household(zhao, phone=OLD)
    visit = log(told=[told(zhao, "phone", NEW)])
    row = visit.told.get()
    assert (phone_of(zhao), changes.read(row.before), changes.read(row.after), row.state) == (NEW, OLD, NEW, "applied")
    last = zhao.history.first()
    assert last.history_change_reason == f"visit {visit.pk}"
    shown = entry(Household, last, predecessors(Household, [last]), what="")
    assert shown.through == f"走访 {visit.pk}"
    assert in_words("phone", NEW, masked=False) == "139****0002"


def test_a_number_is_encrypted_in_the_row_of_the_visit(log, zhao):
    row = log(told=[told(zhao, "phone", NEW)]).told.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT after FROM visits_fact WHERE id = %s", [row.pk])
        assert NEW not in cursor.fetchone()[0]


def test_every_kind_of_news_comes_into_its_table(log, zhao, head, mother):
    visit = log(
        told=[
            Told("birth", {"name": "赵小苗", "sex": "female", "birth_date": TODAY.isoformat(),
                           "relation": "granddaughter", "no_id_reason": "newborn"}),
            told(zhao, "health", ["chronic"], mother), told(zhao, "disease", "糖尿病", mother),
            told(zhao, "student", "primary", mother), told(zhao, "school", "镇中心小学", mother),
            told(zhao, "job", job(employer="镇服装厂", wage=Decimal(3000), since=None), head),
            Told("repair", {"note": "东屋屋顶", "source": "fiscal"}),
            told(zhao, "housing", {"state": "held", "evidence": "东屋屋顶"}), Told("income", "梨价上涨"),
        ]
    )  # fmt: skip
    born, mother = Member.objects.get(name="赵小苗"), Member.objects.get(pk=mother.pk)
    assert (born.no_id_reason, born.birth_date, born.active) == ("newborn", TODAY, True)
    assert (mother.health, mother.disease, mother.student_status) == (["chronic"], "糖尿病", "primary")
    assert [(m.kind, m.note) for m in visit.measures.all()] == [("housing", "东屋屋顶")]
    assert GuaranteeStatus.objects.get(household=zhao).state == GuaranteeState.HELD
    assert {row.fact for row in changes.last_told(zhao)} == {"school", "job", "income"}
    assert visit.told.count() == 9


def test_a_wage_is_no_income_statement(log, zhao, head):
    log(told=[told(zhao, "job", job(employer="", wage=Decimal(3000), since=TODAY), head), Told("income", "涨了")])
    assert zhao.statements.count() == 0


def test_the_head_dies_and_another_is_head(log, zhao, head, mother):
    log(told=[Told("head", mother.name, mother), Told("left", {"on": TODAY.isoformat(), "reason": "died"}, head)])
    assert Household.objects.get(pk=zhao.pk).head_name == "钱秀英"
    assert (Member.objects.get(pk=head.pk).active, Member.objects.get(pk=mother.pk).relation) == (False, "head")


def test_what_cannot_be_refuses_the_whole_visit_in_words(log, zhao, head):
    with pytest.raises(VisitRefused) as refused:
        log(told=[told(zhao, "phone", NEW), Told("left", {"on": TODAY.isoformat(), "reason": "died"}, head)])
    assert refused.value.code == "last_member"
    assert (refused.value.sentence, phone_of(zhao), Visit.objects.count()) != ("", NEW, 1)
    assert Visit.objects.count() == 0


def test_the_same_visit_sent_twice_changes_the_case_once(log, zhao):
    news, same = told(zhao, "phone", NEW), uuid4()
    log(client_id=same, told=[news])
    change_household(Household.objects.get(pk=zhao.pk), phone=OTHER)  # somebody corrects it
    log(client_id=same, told=[news])
    assert (phone_of(zhao), VisitFact.objects.count()) == (OTHER, 1)


def test_what_is_known_already_or_has_been_said_makes_no_row(log, zhao, head, mother):
    change_household(zhao, phone=NEW)
    mother.active, mother.left_on = False, TODAY
    mother.save()
    log(told=[told(zhao, "phone", NEW), Told("left", {"on": TODAY.isoformat(), "reason": "died"}, mother)])
    assert VisitFact.objects.count() == 0


# --- Two change the same ---
def both_change_the_phone(log, zhao):
    """The form is opened; meanwhile the clerk enters another number; then the visit is saved."""
    change_household(zhao, phone=OLD)
    news = told(zhao, "phone", NEW)
    change_household(Household.objects.get(pk=zhao.pk), phone=OTHER)
    return log(told=[news])


def test_the_later_one_overwrites_where_no_version_is_compared(log, zhao, monkeypatch):
    """Control: else the next test proves nothing."""
    monkeypatch.setattr(changes, "version", lambda key, value: "same")
    change_household(zhao, phone=OLD)
    news = Told("phone", NEW, seen="same")
    change_household(Household.objects.get(pk=zhao.pk), phone=OTHER)
    log(told=[news])
    assert phone_of(zhao) == NEW


def test_the_same_value_changed_by_two_waits_for_a_person_and_the_visit_is_kept(log, zhao):
    visit = both_change_the_phone(log, zhao)
    row = visit.told.get()
    assert (phone_of(zhao), row.state) == (OTHER, "open")
    assert (changes.read(row.before), changes.read(row.after)) == (OTHER, NEW)


def test_different_values_merge(log, zhao, mother):
    change_household(zhao, phone=OLD)
    news = [told(zhao, "phone", NEW), told(zhao, "health", ["serious"], mother)]
    change_member(Member.objects.get(pk=mother.pk), student_status="not_student")
    change_household(Household.objects.get(pk=zhao.pk), address="东街3号")
    visit = log(told=news)
    zhao, mother = Household.objects.get(pk=zhao.pk), Member.objects.get(pk=mother.pk)
    assert {row.state for row in visit.told.all()} == {"applied"}
    assert (zhao.phone, zhao.address, mother.health, mother.student_status) == (
        NEW, "东街3号", ["serious"], "not_student",
    )  # fmt: skip


def test_who_saw_no_version_overwrites_nothing_but_fills_what_is_empty(log, zhao, mother):
    change_household(zhao, phone=OLD)
    states = [row.state for row in log(told=[Told("phone", NEW), Told("health", ["serious"], mother)]).told.all()]
    assert (states, phone_of(zhao)) == (["open", "applied"], OLD)


@pytest.mark.parametrize(("take", "holds", "state"), [(True, NEW, "taken"), (False, OTHER, "kept")])
def test_a_person_decides_once(log, zhao, wang, take, holds, state):
    row = both_change_the_phone(log, zhao).told.get()
    seen = version("phone", OTHER)
    decided = decide(row, take=take, seen=seen, by=wang.user)
    assert (phone_of(zhao), decided.state, decided.settled_by) == (holds, state, wang.user)
    with pytest.raises(DecisionRefused, match="已经处理过"):
        decide(row, take=not take, seen=seen, by=wang.user)
    assert phone_of(zhao) == holds


def test_a_decision_about_a_value_that_has_changed_again_is_not_made(log, zhao, wang):
    row = both_change_the_phone(log, zhao).told.get()
    seen = version("phone", OTHER)
    change_household(Household.objects.get(pk=zhao.pk), phone="13900000004")
    with pytest.raises(DecisionRefused) as refused:
        decide(row, take=True, seen=seen, by=wang.user)
    assert (refused.value.code, phone_of(zhao)) == ("changed_again", "13900000004")


# --- Take back ---
def test_what_was_applied_is_taken_back_unless_it_was_changed_again(log, zhao, head, wang):
    change_household(zhao, phone=OLD)
    visit = log(told=[told(zhao, "phone", NEW), told(zhao, "job", {"employer": "纸箱厂"}, head)])
    phone, work = visit.told.all()
    take_back(work, by=wang.user)
    assert [row.fact for row in changes.last_told(zhao)] == []
    assert take_back(phone, by=wang.user).state == "undone"
    assert phone_of(zhao) == OLD
    again = log(told=[told(zhao, "phone", NEW)]).told.get()
    change_household(Household.objects.get(pk=zhao.pk), phone=OTHER)
    with pytest.raises(DecisionRefused) as refused:
        take_back(again, by=wang.user)
    assert (refused.value.code, phone_of(zhao)) == ("not_last", OTHER)


def test_a_birth_is_not_taken_back_by_a_tap(log, zhao, wang):
    born = {
        "name": "赵小苗",
        "sex": "male",
        "birth_date": TODAY.isoformat(),
        "relation": "son",
        "no_id_reason": "newborn",
    }
    with pytest.raises(DecisionRefused):
        take_back(log(told=[Told("birth", born)]).told.get(), by=wang.user)
    assert Member.objects.filter(name="赵小苗", active=True).exists()


def test_a_closed_household_takes_no_changes(log, zhao):
    zhao.closed_on, zhao.closed_reason = TODAY, "整户迁出"
    zhao.save()
    with pytest.raises(VisitRefused, match="closed_extras"):
        log(told=[Told("income", "涨了")])


# --- Any order of changes by two hands ---
VALUES = st.sampled_from(["", OLD, NEW, OTHER])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=VALUES, clerk=st.none() | VALUES, cadre=st.sampled_from([OLD, NEW, OTHER]))
def test_no_value_that_the_writer_had_not_seen_is_ever_lost(zhao, log, first, clerk, cadre):
    """Whatever was there, whatever the clerk wrote meanwhile: the clerk's value stands, or both said the same."""
    change_household(Household.objects.get(pk=zhao.pk), phone=first)
    news = told(Household.objects.get(pk=zhao.pk), "phone", cadre)
    if clerk is not None:
        change_household(Household.objects.get(pk=zhao.pk), phone=clerk)
    log(told=[news], visited_on=TODAY - timedelta(days=1))
    row = VisitFact.objects.filter(visit=Visit.objects.latest("pk")).first()
    if clerk is not None and clerk not in (first, cadre):
        assert (phone_of(zhao), row.state, changes.read(row.after)) == (clerk, "open", cadre)
    else:
        assert phone_of(zhao) == cadre
        assert row is None or row.state == "applied"
