"""Households with their people and incomes."""

from datetime import date
from decimal import Decimal

import factory

from core.crypto import keyed_hash
from households.codes import Attribute, Cause, Relation
from households.id_numbers import birth_date, sex, with_check_digit
from households.models import (
    Definition,
    Enrolment,
    EnrolmentState,
    Household,
    IncomeStatement,
    Member,
    StatementState,
)
from tests.factories.district import CampaignFactory, VillageFactory

ENTERED_ON = date(2016, 6, 1)


def id_number(number: int, *, born: str = "19700101") -> str:
    """A valid, fictitious ID number; the next one for the next number."""
    return with_check_digit(f"129999{born}{number % 1000:03}")


class HouseholdFactory(factory.django.DjangoModelFactory):
    """A household and, if `campaign` is given, its place in it (`state`, active by default)."""

    class Meta:
        model = Household
        skip_postgeneration_save = True

    class Params:
        state = EnrolmentState.ACTIVE

    code = factory.Sequence(lambda n: f"99{n:08}")
    village = factory.SubFactory(VillageFactory)
    head_name = "赵有田"
    attribute = Attribute.GENERAL
    main_cause = Cause.ILLNESS
    phone = ""
    phone_hash = factory.LazyAttribute(lambda household: keyed_hash(household.phone))

    @factory.post_generation
    def campaign(household, create, extracted, **facts):
        if extracted is not None:
            EnrolmentFactory(household=household, campaign=extracted, **facts)

    @factory.post_generation
    def head(household, create, extracted, **facts):
        if extracted or facts:
            MemberFactory(household=household, name=household.head_name, relation=Relation.HEAD, **facts)


class EnrolmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Enrolment

    household = factory.SubFactory(HouseholdFactory)
    campaign = factory.SubFactory(CampaignFactory)
    state = EnrolmentState.ACTIVE
    entry_year = 2016
    entered_on = ENTERED_ON

    @factory.lazy_attribute
    def ended_on(self):
        return ENTERED_ON if self.state in (EnrolmentState.REFUSED, EnrolmentState.EXITED) else None

    @factory.lazy_attribute
    def reason(self):
        return "试验" if self.state in (EnrolmentState.REFUSED, EnrolmentState.EXITED) else ""


class MemberFactory(factory.django.DjangoModelFactory):
    """A person, the son of the house by default; birth date and sex from the ID number."""

    class Meta:
        model = Member

    household = factory.SubFactory(HouseholdFactory)
    name = factory.Sequence(lambda n: f"赵{'一二三四五六七八九'[n % 9]}")
    id_no = factory.Sequence(lambda n: id_number(n % 1000, born=f"{1960 + n // 1000 % 30}0101"))
    id_no_hash = factory.LazyAttribute(lambda member: keyed_hash(member.id_no))
    relation = Relation.SON
    birth_date = factory.LazyAttribute(lambda member: birth_date(member.id_no))
    sex = factory.LazyAttribute(lambda member: sex(member.id_no))
    health = factory.LazyFunction(lambda: ["healthy"])


class StatementFactory(factory.django.DjangoModelFactory):
    """A checked statement of 2016: wages only, 12,000 yuan for three people."""

    class Meta:
        model = IncomeStatement

    household = factory.SubFactory(HouseholdFactory)
    year = 2016
    people = 3
    definition = Definition.DISPOSABLE
    wage = Decimal("12000.00")
    state = StatementState.CHECKED
