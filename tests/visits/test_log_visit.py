"""log_visit: who visited, when it may have been, once for each form."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cadres.models import Pairing
from core.dates import years_from
from core.history import HistoryBypassed
from visits.logging import Aid, VisitRefused, days_for
from visits.models import Need, Visit
from visits.needs import NeedRefused, Voiced

TODAY = timezone.localdate()


def days_ago(days):
    return TODAY - timedelta(days=days)


def test_a_cadres_own_visit_is_his_and_not_marked_as_a_deputys(log, wang):
    visit = log(changes=["job", "income", "job"], text="  大儿子去城里务工 ")
    assert (visit.visitor, visit.by_deputy, visit.reached) == (wang, False, True)
    assert (visit.changes, visit.text) == (["income", "job"], "大儿子去城里务工")


@pytest.mark.parametrize(
    ("mode", "given", "reached"),
    [("home", None, True), ("phone", None, True), ("phone", False, False), ("not_home", None, False),
     ("message", True, False), ("other", None, False)],
)  # fmt: skip
def test_contact_is_somebody_reached_at_home_or_by_phone(log, mode, given, reached):
    assert log(mode=mode, reached=given).reached is reached


def test_the_same_client_id_gives_the_first_visit_and_adds_nothing(log):
    client_id = uuid4()
    first = log(client_id=client_id, needs=[Voiced("medical")], aid=Aid(source="unit", yuan=Decimal("200")))
    again = log(
        client_id=client_id, text="重发", needs=[Voiced("medical")], aid=Aid(source="unit", yuan=Decimal("200"))
    )
    assert again == first
    assert (Visit.objects.count(), Need.objects.count(), first.measures.count()) == (1, 1, 1)


def test_a_resend_after_the_pairing_ended_still_gives_the_first_visit(log, zhao):
    first = log(client_id=(client_id := uuid4()), visited_on=days_ago(3))
    pairing = Pairing.objects.get(household=zhao)
    pairing.ended_on, pairing.end_reason = days_ago(5), "工作调动"
    pairing.save()
    assert log(client_id=client_id, visited_on=days_ago(3)) == first


def test_one_cadres_client_id_never_hands_his_visit_to_another(log, sun, li):
    client_id = uuid4()
    log(client_id=client_id)
    with pytest.raises(VisitRefused, match="client_id_of_another"):
        log(client_id=client_id, household=sun, by=li.user)


def test_one_client_id_never_serves_two_households(log, make_household, wang):
    other = make_household("钱二", cadre=wang, slot=2)
    log(client_id=(client_id := uuid4()))
    with pytest.raises(VisitRefused, match="client_id_of_another"):
        log(client_id=client_id, household=other)


def test_a_visit_of_tomorrow_is_refused(log):
    with pytest.raises(VisitRefused, match="future"):
        log(visited_on=TODAY + timedelta(days=1))


@pytest.mark.parametrize("day", [date.min, date(1900, 1, 1)])
def test_a_day_before_the_campaign_is_refused_with_the_days_that_are_asked_for(log, zhao, campaign, day):
    with pytest.raises(VisitRefused, match=r"^day$") as refusal:
        log(visited_on=day)
    assert str(campaign.starts_on.year) in refusal.value.sentence
    assert days_for(zhao).first == campaign.starts_on


def test_late_entry_of_a_year_is_possible_however_young_the_campaign(zhao, campaign):
    campaign.starts_on = TODAY
    campaign.save()
    zhao.enrolments.update_or_create(defaults={"entered_on": TODAY})
    assert (days_for(zhao).first, days_for(zhao).last) == (years_from(TODAY, -1), TODAY)


def test_after_closing_no_visit_can_have_been_made(log, zhao):
    zhao.closed_on, zhao.closed_reason = days_ago(5), "整户迁出"
    zhao.save()
    with pytest.raises(VisitRefused, match=r"^closed$"):
        log(visited_on=days_ago(4))
    with pytest.raises(VisitRefused, match=r"^closed_extras$"):
        log(visited_on=days_ago(5), aid=Aid(source="cadre", yuan=Decimal("500")))
    assert log(visited_on=days_ago(5)).visited_on == zhao.closed_on


def test_a_visit_before_the_pairing_is_refused(log):
    with pytest.raises(VisitRefused, match="before_pairing"):
        log(visited_on=days_ago(201))


def test_late_entry_keeps_both_dates(log):
    visit = log(visited_on=days_ago(40))
    assert (visit.visited_on, timezone.localdate(visit.entered_at), visit.entered_late) == (days_ago(40), TODAY, True)


@pytest.mark.parametrize("who", ["liaison", "clerk", "official"])
def test_a_deputys_entry_is_the_cadres_visit_and_marked(log, wang, who, request):
    deputy = request.getfixturevalue(who)
    visit = log(by=deputy)
    assert (visit.visitor, visit.entered_by, visit.by_deputy) == (wang, deputy, True)


def test_a_deputys_late_entry_belongs_to_whoever_was_paired_then(log, zhao, wang, li, clerk, campaign):
    pairing = Pairing.objects.get(household=zhao)
    pairing.ended_on, pairing.end_reason = days_ago(30), "工作调动"
    pairing.save()
    Pairing.objects.create(household=zhao, cadre=li, campaign=campaign, slot=2, quota=9, starts_on=days_ago(30))
    visitors = [log(by=clerk, visited_on=days_ago(days)).visitor for days in (31, 30, 29)]
    assert visitors == [wang, li, li]
    assert log(visited_on=days_ago(30)).visitor == wang  # on the day of transfer both may have been there


def test_a_deputy_is_refused_where_nobody_was_paired(log, clerk):
    with pytest.raises(VisitRefused, match="not_paired"):
        log(by=clerk, visited_on=days_ago(201))


def test_a_stranger_cadre_is_refused(log, li):
    with pytest.raises(VisitRefused, match="not_own"):
        log(by=li.user)


def test_needs_voiced_become_needs_of_the_cadre_due_in_thirty_days(log, wang):
    visit = log(visited_on=days_ago(2), needs=[Voiced("medical", "办慢病卡"), Voiced("business", due_on=days_ago(1))])
    facts = visit.needs.order_by("kind").values_list("kind", "text", "owner", "raised_on", "due_on", "state")
    assert list(facts) == [
        ("business", "", wang.user.pk, days_ago(2), days_ago(1), "open"),
        ("medical", "办慢病卡", wang.user.pk, days_ago(2), days_ago(-28), "open"),
    ]


def test_aid_handed_over_is_one_measure_of_visit_and_household_and_no_income(log, zhao, wang):
    visit = log(aid=Aid(source="cadre", yuan=Decimal("500.00"), quantity=2, note="米和油"))
    measure = visit.measures.get()
    assert list(zhao.measures.all()) == [measure]
    assert (measure.kind, measure.source, measure.yuan, measure.quantity, measure.note) == (
        "gift", "cadre", Decimal("500.00"), 2, "米和油",
    )  # fmt: skip
    assert (measure.starts_on, measure.responsible, measure.state) == (TODAY, wang, "done")
    assert zhao.statements.count() == 0


def test_a_refused_need_leaves_no_visit_behind(log):
    with pytest.raises(NeedRefused, match="due_before_raised"):
        log(needs=[Voiced("relief", due_on=days_ago(1))])
    assert (Visit.objects.count(), Need.objects.count()) == (0, 0)


def test_a_visit_is_never_changed_nor_deleted(log):
    visit = log()
    visit.text = "改写"
    with pytest.raises(HistoryBypassed):
        visit.save()
    with pytest.raises(HistoryBypassed):
        visit.delete()
    with pytest.raises(HistoryBypassed):
        Visit.objects.update(text="改写")


@pytest.mark.parametrize("facts", [{"mode": "drone"}, {"mode": "message", "reached": True}])
def test_the_database_refuses_what_no_visit_can_be(log, facts):
    visit = log()
    row = {"household": visit.household, "visitor": visit.visitor, "entered_by": visit.entered_by, "reached": False}
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.create(visited_on=TODAY, **{**row, **facts})
