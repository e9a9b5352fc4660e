"""Conditions that lists and figures of households get from here."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from households.conditions import frame_of, narrowed
from households.models import Household
from visits.logging import correct_visit
from visits.needs import close_need, raise_need

TODAY = timezone.localdate()


def found(**asked):
    return sorted(h.head_name for h in narrowed(Household.objects.all(), asked, frame_of()))


@pytest.fixture
def families(log, make_household, wang):
    """Reached today; on the last day of the interval; a day too late; only missed or messaged; never visited."""
    days = {"今天": 0, "恰好": 60, "过期": 61}
    for slot, (name, ago) in enumerate(days.items(), 2):
        log(household=make_household(name, cadre=wang, slot=slot), visited_on=TODAY - timedelta(days=ago))
    missed = make_household("未遇", cadre=wang, slot=6)
    for facts in ({"mode": "not_home"}, {"mode": "message"}, {"mode": "phone", "reached": False}):
        log(household=missed, **facts)


def test_contact_is_counted_to_the_day_of_the_interval(families):
    assert found(contacted="within") == sorted(["今天", "恰好"])
    assert found(contacted="not_within") == sorted(["过期", "未遇", "赵三田"])
    assert found(contacted="never") == sorted(["未遇", "赵三田"])


def test_a_contact_corrected_away_no_longer_counts(log, wang):
    visit = log()
    assert found(contacted="within") == ["赵三田"]
    correct_visit(visit, client_id=uuid4(), by=wang.user, visited_on=TODAY, mode="not_home")
    assert (found(contacted="within"), found(contacted="never")) == ([], ["赵三田"])


def test_without_a_policy_nobody_is_late(log, campaign):
    log()
    frame = frame_of()
    unknown = type(frame)(frame.campaign, frame.year, None, frame.today, 0)
    assert [
        list(narrowed(Household.objects.all(), {"contacted": value}, unknown)) for value in ("within", "not_within")
    ] == [[], []]


def test_needs_open_overdue_and_none(zhao, sun, wang):
    need = raise_need(household=zhao, kind="relief", owner=wang.user, raised_on=TODAY, due_on=TODAY)
    assert [found(needs=v) for v in ("open", "overdue", "none")] == [["赵三田"], [], ["孙小满"]]
    need.raised_on = need.due_on = TODAY - timedelta(days=1)
    need.save()
    assert found(needs="overdue") == ["赵三田"]
    close_need(need, state="closed", result="已办")
    assert [found(needs=v) for v in ("open", "overdue")] == [[], []]
