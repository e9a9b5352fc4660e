"""Complaints: with whom they lie, who handles and sees them, never the one named; states, counts, history."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from cadres.models import Cadre
from core import changelog
from visits import complaints
from visits.complaints import ComplaintRefused, by_code, file_complaint, waiting_for
from visits.models import Complaint

TODAY = timezone.localdate()


@pytest.fixture
def send(villages, official):
    """File a complaint about aid in 东山前村, or as told."""

    def sent(place="东山前村", **facts):
        facts = {"client_id": uuid4(), "subject": "aid", "text": "米没有收到", **facts}
        return file_complaint(place=villages[place], **facts)[0]

    return sent


def handled_by(*users):
    """Who of them may handle the one complaint there is, as the next request finds them."""
    return [str(u) for u in users if Complaint.objects.to_handle(User.objects.get(pk=u.pk)).exists()]


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"subject": "cadre", "named": "王林"}, "township"),
        ({"subject": "aid"}, "township"),
        ({"subject": "official"}, "district"),
        ({"named": "乡镇工作人员"}, "district"),
        ({"text": "乡镇 工作人员不给办"}, "district"),
        ({"place": "西河前村"}, "district"),  # nobody there could handle it
    ],
)
def test_with_whom_it_lies(send, facts, level):
    assert send(**facts).level == level


def test_it_is_handled_by_the_township_of_the_place_or_the_district(send, official, admin, wang, clerk, inspector):
    send(subject="cadre", named="王林")
    assert handled_by(official, admin, wang.user, clerk, inspector) == ["乡镇工作人员", "区级管理员"]


def test_colleagues_of_a_named_official_do_not_handle_it(send, official, admin, make_user, villages):
    colleague = make_user("同事", Role.TOWNSHIP_OFFICIAL, division=villages["东山前村"].parent)
    send(named="乡镇工作人员")
    assert handled_by(official, colleague, admin) == ["区级管理员"]


@pytest.mark.both_engines
def test_an_official_who_helps_as_a_cadre_does_not_see_what_names_him(send, wang, villages, client, make_user):
    """王林 is the township's official too; his account bears another name than the register of cadres."""
    both = wang.user
    both.display_name = "王副镇长"
    both.save()
    both.grants.create(role=Role.TOWNSHIP_OFFICIAL, division=villages["东山前村"].parent, starts_on=TODAY)
    other = make_user("刘敏", Role.TOWNSHIP_OFFICIAL, division=villages["东山前村"].parent)
    about = send(subject="cadre", text="王 林没有来过", named="")
    send(text="路灯坏了")
    client.force_login(both)
    page = client.get("/complaints/")
    assert [row.record.text for row in page.context["table"].rows] == ["路灯坏了"]
    assert (page.context["waiting"], "没有来过" in page.content.decode()) == (1, False)
    assert client.get(f"/complaints/{about.pk}/").status_code == 404
    assert client.post(f"/complaints/{about.pk}/act/", {"act": "take"}).status_code == 404
    assert [handled_by(both), Complaint.objects.to_handle(other).count()] == [["王副镇长"], 1]


@pytest.mark.both_engines
def test_one_about_the_helping_cadre_is_not_handled_by_who_helps_there(send, wang, villages, official, zhao):
    wang.user.grants.create(role=Role.TOWNSHIP_OFFICIAL, division=villages["东山前村"].parent, starts_on=TODAY)
    assert send(subject="cadre").level == "district"  # without a name it may be about him
    assert handled_by(wang.user, official) == []
    assert [send(subject="aid").level, send("东山后村", subject="cadre").level] == ["township", "township"]


def test_no_verb_lets_the_named_one_act_whoever_calls_it(send, official, admin, wang):
    one = send(subject="cadre", named="区级管理员")
    for act in (*complaints.ACTS.values(), lambda c, by: complaints.answer(c, by=by, answer="不属实")):
        with pytest.raises(ComplaintRefused, match="not_yours"):
            act(one, by=admin)
        with pytest.raises(ComplaintRefused, match="not_yours"):
            act(one, by=wang.user)
    assert complaints.take(one, by=official).handler == official


@pytest.mark.both_engines
def test_from_new_to_closed_and_up_again(send, official):
    one = complaints.take(send(), by=official)
    assert (one.state, one.handler) == ("taken", official)
    one = complaints.answer(one, by=official, answer="已补发")
    assert (one.state, one.answer, one.answered_on) == ("answered", "已补发", TODAY)
    one = complaints.close(one, by=official)
    with pytest.raises(ComplaintRefused, match="state"):
        complaints.take(one, by=official)
    assert complaints.reopen(one, by=official).state == "taken"
    assert [row.state for row in one.history.order_by("history_id")] == ["new", "taken", "answered", "closed", "taken"]


def test_two_handlers_do_not_take_it_both(send, official, admin):
    one = send()
    complaints.take(one, by=official)
    with pytest.raises(ComplaintRefused, match="state"):
        complaints.take(one, by=admin)


def test_what_is_handed_to_the_district_the_township_does_not_see(send, official, admin, client):
    one = send()
    client.force_login(official)
    assert (
        client.post(f"/complaints/{one.pk}/act/", {"act": "pass_up"}, follow=True).redirect_chain[0][0]
        == "/complaints/"
    )
    assert handled_by(official, admin) == ["区级管理员"]
    assert client.get(f"/complaints/{one.pk}/").status_code == 404


def test_what_waits_for_whom(send, official, admin):
    send()
    late = send(at=timezone.now() - timedelta(days=40))
    send(subject="official")
    complaints.answer(send(), by=official, answer="好")
    assert (late.is_overdue, late.due_on) == (True, TODAY - timedelta(days=25))
    assert (waiting_for(official).count(), waiting_for(admin).count()) == (2, 2)


def test_home_says_how_many_wait(send, official, admin, wang, client):
    send()
    send(subject="official")
    counts = {}
    for who in (official, admin):
        client.force_login(who)
        counts[str(who)] = client.get("/").context["waiting"].complaints
    assert counts == {"乡镇工作人员": 1, "区级管理员": 1}


def test_the_database_knows_no_answered_complaint_without_answer_or_handler(send, official):
    for wrong in (
        {"state": "taken"},
        {"state": "answered", "handler": official},
        {"state": "new", "handler": official},
    ):
        one = send()
        for field, value in wrong.items():
            setattr(one, field, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            one.save()


def test_the_sender_reads_the_answer_but_not_how_it_came(send, official, wang, client):
    one = send(by=wang.user, phone="13900000001")
    complaints.answer(one, by=official, answer="已补发")
    client.force_login(wang.user)
    page = client.get(f"/complaints/{one.pk}/").content.decode()
    assert ("已补发" in page, "步骤" in page, "139" in page, "保存答复" in page) == (True, False, False, False)


def test_the_senders_phone_is_shown_for_a_reason_that_is_logged(send, official, client):
    from accounts.models import AccessLog

    one = send(name="赵三田", phone="13900000001")
    client.force_login(official)
    assert "13900000001" not in client.get(f"/complaints/{one.pk}/").content.decode()
    assert client.post(f"/complaints/{one.pk}/phone/", {"reason": " "}).status_code == 422
    page = client.post(f"/complaints/{one.pk}/phone/", {"reason": "回电核实"})
    assert ("13900000001" in page.content.decode(), page["Cache-Control"]) == (True, "no-store")
    log = AccessLog.objects.get(kind="reveal")
    assert (log.who, log.object_kind, log.object_id, log.reason) == (official, "complaint", str(one.pk), "回电核实")


def test_name_phone_and_code_are_not_in_the_database_and_auditors_read_no_words(send, villages, auditor, client):
    from django.db import connection

    _one, code = file_complaint(
        client_id=uuid4(), subject="cadre", place=villages["东山前村"], text="说话难听", named="王林", name="赵三田",
        phone="13900000001",
    )  # fmt: skip
    with connection.cursor() as cursor:
        kept = []
        for table in ("visits_complaint", "visits_complaint_hist"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            kept.append(str(cursor.fetchall()))
    assert [secret in kept[0] + kept[1] for secret in (code, "13900000001", "赵三田")] == [False, False, False]
    assert by_code(f"{code[:4]} {code[4:8]} {code[8:]}") is not None
    assert changelog.tracked_models()["complaint"] is Complaint
    client.force_login(auditor)
    page = client.get("/audit/history/?kind=complaint").content.decode()
    assert ("投诉建议" in page, "说话难听" in page, "王林" in page) == (True, False, False)


@pytest.mark.parametrize("who", ["official", "wang"])
def test_the_list_asks_as_often_for_three_rows_as_for_one(
    send, official, wang, client, who, django_assert_max_num_queries
):
    user = official if who == "official" else wang.user
    client.force_login(user)
    asked = []
    for _ in range(2):
        send(by=wang.user)
        with django_assert_max_num_queries(12) as queries:
            page = client.get("/complaints/")
        asked.append(len(queries))
        send(by=wang.user)
    assert (asked[0], len(page.context["table"].rows)) == (asked[1], 3)


def test_filters(send, official, client):
    send(text="米没有收到")
    late = send(text="路灯坏了", subject="other", at=timezone.now() - timedelta(days=40))
    mine = send(text="少填表", subject="burden", by=official)
    complaints.answer(mine, by=official, answer="好")
    client.force_login(official)

    def found(**asked):
        return [row.record.text for row in client.get("/complaints/", asked).context["table"].rows]

    assert found(q="路灯") == found(overdue="yes") == found(subject="other") == [late.text]
    assert found(state="waiting") == ["路灯坏了", "米没有收到"]
    assert found(mine="yes") == found(state="answered") == ["少填表"]
    assert len(found(township=late.place.parent_id)) == 3


def test_a_cadre_without_account_named_like_nobody_changes_nothing(send, bureau, official):
    Cadre.objects.create(name="孙离", unit=bureau, rank="division_level", active_from=TODAY)
    send(named="孙离")
    assert handled_by(official) == ["乡镇工作人员"]
