"""Who opens which dashboard, what narrows it, how much it asks."""

import re

import pytest
from django.urls import reverse

from district.models import CampaignYear

DISTRICT = "/dashboards/district/"


def township(places, name):
    return reverse("dashboards:township", args=[places[name].code])


ANSWERS = {  # district, own township or place, the other township, index
    "admin": (200, 200, 200, DISTRICT),
    "inspector": (200, 200, 200, DISTRICT),
    "official": (404, 200, 404, "东山镇"),
    "clerk": (404, 404, 404, "前村"),
    "cadre": (403, 403, 403, None),
    "cadre_clerk": (404, 404, 404, "后村"),
    "liaison": (403, 403, 403, None),
    "department": (403, 403, 403, None),
    "auditor": (403, 403, 403, None),
    "sysadmin": (403, 403, 403, None),
    "nobody": (403, 403, 403, None),
}


@pytest.mark.parametrize(("name", "answers"), ANSWERS.items())
def test_a_dashboard_opens_to_its_own_place(name, answers, client, district, cast, places):
    client.force_login(cast[name])
    asked = [DISTRICT, township(places, "东山镇"), township(places, "西河镇")]
    assert [client.get(url).status_code for url in asked] == list(answers[:3])
    response = client.get("/dashboards/")
    if answers[3] is None:
        assert response.status_code == 403
    else:
        url = DISTRICT if answers[3] == DISTRICT else township(places, answers[3])
        assert (response.status_code, response.headers["Location"], client.get(url).status_code) == (302, url, 200)


def test_a_place_that_does_not_exist_is_not_found(client, district, cast):
    client.force_login(cast["admin"])
    assert client.get("/dashboards/township/999999999999/").status_code == 404


def test_the_code_of_the_district_leads_to_its_own_page(client, district, cast, places):
    client.force_login(cast["admin"])
    assert client.get(township(places, "试验区")).headers["Location"] == DISTRICT


def test_rates_have_as_many_places_as_the_target(client, district, cast, places):
    client.force_login(cast["official"])
    url = township(places, "东山镇")
    assert re.search(r"10\.0%.*>-?\d+\.\d%</td>", client.get(url).content.decode(), re.DOTALL)
    for policy in CampaignYear.objects.all():
        policy.growth_target_bp = 1234
        policy.save()
    assert re.search(r"12\.34%.*>-?\d+\.\d\d%</td>", client.get(url).content.decode(), re.DOTALL)


def test_year_village_and_cause_narrow_the_page(client, district, cast, places):
    client.force_login(cast["official"])
    url = township(places, "东山镇")
    assert client.get(url).context["households"] == 3
    assert client.get(url, {"village": places["前村"].code}).context["households"] == 2
    assert client.get(url, {"cause": "none"}).context["households"] == 1
    assert client.get(url, {"year": "2024"}).context["sum"].line.counts["growth_unknown"] == 3


@pytest.mark.parametrize(
    "odd", [{"year": "1"}, {"year": "x"}, {"village": "129999002001"}, {"village": "'"}, {"cause": "x"}]
)
def test_an_odd_choice_is_left_aside(odd, client, district, cast, places):
    client.force_login(cast["official"])
    assert client.get(township(places, "东山镇"), odd).context["households"] == 3


def test_it_says_as_of_when(client, district, cast):
    client.force_login(cast["admin"])
    response = client.get(DISTRICT)
    assert "统计截止" in response.content.decode()


def test_charts_name_places_in_the_order_of_their_codes(client, district, cast, places):
    client.force_login(cast["admin"])
    chart = client.get(DISTRICT).context["growth_chart"]
    assert (chart["kind"], chart["labels"]) == ("stacked", ["东山镇", "西河镇"])
    assert [series["data"] for series in chart["series"]] == [[1, 0], [1, 0], [1, 2]]
    assert [client.get(link).status_code for link in chart["links"]] == [200, 200]


@pytest.mark.parametrize("more", [0, 3])
def test_a_dashboard_asks_ten_queries_whatever_the_number_of_places(
    more, client, district, cast, places, make_household, django_assert_num_queries
):
    for number in range(more):
        make_household(f"多{number}", ["前村", "后村", "河口村"][number])
    client.force_login(cast["inspector"])
    for url in (DISTRICT, township(places, "东山镇")):
        client.get(url)
        with django_assert_num_queries(10):
            response = client.get(url)
        assert response.context["rows"]


def test_the_admins_home_asks_eleven(client, district, cast, django_assert_num_queries):
    client.force_login(cast["admin"])
    client.get("/")
    with django_assert_num_queries(11):
        client.get("/")


def test_no_cadre_is_named_on_a_dashboard(client, district, cast, cadres):
    client.force_login(cast["admin"])
    page = client.get(DISTRICT).content.decode()
    assert [name for name in cadres if name in page] == []
