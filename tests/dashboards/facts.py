"""Facts about a household, in one line each."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from cadres.models import Pairing
from households.models import GrowthAssessment, IncomeStatement
from visits.models import Need, Visit

YEAR = 2025
TODAY = timezone.localdate()
BEGAN = date(2025, 1, 1)


def pair(household, cadre, campaign, *, slot=1, ended=False):
    facts = {"ended_on": TODAY, "end_reason": "工作调动"} if ended else {}
    return Pairing.objects.create(
        household=household, cadre=cadre, campaign=campaign, slot=slot, quota=3, starts_on=BEGAN, **facts
    )


def assess(household, verdict, reason="", base=None, result=None):
    return GrowthAssessment.objects.create(
        household=household, year=YEAR, base_year=YEAR - 1, verdict=verdict, reason=reason, assessed_at=timezone.now(),
        base_total=base and Decimal(base), base_people=base and 2, result_total=result and Decimal(result),
        result_people=result and 2,
    )  # fmt: skip


def state_income(household, total, state="checked"):
    return IncomeStatement.objects.create(
        household=household, year=YEAR, people=2, stated_total=Decimal(total), state=state
    )


def visit(household, cadre, days, *, reached=True, **facts):
    return Visit.objects.create(
        household=household, visitor=cadre, visited_on=TODAY - timedelta(days=days), reached=reached,
        mode="home" if reached else "not_home", entered_by=cadre.user, **facts,
    )  # fmt: skip


def need(household, *, due, state="open", **facts):
    closed = {"closed_on": TODAY, "result": "已办"} if state == "closed" else {}
    return Need.objects.create(
        household=household, kind="education", raised_on=TODAY - timedelta(days=60), due_on=TODAY + timedelta(days=due),
        state=state, **closed, **facts,
    )  # fmt: skip
