"""The calendar as iCalendar: by a secret address or as a file; read with the library; nothing of a person in it."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from visits.choices import make_feed, revoke_feed, user_of_feed
from visits.models import ReminderChoices
from visits.planned import Plan, drop_plan, plan_visit

TODAY = timezone.localdate()


@pytest.fixture
def plans(zhao, wang):
    from datetime import time

    return [
        plan_visit(zhao, Plan(TODAY, purpose="肝癌复查"), by=wang.user),
        plan_visit(zhao, Plan(TODAY + timedelta(days=1), time(9, 30), promised=True), by=wang.user),
        drop_plan(plan_visit(zhao, Plan(TODAY), by=wang.user)),
    ]


def events(answer):
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_a_calendar_program_reads_it_without_signing_in(plans, wang, zhao):
    answer = Client().get(f"/calendar/{make_feed(wang.user)}/feed.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    day, at = events(answer)
    assert (day["dtstart"].dt, day["dtend"].dt) == (TODAY, TODAY + timedelta(days=1))
    assert isinstance(day["dtstart"].dt, date)
    assert timezone.localtime(at["dtstart"].dt).strftime("%Y-%m-%d %H:%M") == f"{TODAY + timedelta(days=1)} 09:30"
    assert str(day["summary"]) == f"走访：东山前村 {zhao.code}"
    assert [event["uid"] for event in (day, at)] == [f"{plan.client_id}@bangfu" for plan in plans[:2]]


def test_it_holds_no_name_no_purpose_and_no_illness(plans, wang):
    text = Client().get(f"/calendar/{make_feed(wang.user)}/feed.ics").content.decode().replace("\r\n ", "")
    assert [word for word in ("赵", "三田", "肝癌", "复查", "王林", "1299") if word in text] == []


def test_the_address_ends_by_revoking_by_a_new_one_and_with_the_account(plans, wang):
    first = make_feed(wang.user)
    assert user_of_feed(first) == wang.user
    second = make_feed(wang.user)
    assert (user_of_feed(first), user_of_feed(second)) == (None, wang.user)
    revoke_feed(wang.user)
    assert Client().get(f"/calendar/{second}/feed.ics").status_code == 404
    third = make_feed(wang.user)
    wang.user.is_active = False
    wang.user.save()
    assert Client().get(f"/calendar/{third}/feed.ics").status_code == 404


@pytest.mark.parametrize("token", ["x", "%20", "0" * 43, "None"])
def test_no_other_word_opens_one(plans, wang, token):
    revoke_feed(wang.user)
    assert Client().get(f"/calendar/{token}/feed.ics").status_code == 404


def test_a_household_that_went_to_another_cadre_leaves_the_feed(plans, wang, zhao):
    token = make_feed(wang.user)
    pairing = zhao.pairings.get()
    pairing.ended_on, pairing.end_reason = TODAY, "调岗"
    pairing.save()
    assert events(Client().get(f"/calendar/{token}/feed.ics")) == []


def test_only_a_hash_is_kept_also_in_the_history(wang, client):
    client.force_login(wang.user)
    page = client.post("/reminders/calendar-address/")
    token = page.content.decode().split("/calendar/")[-1].split("/feed.ics")[0]
    row = ReminderChoices.objects.get()
    assert (user_of_feed(token), page["Cache-Control"]) == (wang.user, "no-store")
    assert token not in str(row.__dict__) + str(row.history.values().get())
    assert not hasattr(row.history.get(), "feed_hash")
    assert token not in client.get("/reminders/").content.decode()


def test_the_file_holds_the_same_and_is_logged(plans, wang, client):
    client.force_login(wang.user)
    answer = client.get("/calendar/planned-visits.ics")
    assert (len(events(answer)), "attachment" in answer["Content-Disposition"]) == (2, True)
    from accounts.models import AccessLog

    assert AccessLog.objects.filter(who=wang.user, kind="export").count() == 1
