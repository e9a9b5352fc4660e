"""A list without rows says whether nothing is there yet or nothing fits, and what to do."""

import pytest
from django.urls import reverse

LISTS = {
    "households:list": "暂无农户",
    "visits:list": "暂无走访记录",
    "visits:needs": "暂无诉求",
    "visits:complaints": "暂无投诉建议",
    "visits:voices": "暂无农户评价",
    "visits:cards": "辖区内暂无农户",
    "programs:measures": "暂无帮扶措施",
}


def test_the_page_of_another_table_is_no_filter_of_this_one(client, people):
    client.force_login(people.district_admin)
    page = client.get(reverse("cadres:coverage"), {"h-page": "2", "h-sort": "code"}).content.decode()
    assert ("没有无人帮扶的在册农户" in page, "没有符合条件的记录" in page) == (True, False)


@pytest.mark.parametrize("view", LISTS)
def test_an_empty_list_differs_from_a_filter_that_nothing_fits(client, people, view):
    client.force_login(people.district_admin)
    empty = client.get(reverse(view)).content.decode()
    narrowed = client.get(reverse(view), {"q": "zzz"}).content.decode()
    said = [(LISTS[view] in page, "没有符合条件的记录" in page) for page in (empty, narrowed)]
    assert said == [(True, False), (False, True)]
