"""The phone's copy: who gets what, nothing secret in it, small, and named by a version that changes with it."""

import gzip
import re
from datetime import timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import AccessLog
from accounts.roles import Role
from cadres.pairing import end_pairing
from core.installing import FILES
from households.models import IncomeStatement
from programs.models import Measure
from tests.factories.households import MemberFactory, id_number
from tests.visits.conftest import PAIRED_ON, TODAY
from visits.needs import raise_need
from visits.photos import read_all

ID_NO, CARD, PHONE, DISEASE = id_number(705), "6222020200112233445", "13912345678", "肺结核"
COPY = 300_000  # bytes of a household's page, without pictures
TRANSFER = 100_000  # bytes of a page with all that it needs, compressed


@pytest.fixture
def as_user(client, request):
    def signed_in(who):
        user = request.getfixturevalue(who)
        client.force_login(getattr(user, "user", user) or user)
        return client

    return signed_in


@pytest.fixture
def full(zhao, log, wang):
    """The Zhao family with all that a household can have."""
    zhao.phone, zhao.bank_card, zhao.address = PHONE, CARD, "前街12号"
    zhao.save()
    for number in range(6):
        MemberFactory(
            household=zhao, name=f"赵{number}", relation="son" if number else "head", id_no=id_number(700 + number),
            disease=DISEASE, health=["chronic"], education="primary", phone=PHONE,
        )  # fmt: skip
    for year in range(TODAY.year - 5, TODAY.year):
        IncomeStatement.objects.create(household=zhao, year=year, people=6, definition="disposable", wage=12000)
    for number in range(8):
        log(visited_on=TODAY - timedelta(days=number), text="看望" * 400, photos=photos(2))
        raise_need(
            household=zhao, kind="medical", text="看病" * 100, due_on=TODAY, owner=wang.user, raised_on=TODAY
        )  # fmt: skip
        Measure.objects.create(
            household=zhao, kind="gift", source="unit", starts_on=TODAY, state="done", note="米面" * 50
        )
    return zhao


def photos(number):
    file = BytesIO()
    Image.new("RGB", (400, 300), "#7fb08f").save(file, "JPEG")
    return read_all([SimpleUploadedFile(f"{n}.jpg", file.getvalue(), "image/jpeg") for n in range(number)])


def kept(client):
    return client.get("/offline/list/").json()


def pages_of(*households):
    own = [f"/offline/households/{household.pk}/" for household in households]
    return ["/offline/", *(f"{each}{part}" for each in own for part in ("", "need/")), "/outbox/"]


def versions(client):
    return {page["url"]: page["version"] for page in kept(client)["pages"]}


def test_a_cadre_keeps_his_own_households_alone(as_user, zhao, sun):
    assert list(versions(as_user("wang"))) == pages_of(zhao)
    client = as_user("wang")
    assert client.get(f"/offline/households/{zhao.pk}/").status_code == 200
    assert client.get(f"/offline/households/{sun.pk}/").status_code == 404
    page = client.get("/offline/").content.decode()
    assert ("赵三田" in page, "孙小满" in page) == (True, False)


@pytest.mark.parametrize("who", ["liaison", "clerk", "official", "officer", "admin", "inspector", "auditor"])
def test_nobody_else_keeps_any(as_user, zhao, who):
    client = as_user(who)
    answers = [client.get(address).status_code for address in ("/offline/", "/offline/list/")]
    assert answers == [403, 403]
    assert client.get(f"/offline/households/{zhao.pk}/").status_code == 404
    assert "data-list" not in client.get("/account/").content.decode()


def test_a_cadre_who_is_also_a_clerk_keeps_only_what_he_helps(as_user, zhao, wang, make_household, villages):
    wang.user.grants.create(role=Role.VILLAGE_CLERK, division=villages["东山前村"], starts_on=PAIRED_ON)
    other = make_household("周某", village="东山前村")
    client = as_user("wang")
    assert client.get(f"/households/{other.pk}/").status_code == 200
    assert list(versions(client)) == pages_of(zhao)


def test_a_household_that_went_to_another_is_kept_no_longer(as_user, zhao):
    client = as_user("wang")
    pairing = zhao.pairings.get()
    end_pairing(pairing, on=TODAY, reason="调岗")
    assert list(versions(client)) == pages_of()
    assert client.get(f"/offline/households/{zhao.pk}/").status_code == 404


def test_no_more_households_than_set_are_kept(as_user, make_household, wang, zhao, settings):
    for slot in range(2, 8):
        make_household(f"户{slot}", cadre=wang, slot=slot)
    assert len(kept(as_user("wang"))["pages"]) == 2 + 5 * 2
    settings.OFFLINE_HOUSEHOLDS = 2
    assert len(kept(as_user("wang"))["pages"]) == 2 + 2 * 2


def test_nothing_secret_stands_in_the_copy(as_user, full):
    client = as_user("wang")
    page = client.get(f"/offline/households/{full.pk}/").content.decode()
    for said in ("赵三田", "赵5", "前街12号", "米面", "看病", "长期慢性病"):
        assert said in page, said
    for secret in (ID_NO[:6], ID_NO[-4:], CARD[:6], CARD[-4:], PHONE[:3] + "*", PHONE[-4:], DISEASE):
        assert secret not in page, secret
    file = page.partition('class="offline-file"')[2]  # beside it the form of a visit has fields of these names
    for word in ("证件号码", "银行卡", "疾病名称", "/reveal/"):
        assert file and word not in file, word


def test_the_copy_and_its_page_are_small(as_user, full):
    client = as_user("wang")
    content = client.get(f"/offline/households/{full.pk}/").content
    content += client.get(f"/offline/households/{full.pk}/need/").content
    assert len(content) <= COPY
    for address in ("/", "/offline/", f"/offline/households/{full.pk}/", f"/visits/new/?household={full.pk}"):
        assert transfer(client.get(address).content) <= TRANSFER, address


def transfer(content):
    """Bytes of a page and of all its scripts, styles and icons, each compressed."""
    page = content.decode()
    files = set(re.findall(r'(?:src|href)="/static/([^"#?]+)', page))
    assert "css/bangfu.css" in files
    read = [Path(finders.find(name)).read_bytes() for name in files if "icon-" not in name]
    return sum(len(gzip.compress(part)) for part in [content, *read])


def test_all_that_the_copy_is_drawn_with_is_kept_too(as_user, full):
    client = as_user("wang")
    for address in pages_of(full):
        page = client.get(address).content.decode()
        needed = set(re.findall(r'(?:src|href)="/static/([^"#?]+)', page))
        assert needed <= set(FILES), address


def test_the_last_five_visits_stand_in_it_with_their_pictures(as_user, full):
    client = as_user("wang")
    page = client.get(f"/offline/households/{full.pk}/").content.decode()
    pictures = kept(client)["pictures"]
    assert len(pictures) == 5 * 2
    assert set(re.findall(r'src="(/visits/photos/[^"]+)"', page)) == set(pictures)
    assert client.get(pictures[0]).getvalue()[:2] == b"\xff\xd8"


def test_a_version_changes_with_what_the_page_shows_and_not_else(as_user, zhao, make_household, wang, log):
    other = make_household("户二", cadre=wang, slot=2)
    client = as_user("wang")
    own, others = f"/offline/households/{zhao.pk}/", f"/offline/households/{other.pk}/"

    def changed_address():
        zhao.address = "后街3号"
        zhao.save()

    acts = [
        changed_address,
        log,
        lambda: raise_need(household=zhao, kind="relief", due_on=TODAY, owner=wang.user, raised_on=TODAY),
        lambda: MemberFactory(household=zhao, name="赵小"),
        lambda: IncomeStatement.objects.create(
            household=zhao, year=TODAY.year - 1, people=2, definition="disposable", wage=100
        ),
        lambda: zhao.guarantees.create(item="housing", state="held", as_of=TODAY),
        lambda: Measure.objects.create(household=zhao, kind="gift", source="unit", starts_on=TODAY, state="done"),
    ]
    seen = [versions(client)]
    assert versions(client) == seen[0]
    for act in acts:
        act()
        seen.append(versions(client))
    for before, after in pairwise(seen):
        assert before[own] != after[own]
        assert before["/offline/"] != after["/offline/"]
        assert before[others] == after[others]
    client.cookies["django_language"] = "en"
    assert versions(client)[own] != seen[-1][own]


def test_the_list_asks_each_kind_of_row_once(as_user, zhao, wang, make_household, django_assert_max_num_queries):
    client = as_user("wang")
    with django_assert_max_num_queries(18) as one:
        kept(client)
    for slot in range(2, 6):
        make_household(f"户{slot}", cadre=wang, slot=slot)
    with django_assert_max_num_queries(26) as five:
        kept(client)
    assert len(five) - len(one) == 4 * 2  # visits and photos of each


def test_a_household_asks_as_often_with_much_as_with_little(as_user, zhao, log, django_assert_max_num_queries):
    client = as_user("wang")
    address = f"/offline/households/{zhao.pk}/"
    log()
    with django_assert_max_num_queries(30) as little:
        client.get(address)
    for _number in range(3):
        log(photos=photos(2))
    with django_assert_max_num_queries(30) as much:
        client.get(address)
    assert len(little) == len(much)


def test_keeping_a_case_file_is_logged_as_opening_it_is(as_user, zhao, wang):
    as_user("wang").get(f"/offline/households/{zhao.pk}/")
    line = AccessLog.objects.filter(kind="case_file").get()
    assert (line.who, line.object_id) == (wang.user, str(zhao.pk))


def test_the_forms_of_the_copy_send_to_the_pages_that_know_them(as_user, zhao):
    client = as_user("wang")
    pages = [client.get(address).content.decode() for address in pages_of(zhao)[1:]]
    actions = re.findall(r'<form class="[^"]*form-page"[^>]* action="([^"]+)"', "".join(pages))
    assert actions == [f"/visits/new/?household={zhao.pk}", f"/needs/new/?household={zhao.pk}"]
    assert all(client.get(address).status_code == 200 for address in actions)
    for page in pages:
        ids = re.findall(r' id="([^"]+)"', page)
        assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("address", ["/", "/account/", "/sign-out/"])
def test_signing_out_asks_the_phone_first(as_user, zhao, address):
    page = as_user("wang").get(address).content.decode()
    forms = re.findall(r'<form method="post" action="/sign-out/"[^>]*>', page)
    assert forms
    assert all("data-sign-out" in form for form in forms)
    assert 'id="sign-out-dialog"' in page
