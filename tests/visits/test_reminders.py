"""One digest a day: who gets what and who does not; made once however often it runs; paused; by e-mail if chosen."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import RoleGrant
from cadres.models import Leave
from core.jobs import do, start_here
from core.models import Job
from visits import reminders
from visits.choices import ChoiceRefused, choose_mail, pause, resume
from visits.models import Digest
from visits.needs import raise_need
from visits.planned import Plan, plan_visit
from visits.tasks import MAIL, MAKE, remind

pytestmark = pytest.mark.both_engines

TODAY = timezone.localdate()


def in_days(days):
    return TODAY + timedelta(days=days)


@pytest.fixture
def waiting(zhao, sun, wang, campaign, hospital, official, officer):
    """At the Zhao family: a visit planned for tomorrow, a need due at the hospital, nobody reached yet."""
    plan_visit(zhao, Plan(in_days(1)), by=wang.user)
    plan_visit(zhao, Plan(in_days(2)), by=wang.user)
    need = raise_need(household=zhao, kind="medical", owner=official, raised_on=in_days(-9), due_on=in_days(3))
    need.department = hospital
    need.save(update_fields=["department"])


def run(kind=MAKE, day=TODAY):
    job = start_here(kind, args={"day": day.isoformat()})
    do(job)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return job


def found():
    """(name, planned, needs, quiet) of today's digests."""
    rows = Digest.objects.filter(day=TODAY).order_by("pk").select_related("user")
    return {(str(row.user), row.planned, row.needs, row.quiet) for row in rows}


def test_the_cadre_and_the_department_are_told_and_no_superior(
    waiting, liaison, clerk, official, officer, admin, inspector
):
    run()
    assert found() == {("王林", 1, 1, 1), ("李岚", 0, 0, 1), ("医院经办人", 0, 1, 0)}


def test_nothing_waits_nothing_comes(zhao, wang, log):
    log()
    run()
    assert found() == set()


@pytest.mark.parametrize("how", ["closed", "exited", "unpaired", "no_grant", "inactive"])
def test_none_for_households_that_left_and_cadres_who_went(waiting, zhao, wang, how):
    if how == "closed":
        zhao.closed_on, zhao.closed_reason = TODAY, "迁出"
        zhao.save()
    elif how == "exited":
        enrolment = zhao.enrolments.get()
        enrolment.state, enrolment.ended_on, enrolment.reason = "exited", TODAY, "达标"
        enrolment.save()
    elif how == "unpaired":
        pairing = zhao.pairings.get()
        pairing.ended_on, pairing.end_reason = TODAY, "调岗"
        pairing.save()
    elif how == "no_grant":
        grant = RoleGrant.objects.get(user=wang.user)
        grant.ends_on = in_days(-1)
        grant.save()
    else:
        wang.user.is_active = False
        wang.user.save()
    run()
    assert "王林" not in {name for name, *_numbers in found()}


def test_as_many_statements_for_one_as_for_three(waiting, make_household, make_cadre, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as asked:
        reminders.digests_for(TODAY)
    for number in range(3):
        cadre = make_cadre(f"干部{number}")
        for slot in (1, 2):
            plan_visit(make_household(f"户{number}{slot}", cadre=cadre, slot=slot), Plan(TODAY), by=cadre.user)
    first = len(asked)
    with django_assert_max_num_queries(12) as asked:
        digests = reminders.digests_for(TODAY)
    assert len(asked) == first
    assert [(d.planned, d.quiet) for d in digests if str(d.user).startswith("干部")] == [(2, 2)] * 3


def test_run_twice_it_is_one_a_day_and_what_was_read_stays_read(waiting, wang):
    run()
    assert reminders.mark_read(wang.user, TODAY)
    before = list(Digest.objects.order_by("pk").values())
    run()
    assert list(Digest.objects.order_by("pk").values()) == before


def test_killed_in_between_the_next_attempt_writes_all(waiting, monkeypatch):
    write = reminders.write

    def killed(digests):
        write(digests)
        raise KeyboardInterrupt

    job = start_here(MAKE, args={"day": TODAY.isoformat()})
    monkeypatch.setattr(reminders, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        do(job)
    assert found() == set()
    monkeypatch.setattr(reminders, "write", write)
    do(job)
    assert len(found()) == 3


def test_made_in_part_the_rest_is_added(waiting):
    reminders.write(reminders.digests_for(TODAY)[:1])
    run()
    assert len(found()) == Digest.objects.count() == 3


def test_a_job_that_comes_a_day_late_writes_nothing(waiting):
    run(day=in_days(-1))
    assert Digest.objects.count() == 0


def test_the_night_task_queues_one_job_for_the_day_in_shanghai(db, time_machine):
    time_machine.move_to(datetime(2026, 11, 29, 21, 30, tzinfo=UTC))
    remind()
    remind()
    assert [job.args for job in Job.objects.filter(kind=MAKE)] == [{"day": "2026-11-30"}]


def test_old_digests_go(waiting, wang):
    Digest.objects.create(user=wang.user, day=in_days(-31), needs=1)
    assert run().result == {"users": 3, "removed": 1}


class TestLeave:
    @pytest.fixture
    def deputy(self, make_cadre):
        return make_cadre("刘青")

    @pytest.fixture
    def leave(self, wang, deputy):
        return Leave.objects.create(
            cadre=wang, starts_on=in_days(-1), ends_on=in_days(1), deputy=deputy, entered_by=wang.user
        )

    def test_the_deputy_is_told_in_place_of_the_cadre(self, waiting, leave, wang, deputy, client):
        run()
        digest = Digest.objects.get(user=deputy.user)
        other = {"cadre": wang.pk, "until": in_days(1).isoformat(), "planned": 1, "needs": 1, "quiet": 1}
        assert (digest.for_others, digest.total) == ([other], 3)
        assert not Digest.objects.filter(user=wang.user).exists()
        client.force_login(deputy.user)
        page = client.get("/todo/").content.decode()
        assert ("王林" in page, "赵三田" in page) == (True, False)  # numbers alone: a leave opens no household

    @pytest.mark.parametrize("change", ["over", "cancelled", "ahead"])
    def test_on_other_days_the_cadre_is_told(self, waiting, leave, change):
        leave.starts_on, leave.ends_on = {
            "over": (in_days(-5), in_days(-1)),
            "cancelled": (in_days(-1), in_days(1)),
            "ahead": (in_days(1), in_days(5)),
        }[change]
        leave.cancelled_on = TODAY if change == "cancelled" else None
        leave.save()
        run()
        assert ("王林", 1, 1, 1) in found()

    def test_a_deputy_who_is_away_or_paused_is_not_told(self, waiting, leave, deputy):
        pause(deputy.user, until=TODAY)
        run()
        assert {name for name, *_numbers in found()} == {"李岚", "医院经办人"}


class TestPause:
    def test_nothing_on_paused_days_and_nothing_piles_up(self, waiting, wang, time_machine):
        pause(wang.user, until=in_days(2))
        for days in (0, 2):
            time_machine.move_to(datetime.now(UTC) + timedelta(days=days))
            run(day=timezone.localdate())
        assert not Digest.objects.filter(user=wang.user).exists()
        time_machine.move_to(datetime.now(UTC) + timedelta(days=1))
        run(day=timezone.localdate())
        assert Digest.objects.filter(user=wang.user).count() == 1

    def test_todays_is_hidden_at_once_and_comes_back(self, waiting, wang):
        run()
        pause(wang.user, until=TODAY)
        assert reminders.digest_of(wang.user, TODAY) is None
        resume(wang.user)
        assert reminders.digest_of(wang.user, TODAY) is not None

    @pytest.mark.parametrize("days", [-1, 61])
    def test_it_has_an_end_within_the_setting(self, wang, days):
        with pytest.raises(ChoiceRefused, match="pause"):
            pause(wang.user, until=in_days(days))


class TestMail:
    @pytest.fixture(autouse=True)
    def set_up(self, settings):
        settings.PUBLIC_URL = "https://bangfu.example.org/"

    def test_off_until_it_is_chosen(self, waiting):
        run()
        assert not Job.objects.filter(kind=MAIL).exists()

    def test_a_number_and_a_link_once(self, waiting, wang):
        choose_mail(wang.user, by_mail=True, email="wang@example.org")
        run()
        assert Job.objects.filter(kind=MAIL).count() == 1
        for _attempt in range(2):
            run(MAIL)
        (sent,) = mail.outbox
        assert sent.to == ["wang@example.org"]
        assert sent.body.splitlines()[:2] == ["今天有3项工作待办。", "https://bangfu.example.org/todo/"]
        assert [word for word in ("赵", "东山", "王林") if word in sent.body + sent.subject] == []

    def test_not_after_it_was_read_or_paused(self, waiting, wang):
        choose_mail(wang.user, by_mail=True, email="wang@example.org")
        run()
        reminders.mark_read(wang.user, TODAY)
        run(MAIL)
        assert mail.outbox == []

    def test_a_server_that_refuses_stops_nobody_elses(self, waiting, wang, li, monkeypatch):
        from django.core.mail.backends.locmem import EmailBackend

        for cadre in (wang, li):
            choose_mail(cadre.user, by_mail=True, email=f"c{cadre.pk}@example.org")
        run()
        send = EmailBackend.send_messages

        def refusing(self, messages):
            if messages[0].to == [f"c{wang.pk}@example.org"]:
                raise ConnectionRefusedError
            return send(self, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", refusing)
        assert run(MAIL).result == {"sent": 1, "failed": 1}
        assert [sent.to for sent in mail.outbox] == [[f"c{li.pk}@example.org"]]

    def test_without_an_address_it_cannot_be_chosen(self, wang, client):
        client.force_login(wang.user)
        assert client.post("/reminders/e-mail/", {"by_mail": "on"}).status_code == 422
        assert client.post("/reminders/e-mail/", {"by_mail": "on", "email": "a@example.org"}).status_code == 302


def test_home_and_to_do_show_it_until_it_is_read(waiting, wang, client):
    run()
    client.force_login(wang.user)
    for address in ("/", "/todo/"):
        assert "今日提醒" in client.get(address).content.decode()
    assert client.post("/reminders/read/", {"next": "/"}).headers["Location"] == "/"
    for address in ("/", "/todo/"):
        assert "今日提醒" not in client.get(address).content.decode()
    assert client.post("/reminders/read/", {"next": "https://evil.example/"}).headers["Location"] == "/todo/"


def test_the_page_pauses_and_resumes(wang, client):
    client.force_login(wang.user)
    assert client.post("/reminders/", {"until": in_days(5).isoformat()}).status_code == 302
    assert "已暂停" in client.get("/reminders/").content.decode()
    assert client.post("/reminders/", {"until": in_days(90).isoformat()}).status_code == 422
    assert client.post("/reminders/", {"resume": "1"}).status_code == 302
    assert "已暂停" not in client.get("/reminders/").content.decode()


def test_a_plan_that_was_kept_is_reminded_of_no_more(waiting, log):
    log()
    run()
    assert ("王林", 1, 1, 0) in found()  # the visit of today is not yet the one of tomorrow
