"""Verbs on income statements: draft, change, check, finalise. Growth flags follow at once."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from households.codes import Problem
from households.growth import reassess
from households.models import SOURCES, Household, IncomeStatement, StatementState
from households.register import RegisterRefused, must_be_open


@transaction.atomic
def draft_statement(household: Household, *, by: User, year: int, **amounts: Any) -> IncomeStatement:
    """A new statement of a year, to be checked by somebody else. RegisterRefused if the year has one."""
    must_be_open(household)
    _must_say_something(amounts)
    statement = IncomeStatement(household=household, year=year, state=StatementState.DRAFT, drafted_by=by, **amounts)
    try:
        with transaction.atomic():
            statement.save()
    except IntegrityError as error:
        raise RegisterRefused(Problem.YEAR_TAKEN) from error
    return statement


@transaction.atomic
def change_statement(statement: IncomeStatement, *, by: User, **amounts: Any) -> IncomeStatement:
    """Correct a statement; it is a draft of this hand again, until another person checks it. A final one stays.

    What stays as it is leaves no history and keeps its check.
    """
    must_be_open(statement.household)
    if statement.state == StatementState.FINAL:
        raise RegisterRefused(Problem.FINAL)
    _must_say_something(amounts)
    new = {name: value for name, value in amounts.items() if getattr(statement, name) != value}
    if not new:
        return statement
    for name, value in new.items():
        setattr(statement, name, value)
    statement.state, statement.drafted_by = StatementState.DRAFT, by
    statement.save()
    reassess(statement.household_id, statement.year)
    return statement


@transaction.atomic
def check_statement(statement: IncomeStatement, *, by: User) -> IncomeStatement:
    """Confirm a draft; from now on it counts. Nobody checks a statement of the own hand."""
    must_be_open(statement.household)
    if statement.state != StatementState.DRAFT:
        raise RegisterRefused(Problem.CHECKED_ALREADY)
    if statement.drafted_by_id == by.pk:
        raise RegisterRefused(Problem.OWN_HAND)
    statement.state = StatementState.CHECKED
    statement.save()
    reassess(statement.household_id, statement.year)
    return statement


@transaction.atomic
def finalise_statement(statement: IncomeStatement) -> IncomeStatement:
    """Close a checked statement for good: no roster and no form changes it any more."""
    must_be_open(statement.household)
    if statement.state != StatementState.CHECKED:
        raise RegisterRefused(Problem.NOT_CHECKED)
    statement.state = StatementState.FINAL
    statement.save()
    return statement


def _must_say_something(amounts: dict[str, Any]) -> None:
    if all(amounts.get(name) is None for name in (*SOURCES, "stated_total")):
        raise RegisterRefused(Problem.NO_INCOME)
