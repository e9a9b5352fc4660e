"""Units, users and what they may do."""

from datetime import date, timedelta

import factory
from django.utils import timezone

from accounts.models import RoleGrant, Unit, User
from accounts.roles import Role

SINCE = date(2016, 1, 1)


class UnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Unit
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda n: f"第{n}局")


class UserFactory(factory.django.DjangoModelFactory):
    """A person whose password fits nothing: tests use client.force_login."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    display_name = factory.Sequence(lambda n: f"用户{n}")
    password = "none fits"


class GrantFactory(factory.django.DjangoModelFactory):
    """A role that is live today; an inspector gets a mandate of 30 days."""

    class Meta:
        model = RoleGrant

    user = factory.SubFactory(UserFactory)
    role = Role.CADRE
    starts_on = SINCE
    reason = "试验"

    @factory.lazy_attribute
    def ends_on(self):
        return timezone.localdate() + timedelta(days=30) if self.role == Role.INSPECTOR else None
