"""Pairing: places by quota, one cadre a household, nothing dated ahead, history kept."""

from datetime import timedelta

import pytest
from django.db import transaction

from cadres.codes import PairingRefused
from cadres.models import Pairing
from cadres.pairing import end_for_household, end_pairing, pair, transfer
from core.history import through
from district.models import Rank, RankQuota
from households.closing import end_all


def refused(act, *args, **kwargs):
    with pytest.raises(PairingRefused) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def test_pair_takes_the_lowest_free_place_and_copies_the_quota(wang, four_households, campaign, today):
    pairs = [pair(h, wang, starts_on=today) for h in four_households[:3]]
    end_pairing(pairs[1], on=today, reason="迁出")
    again = pair(four_households[3], wang, starts_on=today)
    assert [(p.slot, p.quota, p.campaign_id) for p in [*pairs, again]] == [
        (1, 3, campaign.pk),
        (2, 3, campaign.pk),
        (3, 3, campaign.pk),
        (2, 3, campaign.pk),
    ]


def test_fourth_household_of_a_division_cadre_is_refused(wang, four_households, today):
    for household in four_households[:3]:
        pair(household, wang, starts_on=today)
    assert refused(pair, four_households[3], wang, starts_on=today) == "quota_full"


def test_a_district_leader_takes_five(li, make_household, today):
    slots = [pair(make_household(), li, starts_on=today).slot for _ in range(5)]
    assert (slots, refused(pair, make_household(), li, starts_on=today)) == ([1, 2, 3, 4, 5], "quota_full")


def test_a_household_has_one_cadre(wang, li, household, today):
    pair(household, wang, starts_on=today)
    assert refused(pair, household, li, starts_on=today) == "already_paired"


def test_a_full_cadre_of_this_very_household_says_that_it_is_paired(wang, four_households, today):
    for household in four_households[:3]:
        pair(household, wang, starts_on=today)
    assert refused(pair, four_households[0], wang, starts_on=today) == "already_paired"


@pytest.mark.parametrize(
    ("state", "code"), [("pending", "household_pending"), ("refused", "not_enrolled"), ("exited", "not_enrolled")]
)
def test_only_active_households_are_paired(state, code, wang, make_household, today):
    assert refused(pair, make_household(state=state), wang, starts_on=today) == code
    assert Pairing.objects.count() == Pairing.history.count() == 0


def test_a_closed_household_is_not_paired(wang, make_household, today):
    closed = make_household(closed_on=today, closed_reason="整户迁出")
    assert refused(pair, closed, wang, starts_on=today) == "household_closed"


def test_an_inactive_cadre_is_not_paired(make_cadre, household, today):
    gone = make_cadre("何退", active_to=today)
    assert refused(pair, household, gone, starts_on=today) == "cadre_inactive"


def test_without_a_quota_nobody_is_paired(wang, household, campaign, today):
    quota = RankQuota.objects.get(rank=Rank.DIVISION_LEVEL)
    quota.rank, quota.campaign = Rank.DIVISION_LEVEL, _other(campaign)
    quota.save()
    assert refused(pair, household, wang, starts_on=today) == "quota_missing"


def _other(campaign):
    return type(campaign).objects.create(
        slug="past", name="往期", starts_on="2019-01-01", ends_on="2019-12-31", base_year=2018
    )


def test_a_lowered_quota_counts_for_new_pairings_only(wang, four_households, today):
    standing = [pair(h, wang, starts_on=today) for h in four_households[:2]]
    end_pairing(standing[0], on=today, reason="调整")
    quota = RankQuota.objects.get(rank=Rank.DIVISION_LEVEL)
    quota.households = 1
    quota.save()
    assert refused(pair, four_households[2], wang, starts_on=today) == "quota_full"
    assert list(Pairing.objects.active().values_list("quota", flat=True)) == [3]


def test_nothing_is_dated_ahead(wang, li, household, today):
    tomorrow = today + timedelta(days=1)
    assert refused(pair, household, wang, starts_on=tomorrow) == "future"
    pairing = pair(household, wang, starts_on=today)
    assert refused(end_pairing, pairing, on=tomorrow, reason="调整") == "future"
    assert refused(transfer, pairing, to=li, on=tomorrow, reason="调整") == "future"
    assert refused(end_for_household, household, on=tomorrow, reason="退出") == "future"


def test_an_end_needs_a_reason_and_lies_not_before_the_start(wang, household, today):
    pairing = pair(household, wang, starts_on=today)
    assert refused(end_pairing, pairing, on=today, reason="  ") == "no_reason"
    assert refused(end_pairing, pairing, on=today - timedelta(days=1), reason="调整") == "before_start"


def test_a_pairing_ends_once(wang, household, today):
    pairing = pair(household, wang, starts_on=today - timedelta(days=9))
    stale = Pairing.objects.get(pk=pairing.pk)
    end_pairing(pairing, on=today - timedelta(days=2), reason="工作调动")
    assert refused(end_pairing, stale, on=today, reason="误操作") == "ended"
    assert Pairing.objects.values_list("ended_on", "end_reason").get() == (today - timedelta(days=2), "工作调动")


def test_two_cadres_never_overlap(wang, li, household, today):
    pairing = pair(household, wang, starts_on=today - timedelta(days=9))
    end_pairing(pairing, on=today - timedelta(days=2), reason="工作调动")
    assert refused(pair, household, li, starts_on=today - timedelta(days=3)) == "overlaps"
    assert pair(household, li, starts_on=today - timedelta(days=2)).slot == 1


def test_transfer_ends_and_begins_on_one_day(wang, li, household, today):
    old = pair(household, wang, starts_on=today - timedelta(days=9))
    new = transfer(old, to=li, on=today, reason="工作调动")
    rows = Pairing.objects.order_by("pk").values_list("cadre", "starts_on", "ended_on", "end_reason", "quota")
    assert list(rows) == [
        (wang.pk, today - timedelta(days=9), today, "工作调动", 3),
        (li.pk, today, None, "", 5),
    ]
    assert new.cadre == li


def test_a_transfer_that_is_refused_leaves_the_pairing(wang, li, make_household, today):
    for _ in range(5):
        pair(make_household(), li, starts_on=today)
    pairing = pair(make_household(), wang, starts_on=today)
    assert refused(transfer, pairing, to=li, on=today, reason="调整") == "quota_full"
    assert refused(transfer, pairing, to=wang, on=today, reason="调整") == "same_cadre"
    assert Pairing.objects.get(pk=pairing.pk).ended_on is None


def test_a_household_that_closes_loses_its_cadre(wang, household, today):
    pair(household, wang, starts_on=today)
    assert end_for_household(household, on=today - timedelta(days=5), reason="整户迁出") == 1
    assert end_for_household(household, on=today, reason="整户迁出") == 0
    assert Pairing.objects.values_list("ended_on", "end_reason").get() == (today, "整户迁出")


def test_what_closes_a_household_ends_its_pairing(wang, household, today):
    pair(household, wang, starts_on=today)
    with transaction.atomic():
        end_all(household, on=today, reason="稳定增收，退出")
    assert Pairing.objects.values_list("ended_on", "end_reason").get() == (today, "稳定增收，退出")


def test_history_says_who_and_through_what(wang, household, admin, today):
    with through("form /cadres/pairing/1/end/", by=admin):
        end_pairing(pair(household, wang, starts_on=today), on=today, reason="调整")
    rows = Pairing.history.order_by("history_id").values_list(
        "history_type", "history_user_id", "history_change_reason", "ended_on"
    )
    assert list(rows) == [
        ("+", admin.pk, "form /cadres/pairing/1/end/", None),
        ("~", admin.pk, "form /cadres/pairing/1/end/", today),
    ]


def test_sight_of_pairings_is_that_of_households(wang, make_household, official, admin, make_user, today):
    near = pair(make_household(), wang, starts_on=today)
    far = pair(make_household(village="西河前村"), wang, starts_on=today)
    seen = {
        who.username: sorted(Pairing.objects.visible_to(who).values_list("pk", flat=True))
        for who in (admin, official, make_user("sys", "system_admin"))
    }
    assert seen == {"admin": [near.pk, far.pk], "official": [near.pk], "sys": []}
