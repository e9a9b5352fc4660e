"""Officials and clerks see the rejected households of their own place, and enter them by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from accounts.roles import Role
from district.models import Division
from households.models import Household, RosterImport, RosterLeftover
from households.roster import leftovers
from tests.factories.accounts import GrantFactory, UserFactory

from .conftest import PEOPLE, line, run

Roster = Callable[..., Path]

HERE = [line("1002", "孙四", "户主", wage="很多"), line("1002", "周五", "配偶")]
NEXT_VILLAGE = [line("1003", "王三", "户主", village="大巨各庄村", wage="很多")]
NO_VILLAGE = [line("1004", "李二", "户主", village="无此村")]
OTHER_TOWNSHIP = [["别山镇", "别山村", *line("1005", "赵一", "户主", wage="很多")[2:]]]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def left_out(campaign: None, media: None, roster: Roster) -> None:
    run(roster(*HERE, *NEXT_VILLAGE, *NO_VILLAGE, *OTHER_TOWNSHIP))


@pytest.fixture
def go(client: Any) -> Callable[..., Any]:
    """The client as somebody with this role in this place."""

    def as_one(role: str, place: str = "") -> Any:
        user = UserFactory(username=f"{role}{place}")
        division = Division.objects.get(name=place, code__startswith="120119") if place else None
        GrantFactory(user=user, role=role, division=division)
        client.force_login(user)
        client.cookies["django_language"] = "en"
        client.user = user
        return client

    return as_one


def codes(page: Any) -> list[str]:
    return sorted(row.record.key for row in page.context["table"].paginated_rows)


def row(key: str) -> RosterLeftover:
    return RosterLeftover.objects.get(key=key)


LIST = "/households/imports/leftovers/"


@pytest.mark.parametrize(
    ("role", "place", "expected"),
    [
        (Role.DISTRICT_ADMIN, "", ["1002", "1003", "1004", "1005"]),
        (Role.TOWNSHIP_OFFICIAL, "穿芳峪镇", ["1002", "1003", "1004"]),
        (Role.VILLAGE_CLERK, "小辛庄村", ["1002"]),
        (Role.VILLAGE_CLERK, "大巨各庄村", ["1003"]),
        (Role.TOWNSHIP_OFFICIAL, "别山镇", ["1005"]),
    ],
)
def test_each_sees_those_of_the_own_place_and_their_number(go: Any, role: str, place: str, expected: list[str]) -> None:
    who = go(role, place)
    page = who.get(LIST)
    text = page.content.decode()
    assert codes(page) == expected
    number = f'<span class="nav-count num">{len(expected)}</span>'  # the whole district's stands on the board
    assert (number in text) == (role != Role.DISTRICT_ADMIN)
    for one in RosterLeftover.objects.all():
        answer = who.get(reverse("households:leftover", args=[one.pk]))
        assert answer.status_code == (200 if one.key in expected else 404), one.key


@pytest.mark.parametrize("role", [Role.CADRE, Role.INSPECTOR, Role.LOG_AUDITOR, Role.SYSTEM_ADMIN])
def test_others_see_neither_list_nor_number(go: Any, role: str) -> None:
    who = go(role)
    assert who.get(LIST).status_code == 403
    assert 'class="nav-count num">' not in who.get("/account/").content.decode()


def test_two_places_of_one_person_add_up(go: Any) -> None:
    who = go(Role.VILLAGE_CLERK, "小辛庄村")
    other = Division.objects.get(name="大巨各庄村", code__startswith="120119")
    GrantFactory(user=who.user, role=Role.VILLAGE_CLERK, division=other)
    assert codes(who.get(LIST)) == ["1002", "1003"]


def test_the_number_goes_when_none_waits(go: Any) -> None:
    who = go(Role.VILLAGE_CLERK, "小辛庄村")
    leftovers.refuse(row("1002"), by=who.user, reason="已搬走")
    assert 'class="nav-count num">' not in who.get(LIST).content.decode()


def test_its_page_says_what_is_wrong_where_and_leads_to_no_import(go: Any) -> None:
    who = go(Role.TOWNSHIP_OFFICIAL, "穿芳峪镇")
    text = who.get(reverse("households:leftover", args=[row("1002").pk])).content.decode()
    assert ("花名册!I2" in text, "很多" in text, "is not in number format" in text) == (True, True, True)
    found = RosterImport.objects.get()
    assert reverse("households:import_detail", args=[found.pk]) not in text
    assert f'"{reverse("households:imports")}"' not in text


def new_household(**facts: Any) -> dict[str, Any]:
    village = Division.objects.get(name="小辛庄村", code__startswith="120119")
    return {
        "code": "1002", "head_name": "孙四", "head_id_no": PEOPLE["孙四"], "village": village.pk, "people": "2",
        "income": "9000", "attribute": "general", "main_cause": "illness", **facts,
    }  # fmt: skip


def test_the_form_begins_with_what_is_known_for_the_own_place_alone(go: Any) -> None:
    who = go(Role.VILLAGE_CLERK, "小辛庄村")
    form = who.get("/households/new/", {"leftover": row("1002").pk}).context["form"]
    assert (form["code"].value(), form["head_name"].value(), form["village"].value()) == (
        "1002", "孙四", row("1002").village_id,
    )  # fmt: skip
    for number in (row("1003").pk, "²x"):
        form = who.get("/households/new/", {"leftover": number}).context["form"]
        assert (form["code"].value(), form["head_name"].value()) == (None, None)


@pytest.mark.parametrize("code", ["1002", "9009"])
def test_entered_by_the_clerk_it_is_a_draft_and_off_the_list(go: Any, code: str) -> None:
    who = go(Role.VILLAGE_CLERK, "小辛庄村")
    answer = who.post(
        f"/households/new/?leftover={row('1002').pk}", new_household(code=code, head_id_no=PEOPLE["李二"])
    )
    assert answer.status_code == 302
    assert Household.objects.get(code=code).statements.get().state == "draft"  # type: ignore[attr-defined]
    assert (row("1002").state, row("1002").settled_by) == ("entered", who.user)
    assert codes(who.get(LIST)) == []


def test_an_entry_elsewhere_settles_nothing_of_another_place(go: Any) -> None:
    who = go(Role.VILLAGE_CLERK, "小辛庄村")
    who.post(f"/households/new/?leftover={row('1003').pk}", new_household(code="9009"))
    assert [row(key).state for key in ("1002", "1003")] == ["entered", "open"]  # by its head; by nothing


def test_who_may_not_import_refuses_nothing(go: Any) -> None:
    who = go(Role.TOWNSHIP_OFFICIAL, "穿芳峪镇")
    url = reverse("households:leftover", args=[row("1002").pk])
    assert 'value="refuse"' not in who.get(url).content.decode()
    assert who.post(url, {"act": "refuse", "reason": "已搬走"}).status_code == 403
    leftovers.refuse(row("1002"), by=UserFactory(username="admin"), reason="已搬走")
    assert 'value="reopen"' not in who.get(url).content.decode()
    assert who.post(url, {"act": "reopen"}).status_code == 403
    assert row("1002").state == "refused"


def test_what_one_called_corrected_one_puts_back(go: Any) -> None:
    who = go(Role.TOWNSHIP_OFFICIAL, "穿芳峪镇")
    url = reverse("households:leftover", args=[row("1002").pk])
    who.post(url, {"act": "entered"})
    assert (row("1002").state, 'value="reopen"' in who.get(url).content.decode()) == ("entered", True)
    who.post(url, {"act": "reopen"})
    assert row("1002").state == "open"


def test_a_code_that_stands_in_another_place_is_said(go: Any, roster: Roster) -> None:
    run(roster(["别山镇", "别山村", *line("1002", "孙四", "户主")[2:]], name="别的.xlsx"))
    run(roster(*HERE, name="再次.xlsx"))
    who = go(Role.VILLAGE_CLERK, "小辛庄村")
    (again,) = leftovers.open_for(who.user)
    text = who.get(reverse("households:leftover", args=[again.pk])).content.decode()
    assert ("outside your place" in text, "Enter by hand" in text) == (True, False)


@pytest.mark.parametrize(
    ("rows", "secret"),
    [
        ([line("1009", "孙四", "户主"), line("1009", "赵一", "配偶")], ("别山镇", "1005")),  # a person of 1005
        ([line("1005", "孙四", "户主")], ("别山村", "赵一")),  # its code, with nobody of it
    ],
)
def test_a_household_out_of_sight_is_named_to_the_district_alone(
    go: Any, roster: Roster, rows: list[list[str]], secret: tuple[str, str]
) -> None:
    RosterLeftover.objects.all().delete()
    run(roster(["别山镇", "别山村", *line("1005", "赵一", "户主")[2:]], name="别的.xlsx"))
    run(roster(*rows, name="再次.xlsx"))
    (left,) = RosterLeftover.objects.all()
    told = []
    for role, place in ((Role.VILLAGE_CLERK, "小辛庄村"), (Role.DISTRICT_ADMIN, "")):
        (finding,) = go(role, place).get(reverse("households:leftover", args=[left.pk])).context["findings"]
        told.append([word in finding["message"] for word in (*secret, "outside your place")])
    assert told == [[False, False, True], [True, True, False]]


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_queries_however_long_and_25_on_a_page(go: Any, number: int, django_assert_num_queries: Any) -> None:
    first, village = RosterImport.objects.get(), row("1002").village
    RosterLeftover.objects.all().delete()
    RosterLeftover.objects.bulk_create(
        RosterLeftover(roster_import=first, key=f"2{n:03}", township=village.parent, village=village, codes=[])  # type: ignore[union-attr]
        for n in range(number)
    )
    who = go(Role.TOWNSHIP_OFFICIAL, "穿芳峪镇")
    with django_assert_num_queries(9):
        page = who.get(LIST)
    assert len(codes(page)) == min(number, 25)


def test_the_own_township_is_no_choice_for_an_official(go: Any) -> None:
    fields = [
        list(go(role, place).get(LIST).context["filter"].form.fields)
        for role, place in ((Role.TOWNSHIP_OFFICIAL, "穿芳峪镇"), (Role.DISTRICT_ADMIN, ""))
    ]
    assert fields == [["q", "state"], ["q", "township", "state"]]


def test_the_board_adds_up_to_the_worklist(go: Any, roster: Roster) -> None:
    run(roster(["无此镇", "无此村", *line("1006", "周五", "户主")[2:]], name="不明.xlsx"))
    admin = go(Role.DISTRICT_ADMIN)
    board = admin.get(reverse("households:import_board") + "?year=2016")
    assert board.context["total"]["rejected"] == leftovers.open_for(admin.user).count() == 5
    link = f'{LIST}?township=none"'
    assert link in board.content.decode()
    assert codes(admin.get(LIST, {"township": "none"})) == ["1006"]
