"""The pages of jobs: own ones of a kind that one may start, all for a district admin, 404 for the rest."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleGrant
from core import jobs
from core.models import ROLES_OF_KIND, Job, JobState

pytestmark = pytest.mark.django_db
CADRES = frozenset({"cadre"})


@pytest.fixture(autouse=True)
def _kinds(handler):
    for kind in ("trial", "k"):
        handler(kind, lambda run: None, roles=CADRES)


@pytest.fixture
def job(owner):
    return Job.objects.create(kind="trial", started_by=owner, state=JobState.RUNNING, progress_done=1, progress_total=4)


@pytest.fixture
def stranger(make_user):
    return make_user("stranger", "system_admin", "log_auditor")


def test_the_list_holds_own_jobs_and_all_for_an_admin(client, job, owner, admin, stranger):
    nightly = Job.objects.create(kind="nightly")
    seen = {}
    for user in (owner, admin, stranger):
        client.force_login(user)
        rows = client.get(reverse("core:jobs")).context["table"].rows
        seen[user.username] = [row.record for row in rows]
    assert seen == {"owner": [job], "admin": [nightly, job], "stranger": []}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_queries_however_long_it_is(count, client, owner, django_assert_num_queries):
    for _ in range(count):
        Job.objects.create(kind="trial", started_by=owner)
    client.force_login(owner)
    with django_assert_num_queries(6):  # session, user, grants, count, keys, rows
        page = client.get(reverse("core:jobs"))
    assert page.content.decode().count('href="/jobs/') - page.content.decode().count('href="/jobs/"') == count


def test_twenty_five_on_a_page_and_a_fragment_for_htmx(client, owner):
    Job.objects.bulk_create([Job(kind="k", started_by=owner) for _ in range(26)])
    client.force_login(owner)
    page = client.get(reverse("core:jobs"), {"page": 2}, headers={"HX-Request": "true"})
    assert [len(page.context["table"].paginated_rows), "<html" in page.content.decode()] == [1, False]


def test_an_empty_list_says_what_comes_here(client, owner):
    client.force_login(owner)
    assert 'class="empty"' in client.get(reverse("core:jobs")).content.decode()


@pytest.mark.parametrize("name, method", [
    ("core:job", "get"), ("core:job_fragment", "get"), ("core:job_cancel", "post"), ("core:job_retry", "post"),
])  # fmt: skip
def test_a_job_of_another_is_not_found(name, method, client, job, owner, admin, stranger):
    answers = {}
    for user in (stranger, owner, admin):
        client.force_login(user)
        answers[user.username] = getattr(client, method)(reverse(name, args=[job.pk])).status_code
    expected = 200 if method == "get" else 302
    assert answers == {"stranger": 404, "owner": expected, "admin": expected}


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.FAILED, JobState.DONE])
def test_who_no_longer_holds_the_role_has_no_job_of_the_kind(state, client, job, owner):
    Job.objects.update(state=state)
    grant = RoleGrant.objects.get(user=owner)
    grant.ends_on = timezone.localdate() - timedelta(days=1)
    grant.save()
    before = Job.objects.values().get()
    client.force_login(owner)
    answers = [client.get(reverse(f"core:{name}", args=[job.pk])) for name in ("job", "job_fragment")]
    answers += [client.post(reverse(f"core:{name}", args=[job.pk])) for name in ("job_cancel", "job_retry")]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert (Job.objects.values().get(), list(Job.objects.visible_to(owner))) == (before, [])


def test_another_role_that_may_start_the_kind_is_enough(job, owner, make_user, handler):
    handler("auditors", lambda run: None, roles=frozenset({"log_auditor", "cadre"}))
    handler("nobody", lambda run: None)
    auditor = make_user("auditor", "log_auditor")
    for kind in ("trial", "auditors", "nobody", "not registered"):
        Job.objects.create(kind=kind, started_by=auditor)
    assert [found.kind for found in Job.objects.visible_to(auditor)] == ["auditors"]


def test_every_kind_names_roles_that_may_start_it():
    from_apps = {kind for kind, handler in jobs._handlers.items() if not handler.__module__.startswith("tests")}
    unnamed = {kind for kind in from_apps if not ROLES_OF_KIND[kind]}
    assert (from_apps >= {"propose_pairings", "assess_growth", "roster_check"}, unnamed) == (True, set())


@pytest.mark.parametrize("name", ["core:job_cancel", "core:job_retry"])
def test_a_link_changes_nothing(name, client, job, owner):
    client.force_login(owner)
    assert client.get(reverse(name, args=[job.pk])).status_code == 405


def test_the_fragment_asks_for_itself_until_the_job_has_ended(client, job, owner):
    client.force_login(owner)
    address = reverse("core:job_fragment", args=[job.pk])
    asks = f'hx-get="{address}"'
    running = client.get(address).content.decode()
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    done = client.get(address).content.decode()
    assert (asks in running, asks in done, "data-job-ended" in done) == (True, False, True)


def test_cancel_asks_the_job_to_stop(client, job, owner):
    client.force_login(owner)
    answer = client.post(reverse("core:job_cancel", args=[job.pk]))
    assert (answer.url, Job.objects.get().cancel_requested) == (reverse("core:job", args=[job.pk]), True)


def test_cancel_too_late_says_so(client, job, owner):
    Job.objects.update(saving=True)
    client.force_login(owner)
    page = client.post(reverse("core:job_cancel", args=[job.pk]), follow=True)
    assert (len(page.context["messages"]), Job.objects.get().cancel_requested) == (1, False)


def test_retry_goes_back_to_the_page_it_stood_on(client, job, owner):
    Job.objects.update(state=JobState.FAILED)
    client.force_login(owner)
    retry = reverse("core:job_retry", args=[job.pk])
    back = client.post(retry, headers={"Referer": "http://testserver/households/imports/3/"})
    away = client.post(retry, headers={"Referer": "http://example.org/"})
    assert (back.url, away.url) == ("http://testserver/households/imports/3/", reverse("core:job", args=[job.pk]))
    assert Job.objects.get().state == JobState.QUEUED


def test_what_is_done_already_is_not_tried_again_and_says_so(client, owner):
    failed = Job.objects.create(kind="trial", key="2017", started_by=owner, state=JobState.FAILED)
    jobs.start_once("trial", "2017", by=owner)
    client.cookies["django_language"] = "en"
    client.force_login(owner)
    page = client.post(reverse("core:job_retry", args=[failed.pk]), follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "It was not started again: it has not failed, or the same work waits or runs already."
    ]
    assert Job.objects.get(pk=failed.pk).state == JobState.FAILED


def test_htmx_gets_the_fragment_after_a_cancel(client, job, owner):
    client.force_login(owner)
    answer = client.post(reverse("core:job_cancel", args=[job.pk]), headers={"HX-Request": "true"})
    assert (answer.status_code, f'id="job-{job.pk}"' in answer.content.decode()) == (200, True)


def test_the_page_names_the_job_and_leads_to_what_it_works_on(client, owner, handler):
    handler("named", lambda run: None, title="试验", roles=CADRES, address=lambda job: f"/trials/{job.args['trial']}/")
    job = Job.objects.create(kind="named", started_by=owner, args={"trial": 7}, message="Half of %(n)s",
                             message_params={"n": 2}, state=JobState.FAILED)  # fmt: skip
    client.force_login(owner)
    text = client.get(reverse("core:job", args=[job.pk])).content.decode()
    expected = ("<h1>试验</h1>", "/trials/7/", "Half of 2", reverse("core:job_retry", args=[job.pk]))
    assert [word for word in expected if word not in text] == []
