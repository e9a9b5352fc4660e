"""Growth flags: the verdicts, exact at the fen on both engines, and what a run writes."""

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from math import floor

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core import jobs
from core.formats import percent
from core.history import through
from core.models import Job, JobState
from district.models import CampaignYear
from district.policy import PolicyMissing
from households import growth, tasks
from households.growth import Fall, Transition
from households.models import EnrolmentState, GrowthAssessment, IncomeStatement, Reason, Verdict
from tests.households.growth_data import (
    TARGET_BP,
    make_campaign,
    make_household,
    make_many,
    make_village,
    state_income,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
MOST_FEN = 999_999_999_999
ALL_ZERO = dict.fromkeys(Verdict.values, 0)


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def village():
    return make_village()


@pytest.fixture
def household(campaign, village):
    return make_household(campaign, village)


def flag_of(household, year=2017):
    return GrowthAssessment.objects.get(household=household, year=year)


def judged(household, year=2017):
    """(verdict, reason, growth in basis points) after a run."""
    growth.assess(year)
    flag = flag_of(household, year)
    return flag.verdict, flag.reason, flag.growth_bp


def history_kinds(household):
    return list(
        GrowthAssessment.history.filter(household=household).order_by("pk").values_list("history_type", flat=True)
    )


# --- The verdict ---


@pytest.mark.parametrize(
    ("base", "people", "result", "people_now", "expected"),
    [
        ("12600.00", 3, "13860.00", 3, ("met", "", 1000)),
        ("12600.00", 3, "13859.99", 3, ("missed", "none", 999)),
        ("12600.00", 1, "13854.96", 1, ("missed", "none", 996)),
        ("12600.00", 1, "13854.95", 1, ("missed", "none", 995)),
        ("10000.00", 1, "10996.00", 1, ("missed", "none", 996)),
        ("10000.00", 1, "10999.90", 1, ("missed", "none", 999)),  # 9.999 %
        ("12600.00", 3, "18480.00", 4, ("met", "", 1000)),
        ("12600.00", 3, "18479.99", 4, ("missed", "people_up", 999)),
        ("12600.00", 3, "13000.00", 2, ("met", "", 5476)),
        ("12600.00", 3, "12599.99", 3, ("missed", "none", -1)),  # -0.00008 % is cut, never shown as 0
        ("12600.00", 3, "-100.00", 3, ("missed", "none", -10080)),
        ("12600.00", 3, "0.00", 3, ("missed", "none", -10000)),
        ("0.00", 3, "5000.00", 3, ("base_not_positive", "", None)),
        ("-1.00", 3, "5000.00", 3, ("base_not_positive", "", None)),
        ("0.01", 1, "9999999999.99", 20, ("met", "", (999_999_999_999 - 20) * 10_000 // 20)),
    ],
)
def test_the_verdict_is_exact_at_the_fen(household, base, people, result, people_now, expected):
    state_income(household, 2016, base, people)
    state_income(household, 2017, result, people_now)
    assert judged(household) == expected


def test_a_missed_flag_is_never_printed_as_the_target(household):
    state_income(household, 2016, "10000.00", 1)
    state_income(household, 2017, "10996.00", 1)
    growth.assess(2017)
    assert percent(flag_of(household).growth_bp) == "9.9%"


def test_the_flag_keeps_the_sum_behind_it(household):
    state_income(household, 2016, "12600.00", 3)
    state_income(household, 2017, "13859.99", 4)
    growth.assess(2017)
    flag = flag_of(household)
    assert (flag.base_year, flag.base_total, flag.base_people, flag.result_total, flag.result_people, flag.job) == (
        2016, Decimal("12600.00"), 3, Decimal("13859.99"), 4, None,
    )  # fmt: skip


@pytest.mark.parametrize(("due_in_days", "verdict"), [(-1, "no_statement"), (0, "no_statement"), (1, "not_due")])
def test_without_a_statement_the_due_day_decides(village, due_in_days, verdict):
    campaign = make_campaign(due_on=timezone.localdate() + dt.timedelta(days=due_in_days))
    household = make_household(campaign, village)
    state_income(household, 2016, "12600.00", 3)
    assert judged(household) == (verdict, "", None)
    assert (flag_of(household).base_total, flag_of(household).result_total) == (Decimal("12600.00"), None)


def test_a_draft_counts_neither_as_result_nor_as_base(household):
    state_income(household, 2016, "12600.00")
    draft = state_income(household, 2017, "20000.00", state="draft")
    assert judged(household) == ("no_statement", "", None)
    draft.state = "checked"
    draft.save()
    assert judged(household) == ("met", "", 5873)
    base = IncomeStatement.objects.get(year=2016)
    base.state = "draft"
    base.save()
    assert judged(household) == ("no_base", "first_year", None)


def test_two_definitions_are_never_compared(household):
    state_income(household, 2016, "12600.00", definition="net")
    state_income(household, 2017, "13860.00", state="final")
    assert judged(household) == ("no_base", "other_definition", None)
    assert flag_of(household).base_total is None


def test_no_statement_comes_before_no_base(household):
    assert judged(household) == ("no_statement", "", None)


# --- The reason ---


@pytest.mark.parametrize(
    ("before", "now", "people_now", "reason", "falls"),
    [
        ({"wage": "9000", "transfer": "3000"}, {"wage": "8000", "transfer": "4500"}, 3, "wage", [("wage", 1000)]),
        (
            {"wage": "5000", "business": "9000", "business_cost": "1000"},
            {"wage": "4000", "business": "9000", "business_cost": "3000"},
            3, "business", [("business", 2000), ("wage", 1000)],
        ),
        ({"wage": "5000", "property_income": "900"}, {"wage": "5100"}, 3, "property", [("property", 900)]),
        (
            {"wage": "5000", "transfer": "900", "transfer_paid": "0"},
            {"wage": "5100", "transfer": "900", "transfer_paid": "500"},
            3, "transfer", [("transfer", 500)],
        ),
        (
            {"wage": "5000", "transfer": "900"},
            {"wage": "4500", "transfer": "400"},
            3, "wage", [("wage", 500), ("transfer", 500)],
        ),
        ({"wage": "5000"}, {"wage": "5100"}, 3, "none", []),
        ({"wage": "5000"}, {"wage": "5100"}, 4, "people_up", []),
        ({"wage": "5000", "transfer": "900"}, {"wage": "9000", "transfer": "800"}, 6, "people_up", [("transfer", 100)]),
        ({"wage": "5000"}, {"total": "4000"}, 3, "none", []),
    ],
)  # fmt: skip
def test_a_missed_target_names_what_fell_most(household, before, now, people_now, reason, falls):
    state_income(household, 2016, **before)
    state_income(household, 2017, people=people_now, **now)
    assert judged(household)[:2] == ("missed", reason)
    (explanation,) = growth.explain([flag_of(household)])
    assert (explanation.target_bp, list(explanation.falls)) == (
        TARGET_BP, [Fall(source, Decimal(yuan)) for source, yuan in falls],
    )  # fmt: skip


def test_explanations_take_two_queries_however_many(campaign, village, django_assert_num_queries):
    for _number in range(3):
        household = make_household(campaign, village)
        state_income(household, 2016, wage="5000")
        state_income(household, 2017, wage="4000")
    growth.assess(2017)
    flags = list(GrowthAssessment.objects.all())
    with django_assert_num_queries(2):
        explained = growth.explain(flags)
    assert [(e.assessment, e.falls[0].label) for e in explained] == [(f, str(Reason.WAGE.label)) for f in flags]


# --- Whom it concerns ---


def test_only_active_households_of_the_campaign_have_a_flag(campaign, village):
    active = make_household(campaign, village)
    for state in (EnrolmentState.PENDING, EnrolmentState.REFUSED, EnrolmentState.EXITED):
        make_household(campaign, village, state=state)
    make_household(campaign, village, closed_on=dt.date(2018, 1, 1), closed_reason="迁出")
    make_household(make_campaign(2030), village)
    result = growth.assess(2017)
    assert (result.households, result.verdicts) == (1, ALL_ZERO | {"no_statement": 1})
    assert list(GrowthAssessment.objects.values_list("household", flat=True)) == [active.pk]
    assert growth.households_to_assess(2017) == 1


def test_a_flag_goes_when_the_household_leaves(household, campaign, village):
    staying = make_household(campaign, village)
    growth.assess(2017)
    enrolment = household.enrolments.get()
    enrolment.state, enrolment.ended_on, enrolment.reason = EnrolmentState.EXITED, dt.date(2018, 1, 1), "稳定达标"
    enrolment.save()
    result = growth.assess(2017)
    assert (result.changed, result.transitions) == (1, (Transition("no_statement", "", 1),))
    assert list(GrowthAssessment.objects.values_list("household", flat=True)) == [staying.pk]
    assert history_kinds(household) == ["+", "-"]
    enrolment.state, enrolment.ended_on = EnrolmentState.ACTIVE, None
    enrolment.save()
    assert growth.assess(2017).transitions == (Transition("", "no_statement", 1),)
    assert history_kinds(household) == ["+", "-", "+"]


def test_some_households_can_be_assessed_alone(campaign, village):
    first, second = make_household(campaign, village), make_household(campaign, village)
    growth.assess(2017)
    for household in (first, second):
        state_income(household, 2016, "10000.00")
        state_income(household, 2017, "11000.00")
    result = growth.assess(2017, household_ids=[first.pk])
    assert (result.households, result.verdicts, result.changed) == (1, ALL_ZERO | {"met": 1}, 1)
    assert [flag_of(first).verdict, flag_of(second).verdict] == ["met", "no_statement"]
    assert growth.assess(2017, household_ids=[]).households == 0


def test_a_correction_reaches_the_year_and_the_one_after(village):
    campaign = make_campaign(2016, 2017, 2018)
    household = make_household(campaign, village)
    for year, total in ((2016, "10000.00"), (2017, "11000.00"), (2018, "12100.00")):
        state_income(household, year, total)
    for year in (2017, 2018):
        growth.assess(year)
    statement = IncomeStatement.objects.get(year=2017)
    statement.stated_total = Decimal("11500.00")
    statement.save()
    growth.reassess(household.pk, 2017)
    assert [(flag_of(household, year).verdict, flag_of(household, year).growth_bp) for year in (2017, 2018)] == [
        ("met", 1500), ("missed", 521),
    ]  # fmt: skip
    growth.reassess(household.pk, 2015)
    assert not GrowthAssessment.objects.filter(year=2016).exists()  # never assessed: waits for its first run


# --- Once, again, and after changes ---


def test_a_second_run_changes_nothing(household, campaign, village):
    state_income(household, 2016, "10000.00")
    state_income(household, 2017, "11000.00")
    make_household(campaign, village)
    first = growth.assess(2017)
    before = list(GrowthAssessment.objects.order_by("pk").values())
    second = growth.assess(2017)
    assert (first.changed, first.transitions) == (2, (Transition("", "met", 1), Transition("", "no_statement", 1)))
    assert (second.changed, second.transitions, second.verdicts) == (0, (), first.verdicts)
    assert list(GrowthAssessment.objects.order_by("pk").values()) == before
    assert GrowthAssessment.history.count() == 2


def test_only_what_changed_is_written_with_who_and_through_what(household, campaign, village, django_user_model):
    other = make_household(campaign, village)
    state_income(household, 2016, "10000.00")
    statement = state_income(household, 2017, "11000.00")
    growth.assess(2017)
    untouched = GrowthAssessment.objects.filter(household=other).values().get()
    statement.stated_total = Decimal("10999.99")
    statement.save()
    user = django_user_model.objects.create_user("wang")
    with through("import 12", by=user):
        result = growth.assess(2017)
    assert result.transitions == (Transition("met", "missed", 1),)
    assert GrowthAssessment.objects.filter(household=other).values().get() == untouched
    last = GrowthAssessment.history.filter(household=household).order_by("-pk").first()
    flag = flag_of(household)
    assert (last.history_type, last.history_user_id, last.history_change_reason) == ("~", user.pk, "import 12")
    assert (last.id, last.verdict, last.growth_bp, last.result_total) == (flag.pk, "missed", 999, Decimal("10999.99"))
    assert last.assessed_at == flag.assessed_at == last.history_date


def test_figures_that_move_within_a_verdict_are_a_change_too(household):
    state_income(household, 2016, "10000.00")
    statement = state_income(household, 2017, "12000.00")
    growth.assess(2017)
    statement.stated_total = Decimal("13000.00")
    statement.save()
    assert growth.assess(2017).transitions == (Transition("met", "met", 1),)


def test_runs_of_the_same_moment_are_told_apart(household, monkeypatch):
    at = timezone.now() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: at)
    assert [growth.assess(2017).changed, growth.assess(2017).changed] == [1, 0]
    assert history_kinds(household) == ["+"]


def test_a_policy_change_concerns_its_own_year_alone(village):
    campaign = make_campaign(2016, 2017, 2018)
    household = make_household(campaign, village)
    for year, total in ((2016, "10000.00"), (2017, "11000.00"), (2018, "12100.00")):
        state_income(household, year, total)
    for year in (2017, 2018):
        growth.assess(year)
    policy = CampaignYear.objects.get(year=2018)
    policy.growth_target_bp = 1001
    policy.save()
    assert [growth.assess(year).transitions for year in (2017, 2018)] == [(), (Transition("met", "missed", 1),)]


def test_a_year_without_policy_is_refused(campaign):
    with pytest.raises(PolicyMissing):
        growth.assess(2031)


# --- Command, job, schedule ---


def test_the_command_prints_one_document(household):
    out = StringIO()
    call_command("assess_growth", "--year", "2017", "--json", stdout=out)
    document = json.loads(out.getvalue())
    assert 0 <= document.pop("seconds") < 5
    assert document == {"year": 2017, "households": 1, "verdicts": ALL_ZERO | {"no_statement": 1}, "changed": 1}
    last = GrowthAssessment.history.latest("pk")
    assert (last.history_change_reason, last.history_user_id) == ("command assess_growth", None)


def test_the_command_speaks_to_people_too(household):
    out = StringIO()
    call_command("assess_growth", "--year", "2017", stdout=out)
    assert len(out.getvalue().splitlines()) == 1 + len(Verdict)


def test_the_command_refuses_a_year_without_policy(campaign):
    with pytest.raises(CommandError, match="2031") as refused:
        call_command("assess_growth", "--year", "2031")
    assert refused.value.returncode == 2


@pytest.fixture
def sent(monkeypatch):
    """Ids that would have gone to the queue."""
    ids = []
    monkeypatch.setattr(jobs.run_job, "delay", ids.append)
    return ids


def test_the_job_tells_what_it_found_and_what_changed(household, sent, django_user_model):
    user = django_user_model.objects.create_user("wang")
    job = growth.start(2017, by=user)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    result = job.result
    assert result.pop("seconds") >= 0
    assert (job.state, job.progress_done, job.progress_total) == (JobState.DONE, 1, 1)
    assert result == {
        "year": 2017, "households": 1, "verdicts": ALL_ZERO | {"no_statement": 1}, "changed": 1,
        "transitions": [{"before": "", "after": "no_statement", "households": 1}],
    }  # fmt: skip
    assert flag_of(household).job == job
    last = GrowthAssessment.history.latest("pk")
    assert (last.history_change_reason, last.history_user_id, last.job_id) == (f"job {job.pk}", user.pk, job.pk)


def test_a_job_that_lost_its_lease_writes_nothing(household, sent, monkeypatch):
    job = growth.start(2017)
    honest = growth.assess

    def taken_meanwhile(year, **how):
        Job.objects.filter(pk=job.pk).update(attempt=2)
        return honest(year, **how)

    monkeypatch.setattr(growth, "assess", taken_meanwhile)
    jobs.run_job(job.pk)
    assert (GrowthAssessment.objects.count(), GrowthAssessment.history.count()) == (0, 0)


def test_a_job_on_a_year_without_policy_fails_with_a_sentence(campaign, sent):
    job = growth.start(2031)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message_params) == (JobState.FAILED, {"year": 2031})


def test_a_year_waits_in_the_queue_once(campaign, sent):
    first = growth.start(2017)
    assert growth.start(2017) == first
    jobs.run_job(first.pk)
    assert growth.start(2017) != first
    assert growth.latest_run(2017).pk > first.pk


def test_every_night_the_closed_years_are_assessed(village, sent):
    today = timezone.localdate()
    campaign = make_campaign(2016, 2017, 2018, due_on=today)
    open_year = campaign.years.get(year=2018)
    open_year.statements_due_on = today + dt.timedelta(days=1)
    open_year.save()
    assert tasks.assess_closed_years() == 2
    assert [job.args for job in Job.objects.order_by("pk")] == [{"year": 2016}, {"year": 2017}]


def test_before_the_first_campaign_the_night_is_quiet(sent):
    assert (tasks.assess_closed_years(), Job.objects.count()) == (0, 0)


def test_a_statement_bears_on_its_year_and_the_next_one(campaign, sent):
    assert [job.args for job in growth.start_after_change(2016)] == [{"year": 2016}, {"year": 2017}]
    assert [job.args for job in growth.start_after_change(2017)] == [{"year": 2017}]


# --- Against plain fractions ---

FEN = st.one_of(
    st.integers(-MOST_FEN, MOST_FEN),
    st.integers(-300, 300),
    st.integers(1_000_000, 2_000_000),
    st.sampled_from([MOST_FEN, -MOST_FEN, 0, 1, -1]),
)
PEOPLE = st.integers(1, 20)
PAIR = st.tuples(FEN, PEOPLE, FEN, PEOPLE)


@st.composite
def at_the_edge(draw):
    """A result within a fen of the target."""
    base, people, people_now = draw(st.integers(1, MOST_FEN // 50)), draw(PEOPLE), draw(PEOPLE)
    exact = Fraction(base * people_now, people) * (10_000 + TARGET_BP) / 10_000
    return base, people, floor(exact) + draw(st.integers(-1, 1)), people_now


def oracle(base, people, result, people_now):
    """(verdict, basis points cut toward minus infinity) by plain fractions."""
    if base <= 0:
        return "base_not_positive", None
    grown = Fraction(result, people_now) / Fraction(base, people) - 1
    return ("met" if grown >= Fraction(TARGET_BP, 10_000) else "missed"), floor(grown * 10_000)


class AgainstFractions(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.one_of(PAIR, at_the_edge()), min_size=1, max_size=40))
    @example(
        [(1, 20, MOST_FEN, 1), (MOST_FEN, 1, -MOST_FEN, 20), (MOST_FEN, 20, MOST_FEN, 20), (MOST_FEN, 1, MOST_FEN, 20)]
    )
    def test_the_verdict_is_that_of_exact_fractions(self, pairs):
        households = make_many(make_campaign(), make_village(), pairs)
        growth.assess(2017)
        flags = {
            flag.household_id: (flag.verdict, flag.growth_bp) for flag in GrowthAssessment.objects.filter(year=2017)
        }
        assert [flags[household.pk] for household in households] == [oracle(*pair) for pair in pairs]
