"""The visit form with what changed: one form, no second one; the receipt shows before → after."""

import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from households.models import GuaranteeStatus, Household, Member
from households.register import change_household
from visits.models import Visit, VisitFact

TODAY = timezone.localdate()
OLD, NEW, OTHER = "13900000001", "13900000002", "13900000003"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def family(zhao):
    """The head and the mother of the Zhao family, by their keys."""
    change_household(zhao, phone=OLD)
    return [
        Member.objects.create(household=zhao, name=name, relation=relation, no_id_reason="other").pk
        for name, relation in (("赵三田", "head"), ("钱秀英", "mother"))
    ]


@pytest.fixture
def address(zhao, family):
    return f"/visits/new/?household={zhao.pk}"


@pytest.fixture
def as_wang(client, wang):
    client.force_login(wang.user)
    return client


@pytest.fixture
def send(as_wang, address):
    """Fill in the form as it was opened, and save."""

    def sent(opened=None, **typed):
        form = opened or as_wang.get(address).context["form"]
        seen = form["seen"].value()
        facts = {"client_id": str(uuid4()), "visited_on": TODAY.isoformat(), "mode": "home", "seen": seen}
        return as_wang.post(address, {**facts, **typed})

    return sent


def jpeg():
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "JPEG")
    return SimpleUploadedFile("门前.jpg", out.getvalue(), content_type="image/jpeg")


def page_of(client, visit):
    return re.sub(r"<[^>]+>|\s+", " ", client.get(f"/visits/{visit.pk}/").content.decode())


def test_a_new_number_and_a_birth_are_on_the_receipt_before_and_after(send, as_wang, zhao):
    born = {"birth_name": "赵小苗", "birth_sex": "female", "birth_on": TODAY.isoformat(), "birth_relation": "daughter"}
    answer = send(changes="family", new_phone=NEW, **born)
    assert answer.status_code == 302
    visit = Visit.objects.get()
    page = re.sub(r"\s+", " ", page_of(as_wang, visit))
    assert "139****0001 → 变为 139****0002" in page
    assert "赵小苗 · 女 · 之女" in page or "赵小苗 · 女" in page
    assert (OLD in page, NEW in page) == (False, False)
    assert Household.objects.get(pk=zhao.pk).phone == NEW


def test_what_is_filled_in_counts_as_ticked(send, family):
    send(health_member=family[1], health_state=["serious", "chronic"], job_member=family[0], job_wage="3000",
         job_since="2026-03", job_employer="镇服装厂")  # fmt: skip
    visit = Visit.objects.get()
    assert (visit.changes, Member.objects.get(pk=family[1]).health) == (["health", "job"], ["chronic", "serious"])
    assert {row.fact for row in visit.told.all()} == {"health", "job"}


def test_the_disease_is_on_no_page(send, as_wang, family, zhao):
    send(health_member=family[1], disease="糖尿病")
    pages = page_of(as_wang, Visit.objects.get()) + as_wang.get(f"/households/{zhao.pk}/").content.decode()
    assert ("糖尿病" in pages, Member.objects.get(pk=family[1]).disease) == (False, "糖尿病")


def test_work_and_school_stand_in_the_case_file(send, as_wang, family, zhao):
    send(job_member=family[0], job_wage="3000", job_since="2026-03", income_note="梨价上涨",
         school_member=family[1], school_name="老年大学")  # fmt: skip
    page = as_wang.get(f"/households/{zhao.pk}/").content.decode()
    assert [word for word in ("每月3,000.00元", "2026年3月起", "梨价上涨", "老年大学") if word not in page] == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"new_phone": "12"}, "new_phone"), ({"birth_name": "赵小苗"}, "birth_on"),
        ({"birth_name": "赵小苗", "birth_on": (TODAY + timedelta(days=1)).isoformat()}, "birth_on"),
        ({"left_member": "head", "left_why": "died"}, "left_head"), ({"left_member": "mother"}, "left_why"),
        ({"left_member": "0", "left_why": "died"}, "left_member"), ({"health_member": "mother"}, "health_state"),
        ({"health_state": "serious"}, "health_member"), ({"job_member": "mother"}, "job_employer"),
        ({"job_member": "mother", "job_since": "2026-13"}, "job_since"), ({"school_name": "镇中学"}, "school_member"),
        ({"g_food": "held"}, "evidence"), ({"latitude": "91", "longitude": "0"}, "latitude"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_said_at_its_field_and_nothing_is_saved(send, family, typed, field):
    keys = dict(zip(("head", "mother"), family, strict=True))
    answer = send(**{name: keys.get(value, value) for name, value in typed.items()})
    assert (answer.status_code, Visit.objects.count()) == (422, 0)
    assert field in answer.context["form"].errors


def test_a_member_of_another_household_cannot_be_named(send, sun):
    other = Member.objects.create(household=sun, name="孙小满", relation="head", no_id_reason="other")
    assert send(health_member=other.pk, health_state="serious").status_code == 422
    assert Member.objects.get(pk=other.pk).health == []


def test_a_guarantee_changes_by_words_or_a_photo_and_only_if_chosen(send, zhao):
    send(g_housing="held", evidence="东屋已修好")
    send(g_schooling="held", photos=jpeg())
    states = {g.item: (g.state, g.evidence) for g in GuaranteeStatus.objects.filter(household=zhao)}
    assert states == {"housing": ("held", "东屋已修好"), "schooling": ("held", "走访照片")}


def test_the_position_is_kept_coarsely_and_only_when_given(send, as_wang):
    send(latitude="40.0412345", longitude="117.4056789")
    send()
    first, second = Visit.objects.order_by("pk")
    assert [str(first.latitude), str(first.longitude)] == ["40.041", "117.406"]
    assert (second.latitude, second.longitude) == (None, None)
    assert ("40.041" in page_of(as_wang, first), "位置" in page_of(as_wang, second)) == (True, False)


def test_two_who_change_the_same_see_both_values_and_one_of_them_decides(send, as_wang, address, zhao, clerk):
    opened = as_wang.get(address).context["form"]
    change_household(Household.objects.get(pk=zhao.pk), phone=OTHER)
    assert send(opened, new_phone=NEW, health_member="").status_code == 302
    row = VisitFact.objects.get()
    assert (Household.objects.get(pk=zhao.pk).phone, row.state) == (OTHER, "open")
    link = f"/visits/changes/{row.pk}/"
    assert all(
        link in as_wang.get(page).content.decode() for page in (f"/households/{zhao.pk}/", f"/visits/{row.visit_id}/")
    )
    assert [visit.pk for visit in as_wang.get("/visits/?to_decide=yes").context["filter"].qs] == [row.visit_id]
    client = as_wang
    client.force_login(clerk)
    page = client.get(link)
    assert [word in page.content.decode() for word in ("139****0003", "139****0002")] == [True, True]
    client.post(link, {"holds": "told", "seen": page.context["seen"]})
    assert Household.objects.get(pk=zhao.pk).phone == NEW
    assert client.post(link, {"holds": "stands", "seen": page.context["seen"]}, follow=True).status_code == 200
    assert Household.objects.get(pk=zhao.pk).phone == NEW


@pytest.mark.parametrize(
    ("who", "then"),
    [("wang", OLD), ("clerk", OLD), ("official", OLD), ("admin", OLD), ("liaison", 403), ("inspector", 403),
     ("li", 404)],
)  # fmt: skip
def test_who_takes_a_change_back(request, send, client, zhao, who, then):
    send(new_phone=NEW)
    row = VisitFact.objects.get()
    user = request.getfixturevalue(who)
    client.force_login(getattr(user, "user", user) or user)
    answer = client.post(f"/visits/changes/{row.pk}/undo/")
    if isinstance(then, int):
        assert (answer.status_code, Household.objects.get(pk=zhao.pk).phone) == (then, NEW)
    else:
        assert Household.objects.get(pk=zhao.pk).phone == then


def test_an_inspector_reads_what_changed_masked(send, client, inspector):
    send(birth_name="赵小苗", birth_sex="female", birth_on=TODAY.isoformat(), birth_relation="daughter")
    client.force_login(inspector)
    page = page_of(client, Visit.objects.get())
    assert ("赵小苗" in page, "赵*苗" in page) == (False, True)


def test_the_form_asks_as_often_for_seven_members_as_for_two(
    as_wang, address, zhao, family, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16) as asked:
        as_wang.get(address)
    for number in range(5):
        Member.objects.create(household=zhao, name=f"赵{'一二三四五'[number]}", relation="son", no_id_reason="other")
    with django_assert_max_num_queries(len(asked)):
        as_wang.get(address)


def test_the_receipt_asks_as_often_for_ten_changes_as_for_two(send, as_wang, family, django_assert_max_num_queries):
    send(new_phone=NEW, income_note="涨")
    few, many = Visit.objects.latest("pk"), None
    send(new_phone=OTHER, income_note="涨了", health_member=family[0], health_state="serious", disease="胃病",
         job_member=family[1], job_wage="10", school_member=family[1], school_name="某校", school_status="primary",
         g_food="held", g_clothing="held", evidence="见到了")  # fmt: skip
    many = Visit.objects.latest("pk")
    with django_assert_max_num_queries(25) as asked:
        as_wang.get(f"/visits/{few.pk}/")
    assert many.told.count() == 9
    with django_assert_max_num_queries(len(asked)):
        as_wang.get(f"/visits/{many.pk}/")
