"""Forms that stood open while the import was saved or undone: sent, they say so in words and change nothing."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.forms import Form
from django.http import Http404
from django.urls import reverse

from core.jobs import run_job
from households import register
from households.members import change_member
from households.models import Household, IncomeStatement, Member, RosterImport
from households.roster import undo
from households.views.acting import form_page
from tests.households.imports.conftest import line
from tests.households.imports.test_answers import again
from tests.households.imports.test_import_pages import admin, committed, uploaded  # noqa: F401 a fixture

pytestmark = pytest.mark.usefixtures("campaign")
ROWS = [
    line("1001", "赵一", "户主"),
    line("1003", "孙四", "户主", phone="123"),
    line("1002", "周五", "户主", wage="很多"),
]
OF_HOUSEHOLD = ("edit", "close", "guarantees", "member_new", "statement_new")


def mended(client: Any, roster_import: RosterImport) -> RosterImport:
    """The wage that is no number, mended."""
    cell = {"sheet": "花名册", "row": 4, "letter": "I", "field": "wage", "value": "1200"}
    client.post(reverse("households:import_mend", args=[roster_import.pk]), cell)
    return again(roster_import)


def undone(client: Any, roster_import: RosterImport) -> RosterImport:
    client.post(reverse("households:import_undo", args=[roster_import.pk]))
    job = undo.latest_job(roster_import)
    assert job is not None
    run_job(job.pk)
    roster_import.refresh_from_db()
    assert roster_import.state == "undone"
    return roster_import


def filled_in(client: Any, address: str) -> dict[str, Any]:
    form = client.get(address).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def forms_of_import(client: Any, roster_import: RosterImport) -> list[tuple[str, dict[str, Any]]]:
    """(address, what is sent) of everything that can be answered about an import."""
    at = [roster_import.pk]
    questions = reverse("households:import_answers", args=at)
    note = {"sheet": "花名册", "row": 3, "code": "phone_invalid", "refused": "1"}
    cell = {"sheet": "花名册", "row": 3, "letter": "G", "field": "household_phone", "value": "14000000001"}
    return [
        (questions, filled_in(client, questions)),
        (reverse("households:import_mend", args=at), cell),
        (reverse("households:import_unmend", args=[roster_import.mends.get().pk]), {}),  # type: ignore[attr-defined]
        (reverse("households:import_notes", args=at), note),
        (reverse("households:import_note", args=at), note),
        (reverse("households:import_commit", args=at), {}),
        (reverse("households:import_cancel", args=at), {}),
    ]


def forms_of_household(client: Any, household: Household) -> list[tuple[str, dict[str, Any]]]:
    """(address, what is sent) of the forms of a household, its members and its statements."""
    places = [(name, household.pk) for name in OF_HOUSEHOLD]
    for member in Member.objects.filter(household=household):
        places += [("member_edit", member.pk), ("member_leave", member.pk)]
    for statement in IncomeStatement.objects.filter(household=household):
        places += [("statement_edit", statement.pk), ("statement_check", statement.pk)]
    addresses = [reverse(f"households:{name}", args=[pk]) for name, pk in places]
    return [(address, filled_in(client, address)) for address in addresses]


def state() -> list[Any]:
    return [list(m.objects.order_by("pk").values()) for m in (Household, Member, IncomeStatement, RosterImport)]


@pytest.mark.both_engines
class TestLeftOpen:
    @pytest.mark.parametrize("is_undone", [False, True])
    def test_answers_to_an_import_that_is_saved_or_undone(self, is_undone: bool, admin: Any, roster: Any) -> None:  # noqa: F811
        asked = mended(admin, uploaded(admin, roster(*ROWS)))
        forms = forms_of_import(admin, asked)
        committed(admin, asked)
        if is_undone:
            undone(admin, asked)
        before = state()
        for address, data in forms:
            answer = admin.post(address, data, follow=True)
            said = [str(message) for message in answer.context["messages"]]
            assert (address, answer.status_code, len(said)) == (address, 200, 1)
        assert state() == before

    def test_forms_of_a_household_that_an_undo_took(self, admin: Any, roster: Any) -> None:  # noqa: F811
        asked = committed(admin, uploaded(admin, roster(*ROWS)))
        forms = forms_of_household(admin, Household.objects.get(code="1001"))
        undone(admin, asked)
        before = state()
        for address, data in forms:
            answer = admin.post(address, data)
            assert (address, answer.status_code) == (address, 404)
            assert "不在您的查看范围内" in answer.content.decode()
        assert state() == before

    def test_a_row_that_an_undo_took_while_its_form_was_read_is_not_brought_back(
        self,
        admin: Any,  # noqa: F811
        roster: Any,
        rf: Any,
    ) -> None:
        asked = committed(admin, uploaded(admin, roster(*ROWS)))
        household = Household.objects.get(code="1001")
        member = Member.objects.get(household=household)
        undone(admin, asked)
        request = rf.post("/")
        request.user = get_user_model().objects.get(username="admin")
        form = Form({})
        for row, act in (
            (None, lambda: register.change_household(household, address="别处")),
            (member, lambda: change_member(member, disease="无")),
        ):
            with pytest.raises(Http404):
                form_page(request, household, form, act, heading="", row=row)
        assert (Household.objects.count(), Member.objects.count()) == (0, 0)


def test_questions_of_another_check_are_not_answered(admin: Any, roster: Any) -> None:  # noqa: F811
    asked = uploaded(admin, roster(*ROWS))
    address = reverse("households:import_answers", args=[asked.pk])
    before = filled_in(admin, address)
    asked.report["columns"] = asked.report["columns"][1:]
    asked.save()
    answer = admin.post(address, before, follow=True)
    assert [str(m.level_tag) for m in answer.context["messages"]] == ["warning"]
    asked.refresh_from_db()
    assert (asked.state, asked.mapping.get("columns")) == ("checked", None)
