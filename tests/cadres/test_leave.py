"""Leave of a cadre: who may enter it, whom as deputy, which days; ended or cancelled."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Unit
from cadres.codes import LeaveRefused
from cadres.leave import deputies_of, end_leave, enter_leave, may_enter
from cadres.models import Cadre, Leave
from district.models import Rank
from tests.factories.accounts import SINCE, UserFactory

TODAY = timezone.localdate()


def days(first, last):
    return {"starts_on": TODAY + timedelta(days=first), "ends_on": TODAY + timedelta(days=last)}


@pytest.fixture
def wang(zhao, people):
    return Cadre.objects.get(user=people.cadre)


@pytest.fixture
def colleague(wang):
    return Cadre.objects.create(
        name="刘青", user=UserFactory(username="liu"), unit=wang.unit, rank=Rank.DIVISION_LEVEL, active_from=SINCE
    )


def enter(wang, people, first=0, last=5, deputy=None):
    return enter_leave(wang, **days(first, last), deputy=deputy, by=people.cadre)


def test_the_cadre_the_liaison_of_the_unit_and_the_district_enter_it(wang, people):
    may = [who for who in vars(people) if who != "units" and may_enter(getattr(people, who), wang)]
    assert may == ["cadre", "unit_liaison", "district_admin"]


def test_a_deputy_has_an_account_and_is_of_the_same_unit_or_place(wang, colleague, people, small_district):
    facts = {"rank": Rank.DIVISION_LEVEL, "active_from": SINCE}
    Cadre.objects.create(name="无账号", unit=wang.unit, **facts)
    place = small_district.places["东山镇"]
    wang.unit.division = place
    wang.unit.save()
    near = Unit.objects.create(name="东山镇卫生院", division=place)
    neighbour = Cadre.objects.create(name="邻近", user=UserFactory(username="near"), unit=near, **facts)
    far = Cadre.objects.create(name="他处", user=UserFactory(username="far"), unit=people.units["区教育局"], **facts)
    assert set(deputies_of(wang)) == {colleague, neighbour}
    with pytest.raises(LeaveRefused, match="deputy"):
        enter(wang, people, deputy=far)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [(3, 2, "leave_days"), (-40, 2, "leave_days"), (1, 500, "leave_days"), (5, 9, "leave_overlaps")],
)
def test_days_that_cannot_be(wang, colleague, people, first, last, code):
    enter(wang, people, deputy=colleague)
    with pytest.raises(LeaveRefused, match=code):
        enter(wang, people, first, last)
    assert Leave.objects.count() == 1


def test_the_database_knows_order_and_that_nobody_is_his_own_deputy(wang, people):
    for facts in ({**days(3, 2)}, {**days(1, 2), "deputy": wang}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Leave.objects.create(cadre=wang, entered_by=people.cadre, **facts)


def test_back_earlier_ends_it_yesterday_and_one_ahead_is_cancelled(wang, people):
    begun, ahead = enter(wang, people, -3, 4), enter(wang, people, 8, 9)
    end_leave(begun)
    end_leave(ahead)
    assert (begun.ends_on, begun.cancelled_on) == (TODAY - timedelta(days=1), None)
    assert list(Leave.objects.on(TODAY)) == list(Leave.objects.on(ahead.starts_on)) == []
    for leave in (begun, ahead):
        with pytest.raises(LeaveRefused, match="leave_over"):
            end_leave(leave)
        assert leave.history.count() == 2


def test_a_leave_opens_no_household_to_the_deputy(wang, colleague, people, zhao, client):
    enter(wang, people, deputy=colleague)
    client.force_login(colleague.user)
    assert client.get(f"/households/{zhao.pk}/").status_code == 404


def test_the_page_takes_a_leave_and_shows_it_on_the_cadres_page(wang, colleague, people, client):
    client.force_login(people.unit_liaison)
    sent = {name: day.isoformat() for name, day in days(0, 2).items()} | {"deputy": colleague.pk}
    assert client.post(f"/cadres/{wang.pk}/leave/", sent).status_code == 302
    assert client.post(f"/cadres/{wang.pk}/leave/", sent).status_code == 422
    leave = Leave.objects.get()
    assert (leave.deputy, leave.entered_by) == (colleague, people.unit_liaison)
    assert "刘青" in client.get(f"/cadres/{wang.pk}/").content.decode()
    assert client.post(f"/cadres/leave/{leave.pk}/end/").status_code == 302
    assert not Leave.objects.on(TODAY).exists()
