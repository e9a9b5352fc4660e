"""The growth page: who sees which flags, the sum behind them, the run and what it changed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from accounts.models import RoleGrant
from core import jobs
from core.models import Job
from households import growth
from households.models import IncomeStatement, Verdict
from tests.households.growth_data import make_campaign, make_household, make_village, state_income

pytestmark = pytest.mark.django_db
PAGE = "/households/growth/"


@pytest.fixture
def sent(monkeypatch):
    ids = []
    monkeypatch.setattr(jobs.run_job, "delay", ids.append)
    return ids


@pytest.fixture
def campaign():
    return make_campaign()


@pytest.fixture
def village():
    return make_village()


def user_with(role, **where):
    user = get_user_model().objects.create_user(f"{role}-{get_user_model().objects.count()}", display_name="王")
    RoleGrant.objects.create(user=user, role=role, starts_on=dt.date(2016, 1, 1), **where)
    return user


@pytest.fixture
def admin(client):
    user = user_with("district_admin")
    client.force_login(user)
    return user


@pytest.fixture
def cases(campaign, village):
    """A household of each kind, by its head's name."""
    sums = {
        "达标户": ("12600.00", "13860.00"),
        "未达户": ("12600.00", "13859.99"),
        "无登记": ("12600.00", None),
        "无基数": (None, "13860.00"),
        "基数负": ("-1.00", "13860.00"),
    }
    made = {}
    for name, (base, result) in sums.items():
        made[name] = make_household(campaign, village, name=name)
        for year, total in ((2016, base), (2017, result)):
            if total is not None:
                state_income(made[name], year, total)
    growth.assess(2017)
    return made


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"


def names(response):
    return [row.record.household.head_name for row in response.context["table"].rows]


def figures(response):
    return {str(figure["label"]): figure["value"] for figure in response.context["figures"]}


def test_missed_ones_come_first_with_reason_and_sum(client, admin, cases, english):
    response = client.get(PAGE + "?year=2017")
    assert names(response) == ["未达户", "无登记", "基数负", "无基数", "达标户"]
    text = " ".join(response.content.decode().split())
    assert "2016: 12,600.00 yuan ÷ 3 people → 2017: 13,859.99 yuan ÷ 3 people; growth 9.9%, target 10%" in text
    assert "0.01 yuan short of the target" in text
    assert "No source fell; income grew too little" in text
    assert "2016: 12,600.00 yuan ÷ 3 people → 2017: no checked statement" in text


def test_a_target_with_two_places_is_not_printed_as_reached_by_who_missed_it(client, admin, village, english):
    household = make_household(make_campaign(target_bp=1234), village)
    state_income(household, 2016, "10000.00")
    state_income(household, 2017, "11233.99")
    growth.assess(2017)
    text = " ".join(client.get(PAGE + "?year=2017").content.decode().split())
    assert "growth 12.33%, target 12.34%; 0.01 yuan short of the target" in text
    assert ">12.33%</td>" in text
    assert "income per head; target 12.34%" in text


def test_sources_that_fell_are_named_with_amounts(client, admin, campaign, village, english):
    household = make_household(campaign, village)
    state_income(household, 2016, wage="9000", transfer="3000")
    state_income(household, 2017, wage="8000", transfer="2500")
    growth.assess(2017)
    text = " ".join(client.get(PAGE + "?year=2017").content.decode().split())
    assert (
        '<span>Wage income fell <span class="keep">1,000.00 yuan</span></span>'
        '<span>Transfer income fell <span class="keep">500.00 yuan</span></span>'
    ) in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("verdict=met", ["达标户"]),
        ("verdict=missed", ["未达户"]),
        ("verdict=unknown", ["无登记", "基数负", "无基数"]),
        ("reason=first_year", ["无基数"]),
        ("q=未达", ["未达户"]),
        ("q=无此人", []),
        ("q=小辛庄&verdict=met", ["达标户"]),
        ("sort=growth_bp&verdict=missed", ["未达户"]),
        ("job=99", []),
        ("verdict=nonsense", ["未达户", "无登记", "基数负", "无基数", "达标户"]),
    ],
)
def test_filters(client, admin, cases, query, expected):
    assert names(client.get(f"{PAGE}?year=2017&{query}")) == expected


def test_places_narrow_the_list(client, admin, cases, campaign):
    far = make_village("毛家峪村", "穿芳峪镇")
    make_household(campaign, far, name="远户")
    growth.assess(2017)
    assert names(client.get(f"{PAGE}?year=2017&township={far.parent.code}")) == ["远户"]
    response = client.get(f"{PAGE}?year=2017&village={far.code}")
    assert names(response) == ["远户"]
    assert sorted(response.context["filter"].form.fields) == [
        "job", "q", "reason", "township", "verdict", "village", "year",
    ]  # fmt: skip


def test_each_figure_opens_the_list_that_it_counts(client, admin, cases):
    shown = client.get(PAGE + "?year=2017").context["figures"]
    assert [figure["value"] for figure in shown] == [5, 1, 1, 3]
    assert [len(names(client.get(figure["url"]))) for figure in shown] == [5, 1, 1, 3]


def test_the_latest_closed_year_is_shown_by_default(client, admin, cases):
    response = client.get(PAGE)
    assert (response.context["policy"].year, len(names(response))) == (2017, 5)
    assert client.get(PAGE + "?year=2031").status_code == 404
    assert client.get(PAGE + "?year=abc").status_code == 404


def test_an_official_sees_the_own_township_alone(client, cases, campaign, village):
    far = make_village("毛家峪村", "穿芳峪镇")
    make_household(campaign, far, name="远户")
    growth.assess(2017)
    client.force_login(user_with("township_official", division=far.parent))
    response = client.get(PAGE + "?year=2017")
    assert names(response) == ["远户"]
    assert figures(response)[str(Verdict.MISSED.label)] == 0
    assert (response.context["may_run"], response.context["job"]) == (False, None)
    assert village.code not in response.content.decode()


def test_an_inspector_sees_masked_names(client, cases):
    client.force_login(user_with("inspector", reason="督查〔2018〕1号", ends_on=dt.date(2999, 1, 1)))
    text = client.get(PAGE + "?year=2017").content.decode()
    assert "未*户" in text
    assert "未达户" not in text


@pytest.mark.parametrize(("role", "status"), [("log_auditor", 403), ("system_admin", 403), ("cadre", 200)])
def test_who_may_open_the_page(client, cases, role, status):
    client.force_login(user_with(role))
    assert client.get(PAGE).status_code == status


def test_rows_link_to_the_case_file(client, admin, cases):
    text = client.get(PAGE + "?year=2017").content.decode()
    assert all(reverse("households:detail", args=[case.pk]) in text for case in cases.values())


def test_htmx_gets_the_table_alone(client, admin, cases):
    response = client.get(PAGE + "?year=2017&verdict=met", headers={"hx-request": "true"})
    assert response.templates[0].name == "households/_growth_table.html"
    assert names(response) == ["达标户"]


def test_the_filter_replaces_the_list_and_leads_back_to_the_year(client, admin, cases):
    text = client.get(PAGE + "?year=2017&verdict=met").content.decode()
    assert text.count('hx-target="#list"') > 1
    assert 'hx-target="#1' not in text  # the target of growth is not the target of htmx
    assert 'href="/households/growth/?year=2017">' in text


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("role", ["district_admin", "township_official", "inspector"])
def test_the_page_takes_the_same_queries_however_long_it_is(
    client, campaign, village, django_assert_num_queries, count, role
):
    where = {
        "township_official": {"division": village.parent},
        "inspector": {"reason": "督查", "ends_on": dt.date(2999, 1, 1)},
    }
    for _number in range(count):
        household = make_household(campaign, village)
        state_income(household, 2016, wage="5000")
        state_income(household, 2017, wage="4000")
    growth.assess(2017)
    client.force_login(user_with(role, **where.get(role, {})))
    with django_assert_num_queries(10 if role == "inspector" else 11):  # an official's menu counts what waits
        response = client.get(PAGE + "?year=2017")
    assert len(names(response)) == count


# --- Empty states ---


def test_before_the_first_policy_the_page_says_so(client, admin, english):
    response = client.get(PAGE)
    assert "There is no policy for any year yet." in response.content.decode()


def test_a_year_without_flags_says_what_to_do(client, admin, campaign, village, english):
    text = client.get(PAGE + "?year=2017").content.decode()
    assert "No household in your sight has been assessed for 2017." in text
    assert "Press “Assess now”" in text
    client.force_login(user_with("village_clerk", division=village))
    assert "It is assessed every night" in client.get(PAGE + "?year=2017").content.decode()


# --- The run ---


def test_the_button_starts_a_job_and_shows_its_progress(client, admin, cases, sent):
    response = client.post(reverse("households:growth_run"), {"year": "2017"}, headers={"hx-request": "true"})
    job = Job.objects.get()
    assert (job.kind, job.args, job.started_by) == ("assess_growth", {"year": 2017}, admin)
    assert f'id="job-{job.pk}"' in response.content.decode()
    assert "data-reload-when-done" in client.get(PAGE + "?year=2017").content.decode()


def test_without_a_script_the_button_leads_back_to_the_list(client, admin, cases, sent):
    response = client.post(reverse("households:growth_run"), {"year": "2017"})
    assert (response.status_code, response.url) == (302, "/households/growth/?year=2017")


@pytest.mark.parametrize("state", ["queued", "running"])
@pytest.mark.parametrize("begin", [growth.start, growth.start_by_hand])
def test_a_second_press_shows_the_run_under_way(begin, state, client, admin, english, cases, sent):
    begin(2017, by=None)
    Job.objects.update(state=state)
    sentence = "The year is being assessed already."
    fragment = client.post(reverse("households:growth_run"), {"year": "2017"}, headers={"hx-request": "true"})
    page = client.post(reverse("households:growth_run"), {"year": "2017"}, follow=True)
    job = Job.objects.get()
    text = fragment.content.decode()
    assert (sentence in text, f'id="job-{job.pk}"' in text) == (True, True)
    assert [str(message) for message in page.context["messages"]] == [sentence]


def test_another_year_and_a_new_run_after_the_end_are_started(client, admin, cases, sent):
    growth.start_by_hand(2016, by=admin)
    growth.start_by_hand(2017, by=admin)
    Job.objects.update(state="done")
    growth.start_by_hand(2017, by=admin)
    assert [job.args["year"] for job in Job.objects.order_by("pk")] == [2016, 2017, 2017]


def test_after_a_run_the_page_says_what_changed_and_shows_those_flags(client, admin, cases, sent):
    statement = IncomeStatement.objects.get(household=cases["达标户"], year=2017)
    statement.stated_total = Decimal("13000.00")
    statement.save()
    state_income(cases["无登记"], 2017, "20000.00")
    job = growth.start(2017, by=admin)
    jobs.run_job(job.pk)
    response = client.get(PAGE + "?year=2017")
    assert [(c["before"], c["after"], c["households"]) for c in response.context["changes"]] == [
        (Verdict.MET.label, Verdict.MISSED.label, 1),
        (Verdict.NO_STATEMENT.label, Verdict.MET.label, 1),
    ]
    assert "data-reload-when-done" not in response.content.decode()
    assert names(client.get(f"{PAGE}?year=2017&job={job.pk}")) == ["达标户", "无登记"]


def test_a_failed_run_can_be_tried_again(client, admin, cases, sent):
    job = growth.start(2017, by=admin)
    Job.objects.filter(pk=job.pk).update(state="failed", message="Cancelled.")
    assert reverse("core:job_retry", args=[job.pk]) in client.get(PAGE + "?year=2017").content.decode()


@pytest.mark.parametrize(
    ("role", "year", "status"),
    [("district_admin", "2031", 404), ("district_admin", "x", 404), ("cadre", "2017", 403), ("inspector", "2017", 403)],
)
def test_who_may_run_and_for_which_year(client, campaign, role, year, status, sent):
    where = {"reason": "督查", "ends_on": dt.date(2999, 1, 1)} if role == "inspector" else {}
    client.force_login(user_with(role, **where))
    assert client.post(reverse("households:growth_run"), {"year": year}).status_code == status
    assert not Job.objects.exists()


def test_a_run_is_never_started_by_a_link(client, admin, campaign):
    assert client.get(reverse("households:growth_run")).status_code == 405
