"""Pages of cadres and pairings: who may open them, what they show, what they do, and how many questions they ask."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from accounts.models import Unit
from cadres.models import Cadre, Pairing
from cadres.pairing import pair
from cadres.register import deactivate
from core.jobs import run_job, start_once
from core.models import Job

FREE = ["list", "units", "pairing", "coverage"]  # who may see the register
ADMIN_ONLY = ["new", "unit_new", "propose", "options"]


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def as_user(client, settings):
    settings.LANGUAGE_CODE = "en"

    def sign_in(user):
        client.force_login(user, backend="accounts.backends.NameOrPhoneBackend")
        return client

    return sign_in


@pytest.fixture
def people(admin, official, inspector, make_user, wang, units):
    wang.user = make_user("wang", "cadre")
    wang.save()
    return {
        "admin": admin,
        "official": official,
        "inspector": inspector,
        "cadre": wang.user,
        "liaison": make_user("liaison", "unit_liaison", unit=units["区林业局"]),
        "sys": make_user("sys", "system_admin"),
    }


def codes(as_user, people, address):
    return {name: as_user(user).get(address).status_code for name, user in people.items()}


@pytest.mark.parametrize("name", FREE)
def test_the_register_is_read_by_officials_admins_and_inspectors(name, as_user, people, campaign):
    assert codes(as_user, people, reverse(f"cadres:{name}")) == {
        "admin": 200, "official": 200, "inspector": 200, "cadre": 403, "liaison": 403, "sys": 403,
    }  # fmt: skip


@pytest.mark.parametrize("name", ADMIN_ONLY)
def test_only_admins_change_it(name, as_user, people, campaign):
    assert codes(as_user, people, reverse(f"cadres:{name}")) == {
        "admin": 200, "official": 403, "inspector": 403, "cadre": 403, "liaison": 403, "sys": 403,
    }  # fmt: skip


def test_a_cadre_sees_the_own_page_and_no_other(as_user, people, wang, make_cadre):
    other = make_cadre("陈某", unit="东山镇政府")
    own = codes(as_user, people, reverse("cadres:detail", args=[wang.pk]))
    foreign = codes(as_user, people, reverse("cadres:detail", args=[other.pk]))
    assert own == {"admin": 200, "official": 200, "inspector": 200, "cadre": 200, "liaison": 200, "sys": 404}
    assert foreign == {"admin": 200, "official": 200, "inspector": 200, "cadre": 404, "liaison": 404, "sys": 404}


@pytest.mark.parametrize("name", ["pairing_end", "pairing_transfer", "edit", "deactivate"])
def test_acts_are_the_admins_and_out_of_sight_is_not_found(name, as_user, people, wang, household, today):
    pairing = pair(household, wang, starts_on=today)
    pk = wang.pk if name in ("edit", "deactivate") else pairing.pk
    assert codes(as_user, people, reverse(f"cadres:{name}", args=[pk])) == {
        "admin": 200, "official": 403, "inspector": 403, "cadre": 403, "liaison": 403, "sys": 404,
    }  # fmt: skip


def test_a_household_out_of_sight_cannot_be_paired(as_user, people, household):
    assert codes(as_user, people, reverse("cadres:pair", args=[household.pk])) == {
        "admin": 200, "official": 403, "inspector": 403, "cadre": 404, "liaison": 404, "sys": 404,
    }  # fmt: skip


def test_a_proposal_is_for_who_pairs(as_user, people, campaign):
    jobs = {
        name: Job.objects.create(kind="propose_pairings", started_by=people[name]) for name in ("admin", "official")
    }
    assert codes(as_user, people, reverse("cadres:proposal", args=[jobs["admin"].pk])) == {
        "admin": 200, "official": 404, "inspector": 404, "cadre": 404, "liaison": 404, "sys": 404,
    }  # fmt: skip
    own = as_user(people["official"]).get(reverse("cadres:proposal", args=[jobs["official"].pk]))
    assert own.status_code == 404  # his own, of a time when he paired


def test_what_is_not_there_is_not_found(as_user, admin):
    for name in ("detail", "edit", "deactivate", "unit_edit", "pair", "pairing_end", "pairing_transfer", "proposal"):
        assert as_user(admin).get(reverse(f"cadres:{name}", args=[404])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("list", 9), ("units", 6), ("pairing", 11), ("coverage", 11), ("detail", 13)]
)
def test_pages_ask_a_fixed_number_of_questions(
    rows, name, queries, as_user, admin, make_cadre, make_household, today, django_assert_num_queries
):
    cadres = [make_cadre(f"干部{n}") for n in range(rows)]
    for n in range(rows):
        make_household(f"等某{n}")
        pair(make_household(f"帮某{n}"), cadres[0], starts_on=today)
    client = as_user(admin)
    args = [cadres[0].pk] if name == "detail" else []
    client.get(reverse(f"cadres:{name}", args=args))
    with django_assert_num_queries(queries):
        page = client.get(reverse(f"cadres:{name}", args=args)).content.decode()
    expected = {
        "units": "东山镇政府",
        "pairing": f"等某{rows - 1}",
        "coverage": f"等某{rows - 1}",
        "detail": f"帮某{rows - 1}",
    }
    assert expected.get(name, f"干部{rows - 1}") in page


def names(response, table="table"):
    return [row.record.name for row in response.context[table].paginated_rows]


def test_the_list_is_searched_and_filtered(as_user, admin, make_cadre, make_household, units, today):
    wang = make_cadre("王林", phone="13900000003")
    leader = make_cadre("李岭", rank="district_leader", unit="东山镇政府", post="副区长")
    make_cadre("何退", active_to=today)
    for _ in range(3):
        pair(make_household(), wang, starts_on=today)
    client = as_user(admin)

    def found(**query):
        return sorted(names(client.get(reverse("cadres:list"), query)))

    assert found() == ["李岭", "王林"]
    assert found(q="13900000003") == ["王林"]
    assert found(q="东山 李") == ["李岭"]
    assert found(q="副区长") == ["李岭"]
    assert found(unit=units["区林业局"].pk) == ["王林"]
    assert found(rank="district_leader") == [leader.name]
    assert found(under="yes") == ["李岭"]
    assert found(under="no") == ["王林"]
    assert found(state="inactive") == ["何退"]
    assert found(state="all") == ["何退", "李岭", "王林"]


def test_the_list_is_paged_by_25(as_user, admin, make_cadre, campaign):
    for number in range(27):
        make_cadre(f"干部{number:02}")
    client = as_user(admin)
    pages = [len(names(client.get(reverse("cadres:list"), {"page": n}))) for n in (1, 2)]
    assert pages == [25, 2]


def test_an_official_sees_the_own_households_of_a_cadre_only(as_user, official, wang, make_household, today):
    near = pair(make_household("近某"), wang, starts_on=today)
    pair(make_household("远某", village="西河前村"), wang, starts_on=today)
    response = as_user(official).get(reverse("cadres:detail", args=[wang.pk]))
    assert [row.record.pk for row in response.context["current"].rows] == [near.pk]
    assert response.context["unseen"] == 1
    assert "远某" not in response.content.decode()


def test_an_inspector_reads_masked_names(as_user, inspector, wang, make_household, today):
    pair(make_household("郑大山"), wang, starts_on=today)
    make_household("冯小河")
    for name, args in (("detail", [wang.pk]), ("pairing", []), ("coverage", [])):
        page = as_user(inspector).get(reverse(f"cadres:{name}", args=args)).content.decode()
        assert "郑大山" not in page
        assert "冯小河" not in page
    assert "冯*河" in page


def test_an_admin_adds_and_edits_a_cadre(as_user, admin, units):
    facts = {
        "name": "新某", "unit": units["区林业局"].pk, "rank": "division_level", "phone": "139 0000 0004",
        "active_from": "2026-01-05", "post": "科长", "skills": "", "user": "",
    }  # fmt: skip
    client = as_user(admin)
    client.post(reverse("cadres:new"), facts)
    cadre = Cadre.objects.get(name="新某")
    assert cadre.phone == "13900000004"
    page = client.get(reverse("cadres:edit", args=[cadre.pk])).content.decode()
    assert "13900000004" not in page
    client.post(reverse("cadres:edit", args=[cadre.pk]), facts | {"phone": "", "post": "副局长"})
    cadre.refresh_from_db()
    assert (cadre.phone, cadre.post) == ("13900000004", "副局长")
    bad = client.post(reverse("cadres:new"), facts | {"phone": "- - - -", "active_from": "0001-01-01"})
    assert (bad.status_code, sorted(bad.context["form"].errors)) == (422, ["active_from", "phone"])
    again = client.post(reverse("cadres:new"), facts | {"name": "又某"})
    assert (again.status_code, again.context["form"].non_field_errors()) == (
        422,
        ["Another cadre has this phone number."],
    )


def test_a_user_account_is_offered_to_one_cadre(as_user, admin, make_user, make_cadre):
    taken, free = make_user("taken", "cadre"), make_user("free", "cadre")
    make_user("clerk_without_the_role", "system_admin")
    own = make_cadre("王林", user=taken)
    offered = as_user(admin).get(reverse("cadres:new")).context["form"].fields["user"].queryset
    assert list(offered) == [free]
    offered = as_user(admin).get(reverse("cadres:edit", args=[own.pk])).context["form"].fields["user"].queryset
    assert set(offered) == {free, taken}


def test_an_admin_pairs_from_the_panel(as_user, admin, wang, household, today):
    client = as_user(admin)
    panel = client.get(reverse("cadres:pair", args=[household.pk]), headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in panel, wang.name in panel) == (False, True)
    response = client.post(reverse("cadres:pair", args=[household.pk]), {"to": wang.pk, "starts_on": today.isoformat()})
    assert response.url == reverse("cadres:pairing")
    assert Pairing.objects.active().values_list("household", "cadre").get() == (household.pk, wang.pk)


def test_a_refused_pairing_says_why(as_user, admin, wang, make_household, today):
    pending = make_household(state="pending")
    response = as_user(admin).post(
        reverse("cadres:pair", args=[pending.pk]), {"to": wang.pk, "starts_on": today.isoformat()}
    )
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == ["This household still awaits a decision."]


def test_the_picker_offers_free_cadres_of_the_same_township_first(as_user, admin, make_cadre, make_household, today):
    make_cadre("区甲")
    make_cadre("西乙", unit="西河镇政府")
    make_cadre("东丙", unit="东山镇政府")
    full = make_cadre("满丁", unit="东山镇政府")
    for _ in range(3):
        pair(make_household(), full, starts_on=today)
    household = make_household(village="东山后村")
    client = as_user(admin)

    def offered(**query):
        response = client.get(reverse("cadres:options"), {"household": household.pk, **query})
        return [cadre.name for cadre in response.context["options"]]

    assert offered() == ["东丙", "区甲", "西乙"]
    assert offered(q="西河") == ["西乙"]
    assert offered(q="满丁") == []


def test_an_admin_ends_a_pairing(as_user, admin, wang, household, today):
    pairing = pair(household, wang, starts_on=today)
    client = as_user(admin)
    address = reverse("cadres:pairing_end", args=[pairing.pk])
    ahead = client.post(address, {"on": (today + timedelta(days=1)).isoformat(), "reason": "调整"})
    assert (ahead.status_code, list(ahead.context["form"].errors)) == (422, ["on"])
    assert client.post(address, {"on": today.isoformat(), "reason": "调整"}).status_code == 302
    assert client.get(address).status_code == 404
    history = Pairing.history.order_by("-history_id").first()
    assert (history.history_user, history.history_change_reason) == (admin, f"form {address}")


def test_an_admin_transfers_a_household(as_user, admin, wang, li, household, today):
    pairing = pair(household, wang, starts_on=today)
    address = reverse("cadres:pairing_transfer", args=[pairing.pk])
    response = as_user(admin).post(address, {"to": li.pk, "on": today.isoformat(), "reason": "工作调动"})
    assert response.url == reverse("cadres:detail", args=[li.pk])
    assert Pairing.objects.active().values_list("household", "cadre").get() == (household.pk, li.pk)


def test_an_admin_deactivates_a_cadre_with_his_households(as_user, admin, wang, li, four_households, today):
    first, second = (pair(h, wang, starts_on=today) for h in four_households[:2])
    client = as_user(admin)
    address = reverse("cadres:deactivate", args=[wang.pk])
    facts = {"on": today.isoformat(), "reason": "退休", f"to_{first.pk}": li.pk}
    left_over = client.post(address, facts)
    assert left_over.context["form"].non_field_errors() == [
        "Say for each household who takes over, or that the pairing ends."
    ]
    assert client.post(address, facts | {f"to_{second.pk}": "end"}).status_code == 302
    active = Pairing.objects.active().values_list("household", "cadre")
    assert (Cadre.objects.get(pk=wang.pk).active_to, list(active)) == (today, [(first.household_id, li.pk)])
    client.post(reverse("cadres:reactivate", args=[wang.pk]))
    assert Cadre.objects.get(pk=wang.pk).active_to is None


def test_an_admin_adds_and_edits_a_unit(as_user, admin, units):
    client = as_user(admin)
    client.post(
        reverse("cadres:unit_new"), {"name": "区医院", "kind": "institution", "affiliation": "区", "division": ""}
    )
    unit = Unit.objects.get(name="区医院")
    facts = {"name": "区人民医院", "kind": "institution", "affiliation": "区", "division": ""}
    client.post(reverse("cadres:unit_edit", args=[unit.pk]), facts)
    assert Unit.objects.get(pk=unit.pk).name == "区人民医院"
    again = client.post(reverse("cadres:unit_edit", args=[units["区林业局"].pk]), facts)
    assert again.status_code == 422


def test_coverage_shows_the_unpaired_and_those_whose_cadre_has_gone(as_user, admin, wang, li, make_household, today):
    lonely = make_household("无人某")
    left = pair(make_household("失帮某"), wang, starts_on=today).household
    pair(make_household("有帮某"), li, starts_on=today)
    make_household("待定某", state="pending")
    wang.active_to = today  # past the verb, as an old data set may have it
    wang.save()
    response = as_user(admin).get(reverse("cadres:coverage"))
    rows = [(row.record.pk, row.record.gone_cadre) for row in response.context["households"].rows]
    assert rows == [(lonely.pk, None), (left.pk, "王林")]
    assert [(row.record.name, row.record.room) for row in response.context["cadres"].rows] == [("李岭", 4)]


@pytest.fixture
def jobs_at_once(monkeypatch):
    monkeypatch.setattr("core.jobs.send", run_job)


def test_a_handover_that_finds_no_place_names_the_household_and_keeps_the_choices(
    as_user, admin, wang, make_cadre, make_household, today
):
    kept, full = make_cadre("陈某"), make_cadre("满丁")
    for _ in range(2):
        pair(make_household(), full, starts_on=today)
    first, second, third = (pair(make_household(name), wang, starts_on=today) for name in ("赵一", "钱二", "孙三"))
    choices = {f"to_{first.pk}": kept.pk, f"to_{second.pk}": full.pk, f"to_{third.pk}": full.pk}
    facts = {"on": today.isoformat(), "reason": "调离", **choices}
    answer = as_user(admin).post(reverse("cadres:deactivate", args=[wang.pk]), facts)
    form = answer.context["form"]
    assert form.non_field_errors() == ["孙三 to 满丁: This cadre has no place left."]
    assert form.refused == third.pk
    assert [chosen for _, _, chosen, _ in answer.context["choices"]] == [str(pk) for pk in choices.values()]
    assert [int(chosen) in {c.pk for c in few} for _, _, chosen, few in answer.context["choices"]] == [True] * 3
    assert "1 place free" in answer.content.decode()
    assert Pairing.objects.active().filter(cadre=wang).count() == 3


def test_where_nobody_has_a_place_the_panel_says_what_to_do_and_offers_no_button(as_user, admin, household):
    page = as_user(admin).get(reverse("cadres:pair", args=[household.pk]), headers={"HX-Request": "true"})
    shown = page.content.decode()
    ways = [reverse(name) in shown for name in ("cadres:coverage", "district:campaign", "cadres:new")]
    assert (ways, "<button" in shown) == ([True] * 3, False)
    search = as_user(admin).get(reverse("cadres:options"), {"household": household.pk, "q": "无此人"})
    assert "No cadre with a free place matches." in search.content.decode()


def test_a_pairing_ends_between_the_day_it_began_and_today(as_user, admin, wang, household, today):
    began = today - timedelta(days=10)
    pairing = pair(household, wang, starts_on=began)
    address = reverse("cadres:pairing_end", args=[pairing.pk])
    for day in (began - timedelta(days=1), today + timedelta(days=1)):
        answer = as_user(admin).post(address, {"on": day.isoformat(), "reason": "调整"})
        assert answer.context["form"].errors["on"] == [
            f"Enter a date from {date_format(began)} to {date_format(today)}."
        ]


def test_propose_look_pair(
    as_user, admin, wang, four_households, today, jobs_at_once, django_capture_on_commit_callbacks
):
    client = as_user(admin)
    with django_capture_on_commit_callbacks(execute=True):
        address = client.post(reverse("cadres:propose")).url
    preview = client.get(address)
    assert [line.record["household"] for line in preview.context["table"].rows] == ["钱一", "孙二", "周三"]
    assert (preview.context["total"], preview.context["result"]["unpaired"]) == (3, 1)
    assert Pairing.objects.count() == 0
    for _ in range(2):  # a second tap pairs nothing anew
        with django_capture_on_commit_callbacks(execute=True):
            client.post(address)
    assert Job.objects.filter(kind="apply_pairings").values_list("state", "result").get() == ("done", {"paired": 3})
    rows = Pairing.objects.order_by("slot").values_list("household__head_name", "cadre", "slot", "starts_on")
    assert list(rows) == [(name, wang.pk, slot, today) for slot, name in enumerate(["钱一", "孙二", "周三"], 1)]
    assert Pairing.history.values_list("history_user", flat=True).distinct().get() == admin.pk
    assert client.get(address).context["applied"].result == {"paired": 3}


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_second_press_leads_to_the_proposal_under_way(state, as_user, admin, campaign):
    client = as_user(admin)
    first = client.post(reverse("cadres:propose")).url
    Job.objects.update(state=state)
    second = client.post(reverse("cadres:propose"), follow=True)
    assert (second.redirect_chain, Job.objects.count()) == ([(first, 302)], 1)
    assert [str(m) for m in second.context["messages"]] == ["A proposal is being made already. This is it."]


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_after_the_end_a_new_proposal_is_made(state, as_user, admin, campaign):
    client = as_user(admin)
    first = client.post(reverse("cadres:propose")).url
    Job.objects.update(state=state)
    second = client.post(reverse("cadres:propose"))
    assert (second.url != first, Job.objects.count()) == (True, 2)


def test_two_admins_apply_one_proposal_once(as_user, admin, campaign):
    proposal = Job.objects.create(kind="propose_pairings", state="done", started_by=admin, result={"pairs": []})
    start_once("apply_pairings", str(proposal.pk), args={"proposal": None})  # not seen by the page's own look
    as_user(admin).post(reverse("cadres:proposal", args=[proposal.pk]))
    assert Job.objects.filter(kind="apply_pairings").count() == 1


def test_a_proposal_that_was_overtaken_pairs_nobody(
    as_user, admin, wang, li, four_households, today, jobs_at_once, django_capture_on_commit_callbacks
):
    client = as_user(admin)
    with django_capture_on_commit_callbacks(execute=True):
        address = client.post(reverse("cadres:propose")).url
    deactivate(li, on=today, reason="调离", dispositions={})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address)
    job = Job.objects.get(kind="apply_pairings")
    assert (job.state, Pairing.objects.count()) == ("failed", 0)
    assert "Propose again" in client.get(address).content.decode()


def test_pages_are_empty_before_the_first_campaign(as_user, admin, wang, units):
    for name in FREE:
        assert as_user(admin).get(reverse(f"cadres:{name}")).status_code == 200
