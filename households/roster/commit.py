"""Write what a comparison planned: rows are built first, then one transaction with nothing slow in it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Max
from django.utils import timezone

from core import bulk
from core.crypto import keyed_hash
from core.history import through
from district.models import Campaign
from households.codes import Relation
from households.growth import start_after_change
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

from .compare import Plan
from .differences import MEMBER_FIELDS, Outcome, policy_at
from .helpers import kept as kept_helpers
from .known import BEAT_EVERY, Beat, no_beat
from .leftovers import Leftovers
from .leftovers import of as leftovers_of
from .rows import Family, Income, MemberRow

WRITTEN: tuple[Any, ...] = (Household, Enrolment, Member, IncomeStatement, GuaranteeStatus)
_new_household = bulk.maker(Household)
_new_enrolment, _new_member, _new_statement, _new_guarantee = (
    bulk.maker(model, parent="household") for model in WRITTEN[1:]
)
LEAVING = (*MEMBER_FIELDS, "id_no", "id_no_hash", "no_id_reason", "active", "left_on", "left_reason")


class DataMoved(Exception):
    """Households were changed since they were compared: compare again, write nothing."""


class ImportEnded(Exception):
    """The import was saved or cancelled meanwhile: write nothing."""


@dataclass(slots=True)
class Rows:
    """Model objects in the order in which they are written."""

    leaving: list[Member] = field(default_factory=list)
    changed: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = field(default_factory=dict)
    households: list[Household] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    statements: list[IncomeStatement] = field(default_factory=list)
    guarantees: list[GuaranteeStatus] = field(default_factory=list)
    years: set[int] = field(default_factory=set)  # whose statements change
    helpers: str = ""  # as RosterImport keeps them
    left_out: Leftovers = field(default_factory=Leftovers)


def watermark() -> tuple[int, ...]:
    """Moves with every change of a household or of what an import writes. Five look-ups by key."""
    return tuple(model.history.aggregate(last=Max("history_id"))["last"] or 0 for model in WRITTEN)


def same_as_shown(plan: Plan, shown: dict[str, Any]) -> bool:
    """Whether the counts and the rejected households are those of the preview (its JSON document)."""
    return bool(plan.counts() == shown.get("counts") and plan.rejected_names == shown["rejected_households"])


def prepare(plan: Plan, beat: Beat = no_beat) -> Rows:
    """Build every row that the commit will write. No query."""
    rows = for_the_file(plan)
    fill(rows, plan, beat)
    return rows


def for_the_file(plan: Plan) -> Rows:
    """What is written once, beside the households."""
    return Rows(helpers=kept_helpers(plan), left_out=leftovers_of(plan))


def fill(rows: Rows, plan: Plan, beat: Beat = no_beat) -> None:
    """Build the rows of the households that are created or updated."""
    today = timezone.localdate()
    campaign, years = plan.campaign, _years(plan)
    for number, outcome in enumerate([*plan.created, *plan.updated]):
        if number % BEAT_EVERY == 0:
            beat()
        household = outcome.household or _household(outcome)
        if outcome.household is None:
            rows.households.append(household)
        if outcome.enrol:
            state = (EnrolmentState.PENDING if outcome.pending else EnrolmentState.ACTIVE).value
            year = years[outcome.family.year]
            rows.enrolments.append(
                _new_enrolment(household, campaign_id=campaign.pk, state=state, entry_year=year, entered_on=today)
            )
        rows.members += [_member(household, row, plan.hashes) for row in outcome.new_members]
        if outcome.new_statement is not None and outcome.family.year is not None:
            rows.statements.append(_statement(household, outcome.family, outcome.new_statement))
            rows.years.add(outcome.family.year)
        rows.guarantees += [
            _new_guarantee(household, item=item, state=state, as_of=today)
            for item, state in outcome.new_guarantees.items()
        ]
        _sort_changes(rows, outcome)


def _sort_changes(rows: Rows, outcome: Outcome) -> None:
    rows.leaving += outcome.leaving
    for row, names in outcome.changed.items():
        if row in outcome.leaving:
            continue
        if isinstance(row, IncomeStatement):
            rows.years.add(row.year)
        rows.changed.setdefault((type(row), tuple(sorted(names))), []).append(row)


def put(rows: Rows) -> None:
    """Write them with their history, in the caller's transaction."""
    # leave or demote first, then add or promote: the other way round two heads would meet
    bulk.change(rows.leaving, LEAVING)
    for (_model, names), objects in sorted(rows.changed.items(), key=lambda item: item[0][1]):
        bulk.change(objects, names)
    for new in (rows.households, rows.enrolments, rows.members, rows.statements, rows.guarantees):
        if new is not rows.households:
            bulk.take_keys(new, "household")  # given just now
        bulk.insert(new)


def write(
    rows: Rows, *, roster_import: RosterImport, document: dict[str, Any], seen: tuple[int, ...] | None,
    effect: AbstractContextManager[None],
) -> None:  # fmt: skip
    """Write everything in the transaction `effect`, and queue the growth of the years that the file touched.

    DataMoved if anything was changed after the watermark `seen`, IntegrityError if somebody enters the same people
    at this very moment, ImportEnded if the import no longer waits to be saved.
    """
    with through(f"import {roster_import.pk}", by=roster_import.created_by), effect:
        # one import at a time, for SQLite by its transactions; growth and pages read on
        Campaign.objects.select_for_update(no_key=True).get(pk=roster_import.campaign_id)
        if seen is not None and watermark() != seen:
            raise DataMoved
        put(rows)
        rows.left_out.keep(roster_import)
        for year in sorted(rows.years):
            start_after_change(year, by=roster_import.created_by)
        waiting = RosterImport.objects.filter(pk=roster_import.pk, state=ImportState.COMMITTING)
        if not waiting.update(
            state=ImportState.COMMITTED,
            committed_at=timezone.now(),
            counts=document["counts"],
            report=document,
            helpers=rows.helpers,
        ):
            raise ImportEnded


def _household(outcome: Outcome) -> Household:
    family = outcome.family
    head = family.head
    facts: dict[str, Any] = {"attribute": family.attribute} if family.attribute else {}
    household: Household = _new_household(
        code=outcome.code, village_id=outcome.village.pk, head_name=head.name if head else family.head_name,
        main_cause=family.main_cause, phone=family.phone, phone_hash=keyed_hash(family.phone), address=family.address,
        bank_card=family.bank_card, bank_card_hash=keyed_hash(family.bank_card), **facts,
    )  # fmt: skip
    return household


def _years(plan: Plan) -> dict[int | None, int]:
    """Year of a family → the year of the campaign in which it enters."""
    return {year: policy_at(plan.policies, year).year for year in {f.year for f in plan.reading.families}}


def _member(household: Household, row: MemberRow, hashes: Mapping[str, str]) -> Member:
    member: Member = _new_member(
        household, name=row.name, id_no=row.id_no, id_no_hash=hashes.get(row.id_no) or None,
        no_id_reason=row.no_id_reason, relation=row.relation or Relation.OTHER.value, sex=row.sex,
        birth_date=row.birth_date, education=row.education, health=list(row.health), labour=row.labour,
        student_status=row.student_status, phone=row.phone, disease=row.disease, disability_no=row.disability_no,
    )  # fmt: skip
    return member


def _statement(household: Household, family: Family, income: Income) -> IncomeStatement:
    statement: IncomeStatement = _new_statement(
        household, year=family.year, people=max(family.people, 1), definition=income.definition,
        state=StatementState.CHECKED.value, wage=income.wage, business=income.business,
        business_cost=income.business_cost, property_income=income.property_income, transfer=income.transfer,
        stated_total=income.stated_total, stated_other=income.stated_other, medical_refund=income.medical_refund,
    )  # fmt: skip
    return statement
