"""Pairings that a roster names: how a cadre is found, what is accepted, who may, and how many questions a page asks."""

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.urls import reverse
from django.utils.translation import override

from cadres.codes import Problem
from cadres.from_roster import Reason, accept, confirmed, proposals, unit_folded, waiting
from cadres.models import Pairing
from cadres.pairing import pair
from cadres.register import deactivate
from core.jobs import run_job
from core.models import Job
from district.models import Rank
from households.models import ImportState, RosterImport
from households.roster import after, helpers
from households.roster.rows import Helper
from tests.factories.district import CampaignYearFactory
from tests.factories.households import id_number

PHONE, OTHER_PHONE = "13900001234", "13900005678"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with override("en"):
        yield


@pytest.fixture
def make_import(campaign, admin):
    """An import that names cadres: (household or its code, name, unit, phone) each."""

    def make(*rows, state=ImportState.COMMITTED):
        named = [
            {"household": getattr(of, "code", of), "name": name, "unit": unit, "post": "", "phone": phone}
            for of, name, unit, phone in rows
        ]
        return RosterImport.objects.create(
            campaign=campaign, file_name="花名册.xlsx", file_path="none", sha256="0" * 64, state=state,
            created_by=admin, helpers=json.dumps(named, ensure_ascii=False),
        )  # fmt: skip

    return make


@pytest.fixture
def look(make_import, admin, household):
    """What becomes of one row that names a helper for 郑五."""

    def of(name, unit="", phone=""):
        (row,) = proposals(make_import((household, name, unit, phone)), by=admin)
        return row

    return of


@pytest.fixture
def client_of(client):
    def sign_in(user):
        client.force_login(user, backend="accounts.backends.NameOrPhoneBackend")
        return client

    return sign_in


def address(roster_import):
    return reverse("cadres:from_roster", args=[roster_import.pk])


def test_what_an_import_keeps_is_read_back_and_encrypted(make_import, household):
    roster_import = make_import((household, "王林", "区林业局", PHONE))
    roster_import.refresh_from_db()
    assert helpers.of(roster_import) == [helpers.Named(household.code, Helper("王林", "区林业局", "", PHONE))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT helpers FROM households_rosterimport WHERE id = %s", [roster_import.pk])
        (stored,) = cursor.fetchone()
    assert (stored[:3], PHONE in stored, "王林" in stored) == ("v1:", False, False)


ROSTER = """乡(镇),行政村,户编号,姓名,证件号码,与户主关系,年度,工资性收入,帮扶责任人,帮扶单位,帮扶责任人联系电话
东山镇,东山前村,9911,赵一,{0},户主,2026,5000,王 林,区林业局,139 0000 1234
东山镇,东山前村,9911,赵二,{1},之子,2026,,,,
东山镇,东山后村,9912,李三,{2},户主,2026,5000,,,
东山镇,东山无村,9913,李四,{3},户主,2026,5000,李岭,区林业局,
"""


def test_a_commit_keeps_whom_the_roster_names_for_the_households_that_it_takes(
    tmp_path, settings, campaign, places, admin, wang
):
    settings.MEDIA_ROOT = str(tmp_path)
    CampaignYearFactory(campaign=campaign, year=2026)
    file = tmp_path / "花名册.csv"
    file.write_text(ROSTER.format(*(id_number(n) for n in range(4))), encoding="utf-8")
    call_command("import_roster", str(file), commit=True, json=True, stdout=StringIO())
    roster_import = RosterImport.objects.get()
    assert helpers.of(roster_import) == [helpers.Named("9911", Helper("王 林", "区林业局", "", PHONE))]
    (row,) = proposals(roster_import, by=admin)
    assert (row.head_name, row.cadre, row.problem) == ("赵一", wang.pk, "")


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("王林", "区林业局"),
        ("王 林", " 区 林业局 "),
        ("王　林", "区林业局　"),
        ("王林", "试验区林业局"),
        ("王林", "林业局"),
        ("王林", "（区）林业局"),
    ],
)
def test_name_and_unit_are_compared_without_blanks_width_and_the_districts_name(name, unit, look, wang):
    row = look(name, unit)
    assert (row.cadre, row.problem) == (wang.pk, "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("东山镇政府", "东山镇人民政府"),
        ("东山镇", "试验区东山镇人民政府"),
        ("区委办公室", "中共试验区委办"),
        ("区政府办公室", "试验区人民政府办公室"),
        ("区政府", "试验区人民政府"),
        ("渔阳街道办事处", "渔阳街道"),
        ("发展和改革委员会", "区发展和改革委"),
    ],
)
def test_usual_spellings_of_one_unit_are_one(one, other):
    assert unit_folded(one, ["试验区"]) == unit_folded(other, ["试验区"])


@pytest.mark.parametrize(("one", "other"), [("区林业局", "市林业局"), ("区委办", "区政府办"), ("东山镇", "西河镇")])
def test_other_units_stay_other(one, other):
    assert unit_folded(one, ["试验区"]) != unit_folded(other, ["试验区"])


def test_the_phone_decides_between_two_of_one_name_in_a_unit(look, make_cadre):
    make_cadre("王林", phone=PHONE)
    second = make_cadre("王林", phone=OTHER_PHONE)
    undecided, decided = look("王林", "区林业局"), look("王林", "区林业局", "139 0000-5678")
    assert (undecided.cadre, undecided.problem) == (None, Reason.SEVERAL)
    assert (decided.cadre, decided.problem) == (second.pk, "")


def test_the_phone_stands_in_for_the_unit_but_does_not_overrule_it(look, make_cadre):
    here, there = make_cadre("王林"), make_cadre("王林", unit="东山镇政府", phone=PHONE)
    assert look("王林", "", PHONE).cadre == there.pk
    assert look("王林", "林业和草原局", PHONE).cadre == there.pk
    assert look("王林", "区林业局", OTHER_PHONE).cadre == here.pk
    assert look("王林", "区林业局", PHONE).problem == Reason.SEVERAL


def test_who_is_not_found_is_said_with_the_reason(look, wang, make_cadre):
    found = {
        "unknown": look("马七", "区林业局"),
        "other unit": look("王林", "区卫生局"),
        "name alone": look("王林"),
        "two named": look("王林、李岭", "区林业局"),
    }
    assert {name: (row.cadre, row.sentence) for name, row in found.items()} == {
        "unknown": (None, "No cadre of this name is in the register. Add the cadre first."),
        "other unit": (None, "The register has this name only in 区林业局. Correct the unit, or add the cadre."),
        "name alone": (None, "The roster gives neither unit nor known phone: the name alone does not decide."),
        "two named": (None, "The roster names several people. Choose one."),
    }


def test_an_active_cadre_goes_before_one_who_has_left(look, make_cadre, today):
    make_cadre("王林", active_to=today)
    assert look("王林", "区林业局").problem == Problem.CADRE_INACTIVE
    active = make_cadre("王林")
    row = look("王林", "区林业局")
    assert (row.cadre, row.problem) == (active.pk, "")


def test_a_household_that_takes_no_cadre_is_said(make_import, admin, wang, li, make_household, today):
    his, anothers, free = make_household("其一"), make_household("其二"), make_household("其三")
    pair(his, wang, starts_on=today)
    pair(anothers, li, starts_on=today)
    pending = make_household("其四", state="pending")
    closed = make_household("其五", closed_on=today, closed_reason="迁出")
    refused = make_household("其六", state="refused")
    rows = [his, anothers, free, pending, closed, refused, "9999999999"]
    roster_import = make_import(*((row, "王林", "区林业局", "") for row in rows))
    assert [row.problem for row in proposals(roster_import, by=admin)] == [
        Reason.WITH_HIM, Reason.WITH_ANOTHER, "", Problem.HOUSEHOLD_PENDING, Problem.HOUSEHOLD_CLOSED,
        Problem.NOT_ENROLLED, Reason.NO_HOUSEHOLD,
    ]  # fmt: skip
    assert proposals(roster_import, by=admin)[1].sentence == "Has another cadre already: 李岭."
    assert waiting(roster_import) == 1


def test_a_cadre_at_quota_or_of_a_rank_without_one_is_said(look, wang, make_household, today, monkeypatch):
    for _ in range(3):
        pair(make_household(), wang, starts_on=today)
    assert look("王林", "区林业局").problem == Problem.QUOTA_FULL
    monkeypatch.setattr("cadres.from_roster.quotas_by_rank", lambda campaign: {Rank.DISTRICT_LEADER: 5})
    assert look("王林", "区林业局").problem == Problem.QUOTA_MISSING


def test_four_households_of_a_division_cadre_three_are_paired_one_refused(make_import, admin, wang, four_households):
    roster_import = make_import(*((h, "王林", "区林业局", "") for h in four_households))
    result = accept(proposals(roster_import, by=admin), by=admin)
    assert result.paired == 3
    assert [(row.head_name, row.sentence) for row in result.refused] == [("吴四", "This cadre has no place left.")]
    assert list(Pairing.objects.order_by("slot").values_list("household__head_name", "slot")) == [
        ("钱一", 1), ("孙二", 2), ("周三", 3),
    ]  # fmt: skip


def test_accepting_twice_is_once(make_import, admin, wang, household):
    roster_import = make_import((household, "王林", "区林业局", ""))
    stale = proposals(roster_import, by=admin)
    assert (accept(stale, by=admin).paired, accept(proposals(roster_import, by=admin), by=admin).paired) == (1, 1)
    late = accept(stale, by=admin)  # another admin, whose page is older
    assert (late.paired, [row.problem for row in late.refused]) == (0, [Problem.ALREADY_PAIRED])
    assert Pairing.objects.count() == 1


def test_a_cadre_who_left_after_the_look_is_refused(make_import, admin, wang, household, today):
    rows = proposals(make_import((household, "王林", "区林业局", "")), by=admin)
    deactivate(wang, on=today, reason="调离", dispositions={})
    assert [row.problem for row in accept(rows, by=admin).refused] == [Problem.CADRE_INACTIVE]


def test_only_whom_the_admin_saw_is_paired(make_import, admin, wang, li, household):
    rows = proposals(make_import((household, "王林", "区林业局", "")), by=admin)
    assert [row.problem for row in confirmed(rows, [(household.pk, wang.pk)])] == [""]
    assert [row.problem for row in confirmed(rows, [(household.pk, li.pk)])] == [Reason.CHANGED]
    assert confirmed(rows, [(household.pk + 1, wang.pk)]) == []


def test_who_may_not_pair_sees_and_accepts_nothing(make_import, admin, official, wang, household):
    roster_import = make_import((household, "王林", "区林业局", ""))
    assert [row.problem for row in proposals(roster_import, by=official)] == [Reason.NO_HOUSEHOLD]
    assert accept(proposals(roster_import, by=admin), by=official).paired == 0
    assert Pairing.objects.count() == 0


def test_the_page_is_the_admins_and_of_a_saved_import(client_of, make_import, admin, official, inspector, make_user):
    saved, undone = make_import(), make_import(state=ImportState.UNDONE)
    cadre = make_user("some_cadre", "cadre")
    for act in ("get", "post"):
        codes = [getattr(client_of(u), act)(address(saved)).status_code for u in (official, inspector, cadre)]
        assert codes == [403, 403, 403]
    assert [client_of(admin).get(address(i)).status_code for i in (saved, undone)] == [200, 404]


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_asks_ten_questions_however_long_it_is(
    count, client_of, make_import, admin, make_cadre, make_household, django_assert_num_queries
):
    rows = []
    for n in range(count):
        make_cadre(f"干部{n:02}")
        rows.append((make_household(f"等某{n:02}"), f"干部{n:02}", "区林业局", PHONE))
    client, url = client_of(admin), address(make_import(*rows))
    with django_assert_num_queries(10):
        page = client.get(url).content.decode()
    assert ("等某00" in page, "干部00" in page, page.count('name="household"')) == (True, True, min(count, 25))


def test_groups_and_the_way_on(client_of, make_import, admin, wang, make_household, today):
    done, fit, unknown = make_household("其一"), make_household("其二"), make_household("其三")
    pair(done, wang, starts_on=today)
    roster_import = make_import(
        (done, "王林", "区林业局", ""), (fit, "王林", "区林业局", ""), (unknown, "马七", "区林业局", "")
    )
    client = client_of(admin)

    def shown(**query):
        return [row.record.head_name for row in client.get(address(roster_import), query).context["table"].rows]

    assert [shown(), shown(show="open"), shown(show="done")] == [["其二"], ["其三"], ["其一"]]
    page = client.get(address(roster_import), {"show": "open"}).content.decode()
    assert reverse("cadres:new") in page
    assert reverse("cadres:pair", args=[unknown.pk]) in page


def test_a_phone_is_never_shown_in_full(client_of, make_import, admin, wang, household, make_household):
    roster_import = make_import(
        (household, "王林", "区林业局", PHONE), (make_household(), "马七", "区林业局", f"{OTHER_PHONE}、{PHONE}")
    )
    for show in ("fit", "open"):
        page = client_of(admin).get(address(roster_import), {"show": show}).content.decode()
        assert (PHONE in page, OTHER_PHONE in page, "139****1234" in page) == (False, False, True)
    assert PHONE not in repr(proposals(roster_import, by=admin))


def test_an_admin_accepts_one(client_of, make_import, admin, wang, four_households, today):
    roster_import = make_import(*((h, "王林", "区林业局", "") for h in four_households))
    client = client_of(admin)
    response = client.post(f"{address(roster_import)}?show=fit", {"household": four_households[1].pk}, follow=True)
    assert [str(m) for m in response.context["messages"]] == ["孙二 is now with 王林."]
    assert list(Pairing.objects.values_list("household", "cadre", "starts_on")) == [
        (four_households[1].pk, wang.pk, today)
    ]
    assert Pairing.history.get().history_user == admin
    client.post(address(roster_import), {"household": "x"})  # of no row: nothing happens
    assert Pairing.objects.count() == 1


def test_one_that_cannot_be_paired_is_refused_with_its_sentence(client_of, make_import, admin, wang, make_household):
    pending = make_household("其四", state="pending")
    client = client_of(admin)
    response = client.post(
        address(make_import((pending, "王林", "区林业局", ""))), {"household": pending.pk}, follow=True
    )
    assert [str(m) for m in response.context["messages"]] == ["其四: This household still awaits a decision."]
    assert Pairing.objects.count() == 0


def test_all_that_fit_are_paired_by_a_job(
    client_of, make_import, admin, wang, four_households, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("core.jobs.send", run_job)
    roster_import = make_import(*((h, "王林", "区林业局", "") for h in four_households))
    client = client_of(admin)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(roster_import), {"all": "1"})
    job = Job.objects.get(kind="pair_from_roster")
    assert (job.state, job.result) == ("done", {"paired": 3, "refused": [[four_households[3].pk, "quota_full"]]})
    assert Pairing.history.values_list("history_user", flat=True).distinct().get() == admin.pk
    response = client.get(address(roster_import))
    assert [number for _name, _label, number in response.context["groups"]] == [0, 1, 3]
    assert "吴四" in response.content.decode()
    assert "This cadre has no place left." in response.content.decode()


def test_a_job_that_was_killed_does_the_rest_and_counts_all(make_import, admin, wang, four_households):
    roster_import = make_import(*((h, "王林", "区林业局", "") for h in four_households))
    rows = proposals(roster_import, by=admin)
    job = Job.objects.create(
        kind="pair_from_roster", started_by=admin,
        args={"import": roster_import.pk, "pairs": [[row.household, row.cadre] for row in rows]},
    )  # fmt: skip
    accept(rows[:2], by=admin)  # as far as the first attempt came
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["paired"], len(job.result["refused"])) == ("done", 3, 1)
    assert Pairing.objects.count() == Pairing.history.count() == 3


def test_a_second_press_starts_no_second_job(client_of, make_import, admin, wang, household):
    url = address(make_import((household, "王林", "区林业局", "")))
    client = client_of(admin)
    client.post(url, {"all": "1"})
    response = client.post(url, {"all": "1"}, follow=True)
    assert [str(m) for m in response.context["messages"]] == ["These households are being paired already."]
    assert Job.objects.count() == 1


def test_the_import_offers_its_pairings_to_who_may_pair(make_import, admin, official, wang, household):
    roster_import = make_import((household, "王林", "区林业局", ""))
    assert after.links(roster_import, admin) == [after.Link("Pairings named by the roster (1)", address(roster_import))]
    assert after.links(roster_import, official) == []
    roster_import.state = ImportState.UNDONE
    assert after.links(roster_import, admin) == []
    none = make_import()
    none.helpers = ""
    assert after.links(none, admin) == []


@pytest.mark.postgres
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_two_admins_accept_all_at_once_and_each_household_is_paired_once(make_import, admin, wang, four_households):
    """The last place and each household go to one of them: the constraints decide, see faults/test_last_place.py."""
    roster_import = make_import(*((h, "王林", "区林业局", "") for h in four_households))
    rows = proposals(roster_import, by=admin)
    ready = Barrier(2)

    def act(order):
        try:
            ready.wait(timeout=60)
            return sum(accept([row], by=admin).paired for row in order)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        paired = list(pool.map(act, [rows, rows[::-1]]))
    assert (sum(paired), Pairing.objects.active().count(), Pairing.history.count()) == (3, 3, 3)
    assert sorted(Pairing.objects.values_list("slot", flat=True)) == [1, 2, 3]
