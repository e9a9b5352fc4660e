"""Fifty admins at once want the last place, and one household. Threads on PostgreSQL; the control shows the race."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import Unit
from cadres.codes import PairingRefused
from cadres.models import Cadre, Pairing
from cadres.pairing import broken_rule, end_pairing, free_slots, pair, transfer
from cadres.register import deactivate
from district.models import Campaign, Division, Level, Rank, RankQuota
from households.models import Enrolment, Household

pytestmark = [pytest.mark.postgres, pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ADMINS = 50
TODAY = timezone.localdate()


@pytest.fixture
def campaign():
    campaign = Campaign.objects.create(
        slug="race", name="试点帮扶", starts_on="2020-01-01", ends_on="2099-12-31", base_year=2019
    )
    RankQuota.objects.create(campaign=campaign, rank=Rank.DIVISION_LEVEL, households=3)
    return campaign


@pytest.fixture
def village():
    district = Division.objects.create(code="129999000000", level=Level.DISTRICT, name="试验区")
    town = Division.objects.create(code="129999001000", level=Level.TOWNSHIP, name="东山镇", parent=district)
    return Division.objects.create(code="129999001001", level=Level.VILLAGE, name="前村", parent=town)


@pytest.fixture
def households(campaign, village):
    rows = [Household.objects.create(code=f"99{n:08}", village=village, head_name="赵某") for n in range(ADMINS)]
    for household in rows:
        Enrolment.objects.create(household=household, campaign=campaign, entry_year=2019, entered_on="2020-01-01")
    return rows


@pytest.fixture
def cadres():
    unit = Unit.objects.create(name="区林业局")
    return [
        Cadre.objects.create(name=f"干部{n}", unit=unit, rank=Rank.DIVISION_LEVEL, active_from="2020-01-01")
        for n in range(ADMINS)
    ]


@pytest.fixture
def no_constraints():
    """The two unique indexes dropped, and back at the end."""
    rules = [c for c in Pairing._meta.constraints if c.name in ("household_one_cadre", "cadre_slot_once")]
    assert len(rules) == 2
    with connection.schema_editor() as editor:
        for rule in rules:
            editor.remove_constraint(Pairing, rule)
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cadres_pairing CASCADE")
    with connection.schema_editor() as editor:
        for rule in rules:
            editor.add_constraint(Pairing, rule)


def at_once(*acts):
    """What each act came to, all begun at the same moment, each on its own connection."""
    ready = Barrier(len(acts))

    def run(act):
        try:
            connection.ensure_connection()
            ready.wait(timeout=60)
            act()
            return "paired"
        except PairingRefused as refusal:
            return str(refusal.code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def give(household, cadre):
    return lambda: pair(household, cadre, starts_on=TODAY)


def look_then_write(household, cadre, campaign, looked):
    """What pair() does, but waits between the look and the write, so that the race is sure, not likely."""

    @transaction.atomic
    def act():
        slots = list(free_slots(cadre, 3))
        looked.wait(timeout=60)
        Pairing(household=household, cadre=cadre, campaign=campaign, slot=slots[0], quota=3, starts_on=TODAY).save(
            force_insert=True
        )

    return act


def test_all_win_without_the_constraints(no_constraints, campaign, households, cadres):
    """The control: else the next tests prove nothing."""
    looked = Barrier(5)
    one_place = [look_then_write(h, cadres[0], campaign, looked) for h in households[:5]]
    assert (at_once(*one_place), Pairing.objects.filter(cadre=cadres[0], slot=1).count()) == (["paired"] * 5, 5)
    looked = Barrier(5)
    one_household = [look_then_write(households[9], cadre, campaign, looked) for cadre in cadres[1:6]]
    assert (at_once(*one_household), Pairing.objects.filter(household=households[9]).count()) == (["paired"] * 5, 5)


def test_one_of_fifty_admins_gets_the_last_place(campaign, households, cadres):
    for household in households[:2]:
        pair(household, cadres[0], starts_on=TODAY)
    rivals = households[2:]
    assert at_once(*(give(h, cadres[0]) for h in rivals)) == ["paired"] + ["quota_full"] * (len(rivals) - 1)
    assert sorted(Pairing.objects.active().values_list("slot", flat=True)) == [1, 2, 3]


def test_fifty_admins_fill_three_places_not_four_and_not_two(campaign, households, cadres):
    assert at_once(*(give(h, cadres[0]) for h in households)) == ["paired"] * 3 + ["quota_full"] * (ADMINS - 3)
    assert sorted(Pairing.objects.active().values_list("slot", flat=True)) == [1, 2, 3]


def test_one_of_fifty_admins_gets_the_household(campaign, households, cadres):
    results = at_once(*(give(households[0], cadre) for cadre in cadres))
    assert results == ["already_paired"] * (ADMINS - 1) + ["paired"]
    assert Pairing.objects.count() == Pairing.history.count() == 1


def test_a_pairing_is_ended_or_transferred_by_one(campaign, households, cadres):
    pairing = pair(households[0], cadres[0], starts_on=TODAY)
    acts = [lambda: end_pairing(Pairing.objects.get(pk=pairing.pk), on=TODAY, reason="调整")]
    acts += [
        lambda to=to: transfer(Pairing.objects.get(pk=pairing.pk), to=to, on=TODAY, reason="调整") for to in cadres[1:8]
    ]
    assert at_once(*acts) == ["ended"] * 7 + ["paired"]
    assert Pairing.objects.active().count() <= 1


def test_a_cadre_who_goes_is_not_left_with_a_household(campaign, households, cadres):
    """Whoever is first: either the pairing stands and he stays, or he goes and no pairing begins."""
    for round_, household in enumerate(households[:10]):
        cadre = cadres[round_]
        outcome = at_once(
            give(household, cadre), lambda cadre=cadre: deactivate(cadre, on=TODAY, reason="调离", dispositions={})
        )
        assert outcome in (["cadre_inactive", "paired"], ["paired", "still_paired"])
    assert Pairing.objects.active().filter(cadre__active_to__isnull=False).count() == 0


def test_the_rule_is_named_the_same_on_both_engines(campaign, households, cadres):
    standing = pair(households[0], cadres[0], starts_on=TODAY)
    facts = {"campaign": campaign, "quota": 3, "starts_on": TODAY}
    broken = [
        Pairing(household=households[0], cadre=cadres[1], slot=1, **facts),
        Pairing(household=households[1], cadre=cadres[0], slot=standing.slot, **facts),
        Pairing(household=households[1], cadre=cadres[0], slot=4, **facts),
    ]
    assert [broken_rule(row) for row in broken] == ["already_paired", "slot_taken", "quota_full"]
