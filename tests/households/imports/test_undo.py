"""The undo of a saved import: everything as it was before, or a sentence that says what stands on it."""

import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone, translation

from accounts.roles import Role
from cadres.codes import PairingRefused
from cadres.models import Cadre, Pairing
from cadres.pairing import pair
from core import jobs
from core.models import Job, JobState
from district.models import Campaign, Rank, RankQuota
from district.register import load_divisions, open_campaign
from households import growth, register
from households.guarantees import set_guarantee
from households.members import change_member
from households.models import (
    Enrolment,
    GrowthAssessment,
    GuaranteeStatus,
    Household,
    IncomeStatement,
    Member,
    RosterImport,
)
from households.roster import undo
from households.statements import finalise_statement
from households.undoing import _dependant
from tests.factories.accounts import SINCE, GrantFactory, UnitFactory, UserFactory
from visits.logging import log_visit
from visits.models import Visit

from .conftest import line, run
from .test_at_once import at_once

Roster = Callable[..., Path]
FAMILY = [line("1001", "赵一", "户主"), line("1001", "李二", "配偶")]
OTHER = [line("1002", "孙四", "户主"), line("1002", "周五", "配偶")]
MODELS: tuple[Any, ...] = (Household, Enrolment, Member, IncomeStatement, GuaranteeStatus, GrowthAssessment)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def state() -> dict[str, list[Any]]:
    """All that the tables of households hold."""
    return {m.__name__: list(m.objects.order_by("pk").values()) for m in MODELS}


def imported(path: Path) -> RosterImport:
    document = run(path)
    assert document["state"] == "committed"
    return RosterImport.objects.latest("pk")


def refused(roster_import: RosterImport) -> list[tuple[str, int, tuple[str, ...]]]:
    """What is said to stand on it; nothing was changed."""
    before = state()
    with pytest.raises(undo.UndoRefused) as refusal:
        undo.undo(roster_import, by=None)
    assert state() == before
    assert RosterImport.objects.get(pk=roster_import.pk).state == "committed"
    return [(str(d.what), d.households, d.codes) for d in refusal.value.dependants]


@pytest.mark.both_engines
@pytest.mark.usefixtures("campaign")
class TestUndo:
    def test_what_was_created_is_gone_and_the_history_says_so(self, roster: Roster) -> None:
        before = state()
        first = imported(roster(*FAMILY))
        user = UserFactory(username="admin")
        undo.undo(first, by=user)
        assert state() == before
        first.refresh_from_db()
        assert (first.state, first.undone_by, first.undone_at is not None) == ("undone", user, True)
        last = Household.history.latest()
        assert (last.history_type, last.history_change_reason, last.history_user) == ("-", f"undo {first.pk}", user)
        assert (last.code, last.head_name) == ("1001", "赵一")
        assert [m.history.filter(history_type="-").count() for m in MODELS] == [1, 1, 2, 1, 0, 0]

    def test_the_same_file_can_be_imported_again(self, roster: Roster) -> None:
        path = roster(*FAMILY)
        undo.undo(imported(path), by=None)
        again = imported(path)
        assert again.counts["households"]["created"] == 1
        assert (Household.objects.count(), Member.objects.filter(active=True).count()) == (1, 2)

    def test_what_was_changed_has_its_former_values_back(self, roster: Roster) -> None:
        imported(roster(*FAMILY))
        before = state()
        newer = [
            line("1001", "赵一", "户主", village="大巨各庄村", phone="13800138000", wage=7000),
            line("1001", "李二", "其他", village="大巨各庄村"),
        ]
        second = imported(roster(*newer))
        assert (second.counts["households"]["updated"], state() != before) == (1, True)
        undo.undo(second, by=None)
        assert state() == before
        assert Household.history.latest().history_change_reason == f"undo {second.pk}"
        assert IncomeStatement.objects.get().disposable_total == Decimal("6000.00")

    def test_who_moved_lives_where_he_lived(self, roster: Roster) -> None:
        imported(roster(*FAMILY, *OTHER))
        before = state()
        moved = [line("1001", "赵一", "户主"), *OTHER, line("1002", "李二", "其他")]
        second = imported(roster(*moved))
        assert Member.objects.filter(name="李二", active=True).get().household.code == "1002"
        undo.undo(second, by=None)
        assert state() == before

    def test_a_change_of_head_goes_back(self, roster: Roster) -> None:
        imported(roster(*FAMILY))
        before = state()
        second = imported(roster(line("1001", "李二", "户主"), line("1001", "赵一", "配偶")))
        assert Household.objects.get().head_name == "李二"
        undo.undo(second, by=None)
        assert state() == before

    def test_the_flags_of_what_was_created_go_and_the_years_are_assessed_again(self, roster: Roster) -> None:
        first = imported(roster(*FAMILY))
        growth.assess(2017)
        assert GrowthAssessment.objects.count() == 1
        Job.objects.all().delete()
        undo.undo(first, by=None)
        assert GrowthAssessment.objects.count() == 0
        years = [job.args["year"] for job in Job.objects.filter(kind=growth.KIND).order_by("pk")]
        assert years == [2016, 2017]

    def test_an_import_undone_later_stands_on_it_no_more(self, roster: Roster) -> None:
        before = state()
        first = imported(roster(*FAMILY))
        second = imported(roster(line("1001", "赵一", "户主", phone="13800138000"), line("1001", "李二", "配偶")))
        undo.undo(second, by=None)
        undo.undo(first, by=None)
        assert state() == before

    def test_twice_is_refused(self, roster: Roster) -> None:
        first = imported(roster(*FAMILY))
        undo.undo(first, by=None)
        with pytest.raises(undo.UndoRefused) as refusal:
            undo.undo(first, by=None)
        assert refusal.value.message == undo.NOT_SAVED

    def test_other_imports_stay_as_they_are(self, roster: Roster) -> None:
        imported(roster(*OTHER))
        before = state()
        undo.undo(imported(roster(*FAMILY)), by=None)
        assert state() == before

    def test_the_counts_shown_before(self, roster: Roster) -> None:
        imported(roster(*FAMILY))
        second = imported(
            roster(line("1001", "赵一", "户主", phone="13800138000"), line("1001", "李二", "配偶"), *OTHER)
        )
        assert undo.counts(second) == {
            "household": {"made": 1, "changed": 1}, "enrolment": {"made": 1, "changed": 0},
            "member": {"made": 2, "changed": 0}, "incomestatement": {"made": 1, "changed": 0},
            "guaranteestatus": {"made": 0, "changed": 0},
        }  # fmt: skip


@pytest.mark.both_engines
class TestRefusal:
    @pytest.fixture(autouse=True)
    def _english(self, campaign: Campaign, settings: Any) -> None:
        settings.LANGUAGE_CODE = "en"

    @pytest.fixture
    def first(self, roster: Roster) -> RosterImport:
        return imported(roster(*FAMILY, *OTHER))

    def test_a_later_import_that_changed_it(self, roster: Roster, first: RosterImport) -> None:
        second = imported(roster(line("1001", "赵一", "户主", phone="13800138000"), line("1001", "李二", "配偶")))
        assert refused(first) == [(f"Changed by import {second.pk} since", 1, ("1001",))]

    def test_a_later_import_that_added_to_it(self, roster: Roster, first: RosterImport) -> None:
        second = imported(roster(*FAMILY, line("1001", "王三", "之子")))
        assert refused(first) == [
            (f"Changed by import {second.pk} since", 1, ("1001",)),
            ("Household member", 1, ("1001",)),
        ]

    def test_a_form(self, first: RosterImport) -> None:
        change_member(Member.objects.get(name="周五"), phone="13800138000")
        assert refused(first) == [("Changed by hand since", 1, ("1002",))]

    def test_a_statement_made_final(self, first: RosterImport) -> None:
        finalise_statement(IncomeStatement.objects.get(household__code="1001"))
        assert refused(first) == [("Changed by hand since", 1, ("1001",))]

    def test_a_guarantee(self, first: RosterImport) -> None:
        household = Household.objects.get(code="1001")
        set_guarantee(household, item="food", state="held", as_of=timezone.localdate())
        assert refused(first) == [("Guarantees", 1, ("1001",))]

    def test_a_decision(self, roster: Roster) -> None:
        first = imported(roster(line("1001", "赵一", "户主", wage=90_000), line("1001", "李二", "配偶")))
        register.decide_pending(Enrolment.objects.get(), accept=True, reason="核实")
        assert refused(first) == [("Changed by hand since", 1, ("1001",))]

    def test_a_pairing_and_a_visit(self, first: RosterImport) -> None:
        cadre = paired(Household.objects.get(code="1001"))
        visited(cadre)
        assert refused(first) == [("Pairing", 1, ("1001",)), ("Visit", 1, ("1001",))]

    def test_a_pairing_of_an_older_household_is_nothing_of_it(self, roster: Roster, first: RosterImport) -> None:
        paired(Household.objects.get(code="1001"))
        before = state()
        second = imported(roster(line("1001", "赵一", "户主", phone="13800138000"), line("1001", "李二", "配偶")))
        visited(Cadre.objects.get())
        undo.undo(second, by=None)
        assert state() == before

    def test_a_pairing_of_who_entered_the_campaign_by_it(self, roster: Roster, first: RosterImport) -> None:
        household = Household.objects.get(code="1001")
        for enrolment in Enrolment.objects.filter(household=household):  # as if known from another campaign
            enrolment.campaign = Campaign.objects.create(
                slug="old", name="老", starts_on="2010-01-01", ends_on="2015-12-31", base_year=2009
            )
            enrolment.save()
        second = imported(roster(*FAMILY))
        assert undo.counts(second)["enrolment"] == {"made": 1, "changed": 0}
        paired(household)
        assert refused(second) == [("Pairing", 1, ("1001",))]

    def test_more_than_ten_households_are_counted_and_ten_are_named(self, roster: Roster, first: RosterImport) -> None:
        found = _dependant("x", set(Household.objects.values_list("pk", flat=True)))
        assert (found.households, found.codes) == (2, ("1001", "1002"))

    def test_growth_does_not_stand_on_it(self, first: RosterImport) -> None:
        growth.assess(2017)
        assert undo.dependants(first) == []


def paired(household: Household) -> Cadre:
    user = UserFactory(username="wang")
    GrantFactory(user=user, role=Role.CADRE)
    cadre = Cadre.objects.create(
        name="王林", user=user, unit=UnitFactory(name="区林业局"), rank=Rank.DIVISION_LEVEL, active_from=SINCE
    )
    campaign = Campaign.objects.latest("starts_on")
    Pairing.objects.create(household=household, cadre=cadre, campaign=campaign, slot=1, quota=3, starts_on=SINCE)
    return cadre


def visited(cadre: Cadre) -> Visit:
    household = cadre.pairings.get().household
    return log_visit(
        client_id=uuid.uuid4(), household=household, by=cadre.user, visited_on=timezone.localdate(), mode="home"
    )


@pytest.mark.both_engines
@pytest.mark.usefixtures("campaign")
class TestJob:
    def test_the_worker_undoes_it_once(self, roster: Roster) -> None:
        before = state()
        first = imported(roster(*FAMILY))
        job, same = undo.ask(first, by=None), undo.ask(first, by=None)
        assert job is not None and job == same
        jobs.run_job(job.pk)
        assert (Job.objects.get(pk=job.pk).state, state()) == (JobState.DONE, before)
        first.refresh_from_db()
        assert (first.state, undo.ask(first, by=None), undo.latest_job(first)) == ("undone", None, job)

    def test_a_refusal_is_the_sentence_of_the_job(self, roster: Roster) -> None:
        first = imported(roster(*FAMILY))
        change_member(Member.objects.get(name="李二"), phone="13800138000")
        job = undo.ask(first, by=None)
        assert job is not None
        jobs.run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.message, Household.objects.count()) == (JobState.FAILED, undo.DEPENDED_ON, 1)

    def test_what_somebody_writes_meanwhile_is_looked_at_again(self, roster: Roster, monkeypatch: Any) -> None:
        first = imported(roster(*FAMILY))
        prepare = undo._prepare

        def meanwhile(*args: Any) -> Any:
            back = prepare(*args)
            change_member(Member.objects.get(name="李二"), phone="13800138000")
            return back

        monkeypatch.setattr(undo, "_prepare", meanwhile)
        assert [what for what, *_rest in refused_after(first)] == ["Changed by hand since"]

    def test_a_form_that_was_open_meanwhile_makes_nothing_again(self, roster: Roster) -> None:
        first = imported(roster(*FAMILY))
        member = Member.objects.select_related("household").get(name="李二")
        undo.undo(first, by=None)
        with pytest.raises(DatabaseError), transaction.atomic():
            change_member(member, phone="13800138000")
        assert Member.objects.count() == 0


def refused_after(roster_import: RosterImport) -> list[tuple[str, int]]:
    with translation.override("en"), pytest.raises(undo.UndoRefused) as refusal:
        undo.undo(roster_import, by=None)
    return [(d.what, d.households) for d in refusal.value.dependants]


@pytest.mark.postgres
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture(autouse=True)
    def _district(self) -> None:
        load_divisions()
        open_campaign()

    @pytest.mark.parametrize("attempt", range(5))
    def test_a_visit_and_the_undo(self, roster: Roster, attempt: int) -> None:
        """The household is there with its visit, or neither is: whoever is later is told so."""
        first = imported(roster(*FAMILY))
        household = Household.objects.get()
        user = UserFactory(username="official")
        cadre = Cadre.objects.create(name="王林", unit=UnitFactory(), rank=Rank.DIVISION_LEVEL, active_from=SINCE)

        def visit() -> str:
            try:
                with transaction.atomic():
                    Visit.objects.create(
                        household=household, visitor=cadre, visited_on=timezone.localdate(), mode="home",
                        reached=True, entered_by=user,
                    )  # fmt: skip
                    time.sleep(0.02 * attempt)
            except IntegrityError:
                return "too late"
            return "logged"

        def take_back() -> str:
            try:
                undo.undo(RosterImport.objects.get(pk=first.pk), by=None)
            except undo.UndoRefused as refusal:
                return refusal.message
            return "undone"

        came = at_once(visit, take_back)
        first.refresh_from_db()
        found = (Household.objects.count(), Visit.objects.count(), first.state)
        assert (came, found) in [
            (["logged", undo.DEPENDED_ON], (1, 1, "committed")), (["too late", "undone"], (0, 0, "undone")),
        ]  # fmt: skip

    @pytest.mark.parametrize("attempt", range(3))
    def test_a_pairing_and_the_undo(self, roster: Roster, attempt: int) -> None:
        first = imported(roster(*FAMILY))
        household = Household.objects.get()
        campaign = Campaign.objects.latest("starts_on")
        RankQuota.objects.get_or_create(campaign=campaign, rank=Rank.DIVISION_LEVEL, defaults={"households": 3})
        cadre = Cadre.objects.create(name="王林", unit=UnitFactory(), rank=Rank.DIVISION_LEVEL, active_from=SINCE)

        def give() -> str:
            try:
                pair(household, cadre, starts_on=timezone.localdate(), campaign=campaign)
            except PairingRefused:
                return "too late"
            return "paired"

        def take_back() -> str:
            time.sleep(0.02 * attempt)
            try:
                undo.undo(RosterImport.objects.get(pk=first.pk), by=None)
            except undo.UndoRefused as refusal:
                return refusal.message
            return "undone"

        came = at_once(give, take_back)
        found = (Household.objects.count(), Pairing.objects.count())
        assert (came, found) in [(["paired", undo.DEPENDED_ON], (1, 1)), (["too late", "undone"], (0, 0))]

    def test_two_undos_have_one_effect(self, roster: Roster) -> None:
        first = imported(roster(*FAMILY))

        def take_back() -> str:
            try:
                undo.undo(RosterImport.objects.get(pk=first.pk), by=None)
            except undo.UndoRefused as refusal:
                return refusal.message
            return "undone"

        assert sorted(at_once(take_back, take_back)) == sorted([undo.NOT_SAVED, "undone"])
        assert Household.history.filter(history_type="-").count() == 1

    def test_a_form_saved_meanwhile_is_not_lost(self, roster: Roster) -> None:
        first = imported(roster(*FAMILY))
        member = Member.objects.select_related("household").get(name="李二")

        def save() -> str:
            try:
                change_member(member, phone="13800138000")
            except DatabaseError:
                return "too late"
            return "saved"

        def take_back() -> str:
            try:
                undo.undo(RosterImport.objects.get(pk=first.pk), by=None)
            except undo.UndoRefused as refusal:
                return refusal.message
            return "undone"

        came = at_once(save, take_back)
        found = list(Member.objects.filter(name="李二").values_list("phone", flat=True))
        assert (came, found) in [(["saved", undo.DEPENDED_ON], ["13800138000"]), (["too late", "undone"], [])]
