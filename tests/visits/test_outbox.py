"""What a phone sends: received once, whatever happens in between; parked where the household is another's by then."""

import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from PIL import Image

from cadres.models import Pairing
from tests.factories.households import MemberFactory
from visits.models import Need, OutboxItem, ParkedPhoto, Visit, VisitPhoto

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def phone(client, wang):
    """Wang's phone."""
    client.force_login(wang.user)
    return Phone(client)


class Phone:
    def __init__(self, client):
        self.client = client

    def item(self, household, sort="visit", client_id=None, status=200, **fields):
        sent = {
            "client_id": str(client_id or uuid4()), "kind": sort, "household": household.pk,
            "visit": fields.pop("visit", None), "written_on": TODAY.isoformat(),
            "fields": {name: value if isinstance(value, list) else [value] for name, value in fields.items()},
        }  # fmt: skip
        return self.raw(sent, status)

    def raw(self, sent, status=200):
        answer = self.client.post("/outbox/items/", json.dumps(sent), content_type="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/json"), answer.content.decode()
        return answer.json()

    def visit(self, household, client_id=None, status=200, **fields):
        return self.item(household, client_id=client_id, status=status, **{**VISIT, **fields})

    def photo(self, item, client_id=None, file=None, status=200):
        sent = {"client_id": str(client_id or uuid4()), "item": str(item), "file": file or jpeg()}
        answer = self.client.post("/outbox/photos/", sent)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/json"), answer.content.decode()
        return answer.json()


VISIT = {"visited_on": TODAY.isoformat(), "mode": "home"}
NEED = {"kind": "medical", "text": "办慢病卡", "due_on": (TODAY + timedelta(days=9)).isoformat(), "department": ""}


def jpeg(name="门前.jpg"):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def hand_over(household, cadre=None, slot=2):
    """The household goes to another cadre, as of two days ago."""
    pairing = household.pairings.get()
    pairing.ended_on, pairing.end_reason = TODAY - timedelta(days=2), "换人"
    pairing.save()
    if cadre:
        Pairing.objects.create(
            household=household, cadre=cadre, campaign=pairing.campaign, slot=slot, quota=9,
            starts_on=TODAY - timedelta(days=1),
        )  # fmt: skip


def test_a_visit_arrives_with_all_that_was_written(phone, zhao, wang):
    told = phone.visit(
        zhao, changes=["job", "health"], text="大儿子找到工作", needs=["medical"], need_text_medical="办慢病卡",
        due_on=NEED["due_on"], aid_note="米、油",
    )  # fmt: skip
    visit = Visit.objects.get()
    assert (told["state"], told["receipt"]["url"], told["receipt"]["number"]) == (
        "saved", f"/visits/{visit.pk}/", str(visit.pk),
    )  # fmt: skip
    assert (visit.visitor, visit.entered_by, visit.changes, visit.text) == (
        wang, wang.user, ["health", "job"], "大儿子找到工作",
    )  # fmt: skip
    assert (visit.needs.get().text, visit.measures.get().note) == ("办慢病卡", "米、油")


def test_sent_again_it_gives_the_same_receipt_also_after_the_household_has_gone(phone, zhao, li):
    client_id = uuid4()
    first = phone.visit(zhao, client_id)
    assert phone.visit(zhao, client_id) == first
    hand_over(zhao, li)
    assert phone.visit(zhao, client_id) == first
    assert (Visit.objects.count(), OutboxItem.objects.count()) == (1, 1)


def test_a_need_and_a_correction_arrive_once_too(phone, zhao, log):
    visit, ids = log(), [uuid4(), uuid4()]
    for _again in range(2):
        told = phone.item(zhao, "need", ids[0], **NEED)
        phone.item(zhao, "correction", ids[1], visit=visit.pk, **{**VISIT, "mode": "phone"})
    need = Need.objects.get()
    assert (told["receipt"]["url"], need.text, need.raised_on) == (f"/needs/{need.pk}/", "办慢病卡", TODAY)
    assert list(Visit.objects.standing().values_list("mode", "corrects")) == [("phone", visit.pk)]


def test_a_need_is_raised_on_the_day_it_was_written(phone, zhao):
    sent = {
        "client_id": str(uuid4()),
        "kind": "need",
        "household": zhao.pk,
        "fields": {k: [v] for k, v in NEED.items()},
    }
    written = TODAY - timedelta(days=3)
    phone.raw({**sent, "written_on": written.isoformat()})
    phone.raw({**sent, "client_id": str(uuid4()), "written_on": "2999-01-01"})  # a phone whose clock is wrong
    assert sorted(Need.objects.values_list("raised_on", flat=True)) == [written, TODAY]


def test_a_second_correction_of_the_same_version_is_refused_with_what_to_do(phone, zhao, log):
    visit = log()
    phone.item(zhao, "correction", visit=visit.pk, **VISIT)
    assert phone.item(zhao, "correction", visit=visit.pk, status=422, **VISIT)["problems"]
    assert Visit.objects.count() == 2


def test_photos_are_added_once_each(phone, zhao):
    item, photo = uuid4(), uuid4()
    phone.visit(zhao, item)
    first = phone.photo(item, photo)
    assert phone.photo(item, photo) == first
    phone.photo(item)
    assert VisitPhoto.objects.filter(visit=Visit.objects.get()).count() == 2


def test_a_photo_that_is_none_is_refused_and_too_many_are(phone, zhao, settings):
    item = uuid4()
    phone.visit(zhao, item)
    told = phone.photo(item, file=SimpleUploadedFile("x.jpg", b"<script>"), status=422)
    assert "x.jpg" in told["problems"][0]
    settings.PHOTO_MAX_COUNT = 1
    phone.photo(item)
    assert phone.photo(item, status=422)["problems"]


def test_a_photo_before_its_item_is_told_to_wait(phone):
    phone.photo(uuid4(), status=409)
    assert (VisitPhoto.objects.count(), ParkedPhoto.objects.count()) == (0, 0)


def test_who_is_not_signed_in_is_told_so_and_never_sent_elsewhere(client, zhao, wang, li):
    phone = Phone(client)
    assert client.get("/outbox/token/").status_code == 401
    phone.visit(zhao, status=401)
    phone.photo(uuid4(), status=401)
    client.force_login(li.user)  # somebody else on the same phone
    sent = {"client_id": str(uuid4()), "kind": "visit", "household": zhao.pk, "fields": {}}
    headers = {"X-Written-By": str(wang.user.pk)}
    answer = client.post("/outbox/items/", json.dumps(sent), content_type="application/json", headers=headers)
    assert (answer.status_code, OutboxItem.objects.count()) == (401, 0)


def test_the_token_says_who_is_in_and_is_kept_nowhere(phone, wang):
    answer = phone.client.get("/outbox/token/")
    assert answer.json()["user"] == wang.user.pk
    assert "no-store" in answer["Cache-Control"]


def test_another_users_id_is_refused_and_shows_nothing(phone, zhao, sun, li, client):
    item, photo = uuid4(), uuid4()
    phone.visit(zhao, item)
    phone.photo(item, photo)
    client.force_login(li.user)
    for told in (phone.visit(sun, item, status=422), phone.photo(item, status=422)):
        assert list(told) == ["problems"]
    own = uuid4()
    phone.visit(sun, own)
    phone.photo(own, photo, status=422)
    assert (Visit.objects.count(), VisitPhoto.objects.count()) == (2, 1)


def test_a_household_that_was_never_ones_own_is_refused_as_one_that_there_is_not(phone, sun):
    there = phone.visit(sun, status=422)
    sun.pk = 10**9
    assert phone.visit(sun, status=422) == there
    assert OutboxItem.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "1"}, {"kind": "household"}, {"household": "x"}, {"household": 10**30}, {"household": True},
        {"fields": []}, {"fields": {"mode": "home"}}, {"fields": {"mode": [1]}}, {"fields": {"mode": [["home"]]}},
        {"kind": "correction", "visit": "../1"}, {"kind": "correction", "visit": None},
        {"fields": {"text": ["a" * 200_000]}},
    ],
)  # fmt: skip
def test_hostile_items_are_refused_in_words(phone, zhao, wrong):
    sent = {
        "client_id": str(uuid4()),
        "kind": "visit",
        "household": zhao.pk,
        "fields": {k: [v] for k, v in VISIT.items()},
    }
    assert phone.raw({**sent, **wrong}, status=422)["problems"]
    assert OutboxItem.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"[" * 50_000])
def test_what_is_no_item_is_refused(phone, body):
    assert phone.client.post("/outbox/items/", body, content_type="application/json").status_code == 422


def test_what_the_form_refuses_is_said_with_the_fields_name(phone, zhao):
    (problem,) = phone.visit(zhao, status=422, mode="")["problems"]
    assert problem.startswith("走访方式：")
    assert phone.visit(zhao, status=422, visited_on=(TODAY + timedelta(days=1)).isoformat())["problems"]


def test_text_arrives_whatever_it_holds(phone, zhao):
    phone.visit(zhao, text="卡号6222020200112233445\0<b>", unknown="x")
    assert Visit.objects.get().text == "卡号6222020200112233445<b>"


def test_writing_needs_a_token(wang, zhao):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(wang.user)
    sent = {
        "client_id": str(uuid4()),
        "kind": "visit",
        "household": zhao.pk,
        "fields": {k: [v] for k, v in VISIT.items()},
    }
    post = {"path": "/outbox/items/", "data": json.dumps(sent), "content_type": "application/json"}
    assert client.post(**post).status_code == 403
    token = client.get("/outbox/token/").json()["token"]
    assert client.post(**post, headers={"X-CSRFToken": token}).status_code == 200


# --- Parked: the household was another's by then ---
@pytest.fixture
def gone(phone, zhao, li):
    """A visit with two photos that arrives after the household went to Li; its client id."""
    hand_over(zhao, li)
    item = uuid4()
    told = phone.visit(zhao, item, text="写于山上", aid_note="米")
    assert (told["state"], told["receipt"]["number"][0]) == ("parked", "P")
    for _photo in range(2):
        phone.photo(item)
    return item


def test_a_new_phone_and_a_disease_are_kept_encrypted_and_shown_masked(phone, zhao, li, client, official):
    hand_over(zhao, li)
    head = str(MemberFactory(household=zhao, relation="head").pk)
    phone.visit(zhao, changes=["family", "health"], new_phone="13912340088", health_member=head, disease="尿毒症")
    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM visits_outbox")
        (stored,) = cursor.fetchone()
    assert not any(secret in stored for secret in ("13912340088", "尿毒症", "\\u5c3f", "new_phone"))
    client.force_login(official)
    page = client.get(f"/parked/{OutboxItem.objects.get().pk}/").content.decode()
    assert ("139****0088" in page, "13912340088" in page, "尿毒症" in page) == (True, False, False)


def test_what_was_written_is_kept_whole(phone, gone, zhao, wang):
    item = OutboxItem.objects.get(client_id=gone)
    assert (item.by, item.household, item.state, item.fields["text"]) == (wang.user, zhao, "parked", ["写于山上"])
    assert (ParkedPhoto.objects.count(), Visit.objects.count()) == (2, 0)
    assert phone.visit(zhao, gone)["state"] == "parked"
    page = phone.client.get(f"/parked/{item.pk}/").content.decode()
    assert "写于山上" in page
    assert 'name="act"' not in page
    assert f"/parked/{item.pk}/" in phone.client.get("/outbox/").content.decode()
    picture = phone.client.get(f"/parked/photos/{item.photos.first().pk}/?thumb=1")
    assert (picture["Content-Type"], b"".join(picture.streaming_content)[:2]) == ("image/jpeg", b"\xff\xd8")


def test_the_township_places_it_as_its_writers_visit_with_the_photos(phone, gone, client, official, wang, zhao):
    item = OutboxItem.objects.get()
    client.force_login(official)
    assert f"/parked/{item.pk}/" in client.get("/parked/").content.decode()
    answer = client.post(f"/parked/{item.pk}/", {"act": "place", "visitor": wang.pk})
    assert answer.status_code == 302
    visit = Visit.objects.get()
    assert (visit.household, visit.visitor, visit.entered_by, visit.by_deputy, visit.text) == (
        zhao, wang, wang.user, False, "写于山上",
    )  # fmt: skip
    assert (visit.photos.count(), visit.measures.get().note) == (2, "米")
    item.refresh_from_db()
    assert (item.state, item.visit, item.decided_by) == ("placed", visit, official)
    client.force_login(wang.user)  # a photo that comes late, and one that comes again
    phone.photo(gone)
    phone.photo(gone, item.photos.first().client_id)
    assert visit.photos.count() == 3
    assert phone.visit(zhao, gone)["state"] == "parked"
    assert "乡镇工作人员" in client.get(f"/parked/{item.pk}/").content.decode()


def test_it_can_become_the_visit_of_who_was_paired_that_day_or_of_the_writer_alone(
    gone, client, official, li, wang, sun
):
    client.force_login(official)
    page = client.get(f"/parked/{OutboxItem.objects.get().pk}/")
    assert set(page.context["place_form"].fields["visitor"].queryset) == {li, wang}
    answer = client.post(f"/parked/{OutboxItem.objects.get().pk}/", {"act": "place", "visitor": 10**6})
    assert (answer.status_code, Visit.objects.count()) == (422, 0)


def test_the_township_refuses_with_a_reason_that_the_writer_reads(gone, client, official, wang):
    item = OutboxItem.objects.get()
    client.force_login(official)
    assert client.post(f"/parked/{item.pk}/", {"act": "refuse", "reason": " "}).status_code == 422
    client.post(f"/parked/{item.pk}/", {"act": "refuse", "reason": "与李岚的走访重复"})
    assert client.post(f"/parked/{item.pk}/", {"act": "place", "visitor": wang.pk}).status_code == 422
    client.force_login(wang.user)
    assert "与李岚的走访重复" in client.get(f"/parked/{item.pk}/").content.decode()
    assert Visit.objects.count() == 0


def test_neither_the_new_cadre_nor_another_township_decides(gone, client, li, make_user, villages):
    item = OutboxItem.objects.get()
    other = make_user("西河", "township_official", division=villages["西河前村"].parent)
    for user, status in ((li.user, 403), (other, 404)):
        client.force_login(user)
        for answer in (
            client.get(f"/parked/{item.pk}/"),
            client.post(f"/parked/{item.pk}/", {"act": "refuse", "reason": "x"}),
        ):
            assert answer.status_code == status
    client.force_login(other)
    assert f"/parked/{item.pk}/" not in client.get("/parked/?state=all").content.decode()


def test_a_day_that_no_pairing_covers_is_parked_too(phone, zhao):
    told = phone.visit(zhao, visited_on=(TODAY - timedelta(days=300)).isoformat())
    assert (told["state"], Visit.objects.count()) == ("parked", 0)


def test_a_need_and_a_correction_are_placed_too(phone, zhao, log, li, wang, client, official):
    visit = log(visited_on=TODAY - timedelta(days=5))
    hand_over(zhao, li)
    phone.item(zhao, "need", **NEED)
    phone.item(
        zhao, "correction", visit=visit.pk, **{**VISIT, "visited_on": visit.visited_on.isoformat(), "mode": "phone"}
    )
    client.force_login(official)
    for item in OutboxItem.objects.parked():
        assert client.get(f"/parked/{item.pk}/").status_code == 200
        assert client.post(f"/parked/{item.pk}/", {"act": "place"}).status_code == 302
    assert Need.objects.get().owner == li.user
    corrected = Visit.objects.standing().get()
    assert (corrected.corrects, corrected.entered_by, corrected.mode) == (visit, wang.user, "phone")


def test_somebody_elses_visit_is_not_corrected_through_the_outbox(phone, zhao, sun, li, log):
    visit = log(household=sun, by=li.user)
    assert phone.item(zhao, "correction", visit=visit.pk, status=422, **VISIT)["problems"]
    assert phone.item(sun, "correction", visit=visit.pk, status=422, **VISIT)["problems"]
    assert OutboxItem.objects.count() == 0


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    gone, phone, zhao, client, official, django_assert_max_num_queries
):
    for _more in range(5):
        phone.visit(zhao)
    client.force_login(official)
    with django_assert_max_num_queries(14):
        page = client.get("/parked/").content.decode()
    assert page.count("/parked/") >= 6
