"""The visit form: what arrives becomes a visit; what is refused loses nothing typed."""

import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from visits.models import Need, Visit

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def address(zhao):
    return f"/visits/new/?household={zhao.pk}"


@pytest.fixture
def as_wang(client, wang):
    client.force_login(wang.user)
    return client


def jpeg(name="门前.jpg"):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def typed(**more):
    return {"client_id": str(uuid4()), "visited_on": TODAY.isoformat(), "mode": "home", **more}


def test_the_form_comes_with_household_today_and_an_id_of_its_own(as_wang, address, zhao):
    first, second = (as_wang.get(address).context["form"] for _ in range(2))
    assert (first["visited_on"].value(), first["mode"].value()) == (TODAY, None)
    ids = {UUID(str(form["client_id"].value())) for form in (first, second)}
    assert len(ids) == 2


def test_a_routine_visit_is_one_choice_and_save(as_wang, address, zhao, wang):
    answer = as_wang.post(address, typed(), follow=True)
    visit = Visit.objects.get()
    assert answer.redirect_chain == [(f"/visits/{visit.pk}/", 302)]
    assert (visit.household, visit.visitor, visit.mode, visit.changes, visit.text) == (zhao, wang, "home", [], "")
    assert "/households/" in answer.content.decode()


def test_everything_on_the_form_arrives(as_wang, address, zhao):
    as_wang.post(
        address,
        typed(
            mode="phone", changes=["job", "health"], text="大儿子找到工作", needs=["medical", "other"],
            need_text_medical="办慢病卡", due_on=(TODAY + timedelta(days=10)).isoformat(), aid_kind="gift",
            aid_source="cadre", aid_yuan="500", aid_quantity="2", aid_note="米、油",
            photos=[jpeg("一.jpg"), jpeg("二.jpg")],
        ),
    )  # fmt: skip
    visit = Visit.objects.get()
    assert (visit.mode, visit.reached, visit.changes, visit.text) == (
        "phone",
        True,
        ["health", "job"],
        "大儿子找到工作",
    )
    assert list(visit.needs.order_by("kind").values_list("kind", "text", "due_on")) == [
        ("medical", "办慢病卡", TODAY + timedelta(days=10)),
        ("other", "", TODAY + timedelta(days=10)),
    ]
    assert list(visit.measures.values_list("kind", "source", "yuan", "quantity", "note")) == [
        ("gift", "cadre", 500, 2, "米、油")
    ]
    assert visit.photos.count() == 2


def test_a_call_nobody_answered_is_no_contact(as_wang, address):
    as_wang.post(address, typed(mode="phone", unanswered="on"))
    assert Visit.objects.get().reached is False


def test_the_tick_for_an_unanswered_call_means_nothing_at_home(as_wang, address):
    as_wang.post(address, typed(mode="home", unanswered="on"))
    assert Visit.objects.get().reached is True


def test_the_form_sent_twice_leads_to_the_same_visit(as_wang, address):
    form = typed(needs=["relief"])
    answers = [as_wang.post(address, form).headers["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert (Visit.objects.count(), Need.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("more", "field"),
    [({"mode": ""}, "mode"), ({"visited_on": ""}, "visited_on"), ({"aid_yuan": "1.005"}, "aid_yuan"),
     ({"client_id": "x"}, "client_id"), ({"changes": ["weather"]}, "changes"),
     ({"visited_on": (TODAY + timedelta(days=1)).isoformat()}, "visited_on"),
     ({"visited_on": "0001-01-01"}, "visited_on"), ({"aid_quantity": "3"}, "__all__"),
     ({"needs": ["relief"], "due_on": "2001-01-01"}, "due_on"),
     ({"needs": ["relief"], "due_on": "9999-12-31"}, "due_on")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(as_wang, address, more, field):
    answer = as_wang.post(address, typed(text="写了很多字", **more) if "text" not in more else more)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "写了很多字" in answer.content.decode()
    assert Visit.objects.count() == 0


def test_a_bad_photo_is_named_and_what_was_typed_stays(as_wang, address):
    bad = SimpleUploadedFile("假照片.jpg", b"no picture", content_type="image/jpeg")
    answer = as_wang.post(address, typed(text="写了很多字", photos=[jpeg(), bad]))
    assert answer.status_code == 422
    assert ["假照片.jpg" in str(e) for e in answer.context["form"].errors["photos"]] == [True]
    assert "写了很多字" in answer.content.decode()
    assert Visit.objects.count() == 0


def test_the_address_brings_the_same_form_again(as_wang, address):
    client_id = str(uuid4())
    forms = [as_wang.get(f"{address}&id={client_id}").context["form"] for _ in range(2)]
    assert [form["client_id"].value() for form in forms] == [client_id, client_id]


def test_the_form_of_a_saved_visit_leads_to_the_visit(as_wang, address):
    sent = typed(needs=["relief"], aid_note="米")
    as_wang.post(f"{address}&id={sent['client_id']}", sent)
    visit = Visit.objects.get()
    back = as_wang.get(f"{address}&id={sent['client_id']}", follow=True)
    assert back.redirect_chain == [(f"/visits/{visit.pk}/", 302)]
    again = as_wang.post(f"{address}&id={sent['client_id']}", sent, headers={"accept": "application/json"})
    assert again.json() == {"location": f"/visits/{visit.pk}/"}
    assert (Visit.objects.count(), Need.objects.count(), visit.measures.count()) == (1, 1, 1)


@pytest.mark.parametrize("given", ["", "x", "1234", "g" * 32])
def test_an_id_that_is_none_gives_way_to_a_new_one(as_wang, address, given):
    answer = as_wang.get(f"{address}&id={given}")
    assert (answer.status_code, UUID(answer.context["form"]["client_id"].value()).version) == (200, 4)


def test_another_persons_id_gives_way_to_a_new_one(client, clerk, address, log):
    client_id = uuid4()
    log(client_id=client_id)
    client.force_login(clerk)
    answer = client.get(f"{address}&id={client_id}")
    assert answer.status_code == 200
    assert answer.context["form"]["client_id"].value() != str(client_id)


def test_the_form_of_a_saved_correction_leads_to_it(as_wang, log):
    first = log()
    sent = typed(mode="phone")
    address = f"/visits/{first.pk}/correct/?id={sent['client_id']}"
    assert as_wang.get(address).context["form"]["client_id"].value() == sent["client_id"]
    answers = [as_wang.post(address, sent), as_wang.get(address), as_wang.post(address, sent)]
    second = Visit.objects.get(corrects=first)
    assert {answer.headers["Location"] for answer in answers} == {f"/visits/{second.pk}/"}
    assert Visit.objects.count() == 2


def test_the_form_of_a_saved_need_leads_to_it(as_wang, zhao):
    sent = {"client_id": str(uuid4()), "kind": "relief", "due_on": TODAY.isoformat()}
    address = f"/needs/new/?household={zhao.pk}&id={sent['client_id']}"
    assert as_wang.get(address).context["form"]["client_id"].value() == sent["client_id"]
    answers = [as_wang.post(address, sent), as_wang.get(address), as_wang.post(address, sent)]
    assert {answer.headers["Location"] for answer in answers} == {f"/needs/{Need.objects.get().pk}/"}


def test_a_script_gets_the_address_or_the_problems_alone(as_wang, address):
    bad = as_wang.post(address, typed(mode=""), headers={"accept": "application/json"})
    assert (bad.status_code, len(bad.json()["problems"])) == (422, 1)
    good = as_wang.post(address, typed(), headers={"accept": "application/json"})
    assert good.json() == {"location": f"/visits/{Visit.objects.get().pk}/"}


def test_another_cadres_id_is_refused_on_the_page(client, li, sun, log):
    client_id = uuid4()
    log(client_id=client_id)
    client.force_login(li.user)
    answer = client.post(f"/visits/new/?household={sun.pk}", typed(client_id=str(client_id)))
    assert answer.status_code == 422
    assert Visit.objects.count() == 1


def test_without_a_household_the_list_of_households_is_shown_first(as_wang, db):
    assert as_wang.get("/visits/new/").headers["Location"] == "/households/"


@pytest.mark.parametrize("household", ["x", "0", "-1", "999999"])
def test_a_household_that_is_none_is_not_found(as_wang, household):
    assert as_wang.get(f"/visits/new/?household={household}").status_code == 404


def test_the_form_asks_a_fixed_number_of_queries(as_wang, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        assert as_wang.get(address).status_code == 200


def close(household, days_ago=0):
    """As close_household does: the pairing ends with it."""
    household.closed_on, household.closed_reason = TODAY - timedelta(days=days_ago), "整户迁出"
    household.save()
    pairing = household.pairings.get()
    pairing.ended_on, pairing.end_reason = household.closed_on, "整户迁出"
    pairing.save()


def test_a_visit_made_before_closing_is_entered_late_and_alone(client, address, zhao, clerk):
    close(zhao, days_ago=3)
    client.force_login(clerk)
    form = client.get(address).context["form"]
    assert form["visited_on"].value() == zhao.closed_on
    late = {"visited_on": (TODAY - timedelta(days=2)).isoformat()}
    before = {"visited_on": (TODAY - timedelta(days=3)).isoformat()}
    sent = [typed(**late), typed(**before, needs=["relief"]), typed(**before)]
    assert [client.post(address, facts).status_code for facts in sent] == [422, 422, 302]
    assert Visit.objects.get().visited_on == zhao.closed_on
