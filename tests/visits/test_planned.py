"""Planned and promised visits: planned once, done by the visit itself, changed, dropped; calendar, list and to-do."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from cadres.models import Pairing
from visits.logging import correct_visit
from visits.models import PlannedVisit
from visits.month import month_of
from visits.planned import Plan, PlanRefused, change_plan, drop_plan, plan_visit, take_up
from visits.todo import todo_of

TODAY = timezone.localdate()


def in_days(days):
    return TODAY + timedelta(days=days)


@pytest.fixture
def plan(zhao, wang):
    def planned(days=0, household=zhao, by=wang.user, **facts):
        return plan_visit(household, Plan(in_days(days), **facts), by=by)

    return planned


def earlier(row, days):
    """As if it had been planned days ago."""
    row.planned_on -= timedelta(days=days)
    row.made_at -= timedelta(days=days + 3)
    row.save()
    return row


def visit_of(row):
    return PlannedVisit.objects.with_visit().get(pk=row.pk).visit_pk


def test_it_is_done_by_the_first_visit_on_the_day_or_later(plan, log):
    row = earlier(plan(), 5)
    log(visited_on=in_days(-6))
    assert visit_of(row) is None
    kept = log(visited_on=in_days(-4), mode="not_home")
    log()
    assert visit_of(row) == kept.pk
    assert not PlannedVisit.objects.open().exists()


def test_a_visit_that_was_made_before_it_was_planned_does_not_count(plan, log):
    log()
    row = plan()
    assert visit_of(row) is None
    log()
    assert visit_of(row) is not None


def test_a_visit_corrected_to_an_earlier_day_no_longer_counts(plan, log, wang):
    row = earlier(plan(), 2)
    visit = log()
    assert visit_of(row) == visit.pk
    correct_visit(visit, client_id=uuid4(), by=wang.user, visited_on=in_days(-9), mode="home")
    assert visit_of(row) is None


def test_a_promise_made_on_a_visit_is_planned_with_it(log, zhao, wang):
    client_id = uuid4()
    visit = log(client_id=client_id, again_on=in_days(10))
    log(client_id=client_id, again_on=in_days(10))  # sent again
    row = PlannedVisit.objects.get()
    assert (row.household, row.planned_on, row.promised, row.after, row.planned_by) == (
        zhao, in_days(10), True, visit, wang.user,
    )  # fmt: skip


def test_a_promise_for_the_day_of_the_visit_takes_the_visit_back(log):
    with pytest.raises(PlanRefused, match="day"):
        log(again_on=TODAY)
    assert not PlannedVisit.objects.exists()


@pytest.mark.parametrize("days", [-1, 400])
def test_days_that_cannot_be_planned(plan, days):
    with pytest.raises(PlanRefused, match="day"):
        plan(days)


def test_no_visit_is_planned_to_a_closed_household(plan, zhao):
    row = plan(3)
    zhao.closed_on, zhao.closed_reason = TODAY, "迁出"
    zhao.save()
    with pytest.raises(PlanRefused, match="closed"):
        plan(3, household=zhao)
    assert not PlannedVisit.objects.open().filter(pk=row.pk).exists()


def test_sent_twice_it_is_planned_once_and_anothers_id_is_refused(zhao, sun, wang, li):
    client_id = uuid4()
    first = plan_visit(zhao, Plan(TODAY), by=wang.user, client_id=client_id)
    assert plan_visit(zhao, Plan(TODAY), by=wang.user, client_id=client_id) == first
    with pytest.raises(PlanRefused, match="client_id_of_another"):
        plan_visit(sun, Plan(TODAY), by=li.user, client_id=client_id)


def test_changed_dropped_and_taken_up_again_with_history(plan, log):
    row = change_plan(plan(2), Plan(in_days(4), time(9, 30), "送药", promised=True))
    drop_plan(row)
    assert not PlannedVisit.objects.open().exists()
    with pytest.raises(PlanRefused, match="dropped"):
        change_plan(row, Plan(in_days(5)))
    take_up(row)
    assert PlannedVisit.objects.open().get().purpose == "送药"
    assert row.history.count() == 4


def test_what_was_visited_is_not_changed_any_more(plan, log):
    row = plan()
    log()
    for act in (lambda: change_plan(row, Plan(in_days(1))), lambda: drop_plan(row)):
        with pytest.raises(PlanRefused, match="done"):
            act()


def test_a_late_one_may_keep_its_day_when_the_purpose_changes(as_user, plan):
    row = earlier(plan(), 4)
    sent = {"client_id": row.client_id, "planned_on": row.planned_on.isoformat(), "purpose": "看望"}
    assert as_user("wang").post(f"/visits/planned/{row.pk}/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.purpose, row.planned_on) == ("看望", in_days(-4))


def test_a_plan_goes_with_the_household_to_the_next_cadre(plan, zhao, wang, li, campaign):
    row = plan(1)
    old = Pairing.objects.get(household=zhao)
    old.ended_on, old.end_reason = TODAY, "调岗"
    old.save()
    Pairing.objects.create(household=zhao, cadre=li, campaign=campaign, slot=9, quota=9, starts_on=TODAY)
    assert list(PlannedVisit.objects.of(li.user)) == [row]
    assert list(PlannedVisit.objects.of(wang.user)) == []


@pytest.fixture
def as_user(client, request):
    def signed_in(who):
        user = request.getfixturevalue(who)
        client.force_login(getattr(user, "user", user))
        return client

    return signed_in


def test_planned_from_the_household_it_stands_in_calendar_list_to_do_and_case_file(as_user, zhao):
    client = as_user("wang")
    day = in_days(3)
    sent = {"client_id": uuid4(), "planned_on": day.isoformat(), "planned_at": "09:30", "purpose": "送助学金表"}
    answer = client.post(f"/visits/planned/new/?household={zhao.pk}", sent)
    assert answer.headers["Location"] == f"/calendar/?month={day:%Y-%m}#day-{day:%Y-%m-%d}"
    client.post(f"/visits/planned/new/?household={zhao.pk}", sent)  # the button was tapped twice
    assert PlannedVisit.objects.count() == 1
    month = f"/calendar/?month={day:%Y-%m}"
    for address in (month, "/calendar/?view=list", "/todo/", f"/households/{zhao.pk}/", "/"):
        page = client.get(address).content.decode()
        assert ("赵三田" in page, "送助学金表" in page) == (True, True), address


def test_a_wrong_day_comes_back_with_what_to_do(as_user, zhao):
    sent = {"client_id": uuid4(), "planned_on": in_days(-1).isoformat()}
    answer = as_user("wang").post(f"/visits/planned/new/?household={zhao.pk}", sent)
    assert answer.status_code == 422
    assert "请填写" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_todo_and_calendar_ask_the_same_however_many(
    as_user, plan, make_household, wang, count, django_assert_num_queries
):
    for slot in range(1, count + 1):
        plan(1, household=make_household(f"钱{slot}", cadre=wang, slot=slot + 1))
    client = as_user("wang")
    for address, number in (("/todo/", 10), (f"/calendar/?month={in_days(1):%Y-%m}", 4), ("/calendar/?view=list", 5)):
        with django_assert_num_queries(number):
            page = client.get(address).content.decode()
        assert [f"钱{slot}" in page for slot in range(1, count + 1)] == [True] * count


def test_the_groups_of_to_do_and_what_can_be_done_there(plan, zhao, wang, make_household):
    zhao.phone = "13900000001"
    zhao.save()
    late, soon = earlier(plan(), 2), plan(7)
    plan(8)
    todo = todo_of(wang.user)
    assert (todo.plans, todo.plans_count) == ([late, soon], 2)
    assert (todo.visitable, todo.callable) == ({zhao.pk}, {zhao.pk})


@pytest.mark.parametrize(("who", "told"), [("wang", 1), ("clerk", 1), ("official", 0), ("liaison", 0)])
def test_whom_nobody_reached_is_not_told_to_a_superior(request, campaign, zhao, who, told):
    user = request.getfixturevalue(who)
    assert todo_of(getattr(user, "user", user)).households_count == told


@pytest.mark.parametrize("who", ["li", "liaison", "clerk", "official", "admin"])
def test_nobody_elses_plans_stand_in_ones_calendar(request, plan, who):
    plan()
    user = request.getfixturevalue(who)
    month = month_of(getattr(user, "user", user), TODAY.replace(day=1))
    assert month.days_with_plans == []


def test_a_month_has_whole_weeks_from_monday(wang):
    month = month_of(wang.user, date(2026, 2, 1))
    assert (month.weeks[0][0].date, month.weeks[-1][-1].date) == (date(2026, 1, 26), date(2026, 3, 1))
    assert (month.before, month.after) == (date(2026, 1, 1), date(2026, 3, 1))


@pytest.mark.parametrize("month", ["2026-13", "x", "0000-00", "99999-01", "1850-01"])
def test_an_address_that_names_no_month_still_answers(as_user, month):
    assert as_user("wang").get(f"/calendar/?month={month}").status_code == 200


def test_today_is_the_day_in_shanghai(plan, time_machine):
    time_machine.move_to(datetime(2026, 11, 29, 16, 30, tzinfo=UTC))  # half past midnight of the 30th there
    with pytest.raises(PlanRefused, match="day"):
        plan_visit(plan(300).household, Plan(date(2026, 11, 29)), by=plan(300).planned_by)
