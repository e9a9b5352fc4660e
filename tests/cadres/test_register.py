"""The register of cadres and units; a cadre goes only if each household is provided for in the same act."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Unit
from cadres.codes import Refused, RegisterRefused
from cadres.models import Cadre, Pairing
from cadres.pairing import pair
from cadres.register import (
    Disposition,
    add_cadre,
    add_unit,
    change_cadre,
    change_unit,
    deactivate,
    phone_of,
    reactivate,
)


def refused(act, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


@pytest.fixture
def three_pairings(wang, four_households, today):
    return [pair(h, wang, starts_on=today - timedelta(days=9)) for h in four_households[:3]]


def test_deactivate_ends_and_transfers_in_one_act(wang, li, three_pairings, today):
    first, second, third = three_pairings
    plan = {first.pk: Disposition(to=li), second.pk: Disposition(reason="已达标"), third.pk: Disposition()}
    deactivate(wang, on=today, reason="调离", dispositions=plan)
    rows = Pairing.objects.order_by("pk").values_list("household", "cadre", "starts_on", "ended_on", "end_reason")
    began = today - timedelta(days=9)
    assert list(rows) == [
        (first.household_id, wang.pk, began, today, "调离"),
        (second.household_id, wang.pk, began, today, "已达标"),
        (third.household_id, wang.pk, began, today, "调离"),
        (first.household_id, li.pk, today, None, ""),
    ]
    assert Cadre.objects.values_list("active_to", "inactive_reason").get(pk=wang.pk) == (today, "调离")


def test_deactivate_refuses_if_a_household_is_left_over(wang, li, three_pairings, today):
    plan = {pairing.pk: Disposition(to=li) for pairing in three_pairings[:2]}
    assert refused(deactivate, wang, on=today, reason="调离", dispositions=plan) == "still_paired"
    assert (Cadre.objects.get(pk=wang.pk).active_to, Pairing.objects.active().filter(cadre=wang).count()) == (None, 3)


def test_deactivate_is_all_or_nothing_when_a_transfer_has_no_room(
    wang, make_cadre, make_household, three_pairings, today
):
    full = make_cadre("满员")
    for _ in range(2):
        pair(make_household(), full, starts_on=today)
    plan = {pairing.pk: Disposition(to=full) for pairing in three_pairings}
    assert refused(deactivate, wang, on=today, reason="调离", dispositions=plan) == "quota_full"
    assert (Cadre.objects.get(pk=wang.pk).active_to, Pairing.objects.active().filter(cadre=wang).count()) == (None, 3)


def test_deactivate_needs_a_reason_and_a_day_that_has_come(wang, today):
    assert refused(deactivate, wang, on=today, reason=" ", dispositions={}) == "no_reason"
    assert refused(deactivate, wang, on=today + timedelta(days=1), reason="调离", dispositions={}) == "future"
    before = wang.active_from - timedelta(days=1)
    assert refused(deactivate, wang, on=before, reason="调离", dispositions={}) == "before_active"
    deactivate(wang, on=today, reason="调离", dispositions={})
    assert refused(deactivate, wang, on=today, reason="再次", dispositions={}) == "inactive_already"


def test_a_cadre_comes_back_without_households(wang, three_pairings, today):
    deactivate(wang, on=today, reason="调离", dispositions={p.pk: Disposition() for p in three_pairings})
    reactivate(wang)
    assert (Cadre.objects.get(pk=wang.pk).is_active, Pairing.objects.active().count()) == (True, 0)
    assert [h.active_to for h in Cadre.history.filter(id=wang.pk).order_by("history_id")] == [None, today, None]


def test_a_phone_and_an_account_belong_to_one_cadre(units, make_user, today):
    facts = {"unit": units["区林业局"], "rank": "division_level", "active_from": today}
    user = make_user("shared", "cadre")
    add_cadre(name="甲某", phone="13900000002", user=user, **facts)
    other = add_cadre(name="乙某", **facts)
    assert refused(add_cadre, name="丙某", phone="13900000002", **facts) == "phone_taken"
    assert refused(change_cadre, other, phone="", user=user) == "account_taken"


def test_a_cadre_begins_not_ahead_and_not_after_the_end(units, make_cadre, today):
    gone = make_cadre("何退", active_to=today - timedelta(days=3))
    assert refused(change_cadre, gone, active_from=today) == "after_end"
    facts = {"name": "未某", "unit": units["区林业局"], "rank": "division_level"}
    assert refused(add_cadre, active_from=today + timedelta(days=1), **facts) == "future"


def test_a_cadre_began_in_living_memory_and_has_a_phone_number(units, today):
    facts = {"name": "古某", "unit": units["区林业局"], "rank": "division_level"}
    assert refused(add_cadre, active_from=date.min, **facts) == "day"
    for phone in ("1234", "-------", "+++++++", "13900000002、13900000003", "张三"):
        assert refused(add_cadre, active_from=today, phone=phone, **facts) == "phone"
    cadre = add_cadre(active_from=today, phone="+86 139-0000-0002", **facts)
    assert cadre.phone == "13900000002"
    assert refused(change_cadre, cadre, phone="12") == "phone"


def test_a_phone_number_kept_from_before_stands_in_no_ones_way(make_cadre):
    cadre = make_cadre("旧某", phone="12345")
    change_cadre(cadre, phone="12345", post="科长")
    assert Cadre.objects.get(pk=cadre.pk).post == "科长"


@given(st.text(alphabet="0123456789 +-()、,;/张a", max_size=30))
def test_what_is_kept_as_a_phone_number_is_one_and_is_kept_again(typed):
    try:
        kept = phone_of(typed)
    except RegisterRefused:
        return
    assert re.fullmatch(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,5})?|\d{7,8}", kept)
    assert phone_of(kept) == kept


def test_a_unit_name_is_given_once(units):
    assert refused(add_unit, name="区林业局") == "unit_exists"
    unit = add_unit(name="区医院", kind="institution")
    assert refused(change_unit, unit, name="区林业局") == "unit_exists"
    change_unit(unit, name="区人民医院")
    assert Unit.objects.get(pk=unit.pk).name == "区人民医院"
