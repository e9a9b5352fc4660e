"""A worker killed in the middle of an assessment: nothing half done, and it is finished by itself, once."""

from datetime import date

import pytest

from core.models import Job, JobState
from district.models import Division, Level
from district.register import load_divisions, open_campaign
from households.growth import KIND
from households.models import Enrolment, GrowthAssessment, Household, IncomeStatement
from tests.faults.slow import slow_insert, wait_until_inside

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.both_engines]
HOUSEHOLDS = 40


@pytest.fixture
def two_years(stack):
    """Households with 12,600 yuan in 2016; every other one grew by exactly 10 % in 2017, the rest by a fen less."""
    load_divisions()
    campaign = open_campaign()
    village = Division.objects.filter(level=Level.VILLAGE).first()
    for number in range(HOUSEHOLDS):
        household = Household.objects.create(code=f"99{number:08}", village=village)
        Enrolment.objects.create(
            household=household, campaign=campaign, entry_year=2016, entered_on=date(2016, 3, 1), state="active"
        )
        for year, wage in ((2016, "12600.00"), (2017, "13860.00" if number % 2 else "13859.99")):
            IncomeStatement.objects.create(household=household, year=year, people=3, wage=wage, state="checked")


def verdicts():
    return list(GrowthAssessment.objects.order_by("household").values_list("verdict", flat=True))


def test_killed_while_it_assesses(stack, two_years):
    with slow_insert("households_growthassessment", f"NEW.id = {HOUSEHOLDS // 2}"):
        worker = stack.start("worker")
        job = Job.objects.create(kind=KIND, args={"year": 2017})
        stack.wait_for(lambda: Job.objects.get(pk=job.pk).saving)
        wait_until_inside()
        stack.kill(worker)
        assert (verdicts(), GrowthAssessment.history.count()) == ([], 0)

    stack.start("worker")
    done = stack.wait_for_end(job)
    assert (done.state, done.attempt, done.result["changed"]) == (JobState.DONE, 2, HOUSEHOLDS)
    assert verdicts() == ["missed", "met"] * (HOUSEHOLDS // 2)
    assert GrowthAssessment.history.count() == HOUSEHOLDS
