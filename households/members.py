"""Verbs on members: add, change, leave, new head."""

from datetime import date
from typing import Any

from django.db import transaction

from households.codes import Problem, Relation
from households.models import Household, Member
from households.register import (
    RegisterRefused,
    add_person,
    identify,
    must_be_open,
    must_not_be_ahead,
    name_of,
    save_person,
)


@transaction.atomic
def add_member(household: Household, *, name: str, id_no: str = "", relation: str, **facts: Any) -> Member:
    """Somebody joins the household, with an ID number or `no_id_reason`, why there is none (NoIdReason).

    RegisterRefused for both or neither, and if the person lives in another household; it knows which.
    """
    must_be_open(household)
    member = add_person(household, name=name, id_no=id_no, relation=relation, **facts)
    _keep_head_name(household)
    return member


@transaction.atomic
def change_member(member: Member, *, id_no: str = "", no_id_reason: str = "", **facts: Any) -> Member:
    """Change what is known of a member; a new ID number must be valid and brings sex and birth date with it.

    `no_id_reason` corrects why there is none; a number takes its place. Without either the member keeps what it has.
    The relation 户主 makes this member the head in place of the other. What stays as it is leaves no history.
    """
    must_be_open(member.household)
    if facts.get("relation", member.relation) == Relation.HEAD and member.relation != Relation.HEAD:
        new_head(member)
    elif facts.get("relation", member.relation) != Relation.HEAD and member.relation == Relation.HEAD:
        raise RegisterRefused(Problem.HEAD_NEEDED)
    if "name" in facts and facts["name"] != member.name:
        facts["name"] = name_of(facts["name"])
    before = {field.attname: getattr(member, field.attname) for field in member._meta.concrete_fields}
    for name, value in facts.items():
        setattr(member, name, value)
    if id_no or no_id_reason:
        identify(member, id_no, no_id_reason=no_id_reason)
    if any(getattr(member, name) != value for name, value in before.items()):
        save_person(member)
    _keep_head_name(member.household)
    return member


@transaction.atomic
def leave_member(member: Member, *, on: date, reason: str) -> Member:
    """A member dies, moves or marries away. The head can leave only after another member is head.

    The last one can't leave: then the household closes.
    """
    must_be_open(member.household)
    must_not_be_ahead(on)
    if not member.active:
        raise RegisterRefused(Problem.LEFT_ALREADY)
    if not reason.strip():
        raise RegisterRefused(Problem.NO_REASON)
    others = Member.objects.filter(household=member.household, active=True).exclude(pk=member.pk)
    if not others.exists():
        raise RegisterRefused(Problem.LAST_MEMBER)
    if member.relation == Relation.HEAD:
        raise RegisterRefused(Problem.HEAD_NEEDED)
    member.active, member.left_on, member.left_reason = False, on, reason.strip()[:200]
    member.save()
    return member


@transaction.atomic
def new_head(member: Member) -> Member:
    """This member is head from now on; the former one becomes another relative until corrected."""
    if not member.active:
        raise RegisterRefused(Problem.LEFT_ALREADY)
    former = Member.objects.filter(household=member.household, active=True, relation=Relation.HEAD).exclude(
        pk=member.pk
    )
    for head in former:  # demote first: two heads would meet
        head.relation = Relation.OTHER.value
        head.save()
    member.relation = Relation.HEAD.value
    member.save()
    _keep_head_name(member.household)
    return member


def _keep_head_name(household: Household) -> None:
    head = Member.objects.filter(household=household, active=True, relation=Relation.HEAD).first()
    if head is not None and head.name != household.head_name:
        household.head_name = head.name
        household.save()
