"""The migration to user names without regard to case says which accounts stand in its way."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management.base import CommandError
from django.db import connection

from accounts.models import User
from tests.factories.accounts import UserFactory

refuse_names_alike = import_module("accounts.migrations.0003_names_and_passwords").refuse_names_alike

pytestmark = pytest.mark.both_engines


@pytest.fixture
def without_the_constraint(transactional_db):
    """The users' table as it was before."""
    rule = next(rule for rule in User._meta.constraints if rule.name == "user_name_unique_in_any_case")
    with connection.schema_editor() as editor:
        editor.remove_constraint(User, rule)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_user")
    with connection.schema_editor() as editor:
        editor.add_constraint(User, rule)


def test_names_that_differ_in_case_stop_it_with_a_sentence(without_the_constraint):
    first, second = UserFactory(username="wanglin"), UserFactory(username="WangLin")
    UserFactory(username="liling")
    with connection.schema_editor() as editor, pytest.raises(CommandError) as refusal:
        refuse_names_alike(apps, editor)
    assert f"case: wanglin ({first.pk}); WangLin ({second.pk}). Rename" in str(refusal.value)


def test_other_names_let_it_pass(db):
    for name in ("wanglin", "wanglin2", "liling"):
        UserFactory(username=name)
    assert refuse_names_alike(apps, connection.schema_editor()) is None
