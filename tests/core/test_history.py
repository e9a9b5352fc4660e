"""Each change keeps who, when and through what; what would leave no history is refused."""

import pytest
from django.db import transaction

from core.history import HistoryBypassed, HistoryMiddleware, origin, through
from households.models import Household

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def kept(household):
    return [
        (row.history_type, row.history_user, row.history_change_reason, row.head_name)
        for row in household.history.order_by("history_id")
    ]


def test_a_change_keeps_who_through_what_before_and_after(household, owner):
    with through("import 12", by=owner):
        household.head_name = "钱某"
        household.save()
    assert kept(household) == [("+", None, None, "赵某"), ("~", owner, "import 12", "钱某")]


def test_inside_another_origin_the_person_stays(owner):
    with through("form /x/", by=owner), through("job 7"):
        assert (origin().by, origin().reason) == (owner, "job 7")
    assert (origin().by, origin().reason) == (None, "")


def test_a_long_reason_is_cut_to_its_column(household):
    with through("x" * 300):
        household.save()
    assert household.history.latest().history_change_reason == "x" * 100


@pytest.mark.parametrize("method, recorded", [("post", True), ("get", False)])
def test_a_request_that_writes_brings_its_user_and_address(method, recorded, rf, owner):
    request = getattr(rf, method)("/households/1/edit/")
    request.user = owner
    seen = HistoryMiddleware(lambda _request: origin())(request)
    assert (seen.by, seen.reason) == (owner if recorded else None, "form /households/1/edit/")


@pytest.mark.parametrize(
    "write",
    [
        lambda row: Household.objects.update(head_name="x"),
        lambda row: Household.objects.filter(pk=row.pk).delete(),
        lambda row: Household.objects.bulk_create([Household(code="2", village=row.village)]),
        lambda row: Household.objects.bulk_update([row], ["head_name"]),
        lambda row: row.members.update(name="x"),
        lambda row: row.delete(),
    ],
    ids=["update", "delete", "bulk_create", "bulk_update", "related update", "delete of one"],
)
def test_writes_that_leave_no_history_are_refused(write, household):
    with pytest.raises(HistoryBypassed), transaction.atomic():
        write(household)
    assert kept(household) == [("+", None, None, "赵某")]


def test_no_template_may_call_what_writes():
    assert [getattr(Household.objects.all(), name).alters_data for name in ("update", "delete", "bulk_create")] == [
        True
    ] * 3
