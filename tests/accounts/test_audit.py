"""The logs, as the auditor reads them: who opened and revealed what, who changed what; never a secret."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record
from accounts.models import AccessLog
from core import changelog
from core.history import through
from households import members, register
from tests.factories.accounts import UserFactory

NOW = timezone.now()


@pytest.fixture
def auditor(client, people):
    client.force_login(people.log_auditor)
    return people.log_auditor


@pytest.fixture
def log(people, zhao, auditor):
    """Four lines: yesterday the cadre opened and revealed, today the official exported and the cadre called."""
    AccessLog.objects.all().delete()
    lines = [
        record(people.cadre, "case_file", zhao, label=zhao.code),
        record(people.cadre, "reveal", zhao, label=f"{zhao.code} phone", reason="核对电话"),
        record(people.township_official, "export", label="农户", reason="上报"),
        record(people.cadre, "call", zhao, label=zhao.code),
    ]
    for line in lines[:2]:
        AccessLog.objects.filter(pk=line.pk).update(at=NOW - timedelta(days=1))
    return lines


def kinds(client, **query):
    answer = client.get(reverse("accounts:audit"), query)
    return [row.record.kind for row in answer.context["table"].paginated_rows]


def today(days=0):
    return (timezone.localdate(NOW) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["call", "export", "case_file", "reveal"]),
        ({"kind": "reveal"}, ["reveal"]),
        ({"who": "township"}, ["export"]),
        ({"who": "nobody"}, []),
        ({"q": "9900000001"}, ["call", "case_file", "reveal"]),
        ({"q": "核对"}, ["reveal"]),
        ({"since": today()}, ["call", "export"]),
        ({"until": today(-1)}, ["case_file", "reveal"]),
        ({"since": today(-1), "until": today(-1), "kind": "case_file"}, ["case_file"]),
        ({"since": today(1)}, []),
    ],
)
def test_the_access_log_is_narrowed(query, found, log, client):
    assert sorted(kinds(client, **query)) == sorted(found)


def test_the_newest_line_stands_first(log, client):
    assert kinds(client)[:2] == ["call", "export"]


def test_a_line_tells_person_object_and_reason(log, client, people):
    row = client.get(reverse("accounts:audit"), {"kind": "reveal"}).context["table"].rows[0]
    assert [row.get_cell(name) for name in ("who", "label", "reason")] == [people.cadre, "9900000001 phone", "核对电话"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_access_log_asks_six_queries_however_long_it_is(count, client, auditor, django_assert_num_queries):
    AccessLog.objects.all().delete()
    for n in range(count):
        record(UserFactory(username=f"u{n}"), "export", label="农户")
    client.get(reverse("accounts:audit"))
    with django_assert_num_queries(6):
        answer = client.get(reverse("accounts:audit"))
    assert len(answer.context["table"].paginated_rows) == count


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("kind", "queries"), [("", 5), ("household", 6), ("need", 6), ("pairing", 6)])
def test_the_changes_ask_a_fixed_number_of_queries(
    kind, queries, count, client, auditor, zhao, django_assert_num_queries
):
    row = zhao if kind in ("", "household") else getattr(zhao, f"{kind}s").get()
    name = {"need": "text", "pairing": "end_reason"}.get(kind, "address")
    for n in range(count):
        setattr(row, name, f"第{n}次")
        row.save()
    client.get(reverse("accounts:audit_history"), {"kind": kind})
    with django_assert_num_queries(queries):
        answer = client.get(reverse("accounts:audit_history"), {"kind": kind, "number": row.pk})
    assert len([entry for entry in answer.context["page"] if entry.of == (kind or "household")]) == count + 1


def test_a_change_tells_who_through_what_before_and_after(client, auditor, zhao, people):
    with through("form /households/1/edit/", by=people.township_official):
        register.change_household(zhao, address="村东头", cause_note="缺水")
    entry = client.get(reverse("accounts:audit_history"), {"kind": "household"}).context["page"][0]
    assert (entry.who, entry.origin) == ("township_official", "form /households/1/edit/")
    assert [(before, after) for _field, before, after in entry.lines] == [
        ("—", "缺水"),
        ("—", "******"),
    ]  # no sight of homes


def test_changes_are_narrowed_by_person_and_day(client, auditor, zhao, people):
    with through("试验", by=people.township_official):
        register.change_household(zhao, address="村东头")
    asked = [{"who": "township"}, {"who": "nobody"}, {"since": today(1)}, {"until": today(-1)}, {"since": today()}]
    found = [
        len(client.get(reverse("accounts:audit_history"), {"kind": "household", **query}).context["page"])
        for query in asked
    ]
    assert found == [1, 0, 0, 0, 2]


def test_no_page_of_the_changes_holds_a_secret(client, auditor, zhao, people):
    son = zhao.members.get(name="赵小河")
    kept = {zhao.phone, "13911112222", "6222020000000000018", "肝炎甲型", *(m.id_no for m in zhao.members.all())}
    zhao.phone, zhao.bank_card = "13911112222", "6222020000000000018"
    zhao.save()
    members.change_member(son, disease="肝炎甲型")
    people.cadre.phone = "13933334444"
    people.cadre.save()
    for kind in ("", *changelog.tracked_models()):
        shown = client.get(reverse("accounts:audit_history"), {"kind": kind}).content.decode()
        assert [secret for secret in {*kept, "13933334444"} if secret in shown] == [], kind
        assert [row for row in get_user_model().objects.exclude(phone_hash=None) if row.phone_hash in shown] == [], kind


def test_a_change_of_a_secret_is_told_without_it(client, auditor, zhao):
    zhao.phone = "13911112222"
    zhao.save()
    entry = client.get(reverse("accounts:audit_history"), {"kind": "household"}).context["page"][0]
    assert [(before, after) for _field, before, after in entry.lines] == [("******", "******")]


def test_an_unknown_kind_shows_all_kinds(client, auditor, zhao):
    answer = client.get(reverse("accounts:audit_history"), {"kind": "password"})
    assert (answer.status_code, answer.context["overview"]) == (200, True)
