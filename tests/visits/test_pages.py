"""Lists and pages of visits, needs and to-dos: rows in scope, filters, masks, fixed numbers of queries."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from visits.codes import NeedKind
from visits.logging import Aid, correct_visit
from visits.models import Visit, VisitPhoto
from visits.needs import Voiced, close_need, raise_need
from visits.sections import load_visits

TODAY = timezone.localdate()


def rows(answer):
    return [row.record for row in answer.context["table"].paginated_rows]


@pytest.fixture
def as_user(client, request):
    def signed_in(who):
        user = request.getfixturevalue(who)
        client.force_login(getattr(user, "user", user) or user)
        return client

    return signed_in


def queries(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(13) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(asked), answer


@pytest.mark.parametrize("who", ["wang", "official", "admin", "inspector"])
@pytest.mark.parametrize("address", ["/visits/", "/needs/", "/programs/measures/"])
def test_lists_ask_as_often_for_three_rows_as_for_one(
    as_user, log, who, address, make_household, wang, django_assert_max_num_queries
):
    def one(**facts):
        return log(needs=[Voiced("relief", "取暖")], aid=Aid(source="unit", note="米", quantity=1), **facts)

    client = as_user(who)
    one()
    first, answer = queries(client, address, django_assert_max_num_queries)
    assert len(rows(answer)) == 1
    for slot in (2, 3):
        one(household=make_household(f"钱{slot}", cadre=wang, slot=slot))
    again, answer = queries(client, address, django_assert_max_num_queries)
    assert (again, len(rows(answer))) == (first, 3)


@pytest.mark.parametrize(
    ("who", "seen"),
    [("wang", ["zhao"]), ("li", ["sun"]), ("liaison", ["zhao"]), ("clerk", ["zhao"]), ("official", ["zhao"]),
     ("admin", ["sun", "zhao"]), ("inspector", ["sun", "zhao"]), ("officer", [])],
)  # fmt: skip
def test_each_sees_the_visits_of_the_own_households(as_user, log, sun, li, zhao, who, seen):
    log()
    log(household=sun, by=li.user)
    names = {zhao.pk: "zhao", sun.pk: "sun"}
    assert sorted(names[v.household_id] for v in rows(as_user(who).get("/visits/"))) == seen


@pytest.mark.parametrize("address", ["/visits/", "/needs/", "/programs/measures/"])
def test_who_sees_no_household_has_no_lists(as_user, address):
    assert as_user("auditor").get(address).status_code == 403


def test_the_list_shows_the_last_version_of_each_visit(as_user, log, wang):
    first = log()
    second = correct_visit(first, client_id=uuid4(), by=wang.user, visited_on=TODAY, mode="phone")
    assert rows(as_user("wang").get("/visits/")) == [second]


def test_visits_are_narrowed_by_mode_contact_deputy_days_and_words(as_user, log, clerk):
    home = log()
    typed = log(by=clerk, mode="not_home", visited_on=TODAY - timedelta(days=9))
    client = as_user("wang")
    found = {
        query: rows(client.get(f"/visits/?{query}"))
        for query in (
            "mode=home", "reached=no", "by_deputy=yes", f"since={TODAY}", f"until={TODAY - timedelta(days=1)}",
            "q=赵三", "q=孙", f"household={home.household_id}", "household=0", "mode=drone",
        )
    }  # fmt: skip
    assert list(found.values()) == [
        [home], [typed], [typed], [home], [typed], [home, typed], [], [home, typed], [], [home, typed],
    ]  # fmt: skip


def test_an_inspector_reads_names_masked(as_user, log):
    visit = log(needs=[Voiced("relief")])
    client = as_user("inspector")
    addresses = ["/visits/", f"/visits/{visit.pk}/", "/needs/", f"/needs/{visit.needs.get().pk}/"]
    pages = [client.get(address).content.decode() for address in addresses]
    assert [("赵三田" in page, "赵*田" in page) for page in pages] == [(False, True)] * 4


def test_a_deputys_entry_and_a_late_one_say_so(as_user, log, clerk):
    visit = log(by=clerk, visited_on=TODAY - timedelta(days=9))
    page = as_user("wang").get(f"/visits/{visit.pk}/").content.decode()
    assert ("代录" in page, "村级信息员" in page) == (True, True)
    listed = as_user("wang").get("/visits/").content.decode()
    assert "录入" in listed


def test_all_versions_stand_on_the_page_of_each(as_user, log, wang, django_assert_max_num_queries):
    first = log(text="无变化", needs=[Voiced("medical")])
    second = correct_visit(first, client_id=uuid4(), by=wang.user, visited_on=TODAY, mode="home", text="住院")
    third = correct_visit(second, client_id=uuid4(), by=wang.user, visited_on=TODAY, mode="home", text="已出院")
    client = as_user("wang")
    for visit, may in ((first, False), (second, False), (third, True)):
        _asked, answer = queries(client, f"/visits/{visit.pk}/", django_assert_max_num_queries)
        context = answer.context
        assert (context["versions"], context["may_correct"]) == ([first, second, third], may)
        assert list(context["needs"]) == [first.needs.get()]


def test_a_correction_by_the_page_keeps_the_first(as_user, log):
    first = log(changes=["job"], mode="phone", reached=False)
    client = as_user("wang")
    form = client.get(f"/visits/{first.pk}/correct/").context["form"]
    assert [form[n].value() for n in ("mode", "unanswered", "changes")] == ["phone", True, ["job"]]
    facts = {"client_id": str(uuid4()), "visited_on": TODAY.isoformat(), "mode": "home", "text": "补记"}
    answer = client.post(f"/visits/{first.pk}/correct/", facts)
    second = Visit.objects.get(corrects=first)
    assert (answer.headers["Location"], second.text, second.changes) == (f"/visits/{second.pk}/", "补记", [])
    late = client.post(f"/visits/{first.pk}/correct/", {**facts, "client_id": str(uuid4())})
    assert late.status_code == 422


@pytest.mark.parametrize(
    ("who", "detail", "new", "correct"),
    [("wang", 200, 200, 200), ("liaison", 200, 200, 200), ("clerk", 200, 200, 200), ("official", 200, 200, 200),
     ("admin", 200, 403, 403), ("inspector", 200, 403, 403), ("li", 404, 404, 404), ("officer", 404, 404, 404),
     ("auditor", 404, 404, 404)],
)  # fmt: skip
def test_who_reads_logs_and_corrects_visits(as_user, log, zhao, who, detail, new, correct):
    visit = log()
    client = as_user(who)
    addresses = [f"/visits/{visit.pk}/", f"/visits/new/?household={zhao.pk}", f"/visits/{visit.pk}/correct/"]
    assert [client.get(address).status_code for address in addresses] == [detail, new, correct]


def test_todo_shows_what_is_due_and_whom_nobody_reached(
    as_user, log, zhao, make_household, wang, django_assert_max_num_queries
):
    late, fine = (make_household(name, cadre=wang, slot=slot) for name, slot in (("钱久", 2), ("周新", 3)))
    log(household=late, visited_on=TODAY - timedelta(days=61))
    log(household=fine, visited_on=TODAY - timedelta(days=60), needs=[Voiced("relief", due_on=TODAY)])
    need = fine.needs.get()
    raise_need(household=fine, kind="medical", owner=wang.user, raised_on=TODAY, due_on=TODAY + timedelta(days=8))
    _asked, answer = queries(as_user("wang"), "/todo/", django_assert_max_num_queries)
    todo = answer.context["todo"]
    assert (todo.needs, todo.needs_count) == ([need], 1)
    assert (todo.households, todo.households_count, todo.interval) == ([zhao, late], 2, 60)


def test_todo_is_empty_when_all_is_done(as_user, log):
    log(needs=[Voiced("relief", due_on=TODAY)])
    need = Visit.objects.get().needs.get()
    close_need(need, state="closed", result="已送煤")
    answer = as_user("wang").get("/todo/")
    assert (answer.context["todo"].needs_count, answer.context["todo"].households_count) == (0, 0)
    assert "暂无待办" in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [("admin", 200), ("officer", 200), ("inspector", 403), ("auditor", 403)])
def test_who_has_a_todo_list(as_user, campaign, who, status):
    assert as_user(who).get("/todo/").status_code == status


def test_the_case_file_shows_needs_visits_photos_and_aid(as_user, log, zhao, wang):

    log(needs=[Voiced("medical", "办慢病卡")], aid=Aid(source="unit", yuan=Decimal(200)), text="母亲身体好转")
    page = as_user("wang").get(f"/households/{zhao.pk}/").content.decode()
    words = ("办慢病卡", "母亲身体好转", "200.00", "记录走访", "登记诉求", "登记帮扶措施")
    assert [word for word in words if word not in page] == []


def test_photos_stand_under_the_last_version_of_their_visit(log, zhao, wang, django_assert_num_queries):
    with_photo = log(visited_on=TODAY - timedelta(days=9))
    photo = VisitPhoto.objects.create(visit=with_photo, file="a.jpg", thumbnail="b.jpg", width=4, height=3)
    day = with_photo.visited_on
    corrected = correct_visit(with_photo, client_id=uuid4(), by=wang.user, visited_on=day, mode="phone")
    later = log()
    with django_assert_num_queries(2):
        data = load_visits(zhao, wang.user, frozenset())
    assert (data["visits"], data["count"]) == ([(later, []), (corrected, [photo])], 2)


def test_the_pages_of_a_visit_and_a_need_are_headed_by_the_household(as_user, log):
    visit = log(needs=[Voiced("relief")])
    client = as_user("inspector")
    addresses = (f"/visits/{visit.pk}/", f"/needs/{visit.needs.get().pk}/")
    pages = [client.get(address).content.decode() for address in addresses]
    headings = [re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S).group(1).strip() for page in pages]
    assert headings == [f"赵*田 · {date_format(TODAY)}", f"赵*田 · {NeedKind.RELIEF.label}"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [({"mode": "not_home"}, "Not known"), ({"mode": "phone", "reached": False}, "Not known"),
     ({"mode": "phone"}, "No change"), ({"mode": "home"}, "No change"),
     ({"mode": "not_home", "changes": ["housing"]}, "Housing")],
)  # fmt: skip
def test_who_met_nobody_does_not_know_what_changed(as_user, log, zhao, facts, words):
    visit = log(**facts)
    client = as_user("wang")
    client.cookies["django_language"] = "en"
    for address in (f"/visits/{visit.pk}/", "/visits/", f"/households/{zhao.pk}/"):
        page = client.get(address).content.decode()
        found = re.findall(r'<span class="(?:tag|muted)">(Not known|No change|Housing)</span>', page)
        assert found == [words], address


@pytest.mark.parametrize(
    ("changed", "offered"),
    [("paired", True), ("never", False), ("ended", True), ("ended_before_all", False), ("closed_before", False)],
)
def test_a_visit_is_offered_only_where_one_can_be_logged(as_user, make_household, campaign, wang, changed, offered):
    household = make_household("钱某", cadre=None if changed == "never" else wang)
    first_day = campaign.starts_on
    ended = {"ended": TODAY, "ended_before_all": min(first_day, TODAY - timedelta(days=366)) - timedelta(days=1)}
    for pairing in household.pairings.all():
        pairing.ended_on = ended.get(changed)
        if pairing.ended_on:
            pairing.starts_on, pairing.end_reason = min(pairing.starts_on, pairing.ended_on), "调岗"
        pairing.save()
    if changed == "closed_before":
        household.closed_on = household.pairings.get().starts_on - timedelta(days=1)
        household.closed_reason = "整户迁出"
        household.save()
    button = f'href="/visits/new/?household={household.pk}"'
    client = as_user("clerk")
    assert (button in client.get(f"/households/{household.pk}/").content.decode()) is offered
    if not household.closed_on:
        page = client.get("/todo/").content.decode()
        assert ("钱某" in page, button in page) == (True, offered)


def test_a_closed_household_offers_no_main_button_to_log_a_visit(as_user, zhao):
    button = rf'<a class="btn btn-([a-z-]+)\s*" href="/visits/new/\?household={zhao.pk}">'
    client = as_user("clerk")
    address = f"/households/{zhao.pk}/"
    before = client.get(address).content.decode()
    zhao.closed_on, zhao.closed_reason = TODAY, "整户迁出"
    zhao.save()
    after = client.get(address).content.decode()
    assert [re.findall(button, page) for page in (before, after)] == [["primary"], ["outline-primary"]]
