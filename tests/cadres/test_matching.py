"""The simple proposal: full quotas when places and households are equally many, even loads, own township first."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cadres.codes import PairingRefused
from cadres.matching.balanced import Family, Helper, propose
from cadres.matching.proposal import pair_all, prepare, propose_pairings, write
from cadres.models import Pairing
from cadres.pairing import end_pairing, pair
from cadres.register import deactivate
from district.models import Rank


def helpers(*quotas, load=0, township=None):
    return [Helper(id=number, load=load, quota=quota, township=township) for number, quota in enumerate(quotas, 1)]


def families(count, township=9):
    return [Family(id=100 + number, township=township) for number in range(count)]


def loads(pairs):
    return dict(Counter(cadre for _household, cadre in pairs))


def test_the_district_of_the_article_fits_exactly():
    cadres = [Helper(n, 0, 5 if n < 33 else 3, township=n % 28 or None) for n in range(1, 1069)]
    cadres[32] = Helper(33, 0, 5, township=5)
    demand = [Family(10_000 + n, township=n % 27 + 1) for n in range(sum(c.quota for c in cadres))]
    pairs = propose(demand, cadres)
    assert len(demand) == 3270
    assert (len(pairs), loads(pairs)) == (3270, {c.id: c.quota for c in cadres})


def test_loads_are_even_by_quota_when_places_are_more():
    assert loads(propose(families(10), helpers(5, 3, 3, 5))) == {1: 3, 2: 2, 3: 2, 4: 3}


def test_who_has_least_is_served_first():
    cadres = [Helper(1, 2, 3, None), Helper(2, 0, 3, None)]
    assert loads(propose(families(2), cadres)) == {2: 2}


def test_the_rest_waits_when_places_are_fewer():
    assert loads(propose(families(9), helpers(5, 3))) == {1: 5, 2: 3}


def test_own_township_first_and_neighbours_together():
    cadres = [Helper(1, 0, 3, township=2), Helper(2, 0, 3, township=1), Helper(3, 0, 3, township=None)]
    demand = [*families(4, township=1), *(Family(200 + n, township=2) for n in range(3)), Family(300, township=3)]
    by_cadre = {cadre: [h for h, c in propose(demand, cadres) if c == cadre] for cadre in (1, 2, 3)}
    assert by_cadre == {1: [200, 201, 202], 2: [100, 101, 102], 3: [103, 300]}


def test_nobody_and_nothing():
    assert (propose([], helpers(3)), propose(families(2), []), propose(families(1), helpers(3, load=3))) == ([], [], [])


def test_all_are_paired_with_the_own_township_first(make_cadre, make_household, campaign, today):
    east, west = make_cadre("东干", unit="东山镇政府"), make_cadre("西干", unit="西河镇政府")
    for village in ["东山前村"] * 3 + ["西河后村"] * 3:
        make_household(village=village)
    make_household(state="pending")
    make_household(closed_on=today, closed_reason="迁出")
    proposal = pair_all(campaign, starts_on=today)
    assert (len(proposal.pairs), proposal.unpaired, proposal.places) == (6, 0, 0)
    rows = (
        Pairing.objects.active()
        .order_by("cadre", "slot")
        .values_list("cadre", "slot", "quota", "household__village__parent__name")
    )
    assert list(rows) == [
        *[(east.pk, slot, 3, "东山镇") for slot in (1, 2, 3)],
        *[(west.pk, slot, 3, "西河镇") for slot in (1, 2, 3)],
    ]
    assert Pairing.history.count() == 6


def test_a_proposal_asks_four_queries_and_writes_nothing(wang, four_households, campaign):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        proposal = propose_pairings(campaign)
    assert (len(asked), len(proposal.pairs), proposal.unpaired, Pairing.objects.count()) == (4, 3, 1, 0)


def test_places_between_taken_ones_are_used(wang, four_households, campaign, today):
    standing = [pair(h, wang, starts_on=today) for h in four_households[:3]]
    end_pairing(standing[1], on=today, reason="调整")
    proposal = propose_pairings(campaign)
    rows = prepare(proposal.pairs, campaign, starts_on=today)
    assert [(row.household_id, row.slot) for row in rows] == [(four_households[1].pk, 2)]


def test_a_proposal_that_was_overtaken_writes_nothing(wang, li, make_cadre, four_households, campaign, today):
    rows = prepare(propose_pairings(campaign).pairs, campaign, starts_on=today)
    pair(four_households[0], make_cadre("赵快"), starts_on=today)
    with pytest.raises(PairingRefused, match="slot_taken"):
        write(rows, campaign)
    assert Pairing.objects.count() == 1


def test_a_proposal_is_asked_again_before_it_is_written(wang, four_households, campaign, today):
    pairs = propose_pairings(campaign).pairs
    deactivate(wang, on=today, reason="调离", dispositions={})
    with pytest.raises(PairingRefused, match="slot_taken"):
        prepare(pairs, campaign, starts_on=today)


def test_a_cadre_who_goes_at_the_last_moment_stops_it(li, four_households, campaign, today):
    rows = prepare(propose_pairings(campaign).pairs, campaign, starts_on=today)
    deactivate(li, on=today, reason="调离", dispositions={})
    with pytest.raises(PairingRefused, match="slot_taken"):
        write(rows, campaign)
    assert (Pairing.objects.count(), Pairing.history.count()) == (0, 0)
    assert li.rank == Rank.DISTRICT_LEADER
