"""Who helps the household, in its case file and in the list."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from cadres.pairing import pair, transfer
from cadres.sections import load, with_cadre
from households.conditions import frame_of
from households.models import Household
from households.sections import columns, sections

PAIRS = frozenset({"pair"})


@pytest.fixture
def handed_over(wang, li, household, today):
    first = pair(household, wang, starts_on=today - timedelta(days=9))
    return household, first, transfer(first, to=li, on=today, reason="工作调动")


def shown(household, user, may=frozenset()):
    data = load(household, user, may)
    with override("en"):
        return render_to_string("cadres/_case_pairing.html", {"household": household, "may": may, "data": data})


def test_case_file_and_list_have_it():
    assert "cadres/_case_pairing.html" in [section.template for section in sections()]
    assert "cadre" in [column.name for column in columns()]


def test_now_and_before(handed_over, official, django_assert_num_queries):
    household, first, second = handed_over
    assert "township_official" in official.roles  # read once a request
    with django_assert_num_queries(1):
        data = load(household, official, frozenset())
    assert data == {"current": second, "former": [first], "may_see_cadres": True}
    page = shown(household, official)
    assert [word in page for word in ("李岭", "王林", "工作调动")] == [True, True, True]


def test_a_household_without_a_cadre_says_so(household, official):
    assert "Without a cadre" in shown(household, official)


def test_what_can_be_done_is_offered_to_who_pairs(handed_over, make_household, admin, today):
    household, _first, second = handed_over
    lonely, closed = make_household(), make_household(closed_on=today, closed_reason="迁出")
    acts = [
        reverse("cadres:pairing_transfer", args=[second.pk]),
        reverse("cadres:pairing_end", args=[second.pk]),
        *(reverse("cadres:pair", args=[row.pk]) for row in (household, lonely, closed)),
    ]

    def offered(row, may):
        page = shown(row, admin, may)
        return [act for act in acts if f'"{act}"' in page]

    assert offered(household, PAIRS) == acts[:2]
    assert offered(lonely, PAIRS) == [acts[3]]
    assert (offered(closed, PAIRS), offered(household, frozenset())) == ([], [])


def test_the_list_names_the_cadre(handed_over, make_household):
    make_household("等某")
    rows = with_cadre(Household.objects.order_by("pk"), frame_of()).values_list("head_name", "cadre")
    assert list(rows) == [("郑五", "李岭"), ("等某", None)]
