"""The list of households: search, filters, order, pages, scope, export."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import AccessLog
from core.masking import mask_name
from tests.factories.accounts import GrantFactory
from tests.factories.households import EnrolmentFactory, HouseholdFactory, StatementFactory

LIST, EXPORT = reverse("households:list"), reverse("households:export")
NAMES = ["周一", "吴二", "郑三"]


@pytest.fixture
def sign_in(client):
    def signed_in(user):
        client.force_login(user, backend="accounts.backends.NameOrPhoneBackend")
        return client

    return signed_in


@pytest.fixture
def seen(sign_in):
    """Codes of the rows that the list shows to a user at this query."""

    def codes(user, query=""):
        page = sign_in(user).get(f"{LIST}{query}", follow=True)
        return [row.record.code for row in page.context["table"].paginated_rows]

    return codes


def many(small_district, count, village="东山前村", **facts):
    return [
        HouseholdFactory(
            code=f"98{n:08}", village=small_district.places[village], head_name=NAMES[n % 3],
            campaign=small_district.campaign, head=True, **facts,
        )
        for n in range(count)
    ]  # fmt: skip


def workbook(response):
    rows = openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
    return [list(row) for row in rows]


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_asks_as_many_queries_however_long_it_is(
    count, sign_in, people, small_district, django_assert_num_queries
):
    for household in many(small_district, count):
        StatementFactory(household=household, year=2020)
    client = sign_in(people.district_admin)
    with django_assert_num_queries(8):
        page = client.get(LIST)
    assert len(page.context["table"].paginated_rows) == count


def test_each_role_lists_what_it_sees(seen, people, zhao, qian):
    roles = ("cadre", "unit_liaison", "village_clerk", "township_official", "district_admin", "inspector")
    assert {role: seen(getattr(people, role)) for role in roles} == {
        "cadre": [zhao.code], "unit_liaison": [zhao.code], "village_clerk": [zhao.code],
        "township_official": [zhao.code], "district_admin": [zhao.code, qian.code], "inspector": [zhao.code, qian.code],
    }  # fmt: skip


@pytest.mark.parametrize("query", ["?q=有田", "?q=9900000001", "?q=东山前", "?q=%20有田%20"])
def test_search_by_part_of_the_name_code_or_village(seen, people, zhao, qian, query):
    assert seen(people.district_admin, query) == [zhao.code]


def test_search_by_a_whole_id_number_finds_the_household_of_any_member(seen, people, zhao, qian):
    number = zhao.members.get(relation="son").id_no
    assert seen(people.district_admin, f"?q={number}") == [zhao.code]
    assert seen(people.district_admin, f"?q={number[:17]}") == []
    assert seen(people.district_admin, f"?q={number[:6]} {number[6:14]} {number[14:]}") == [zhao.code]


def test_who_sees_names_masked_finds_nobody_by_id_number(seen, people, zhao, qian, small_district):
    number, elsewhere = zhao.members.first().id_no, qian.members.first().id_no
    assert seen(people.inspector, f"?q={number}") == []
    GrantFactory(user=people.village_clerk, role="inspector")  # the other hat opens 钱 masked only
    assert seen(people.village_clerk, f"?q={number}") == [zhao.code]
    assert seen(people.village_clerk, f"?q={elsewhere}") == []


def test_an_inspector_sees_masked_names(sign_in, people, zhao):
    page = sign_in(people.inspector).get(LIST).content.decode()
    assert (mask_name("赵有田") in page, "赵有田" in page) == (True, False)


def test_filters_narrow_and_unknown_values_hold_for_nobody(seen, people, zhao, qian, small_district):
    StatementFactory(household=zhao, year=2020, wage=Decimal("12599.99"))
    StatementFactory(household=qian, year=2020, wage=Decimal("12600"))
    admin = people.district_admin
    west = small_district.places["西河镇"].code
    queries = ["?income=below", "?income=above", "?income=unknown", f"?township={west}", "?cause=illness",
               "?cause=water", "?state=active", "?state=nonsense", "?paired=no", "?income=below&paired=no"]  # fmt: skip
    assert [seen(admin, query) for query in queries] == [
        [zhao.code], [qian.code], [], [qian.code], [zhao.code, qian.code],
        [], [zhao.code, qian.code], [], [qian.code], [],
    ]  # fmt: skip


def test_closed_households_are_shown_only_when_asked_for(seen, people, small_district):
    closed = HouseholdFactory(
        village=small_district.places["东山前村"], closed_on="2020-01-01", closed_reason="迁出", code="9900000003"
    )
    EnrolmentFactory(household=closed, campaign=small_district.campaign, state="exited")
    assert (seen(people.district_admin), seen(people.district_admin, "?state=closed")) == ([], [closed.code])


def test_sorting_and_pages(seen, people, small_district):
    codes = [household.code for household in many(small_district, 27)]
    admin = people.district_admin
    assert seen(admin) == codes[:25]
    assert seen(admin, "?page=2") == codes[25:]
    assert seen(admin, "?sort=-code") == codes[::-1][:25]


def test_htmx_gets_the_table_alone(sign_in, people, zhao):
    fragment = sign_in(people.district_admin).get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in fragment, zhao.code in fragment) == (False, True)


def test_the_export_holds_exactly_what_is_narrowed_and_in_that_order(sign_in, people, small_district, qian):
    codes = [household.code for household in many(small_district, 30)]
    query = f"village={small_district.places['东山前村'].code}&sort=-code"
    with override("en"):
        answer = sign_in(people.district_admin).post(EXPORT, {"query": query, "reason": "年度核对"})
    header, *rows = workbook(answer)
    column = header.index("户编号") if "户编号" in header else header.index("Household code")
    assert [row[column] for row in rows] == codes[::-1]
    line = AccessLog.objects.get(kind="export")
    assert (line.who, line.reason) == (people.district_admin, "年度核对")


def test_an_export_tells_the_log_no_number_that_was_searched_for(sign_in, people, zhao):
    number = zhao.members.first().id_no
    answer = sign_in(people.district_admin).post(EXPORT, {"query": f"q={number}&cause=illness", "reason": "核对"})
    assert (len(workbook(answer)), number in AccessLog.objects.get(kind="export").label) == (2, False)


def test_an_export_needs_a_reason(sign_in, people, zhao):
    answer = sign_in(people.district_admin).post(EXPORT, {"query": "cause=illness", "reason": " "})
    logged = AccessLog.objects.filter(kind="export").count()
    assert (answer.status_code, answer.url, logged) == (302, f"{LIST}?cause=illness", 0)


def test_an_inspectors_export_is_masked_and_an_officials_keeps_to_the_place(sign_in, people, zhao, qian):
    def names(user):
        rows = workbook(sign_in(user).post(EXPORT, {"query": "", "reason": "核对"}))
        return [row[3] for row in rows[1:]]

    assert (names(people.inspector), names(people.township_official)) == (["赵*田", "钱*仓"], ["赵有田"])


def test_no_export_holds_an_id_number(sign_in, people, zhao):
    text = str(workbook(sign_in(people.district_admin).post(EXPORT, {"query": "", "reason": "公示"})))
    assert [number in text for number in zhao.members.values_list("id_no", flat=True)] == [False, False]
    assert zhao.phone not in text
