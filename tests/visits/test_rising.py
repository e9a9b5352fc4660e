"""Overdue needs rise: to the township the day after, to the district when overdue as long again; once each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from visits.needs import close_need, follow_up, raise_need
from visits.rising import raise_overdue, risen_for
from visits.tasks import raise_overdue_needs
from visits.todo import due_needs

TODAY = timezone.localdate()


@pytest.fixture
def need(zhao, wang):
    """Given ten days, of which the last was yesterday."""
    raised_on = TODAY - timedelta(days=11)
    return raise_need(
        household=zhao, kind="relief", owner=wang.user, raised_on=raised_on, due_on=TODAY - timedelta(days=1)
    )


def level(need):
    need.refresh_from_db()
    return need.level


def test_a_need_rises_one_level_at_a_time_and_once(need):
    assert (raise_overdue(TODAY), level(need)) == (1, "township")
    assert [raise_overdue(TODAY), raise_overdue(TODAY + timedelta(days=9))] == [0, 0]
    assert (raise_overdue(TODAY + timedelta(days=10)), level(need)) == (1, "district")
    assert raise_overdue(TODAY + timedelta(days=400)) == 0
    steps = need.history.order_by("history_id").values_list("level", flat=True)
    assert list(steps) == ["owner", "township", "district"]


def test_nights_that_were_missed_do_not_let_it_jump(need):
    late = TODAY + timedelta(days=90)
    assert (raise_overdue(late), level(need), raise_overdue(late)) == (1, "township", 0)
    assert (raise_overdue(late + timedelta(days=1)), level(need)) == (1, "district")


def test_what_is_due_today_or_settled_does_not_rise(need, zhao, wang):
    raise_need(household=zhao, kind="other", owner=wang.user, raised_on=TODAY, due_on=TODAY)
    close_need(need, state="closed", result="已办")
    assert raise_overdue(TODAY) == 0


def test_a_later_due_date_lets_it_start_anew(need, wang):
    raise_overdue(TODAY)
    need.refresh_from_db()
    follow_up(need, owner=wang.user, due_on=TODAY + timedelta(days=5))
    assert (level(need), need.rises_on, raise_overdue(TODAY)) == ("owner", None, 0)
    assert (raise_overdue(TODAY + timedelta(days=6)), level(need)) == (1, "township")


def test_each_level_sees_what_has_risen_to_it(need, wang, official, admin, clerk, inspector, officer, li):
    everybody = (wang.user, clerk, official, admin, inspector, officer, li.user)

    def seen():
        users = [User.objects.get(pk=user.pk) for user in everybody]
        return [due_needs(user, TODAY).exists() for user in users]

    assert seen() == [True, True, False, False, False, False, False]
    raise_overdue(TODAY)
    assert seen() == [True, True, True, False, False, False, False]
    raise_overdue(TODAY + timedelta(days=10))
    assert seen() == [True, True, True, True, False, False, False]
    assert not risen_for(li.user).exists()


def test_the_page_says_how_far_it_has_risen(client, need, official):
    assert raise_overdue_needs() == 1
    client.force_login(official)
    assert [client.get(a).content.decode().count("逾期上报") for a in (f"/needs/{need.pk}/", "/todo/")] == [2, 1]


def test_rising_asks_as_often_for_three_as_for_one(need, zhao, wang, django_assert_max_num_queries):
    with django_assert_max_num_queries(9) as one:
        assert raise_overdue(TODAY) == 1
    for kind in ("other", "medical", "business"):
        raise_need(household=zhao, kind=kind, owner=wang.user, raised_on=need.raised_on, due_on=need.due_on)
    with django_assert_max_num_queries(9) as three:
        assert raise_overdue(TODAY) == 3
    assert len(three) == len(one)
