"""correct_visit: a new row; the first is kept."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from cadres.models import Pairing
from visits.logging import Aid, VisitRefused, correct_visit, may_correct
from visits.models import Visit

TODAY = timezone.localdate()


@pytest.fixture
def correct(wang):
    def corrected(visit, **facts):
        return correct_visit(
            visit, **{"client_id": uuid4(), "by": wang.user, "visited_on": visit.visited_on, "mode": "home", **facts}
        )

    return corrected


def test_a_correction_is_a_new_row_and_the_first_stays_as_it_was(log, correct):
    first = log(text="无变化", mode="phone")
    second = correct(first, text="母亲住院", changes=["health"])
    first.refresh_from_db()
    assert (first.text, first.mode, second.corrects, second.text) == ("无变化", "phone", first, "母亲住院")
    assert list(Visit.objects.standing()) == [second]


def test_a_correction_carries_the_same_measure_and_makes_no_second_one(log, correct, zhao):
    first = log(aid=Aid(source="unit", yuan=Decimal(200)))
    assert list(correct(first).measures.all()) == list(first.measures.all()) == list(zhao.measures.all())


def test_only_the_last_version_can_be_corrected(log, correct):
    first = log()
    second = correct(first)
    with pytest.raises(VisitRefused, match="corrected"):
        correct(first)
    assert correct(second).corrects == second


def test_the_same_client_id_gives_the_first_correction(log, correct):
    first, client_id = log(), uuid4()
    assert correct(first, client_id=client_id) == correct(first, client_id=client_id, text="重发")


def test_a_corrected_contact_no_longer_counts(log, correct):
    correct(log(), mode="not_home")
    assert Visit.objects.contacts().count() == 0


@pytest.mark.parametrize(("days", "code"), [(-1, "future"), (201, "before_pairing")])
def test_a_corrected_date_obeys_the_same_rules(log, correct, days, code):
    with pytest.raises(VisitRefused, match=code):
        correct(log(), visited_on=TODAY - timedelta(days=days))


def test_a_corrected_date_after_the_pairing_is_refused(log, correct, zhao):
    visit = log(visited_on=TODAY - timedelta(days=9))
    pairing = Pairing.objects.get(household=zhao)
    pairing.ended_on, pairing.end_reason = TODAY - timedelta(days=5), "工作调动"
    pairing.save()
    with pytest.raises(VisitRefused, match="after_pairing"):
        correct(visit, visited_on=TODAY - timedelta(days=4))


def test_visitor_and_deputies_may_correct_but_not_the_cadre_who_took_over(
    log, zhao, wang, li, liaison, clerk, official, admin, inspector, campaign
):
    visit = log(visited_on=TODAY - timedelta(days=9))
    people = [wang.user, liaison, clerk, official, admin, inspector, li.user]
    assert [may_correct(visit, user) for user in people] == [True, True, True, True, False, False, False]
    pairing = Pairing.objects.get(household=zhao)
    pairing.ended_on, pairing.end_reason = TODAY, "工作调动"
    pairing.save()
    Pairing.objects.create(household=zhao, cadre=li, campaign=campaign, slot=2, quota=9, starts_on=TODAY)
    assert [may_correct(visit, user) for user in (wang.user, li.user, clerk)] == [False, False, True]
