"""A campaign of one target, and households with statements, for the tests of growth flags."""

import datetime as dt
from decimal import Decimal
from itertools import count
from typing import Any

from core import bulk
from district.models import Campaign, CampaignYear, Division, Level, LineBasis
from households.models import Enrolment, EnrolmentState, Household, IncomeStatement, StatementState

TARGET_BP = 1000
_numbers = count(1)


def make_campaign(*years: int, target_bp: int = TARGET_BP, due_on: dt.date | None = None) -> Campaign:
    campaign = Campaign.objects.create(
        slug=f"c{next(_numbers)}", name="帮扶攻坚行动", base_year=2016,
        starts_on=dt.date(2016, 1, 1), ends_on=dt.date(2020, 12, 31),
    )  # fmt: skip
    for year in years or (2016, 2017):
        CampaignYear.objects.create(
            campaign=campaign, year=year, income_line=Decimal(12600), line_basis=LineBasis.HOUSEHOLD,
            growth_target_bp=target_bp, visit_interval_days=30, statements_due_on=due_on or dt.date(year + 1, 3, 31),
        )  # fmt: skip
    return campaign


def make_village(name: str = "小辛庄村", township: str = "东二营镇") -> Division:
    district, _new = Division.objects.get_or_create(
        code="990000000000", defaults={"level": Level.DISTRICT, "name": "试验区"}
    )
    number = next(_numbers)
    place = Division.objects.create(code=f"9900{number:05}000", level=Level.TOWNSHIP, name=township, parent=district)
    return Division.objects.create(code=f"9900{number:05}001", level=Level.VILLAGE, name=name, parent=place)


def make_household(
    campaign: Campaign, village: Division, *, name: str = "常有田", state: str = EnrolmentState.ACTIVE, **facts: Any
) -> Household:
    household = Household.objects.create(code=f"99001{next(_numbers):05}", village=village, head_name=name, **facts)
    ended = {"ended_on": dt.date(2018, 1, 1), "reason": "试验"} if state in ("refused", "exited") else {}
    Enrolment.objects.create(
        household=household, campaign=campaign, state=state, entry_year=2016, entered_on=dt.date(2016, 6, 1), **ended
    )
    return household


def state_income(
    household: Household, year: int, total: str | None = None, people: int = 3, **facts: Any
) -> IncomeStatement:
    """A checked statement: a total alone, or sources."""
    return IncomeStatement.objects.create(
        household=household, year=year, people=people, stated_total=total and Decimal(total),
        **{"state": StatementState.CHECKED, **{k: Decimal(v) if v.isdecimal() else v for k, v in facts.items()}},
    )  # fmt: skip


def make_many(campaign: Campaign, village: Division, pairs: list[tuple[int, int, int, int]]) -> list[Household]:
    """A household for each (base fen, base people, result fen, result people) of 2016 and 2017."""
    households = [Household(code=f"99002{next(_numbers):06}", village=village, head_name="安多福") for _pair in pairs]
    bulk.insert(households)
    bulk.insert([
        Enrolment(household=household, campaign=campaign, entry_year=2016, entered_on=dt.date(2016, 6, 1))
        for household in households
    ])  # fmt: skip
    bulk.insert([
        IncomeStatement(
            household=household, year=year, people=people, stated_total=Decimal(fen) / 100, state=StatementState.CHECKED
        )
        for household, (base, base_people, result, result_people) in zip(households, pairs, strict=True)
        for year, fen, people in ((2016, base, base_people), (2017, result, result_people))
    ])  # fmt: skip
    return households
