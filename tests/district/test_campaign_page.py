"""The campaign page: policy by year in percent, quotas, what was changed before; for the district admin only."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from cadres.models import Pairing
from core.history import through
from core.models import Job
from district import register
from district.models import Campaign, CampaignYear, RankQuota
from district.policy import policy_for
from tests.factories.district import CampaignYearFactory

PAGE = reverse("district:campaign")
YEAR = reverse("district:campaign_year", args=[2018])
NEW = reverse("district:year_new")
POLICY = {"income_line": "12600.00", "line_basis": "household", "growth_target": "10", "visit_interval_days": "60",
          "statements_due_on": "2019-03-31"}  # fmt: skip
QUOTAS = {"district_leader-households": "5", "division_level-households": "3"}


@pytest.fixture
def admin(client, people):
    client.force_login(people.district_admin)
    return people.district_admin


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"


def errors(answer):
    return set(answer.context["form"].errors)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize(
    ("typed", "bp"), [("10", 1000), ("9.5", 950), ("9.99", 999), ("0", 0), ("0.29", 29), ("1000", 100_000)]
)
def test_percent_becomes_basis_points_and_comes_back_as_typed(typed, bp, client, admin):
    client.post(YEAR, {**POLICY, "growth_target": typed})
    assert policy_for(2018).growth_target_bp == bp
    shown = client.get(YEAR).context["form"]["growth_target"].value()
    assert Decimal(shown) == Decimal(typed)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"growth_target": "9.999"}, "growth_target"),
        ({"growth_target": "-1"}, "growth_target"),
        ({"growth_target": "1000.01"}, "growth_target"),
        ({"growth_target": "十"}, "growth_target"),
        ({"income_line": "0"}, "income_line"),
        ({"income_line": "-5"}, "income_line"),
        ({"income_line": "12600.005"}, "income_line"),
        ({"income_line": ""}, "income_line"),
        ({"line_basis": "village"}, "line_basis"),
        ({"visit_interval_days": "0"}, "visit_interval_days"),
        ({"statements_due_on": "2019-02-30"}, "statements_due_on"),
    ],
)
def test_what_makes_no_sense_comes_back_with_the_error_at_its_field(facts, field, client, admin):
    before = CampaignYear.objects.filter(year=2018).values().get()
    answer = client.post(YEAR, {**POLICY, **facts})
    assert (answer.status_code, errors(answer)) == (422, {field})
    assert CampaignYear.objects.filter(year=2018).values().get() == before


def test_a_year_is_changed_and_the_others_are_not(client, admin):
    others = list(CampaignYear.objects.exclude(year=2018).values())
    client.post(YEAR, {**POLICY, "income_line": "13800", "line_basis": "per_head", "line_included": "on"})
    found = policy_for(2018)
    assert (found.income_line, found.line_basis, found.line_included) == (Decimal("13800.00"), "per_head", True)
    assert list(CampaignYear.objects.exclude(year=2018).values()) == others


@pytest.mark.parametrize(
    ("facts", "assessed"),
    [({}, False), ({"income_line": "13800"}, False), ({"growth_target": "9"}, True),
     ({"statements_due_on": "2019-04-30"}, True)],
)  # fmt: skip
def test_a_change_of_target_or_due_day_is_assessed_by_itself(facts, assessed, client, admin):
    client.post(YEAR, {**POLICY, **facts})
    assert list(Job.objects.values_list("kind", "args")) == [("assess_growth", {"year": 2018})] * assessed


def test_the_page_of_a_year_shows_who_changed_what_before(client, admin):
    client.post(YEAR, {**POLICY, "growth_target": "9.5"})
    log = client.get(YEAR).context["log"]
    assert [(entry.who, entry.what, entry.lines) for entry in log][:1] == [
        ("district_admin", "2018", [("增收目标", "10.0%", "9.5%")])
    ]
    assert log.paginator.count == 2


def test_a_target_with_two_places_is_printed_with_both(client, admin):
    client.post(YEAR, {**POLICY, "growth_target": "12.34"})
    assert client.get(YEAR).context["log"][0].lines == [("增收目标", "10.0%", "12.34%")]
    assert ">12.34%</td>" in client.get(PAGE).content.decode()


def test_the_history_of_another_year_is_not_shown(client, admin):
    client.post(YEAR, {**POLICY, "growth_target": "9.5"})
    assert client.get(reverse("district:campaign_year", args=[2017])).context["log"].paginator.count == 1


def test_quotas_are_changed_with_history_and_standing_pairings_keep_theirs(client, admin, zhao):
    client.post(PAGE, {**QUOTAS, "division_level-households": "4"})
    assert dict(RankQuota.objects.values_list("rank", "households")) == {"district_leader": 5, "division_level": 4}
    assert Pairing.objects.get(household=zhao).quota == 3
    log = client.get(PAGE).context["log"]
    assert (log[0].who, [line[1:] for line in log[0].lines]) == ("district_admin", [("3", "4")])


@pytest.mark.parametrize("typed", ["0", "-1", "", "三"])
def test_a_senseless_quota_changes_nothing(typed, client, admin):
    answer = client.post(PAGE, {"district_leader-households": "6", "division_level-households": typed})
    assert (answer.status_code, [set(form.errors) for form in answer.context["forms"]]) == (
        422,
        [set(), {"households"}],
    )
    assert dict(RankQuota.objects.values_list("rank", "households")) == {"district_leader": 5, "division_level": 3}


def test_the_next_year_is_added_by_a_button(client, admin):
    assert '<input type="hidden" name="year" value="2021">' in client.get(PAGE).content.decode()
    answer = client.post(NEW, {"year": "2021"})
    assert answer["Location"] == reverse("district:campaign_year", args=[2021])
    assert policy_for(2021).statements_due_on == date(2022, 3, 31)
    assert Campaign.objects.get().ends_on == date(2021, 12, 31)


def test_a_year_is_added_once_however_often_it_is_sent(client, admin, english):
    client.post(NEW, {"year": "2021"}, follow=True)
    before = CampaignYear.history.count(), Campaign.history.count()
    again = client.post(NEW, {"year": "2021"}, follow=True)
    assert said(again) == ["2021 is there already. Nothing was changed."]
    assert again.redirect_chain == [(PAGE, 302)]
    assert (CampaignYear.objects.count(), CampaignYear.history.count(), Campaign.history.count()) == (6, *before)


@pytest.mark.parametrize("year", ["2022", "2015", "", "x", "-1", "２０２１"])
def test_no_year_but_the_next_is_added(year, client, admin, english):
    answer = client.post(NEW, {"year": year}, follow=True)
    assert said(answer) == ["Only the year after the last one can be added. Nothing was changed."]
    assert (answer.status_code, CampaignYear.objects.count()) == (200, 5)


def test_a_year_of_5000_digits_is_no_request(client, admin):
    assert (client.post(NEW, {"year": "9" * 5000}).status_code, CampaignYear.objects.count()) == (400, 5)


def test_years_end_ten_years_ahead(client, admin, english):
    latest = timezone.localdate().year + register.MOST_YEARS_AHEAD
    CampaignYearFactory(campaign=Campaign.objects.get(), year=latest)
    answer = client.post(NEW, {"year": str(latest + 1)}, follow=True)
    assert said(answer) == [f"{latest + 1} lies more than 10 years ahead and was not added."]
    assert (reverse("district:year_new") in answer.content.decode(), CampaignYear.objects.count()) == (False, 6)


def test_the_tenth_year_ahead_is_added(client, admin):
    latest = timezone.localdate().year + register.MOST_YEARS_AHEAD
    CampaignYearFactory(campaign=Campaign.objects.get(), year=latest - 1)
    client.post(NEW, {"year": str(latest)})
    assert policy_for(latest).year == latest


def test_the_slower_of_two_requests_changes_nothing(admin, monkeypatch):
    campaign = Campaign.objects.get()
    following = register.next_year

    def meanwhile(policies):  # after this request has looked, before it writes
        CampaignYearFactory(campaign=campaign, year=2021)
        return following(policies)

    monkeypatch.setattr(register, "next_year", meanwhile)
    with pytest.raises(register.YearRefused, match="already_there"):
        register.add_year(campaign, 2021)
    assert Campaign.objects.get().ends_on == date(2020, 12, 31)


@pytest.mark.parametrize("changes", [1, 3])
@pytest.mark.parametrize(("address", "queries"), [(PAGE, 10), (YEAR, 9)])
def test_a_fixed_number_of_queries(address, queries, changes, client, admin, django_assert_num_queries):
    quota = RankQuota.objects.get(rank="division_level")
    for n in range(changes):
        CampaignYearFactory(campaign=quota.campaign, year=2030 + n)
        with through("试验", by=admin):
            register.set_quota(quota, 6 + n)
            register.set_policy(policy_for(2018), growth_target_bp=900 + n)
    client.get(address)
    with django_assert_num_queries(queries):
        answer = client.get(address)
    assert len(answer.context["log"].object_list) == changes + (2 if address == PAGE else 1)


def test_only_the_district_admin_changes_policy(client, people):
    forms = {YEAR: {**POLICY, "growth_target": "1"}, PAGE: {**QUOTAS, "division_level-households": "9"},
             NEW: {"year": "2021"}}  # fmt: skip
    for who in ("cadre", "township_official", "inspector", "log_auditor", "system_admin", "stranger"):
        client.force_login(getattr(people, who))
        assert [client.post(address, form).status_code for address, form in forms.items()] == [403] * 3, who
    assert (policy_for(2018).growth_target_bp, CampaignYear.objects.count()) == (1000, 5)
