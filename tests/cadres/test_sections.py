"""Who helps the household, in its case file."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from cadres.pairing import pair, transfer
from cadres.sections import TEMPLATE, pairing_section


@pytest.fixture
def handed_over(wang, li, household, today):
    first = pair(household, wang, starts_on=today - timedelta(days=9))
    return household, first, transfer(first, to=li, on=today, reason="工作调动")


def test_now_and_before(handed_over, official, admin, django_assert_num_queries):
    household, first, second = handed_over
    official.live_grants, admin.live_grants  # noqa: B018 read once a request
    with django_assert_num_queries(1):  # an official has no role that pairs
        seen = pairing_section(household, official)
    with django_assert_num_queries(2):
        own = pairing_section(household, admin)
    assert seen == {
        "household": household, "current_pairing": second, "former_pairings": [first], "may_pair": False,
    }  # fmt: skip
    assert own == seen | {"may_pair": True}


def test_what_can_be_done_is_offered_to_who_pairs(handed_over, make_household, admin, official):
    household, _first, second = handed_over
    acts = {reverse(f"cadres:pairing_{name}", args=[second.pk]) for name in ("transfer", "end")}
    with override("en"):
        for user, offered in ((admin, acts), (official, set())):
            page = render_to_string(TEMPLATE, pairing_section(household, user))
            assert {address for address in acts if address in page} == offered
        lonely = make_household()
        page = render_to_string(TEMPLATE, pairing_section(lonely, admin))
    assert reverse("cadres:pair", args=[lonely.pk]) in page
    assert "Without a cadre" in page
