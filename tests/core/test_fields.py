"""Money exact at the fen and secrets unreadable, on both engines."""

from decimal import Decimal

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection
from django.db.models import Avg, Max, Sum
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.fields import LARGEST_YUAN, YuanField
from households.models import Household, IncomeStatement, Member

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
amounts = st.integers(0, 10**12 - 1).map(lambda fen: Decimal(fen).scaleb(-2))
in_one_transaction = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)


@pytest.fixture
def statement(household):
    return IncomeStatement.objects.create(household=household, year=2016, people=3, wage=1)


def fen_in_table(statement):
    with connection.cursor() as cursor:
        cursor.execute("SELECT wage FROM households_incomestatement WHERE id = %s", [statement.pk])
        return cursor.fetchone()[0]


@in_one_transaction
@given(amount=amounts)
def test_yuan_come_back_exactly_and_lie_in_the_table_as_fen(amount, statement):
    statement.wage = amount
    statement.save()
    statement.refresh_from_db()
    assert (statement.wage, fen_in_table(statement)) == (amount, int(amount * 100))
    assert statement.wage.as_tuple().exponent == -2


@in_one_transaction
@given(values=st.lists(amounts, min_size=1, max_size=8))
def test_sums_and_extremes_are_exact(values, household):
    IncomeStatement._base_manager.filter(household=household).delete()
    for year, value in enumerate(values, 2000):
        IncomeStatement.objects.create(household=household, year=year, people=1, wage=value)
    found = IncomeStatement.objects.aggregate(Sum("wage"), Max("wage"))
    assert found == {"wage__sum": sum(values), "wage__max": max(values)}


def test_an_average_is_in_yuan_and_cut(household):
    for year, wage in ((2016, "0.01"), (2017, "0.02")):
        IncomeStatement.objects.create(household=household, year=year, people=1, wage=wage)
    assert IncomeStatement.objects.aggregate(Avg("wage")) == {"wage__avg": Decimal("0.01")}


@pytest.mark.parametrize("given_, stored", [("12600", 1_260_000), (12600, 1_260_000), (Decimal("12600.5"), 1_260_050)])
def test_text_int_and_decimal_are_taken(given_, stored, statement):
    statement.wage = given_
    statement.save()
    assert fen_in_table(statement) == stored


def test_the_line_is_compared_at_the_fen(statement):
    statement.wage = "12600.00"
    statement.save()
    above = IncomeStatement.objects.filter
    assert above(wage__gte="12600").exists()
    assert not above(wage__gt=12600).exists()
    assert not above(wage__gte=Decimal("12600.01")).exists()
    assert above(wage__in=["12600.0"]).exists()


@pytest.mark.parametrize(
    "value, error",
    [(12600.0, TypeError), (0.1, TypeError), ("1.001", ValueError), (Decimal("0.005"), ValueError)],
)
def test_floats_and_a_third_decimal_never_reach_the_table(value, error, statement):
    statement.wage = value
    with pytest.raises(error):
        statement.save()


@pytest.mark.parametrize("value", [1.5, "1.001", "x", "NaN", "Infinity", LARGEST_YUAN + 1])
def test_cleaning_refuses_them_in_words(value):
    with pytest.raises(ValidationError):
        YuanField().to_python(value)


def test_cleaning_gives_two_places():
    assert [str(YuanField().to_python(value)) for value in ("1", 2, Decimal("3.5"))] == ["1.00", "2.00", "3.50"]
    assert [YuanField().to_python(value) for value in (None, "")] == [None, None]


def test_adding_columns_asks_for_the_kind_of_the_result(statement):
    from django.db.models import F, Value

    with pytest.raises(FieldError):
        list(IncomeStatement.objects.annotate(more=F("wage") + Value(1)))
    total = F("wage") + F("wage")
    total.output_field = YuanField()
    assert IncomeStatement.objects.annotate(double=total).get().double == Decimal("2.00")


def test_the_form_takes_two_places_and_says_so():
    field = YuanField(null=True, blank=True).formfield()
    assert (field.decimal_places, field.widget.attrs) == (2, {"step": "0.01", "inputmode": "decimal"})
    with pytest.raises(ValidationError):
        field.clean("1.001")


SECRET = "129999194901010017"


@pytest.fixture
def member(household):
    return Member.objects.create(
        household=household, name="赵某", id_no=SECRET, id_no_hash="a" * 64, relation="head", disease="慢性病"
    )


@pytest.mark.parametrize("table", ["households_member", "households_member_hist"])
def test_secrets_are_encrypted_in_the_table_and_in_its_history(table, member):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id_no, disease, phone FROM {table}")  # noqa: S608 a name of this test
        rows = cursor.fetchall()
    assert [(id_no[:3], disease[:3], phone) for id_no, disease, phone in rows] == [("v1:", "v1:", "")]
    assert SECRET not in str(rows)


def test_secrets_are_read_as_they_were_written(member):
    found = Member.objects.get(pk=member.pk)
    assert (found.id_no, found.disease, found.phone) == (SECRET, "慢性病", "")
    assert found.history.get().id_no == SECRET


@pytest.mark.parametrize(
    "condition",
    [{"id_no": SECRET}, {"id_no": ""}, {"id_no__in": [SECRET]}, {"id_no__startswith": "12"}, {"id_no": None}],
)
def test_filtering_by_a_secret_is_refused_instead_of_finding_nothing(condition, member):
    with pytest.raises(FieldError, match="keyed hash"):
        list(Member.objects.filter(**condition))


def test_a_secret_that_is_missing_can_be_asked_for(household):
    assert list(Household.objects.filter(phone__isnull=False)) == [household]
