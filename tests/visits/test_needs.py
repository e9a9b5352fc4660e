"""Needs: raised, followed up, passed on, settled; who may."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from households import register
from visits.models import Need
from visits.needs import NeedRefused, close_need, due_span, follow_up, may_steer, raise_need, reopen_need

TODAY = timezone.localdate()


@pytest.fixture
def need(zhao, wang):
    return raise_need(household=zhao, kind="medical", text=" 办慢病卡 ", owner=wang.user, raised_on=TODAY)


def test_a_need_is_due_in_thirty_days_unless_said(need):
    assert (need.text, need.state, need.due_on, need.is_overdue) == (
        "办慢病卡", "open", TODAY + timedelta(days=30), False,
    )  # fmt: skip


def test_the_same_form_makes_one_need_and_serves_one_household(zhao, sun, wang):
    facts = {"kind": "relief", "owner": wang.user, "raised_on": TODAY, "client_id": uuid4()}
    assert raise_need(household=zhao, **facts) == raise_need(household=zhao, **facts)
    with pytest.raises(NeedRefused, match="client_id_of_another"):
        raise_need(household=sun, **facts)


def test_a_closed_household_gets_no_need(zhao, wang):
    zhao.closed_on, zhao.closed_reason = TODAY, "整户迁出"
    zhao.save()
    with pytest.raises(NeedRefused, match="closed_household"):
        raise_need(household=zhao, kind="relief", owner=wang.user, raised_on=TODAY)


def test_needs_end_with_their_household_and_stay_so(need, zhao, wang):
    settled = raise_need(household=zhao, kind="medical", owner=wang.user, raised_on=TODAY)
    close_need(settled, state="closed", result="已办")
    register.close_household(zhao, on=TODAY, reason="整户迁出")
    need.refresh_from_db()
    assert (need.state, need.result, need.closed_on) == ("impossible", "该户已销户：整户迁出", TODAY)
    assert Need.objects.get(pk=settled.pk).result == "已办"
    with pytest.raises(NeedRefused, match="closed_stays"):
        reopen_need(Need.objects.get(pk=need.pk))


def test_what_was_settled_on_the_spot_is_raised_with_its_result(zhao, wang):
    need = raise_need(household=zhao, kind="relief", owner=wang.user, raised_on=TODAY, result=" 已送煤 ")
    assert (need.state, need.result, need.closed_on) == ("closed", "已送煤", TODAY)


def test_settling_needs_a_result_and_happens_once(need):
    with pytest.raises(NeedRefused, match="no_result"):
        close_need(need, state="closed", result="  ")
    close_need(need, state="impossible", result="不符合办理条件")
    assert (need.state, need.closed_on) == ("impossible", TODAY)
    with pytest.raises(NeedRefused, match="ended"):
        close_need(need, state="closed", result="已办")
    with pytest.raises(NeedRefused, match="ended"):
        follow_up(need, owner=None, due_on=TODAY)


def test_reopening_keeps_both_in_the_history(need):
    close_need(need, state="closed", result="已办")
    reopen_need(reopen_need(need))
    assert (need.state, need.closed_on) == ("in_progress", None)
    assert [row.state for row in need.history.order_by("history_id")] == ["open", "closed", "in_progress"]


def test_a_due_date_before_raising_is_refused(need):
    with pytest.raises(NeedRefused, match="due_before_raised"):
        follow_up(need, owner=None, due_on=TODAY - timedelta(days=1))


def test_a_need_is_due_within_three_years(need, zhao, wang):
    for act in (
        lambda: follow_up(need, owner=None, due_on=date.max),
        lambda: raise_need(household=zhao, kind="relief", owner=None, raised_on=TODAY, due_on=date.max),
    ):
        with pytest.raises(NeedRefused, match=r"^due$") as refusal:
            act()
        assert str(due_span(TODAY).last.year) in refusal.value.sentence


def test_an_old_need_can_still_be_given_time():
    assert due_span(date(2001, 1, 1)).last == due_span(TODAY).last


@pytest.mark.parametrize("facts", [{"state": "closed"}, {"closed_on": TODAY}, {"kind": "wish"}, {"state": "lost"}])
def test_the_database_refuses_what_no_need_can_be(zhao, facts):
    row = {"kind": "relief", "raised_on": TODAY, "due_on": TODAY, **facts}
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.create(household=zhao, **row)


def test_overdue_is_the_day_after(need):
    need.due_on = TODAY
    need.save()
    assert [list(Need.objects.overdue(day)) for day in (TODAY, TODAY + timedelta(days=1))] == [[], [need]]


def test_a_department_steers_only_what_lies_with_it(need, zhao, wang, hospital, officer, admin, inspector, li):
    other = raise_need(household=zhao, kind="relief", owner=wang.user, raised_on=TODAY)
    need.department = hospital
    need.save()
    people = (wang.user, officer, admin, inspector, li.user)
    assert [may_steer(need, user) for user in people] == [True, True, True, False, False]
    assert [may_steer(other, user) for user in people] == [True, False, True, False, False]


# --- pages


def post(client, user, address, **data):
    client.force_login(user)
    return client.post(address, data)


@pytest.mark.parametrize(("result", "state"), [("", "open"), ("已送医", "closed")])
def test_a_need_is_added_from_the_case_file(client, zhao, wang, result, state):
    facts = {"client_id": str(uuid4()), "kind": "medical", "text": "复查", "due_on": TODAY.isoformat()}
    answer = post(client, wang.user, f"/needs/new/?household={zhao.pk}", **facts, result=result)
    need = Need.objects.get()
    assert answer.headers["Location"] == f"/needs/{need.pk}/"
    assert (need.owner, need.state, need.result, need.visit) == (wang.user, state, result, None)


def test_a_need_that_cannot_be_is_refused_on_the_page(client, zhao, wang):
    for due_on in ("0001-01-01", "2001-01-01", "9999-12-31"):
        facts = {"client_id": str(uuid4()), "kind": "medical", "due_on": due_on}
        answer = post(client, wang.user, f"/needs/new/?household={zhao.pk}", **facts)
        assert (answer.status_code, Need.objects.count()) == (422, 0)
        assert answer.context["form"].errors == {"due_on": [due_span(TODAY).sentence]}


def test_the_form_of_a_closed_household_is_not_shown(client, zhao, clerk):
    zhao.closed_on, zhao.closed_reason = TODAY, "整户迁出"
    zhao.save()
    client.force_login(clerk)
    answer = client.get(f"/needs/new/?household={zhao.pk}")
    assert (answer.status_code, answer.url) == (302, f"/households/{zhao.pk}/")


def test_following_up_and_settling_on_the_page(client, need, hospital, officer):
    due = (TODAY + timedelta(days=5)).isoformat()
    need.department = hospital
    need.save()
    answer = post(client, officer, f"/needs/{need.pk}/", mine="on", due_on=due)
    assert answer.status_code == 302
    need.refresh_from_db()
    assert (need.owner, need.department, need.state) == (officer, hospital, "in_progress")
    bad = post(client, officer, f"/needs/{need.pk}/close/", state="closed", result="")
    assert (bad.status_code, list(bad.context["close_form"].errors)) == (422, ["result"])
    post(client, officer, f"/needs/{need.pk}/close/", state="closed", result="已办卡")
    need.refresh_from_db()
    assert (need.state, need.result) == ("closed", "已办卡")
    twice = post(client, officer, f"/needs/{need.pk}/close/", state="closed", result="再办")
    assert twice.status_code == 422
    late = post(client, officer, f"/needs/{need.pk}/", due_on=due)
    assert late.status_code == 422
    post(client, officer, f"/needs/{need.pk}/close/", reopen="1")
    need.refresh_from_db()
    assert need.state == "in_progress"


@pytest.mark.parametrize(
    ("who", "read", "new", "write"),
    [("wang", 200, 200, 302), ("liaison", 200, 200, 302), ("clerk", 200, 200, 302), ("official", 200, 200, 302),
     ("admin", 200, 403, 302), ("inspector", 200, 403, 403), ("li", 404, 404, 404), ("officer", 404, 404, 404),
     ("auditor", 404, 404, 404)],
)  # fmt: skip
def test_who_reads_raises_and_steers_needs(client, need, zhao, who, read, new, write, request):
    user = request.getfixturevalue(who)
    user = getattr(user, "user", user)
    client.force_login(user)
    gets = [client.get(a).status_code for a in (f"/needs/{need.pk}/", f"/needs/new/?household={zhao.pk}")]
    posts = [
        post(client, user, f"/needs/{need.pk}/", due_on=TODAY.isoformat()).status_code,
        post(client, user, f"/needs/{need.pk}/close/", state="closed", result="已办").status_code,
    ]
    assert (gets, posts) == ([read, new], [write, write])


def test_needs_are_narrowed_by_state_overdue_kind_department(client, need, zhao, wang, hospital):
    late = raise_need(household=zhao, kind="relief", owner=wang.user, raised_on=TODAY - timedelta(days=31))
    done = raise_need(household=zhao, kind="other", owner=wang.user, raised_on=TODAY)
    done.department = hospital
    done.save()
    close_need(done, state="closed", result="已办")
    client.force_login(wang.user)
    found = {
        query: [row.record for row in client.get(f"/needs/?{query}").context["table"].paginated_rows]
        for query in ("", "state=pending", "state=closed", "overdue=yes", "kind=medical", f"department={hospital.pk}")
    }
    assert list(found.values()) == [[late, need, done], [late, need], [done], [late], [need], [done]]
