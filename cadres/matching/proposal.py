"""Propose cadres for all unpaired households, and write a proposal that still holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from cadres.codes import PairingRefused, Problem
from cadres.coverage import quotas_by_rank, unpaired_households
from cadres.matching.balanced import Family, Helper, propose
from cadres.models import Cadre, Pairing
from cadres.pairing import hold_references, must_not_be_ahead
from core import bulk
from district.models import Campaign, Division, Level
from households.models import Enrolment, EnrolmentState

Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Proposal:
    """(household, cadre) pairs by id, and what is left when they are applied."""

    pairs: Pairs
    unpaired: int  # households left without a cadre
    places: int  # places left free


def propose_pairings(campaign: Campaign) -> Proposal:
    """A cadre for each active household without one, as far as the places go. Four queries, writes nothing."""
    households = unpaired_households(campaign).order_by("village__code", "code").values_list("pk", "village__parent")
    families = [Family(id=pk, township=township or 0) for pk, township in households]
    helpers = _helpers(campaign)
    pairs = propose(families, helpers)
    places = sum(max(0, helper.quota - helper.load) for helper in helpers)
    return Proposal(pairs=pairs, unpaired=len(families) - len(pairs), places=places - len(pairs))


def prepare(pairs: Pairs, campaign: Campaign, *, starts_on: date) -> list[Pairing]:
    """The rows of a proposal, each on its slot. PairingRefused("slot_taken") if the district has changed meanwhile."""
    must_not_be_ahead(starts_on)
    quotas = quotas_by_rank(campaign)
    cadres = {c.pk: c for c in Cadre.objects.active().filter(rank__in=quotas)}
    open_households = set(unpaired_households(campaign).values_list("pk", flat=True))
    taken: dict[int, set[int]] = {pk: set() for pk in cadres}
    for cadre, slot in Pairing.objects.active().filter(cadre__in=cadres).values_list("cadre", "slot"):
        taken[cadre].add(slot)
    rows = []
    for household, cadre_id in pairs:
        if household not in open_households or cadre_id not in cadres:
            raise PairingRefused(Problem.SLOT_TAKEN)
        quota = quotas[cadres[cadre_id].rank]
        slot = _next_slot(taken[cadre_id], quota)
        rows.append(
            Pairing(
                household_id=household,
                cadre_id=cadre_id,
                campaign=campaign,
                slot=slot,
                quota=quota,
                starts_on=starts_on,
            )
        )
    return rows


def write(rows: Sequence[Pairing], campaign: Campaign) -> None:
    """Write all rows of a proposal with their history, or none: PairingRefused("slot_taken") if one does not hold."""
    try:
        with transaction.atomic():
            bulk.insert(rows)
            hold_references()
            _must_all_be_active(rows, campaign)
    except IntegrityError as error:
        raise PairingRefused(Problem.SLOT_TAKEN) from error


def pair_all(campaign: Campaign, *, starts_on: date) -> Proposal:
    """Propose and write at once, as the demo does."""
    proposal = propose_pairings(campaign)
    write(prepare(proposal.pairs, campaign, starts_on=starts_on), campaign)
    return proposal


def _helpers(campaign: Campaign) -> list[Helper]:
    """Active cadres in the order of their units, those of a township in the order of townships."""
    quotas = quotas_by_rank(campaign)
    townships = {
        pk: pk if level == Level.TOWNSHIP else parent
        for pk, level, parent in Division.objects.exclude(level=Level.DISTRICT).values_list("pk", "level", "parent")
    }
    loads = Count("pairings", filter=Q(pairings__ended_on__isnull=True))
    rows = (
        Cadre.objects.active().filter(rank__in=quotas).annotate(load=loads).order_by("unit__name", "name", "pk")
        .values_list("pk", "load", "rank", "unit__division")
    )  # fmt: skip
    return [
        Helper(id=pk, load=load, quota=quotas[rank], township=townships.get(place)) for pk, load, rank, place in rows
    ]


def _next_slot(taken: set[int], quota: int) -> int:
    free = (slot for slot in range(1, quota + 1) if slot not in taken)
    slot = next(free, None) if len(taken) < quota else None
    if slot is None:
        raise PairingRefused(Problem.SLOT_TAKEN)
    taken.add(slot)
    return slot


def _must_all_be_active(rows: Sequence[Pairing], campaign: Campaign) -> None:
    """Asked after the insert, as pairing.pair() does: somebody may have closed a household at this moment."""
    if not rows:
        return
    written = Pairing.objects.filter(pk__gte=min(row.pk for row in rows), pk__lte=max(row.pk for row in rows))
    gone = Q(cadre__active_to__isnull=False) | Q(household__closed_on__isnull=False)
    active = Enrolment.objects.filter(campaign=campaign, state=EnrolmentState.ACTIVE)
    if written.filter(gone | ~Q(household__in=active.values("household"))).exists():
        raise PairingRefused(Problem.SLOT_TAKEN)
