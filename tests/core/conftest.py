"""People, a household to write on, handlers of the tests' own, and a queue in memory."""

from datetime import date

import pytest

from accounts.models import RoleGrant, User
from core import jobs
from core.models import ROLES_OF_KIND
from district.models import Division, Level
from households.models import Household
from tests.memory_queue import queue

__all__ = ["queue"]


@pytest.fixture
def make_user(db):
    """A user with these roles in the whole district."""

    def make(username, *roles):
        user = User.objects.create(username=username, display_name=username)
        for role in roles:
            RoleGrant.objects.create(user=user, role=role, starts_on=date(2020, 1, 1))
        return user

    return make


@pytest.fixture
def owner(make_user):
    return make_user("owner", "cadre")


@pytest.fixture
def admin(make_user):
    return make_user("admin", "district_admin")


@pytest.fixture
def village(db):
    district = Division.objects.create(code="129999000000", level=Level.DISTRICT, name="试验区")
    town = Division.objects.create(code="129999001000", level=Level.TOWNSHIP, name="东山镇", parent=district)
    return Division.objects.create(code="129999001001", level=Level.VILLAGE, name="前村", parent=town)


@pytest.fixture
def household(village):
    return Household.objects.create(code="9900000001", village=village, head_name="赵某")


@pytest.fixture
def handler():
    """Register a handler for the length of a test: `handler("kind", function)`."""
    registries = (jobs._handlers, jobs._titles, jobs._addresses, ROLES_OF_KIND)
    before = [dict(registry) for registry in registries]
    yield lambda kind, function, **page: jobs.handles(kind, **page)(function)
    for registry, kept in zip(registries, before, strict=True):
        registry.clear()
        registry.update(kept)
