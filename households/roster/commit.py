"""Write what a comparison planned: rows are built first, then one transaction with nothing slow in it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone

from core import bulk, jobs
from core.crypto import keyed_hash
from core.history import through
from households.codes import Relation
from households.models import (
    Enrolment,
    EnrolmentState,
    GuaranteeStatus,
    Household,
    ImportState,
    IncomeStatement,
    Member,
    RosterImport,
    StatementState,
)

from .compare import INCOME_FIELDS, MEMBER_FIELDS, Outcome, Plan, policy_at
from .rows import Family, Income, MemberRow


class PreviewOutdated(Exception):
    """What a commit would do is no longer what was shown: show the new preview, write nothing."""


@dataclass(slots=True)
class Rows:
    """Model objects in the order in which they are written."""

    demoted: list[Member] = field(default_factory=list)
    changed: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = field(default_factory=dict)
    households: list[Household] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    statements: list[IncomeStatement] = field(default_factory=list)
    guarantees: list[GuaranteeStatus] = field(default_factory=list)
    years: set[int] = field(default_factory=set)


def same_as_shown(plan: Plan, shown: dict[str, Any]) -> bool:
    """Whether the counts and the rejected households are those of the preview (its JSON document)."""
    return bool(
        plan.counts() == shown.get("counts") and sorted(plan.rejected.values()) == sorted(shown["rejected_households"])
    )


def prepare(plan: Plan) -> Rows:
    """Build every row that the commit will write. No query."""
    rows = Rows()
    policies = {p.year: p for p in plan.campaign.years.all()}
    for outcome in [*plan.created, *plan.updated]:
        household = outcome.household or _household(outcome)
        if outcome.household is None:
            rows.households.append(household)
        if outcome.enrol:
            year = policy_at(policies, outcome.family.year).year
            rows.enrolments.append(_enrolment(plan, outcome, household, year))
        rows.members += [_member(household, row) for row in outcome.new_members]
        if outcome.new_statement is not None and outcome.family.year is not None:
            rows.statements.append(_statement(household, outcome.family, outcome.new_statement))
        rows.guarantees += [
            GuaranteeStatus(household=household, item=item, state=state, as_of=timezone.localdate())
            for item, state in outcome.new_guarantees.items()
        ]
        _sort_changes(rows, outcome)
    return rows


def _sort_changes(rows: Rows, outcome: Outcome) -> None:
    rows.demoted += outcome.demoted
    for row, names in outcome.changed.items():
        if row in outcome.demoted:
            continue
        if isinstance(row, IncomeStatement):
            rows.years.add(row.year)
        rows.changed.setdefault((type(row), tuple(sorted(names))), []).append(row)


def write(
    rows: Rows, *, roster_import: RosterImport, document: dict[str, Any], effect: AbstractContextManager[None]
) -> None:
    """Write everything in the transaction `effect`; IntegrityError if somebody changed the same people meanwhile.

    Growth of the years that the file touched is assessed by jobs queued in the same transaction.
    """
    with through(f"import {roster_import.pk}", by=roster_import.created_by), effect:
        # leave or demote first, then add or promote: the other way round two heads would meet
        bulk.change(rows.demoted, MEMBER_FIELDS)
        for (_model, names), objects in sorted(rows.changed.items(), key=lambda item: item[0][1]):
            bulk.change(objects, names)
        for new in (rows.households, rows.enrolments, rows.members, rows.statements, rows.guarantees):
            for row in new:
                if not isinstance(row, Household):
                    row.household_id = row.household.pk  # given just now
            bulk.insert(new)
        years = rows.years | {s.year for s in rows.statements}
        for year in sorted(years | {y + 1 for y in years}):
            jobs.start("assess_growth", by=roster_import.created_by, args={"year": year})
        roster_import.state = ImportState.COMMITTED
        roster_import.committed_at = timezone.now()
        roster_import.counts = document["counts"]
        roster_import.report = document
        roster_import.save()


def _household(outcome: Outcome) -> Household:
    family = outcome.family
    head = family.head
    facts: dict[str, Any] = {"attribute": family.attribute} if family.attribute else {}
    return Household(
        code=outcome.code, village=outcome.village, head_name=head.name if head else family.head_name,
        main_cause=family.main_cause, phone=family.phone, phone_hash=keyed_hash(family.phone), address=family.address,
        bank_card=family.bank_card, bank_card_hash=keyed_hash(family.bank_card), **facts,
    )  # fmt: skip


def _enrolment(plan: Plan, outcome: Outcome, household: Household, year: int) -> Enrolment:
    state = EnrolmentState.PENDING if outcome.pending else EnrolmentState.ACTIVE
    return Enrolment(
        household=household, campaign=plan.campaign, state=state, entry_year=year, entered_on=timezone.localdate()
    )


def _member(household: Household, row: MemberRow) -> Member:
    facts = {name: getattr(row, name) for name in MEMBER_FIELDS}
    facts["health"] = list(row.health)
    facts["relation"] = row.relation or Relation.OTHER.value
    return Member(household=household, id_no=row.id_no, id_no_hash=keyed_hash(row.id_no), **facts)


def _statement(household: Household, family: Family, income: Income) -> IncomeStatement:
    assert family.year is not None  # prepare() asks
    return IncomeStatement(
        household=household, year=family.year, people=max(family.people, 1), definition=income.definition,
        state=StatementState.CHECKED, **{name: getattr(income, name) for name in INCOME_FIELDS},
    )  # fmt: skip
