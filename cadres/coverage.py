"""Who is without a cadre, and which cadres have places: questions that pages, filters and the matching share."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest

from cadres.models import Cadre, CadreQuerySet, Pairing
from district.models import Campaign, Level, RankQuota
from district.policy import PolicyMissing, current_campaign
from households.models import Enrolment, EnrolmentState, Household
from households.scope import HouseholdQuerySet

SUGGESTIONS = 8
FEW = 4  # where a page asks for several households


def campaign_now() -> Campaign | None:
    """The current campaign, None before the first: pages are empty then."""
    try:
        return current_campaign()
    except PolicyMissing:
        return None


def quotas_by_rank(campaign: Campaign | None) -> dict[str, int]:
    """How many households a cadre of each rank helps; empty without a campaign."""
    return dict(RankQuota.objects.filter(campaign=campaign).values_list("rank", "households"))


def with_load(cadres: CadreQuerySet, quotas: dict[str, int]) -> CadreQuerySet:
    """Annotate `load` (households now), `quota` (by rank) and `room` (places left; none for who is not active)."""
    load = Pairing.objects.active().filter(cadre=OuterRef("pk")).order_by().values("cadre").values(n=Count("pk"))
    whens = [When(rank=rank, then=Value(households)) for rank, households in quotas.items()]
    quota = Case(*whens, default=Value(0), output_field=IntegerField())
    return cadres.annotate(quota=quota, load=Coalesce(Subquery(load), 0)).annotate(
        room=Case(
            When(active_to__isnull=True, then=Greatest(F("quota") - F("load"), 0)),
            default=Value(0),
            output_field=IntegerField(),
        )
    )


def with_room(quotas: dict[str, int]) -> CadreQuerySet:
    """Active cadres with a free place."""
    return with_load(Cadre.objects.active(), quotas).filter(room__gt=0).select_related("unit__division")


def suggestions(
    quotas: dict[str, int], *, household: Household | None = None, q: str = "", but: Cadre | None = None
) -> list[Cadre]:
    """A few cadres with a free place whose name or unit has these words; of the household's township first."""
    cadres = with_room(quotas)
    if but is not None:
        cadres = cadres.exclude(pk=but.pk)
    for word in q.split():
        cadres = cadres.filter(Q(name__icontains=word) | Q(unit__name__icontains=word))
    if household is not None:
        township = household.village.parent_id
        own = Q(unit__division=township) | Q(unit__division__parent=township, unit__division__level=Level.VILLAGE)
        far = Case(When(own, then=Value(0)), default=Value(1), output_field=IntegerField())
        cadres = cadres.annotate(far=far).order_by("far", "unit__name", "name", "pk")
    else:
        cadres = cadres.order_by("unit__name", "name", "pk")
    return list(cadres[:SUGGESTIONS])


def successors(
    quotas: dict[str, int], households: Sequence[Household], *, of: Cadre, chosen: Sequence[int] = ()
) -> list[list[Cadre]]:
    """For each household a few cadres who could take it over from this one, own township first. One query.

    `chosen`: by household the cadre (or 0) who stays in sight, found by a search or full by now. One query more.
    """
    free = list(with_room(quotas).exclude(pk=of.pk).order_by("unit__name", "name", "pk"))
    few = [
        sorted(free, key=lambda cadre: not _is_near(cadre, household))[:FEW] for household in households
    ]  # sorted is stable: by unit and name
    kept = (
        with_load(Cadre.objects.exclude(pk=of.pk), quotas).select_related("unit").in_bulk(chosen) if any(chosen) else {}
    )
    for options, pk in zip(few, chosen, strict=False):
        if pk in kept and kept[pk] not in options:
            options.insert(0, kept[pk])
    return few


def _is_near(cadre: Cadre, household: Household) -> bool:
    place = cadre.unit.division
    return place is not None and household.village.parent_id in (place.pk, place.parent_id)


def unpaired_households(campaign: Campaign | None) -> HouseholdQuerySet:
    """Active households of the campaign without a cadre."""
    active = Enrolment.objects.filter(campaign=campaign, state=EnrolmentState.ACTIVE)
    return Household.objects.filter(closed_on__isnull=True, pk__in=active.values("household")).exclude(
        pk__in=Pairing.objects.active().values("household")
    )


def uncovered(user: Any, campaign: Campaign | None) -> HouseholdQuerySet:
    """Households in the user's sight whom nobody helps: unpaired, or with a cadre who is not active any more."""
    gone = Pairing.objects.active().filter(cadre__active_to__isnull=False)
    either = Q(pk__in=unpaired_households(campaign).values("pk")) | Q(pk__in=gone.values("household"))
    own = gone.filter(household=OuterRef("pk"))
    return (
        Household.objects.visible_to(user).filter(either)
        .annotate(gone_pairing=Subquery(own.values("pk")[:1]), gone_cadre=Subquery(own.values("cadre__name")[:1]))
    )  # fmt: skip
