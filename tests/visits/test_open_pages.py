"""Pages without an account: the form, the receipt code, the answer, the card; limits; no markup is drawn."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from visits import complaints
from visits.cards import make_cards
from visits.complaints import by_code
from visits.models import Complaint, HouseholdVoice

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def nobody_has_sent_yet():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def form(villages, official):
    village = villages["东山前村"]
    return {"client_id": str(uuid4()), "subject": "aid", "text": "米没有收到", "township": village.parent_id,
            "village": village.pk}  # fmt: skip


def code_of(page):
    return "".join(re.search(r"data-receipt>([\d ]+)<", page.content.decode())[1].split())


def test_a_stranger_writes_gets_a_code_and_reads_the_answer(client, form, official):
    page = client.post("/say/", form | {"name": "赵三田", "phone": "139 0000 0001"})
    one = Complaint.objects.get()
    assert (one.place_id, one.level, one.name, one.phone) == (form["village"], "township", "赵三田", "139 0000 0001")
    assert (one.filed_by, one.history.get().history_user, page["Cache-Control"]) == (
        None, None, "max-age=0, no-cache, no-store, must-revalidate, private",
    )  # fmt: skip
    code = code_of(page)
    assert "尚未答复" in client.post("/say/answer/", {"code": code}).content.decode()
    complaints.answer(one, by=official, answer="已补发\n<b>谢谢</b>")
    page = client.post("/say/answer/", {"code": f" {code[:4]} {code[4:]} "}).content.decode()
    assert ("已补发" in page, "&lt;b&gt;" in page, "<b>谢谢" in page) == (True, True, False)
    assert [word in page for word in ("赵三田", "139", "米没有收到", str(official))] == [False] * 4


def test_the_sign_in_page_leads_there(client, db):
    assert 'href="/say/"' in client.get("/sign-in/").content.decode()


def test_the_same_form_sent_twice_is_one_complaint_with_one_code(client, form):
    first, second = client.post("/say/", form), client.post("/say/", form)
    assert (code_of(first), Complaint.objects.count()) == (code_of(second), 1)


def test_a_wrong_code_opens_nothing(client, form):
    client.post("/say/", form)
    page = client.post("/say/answer/", {"code": "0000 0000 0000"})
    assert (page.status_code, page.context["complaint"], "没有查到" in page.content.decode()) == (422, None, True)
    assert by_code("") is None


def test_who_has_signed_in_is_known_as_the_sender(client, form, wang):
    client.force_login(wang.user)
    client.post("/say/", form)
    assert Complaint.objects.get().filed_by == wang.user


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "字" * 1001}, {"text": " … "}, {"text": "有\0"}, {"subject": "praise"}, {"named": "名" * 41},
        {"phone": "<script>"}, {"village": "999999"}, {"township": "x"}, {"client_id": "1"},
    ],
)  # fmt: skip
def test_what_is_too_long_or_odd_is_refused_with_what_was_typed(client, form, wrong):
    page = client.post("/say/", form | wrong)
    assert (page.status_code, Complaint.objects.count()) == (422, 0)


def test_the_village_must_lie_in_the_township(client, form, villages):
    assert client.post("/say/", form | {"village": villages["西河前村"].pk}).status_code == 422


def test_villages_of_the_chosen_township_are_offered(client, form, villages):
    page = client.get("/say/villages/", {"township": form["township"]}).content.decode()
    assert [name in page for name in ("东山前村", "东山后村", "西河前村")] == [True, True, False]


def test_without_a_township_it_goes_to_the_district(client, form, villages):
    client.post("/say/", form | {"township": "", "village": ""})
    one = Complaint.objects.get()
    assert (one.place.level, one.level) == ("district", "district")


def test_an_address_sends_ten_an_hour_and_another_is_not_kept_waiting(client, form):
    answers = [client.post("/say/", form | {"client_id": str(uuid4())}).status_code for _ in range(11)]
    assert (answers, Complaint.objects.count()) == ([200] * 10 + [429], 10)
    page = client.post("/say/", form)
    assert ("请稍后再试" in page.content.decode(), "米没有收到" in page.content.decode()) == (True, True)
    assert client.post("/say/", form, REMOTE_ADDR="10.0.0.9").status_code == 200


def test_codes_cannot_be_tried_without_end(client, db):
    answers = {client.post("/say/answer/", {"code": str(n)}).status_code for n in range(30)}
    assert (answers, client.post("/say/answer/", {"code": "1"}).status_code) == ({422}, 429)
    voice = {"client_id": str(uuid4()), "satisfaction": "satisfied"}
    assert client.post("/say/card/", voice | {"card_code": "2"}).status_code == 429


def test_a_household_says_it_with_its_card(client, zhao, official, log):
    visit = log()
    ((_zhao, code),) = make_cards([zhao], by=official)
    sent = {
        "client_id": str(uuid4()),
        "satisfaction": "so_so",
        "words": "补贴没到",
        "card_code": f"{code[:5]} {code[5:]}",
    }
    assert "data-thanks" in client.post("/say/card/", sent).content.decode()
    client.post("/say/card/", sent)
    one = HouseholdVoice.objects.get()
    assert (one.household, one.visit, one.words, one.by_card) == (zhao, visit, "补贴没到", True)


def test_an_old_or_wrong_card_says_nothing(client, zhao, official):
    ((_zhao, old),) = make_cards([zhao], by=official)
    make_cards([zhao], by=official)
    for code in (old, "1234567890"):
        sent = {"client_id": str(uuid4()), "satisfaction": "satisfied", "card_code": code}
        page = client.post("/say/card/", sent)
        assert (page.status_code, "卡号无效" in page.content.decode()) == (422, True)
    assert HouseholdVoice.objects.count() == 0
