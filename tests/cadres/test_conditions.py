"""Lists of households narrowed by their pairing."""

import pytest

from cadres.pairing import end_pairing, pair
from households.conditions import frame_of, narrowed
from households.models import Household


@pytest.fixture
def heads(wang, li, make_household, today):
    """Who is found: a function of the address's parameters."""
    paired, gone, before = make_household("帮某"), make_household("失某"), make_household("曾某")
    make_household("等某")
    pair(paired, wang, starts_on=today)
    pair(gone, li, starts_on=today)
    end_pairing(pair(before, wang, starts_on=today), on=today, reason="调整")
    li.active_to = today
    li.save()

    def found(**asked):
        return sorted(narrowed(Household.objects.all(), asked, frame_of()).values_list("head_name", flat=True))

    return found


def test_households_are_narrowed_by_their_pairing(heads, wang, li):
    assert heads(paired="yes") == sorted(["帮某", "失某"])
    assert heads(paired="no") == sorted(["曾某", "等某"])
    assert heads(paired="gone") == ["失某"]
    assert heads(cadre=str(wang.pk)) == ["帮某"]
    assert heads(cadre=str(wang.pk), paired="no") == []
    assert heads(cadre="x") == []
    assert heads(paired="maybe") == []
