"""The navigation offers each role what it may open, and nothing else."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import User
from accounts.navigation import ME, SIDE, navigation


def shown(rf, roles, path="/"):
    request = rf.get(path)
    request.user = SimpleNamespace(is_authenticated=True, roles=frozenset(roles))
    return navigation(request)


def addresses(items):
    return [item.url for item in items]


def test_a_stranger_sees_none(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    assert navigation(request) == {"navigation": [], "phone_bar": []}


@pytest.mark.parametrize("entry", [*SIDE, ME], ids=lambda entry: entry.view)
def test_every_entry_has_an_address(entry):
    assert reverse(entry.view)


def test_a_cadre_has_five_places_on_the_phone(rf):
    bar = shown(rf, ["cadre"])["phone_bar"]
    assert addresses(bar) == [
        reverse(view) for view in ("dashboards:home", "households:list", "visits:todo", "visits:outbox", "accounts:me")
    ]


@pytest.mark.parametrize(
    ("role", "views"),
    [
        ("log_auditor", ["dashboards:home", "visits:complaints", "accounts:audit"]),
        ("system_admin", ["dashboards:home", "visits:complaints", "accounts:users"]),
        (
            "inspector",
            [
                "dashboards:home",
                "dashboards:index",
                "households:list",
                "households:growth",
                "cadres:pairing",
                "cadres:list",
                "visits:list",
                "visits:needs",
                "programs:measures",
                "visits:complaints",
            ],
        ),
    ],
)
def test_side_navigation_of_a_role(role, views, rf):
    assert addresses(shown(rf, [role])["navigation"]) == [reverse(view) for view in views]


def test_roles_add_up_and_the_phone_keeps_home_and_me(rf):
    both = shown(rf, ["cadre", "district_admin", "system_admin", "log_auditor"])["phone_bar"]
    assert [both[0].url, both[-1].url, len(both)] == ["/", reverse("accounts:me"), 5]


def test_only_the_nearest_entry_is_marked(rf):
    items = shown(rf, ["district_admin"], reverse("households:growth"))["navigation"]
    assert [item.url for item in items if item.active] == [reverse("households:growth")]


def test_coverage_is_marked_as_a_part_of_pairing(rf):
    items = shown(rf, ["district_admin"], reverse("cadres:coverage"))["navigation"]
    assert [item.url for item in items if item.active] == [reverse("cadres:pairing")]


@pytest.mark.django_db
def test_what_waits_is_counted_when_the_entry_is_drawn(rf, monkeypatch):
    asked, leftovers = [], reverse("households:leftovers")  # the views register what they count
    counters = {"households:leftovers": lambda user: asked.append(user) or User.objects.all()}
    monkeypatch.setattr("accounts.navigation._counters", counters)
    items = {item.url: item.count for item in shown(rf, ["village_clerk"])["navigation"]}
    count = items.pop(leftovers)
    assert asked == []
    assert (count(), len(asked), set(items.values())) == (User.objects.count(), 1, {None})
