"""A list without rows says whether nothing is there yet or nothing fits, and what to do."""

import pytest
from django.urls import reverse

LISTS = {
    "households:list": "暂无农户",
    "visits:list": "暂无走访记录",
    "visits:needs": "暂无诉求",
    "programs:measures": "暂无帮扶措施",
}


@pytest.mark.parametrize("view", LISTS)
def test_an_empty_list_differs_from_a_filter_that_nothing_fits(client, people, view):
    client.force_login(people.district_admin)
    empty = client.get(reverse(view)).content.decode()
    narrowed = client.get(reverse(view), {"q": "zzz"}).content.decode()
    said = [(LISTS[view] in page, "没有符合条件的记录" in page) for page in (empty, narrowed)]
    assert said == [(True, False), (False, True)]
