"""The pages of jobs: own ones, all for a district admin, 404 for the rest."""

import pytest
from django.urls import reverse

from core.models import Job, JobState

pytestmark = pytest.mark.django_db


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
    with django_assert_num_queries(5):  # session, user, grants, count, rows
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


def test_htmx_gets_the_fragment_after_a_cancel(client, job, owner):
    client.force_login(owner)
    answer = client.post(reverse("core:job_cancel", args=[job.pk]), headers={"HX-Request": "true"})
    assert (answer.status_code, f'id="job-{job.pk}"' in answer.content.decode()) == (200, True)


def test_the_page_names_the_job_and_leads_to_what_it_works_on(client, owner, handler):
    handler("trial", lambda run: None, title="试验", address=lambda job: f"/trials/{job.args['trial']}/")
    job = Job.objects.create(kind="trial", started_by=owner, args={"trial": 7}, message="Half of %(n)s",
                             message_params={"n": 2}, state=JobState.FAILED)  # fmt: skip
    client.force_login(owner)
    text = client.get(reverse("core:job", args=[job.pk])).content.decode()
    expected = ("<h1>试验</h1>", "/trials/7/", "Half of 2", reverse("core:job_retry", args=[job.pk]))
    assert [word for word in expected if word not in text] == []
