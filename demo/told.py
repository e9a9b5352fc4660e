"""Fictitious news on visits, so that the receipt, the case file and a decision between two values can be seen."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from cadres.models import Pairing
from core.history import history_written_by_caller, through
from households.codes import Health, Relation, Sex
from households.models import Household, Member
from households.register import change_household
from visits import changes
from visits.changes import Told
from visits.codes import Change, Fact, Mode
from visits.logging import log_visit
from visits.models import Visit


def tell(*, as_of: date, seed: int) -> None:
    """Two visits of the demo's cadre: one with news of every kind, one beside which the clerk changed the same."""
    random, clerk = Random(seed + 11), User.objects.get(username="clerk")  # noqa: S311 fictitious, no secret
    pairings = list(Pairing.objects.active().filter(cadre__user__username="cadre").select_related("cadre__user")[:2])
    for pairing, tell_one in zip(pairings, (_news, _conflict), strict=False):
        household, cadre = Household.objects.get(pk=pairing.household_id), pairing.cadre.user
        assert cadre is not None  # found by its name
        with through("load_demo", by=cadre):
            told, codes, text = tell_one(household, as_of, clerk)
            visit = log_visit(
                client_id=UUID(int=random.getrandbits(128), version=4), household=household, by=cadre,
                visited_on=as_of - timedelta(days=1), mode=Mode.HOME, changes=codes, text=text, told=told,
            )  # fmt: skip
        day = datetime.combine(visit.visited_on, time(16, 30), timezone.get_current_timezone())
        with history_written_by_caller():  # the demo lives on its own day
            Visit.objects.filter(pk=visit.pk).update(entered_at=day)


def _told(household: Household, fact: str, value: object, member: Member | None = None) -> Told:
    key = changes.key_of(fact, member.pk if member else None)
    return Told(fact, value, member, changes.version(key, changes.standing(household).get(key)))


def _news(household: Household, as_of: date, clerk: User) -> tuple[list[Told], list[str], str]:
    head = Member.objects.filter(household=household, active=True).order_by("pk")[0]
    born = {
        "name": f"{household.head_name[:1]}小苗", "sex": Sex.FEMALE.value, "relation": Relation.GRANDDAUGHTER.value,
        "birth_date": (as_of - timedelta(days=12)).isoformat(), "no_id_reason": "newborn",
    }  # fmt: skip
    job = changes.job(employer="镇服装厂", wage=Decimal(3000), since=as_of.replace(day=1))
    told = [
        _told(household, Fact.PHONE, "13900000088"), Told(Fact.BIRTH, born), _told(household, Fact.JOB, job, head),
        _told(household, "housing", {"state": "held", "evidence": "东屋屋顶已修好，走访看过"}),
    ]  # fmt: skip
    return told, [Change.FAMILY, Change.JOB, Change.HOUSING], "孙女出生，一家人高兴；户主进了镇服装厂。"


def _conflict(household: Household, as_of: date, clerk: User) -> tuple[list[Told], list[str], str]:
    head = Member.objects.filter(household=household, active=True).order_by("pk")[0]
    told = [
        _told(household, Fact.PHONE, "13900000066"),
        _told(household, Fact.HEALTH, [Health.CHRONIC.value], head),
    ]
    with through("load_demo", by=clerk):  # between the opening of the form and the saving
        change_household(household, phone="13900000099")
    return told, [Change.FAMILY, Change.HEALTH], "户主血压高，已约镇卫生院复查。"
