"""Referrals: a need goes to a department or a specialist with pictures, the answer comes back, the household is told.

区人民医院 answers; 区林业局 is where Wang works and another department; nobody but those involved reads anything.
"""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from PIL import Image

from accounts.models import RoleGrant, Unit, User
from accounts.roles import Role
from core import changelog
from households import register
from households.models import Household
from visits.models import Need, Referral, ReferralMessage, ReferralPhoto
from visits.needs import close_need, follow_up, raise_need
from visits.photos import Picture
from visits.referrals import (
    ReferralRefused,
    answers_waiting,
    asked_of,
    refer,
    take_back,
    tell_household,
    write,
)

TODAY = timezone.localdate()
SECRET = "左小腿红肿溃烂三周"
ADVICE = "每日换药，口服抗生素七天"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def need(zhao, wang):
    return raise_need(household=zhao, kind="medical", text="腿疼", owner=wang.user, raised_on=TODAY)


@pytest.fixture
def leg():
    """A picture as a phone sends it."""
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "#b07060").save(file, "JPEG")
    return SimpleUploadedFile("leg.jpg", file.getvalue(), "image/jpeg")


@pytest.fixture
def picture():
    return Picture(full=b"full", thumbnail=b"small", width=4, height=3)


@pytest.fixture
def dermatologist(make_user, hospital):
    return make_user("周医生", Role.DEPARTMENT_OFFICER, unit=hospital)


@pytest.fixture
def forester(make_user, bureau, zhao):
    """An officer of another department, which has a need of the same household."""
    Need.objects.create(household=zhao, kind="business", department=bureau, raised_on=TODAY, due_on=TODAY)
    return make_user("林业局经办人", Role.DEPARTMENT_OFFICER, unit=bureau)


@pytest.fixture
def sent(need, wang, hospital, officer, picture):
    return refer(need, client_id=uuid4(), by=wang.user, unit=hospital, text=SECRET, photos=[picture])


@pytest.fixture
def answered(sent, officer):
    write(sent, client_id=uuid4(), by=officer, text=ADVICE)
    sent.refresh_from_db()
    return sent


def again(user):
    """The user as the next request finds him."""
    return User.objects.get(pk=user.pk)


def post(client, user, address, **data):
    client.force_login(user)
    return client.post(address, data)


# --- verbs


def test_sending_opens_household_and_referral_to_the_department_alone(sent, need, zhao, officer, li):
    need.refresh_from_db()
    assert (need.state, need.department, sent.state) == ("in_progress", sent.unit, "sent")
    assert list(Household.objects.visible_to(officer)) == [zhao]
    assert list(asked_of(officer)) == [sent]
    assert not Household.objects.visible_to(li.user).filter(pk=zhao.pk).exists()


def test_a_specialist_is_asked_alone(need, wang, hospital, officer, dermatologist, zhao):
    referral = refer(need, client_id=uuid4(), by=wang.user, unit=hospital, specialist=dermatologist, text=SECRET)
    assert [list(asked_of(user)) for user in (dermatologist, officer)] == [[referral], []]
    assert [list(Household.objects.visible_to(user)) for user in (dermatologist, officer)] == [[zhao], []]
    take_back(referral, reason="发错了")
    assert not Household.objects.visible_to(again(dermatologist)).exists()


def test_where_nobody_has_an_account_nothing_is_sent(need, wang, officer):
    empty = Unit.objects.create(name="区残联", kind="bureau")
    with pytest.raises(ReferralRefused, match="nobody") as refusal:
        refer(need, client_id=uuid4(), by=wang.user, unit=empty, text=SECRET)
    assert "区残联" in refusal.value.sentence
    RoleGrant.objects.create(
        user=officer, role=Role.DEPARTMENT_OFFICER, unit=empty, starts_on=TODAY - timedelta(days=9),
        ends_on=TODAY - timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(ReferralRefused, match="nobody"):
        refer(need, client_id=uuid4(), by=wang.user, unit=empty, text=SECRET)


def test_a_specialist_of_another_unit_is_refused(need, wang, hospital, officer, forester):
    with pytest.raises(ReferralRefused, match="not_there"):
        refer(need, client_id=uuid4(), by=wang.user, unit=hospital, specialist=forester, text=SECRET)


def test_a_need_lies_with_one_at_a_time(sent, need, wang, hospital, bureau, forester):
    with pytest.raises(ReferralRefused, match="already") as refusal:
        refer(need, client_id=uuid4(), by=wang.user, unit=bureau, text="请看")
    assert "区人民医院" in refusal.value.sentence
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.create(need=need, unit=bureau, sent_by=wang.user)


def test_the_same_forms_sent_twice_make_one_of_each(need, wang, hospital, officer, picture):
    one, two = uuid4(), uuid4()
    facts = {"client_id": one, "by": wang.user, "unit": hospital, "text": SECRET, "photos": [picture]}
    referral = refer(need, **facts)
    assert refer(need, **facts) == referral
    answer = write(referral, client_id=two, by=officer, text=ADVICE)
    assert write(referral, client_id=two, by=officer, text=ADVICE) == answer
    assert (Referral.objects.count(), ReferralMessage.objects.count(), ReferralPhoto.objects.count()) == (1, 2, 1)
    with pytest.raises(ReferralRefused, match="client_id_of_another"):
        write(referral, client_id=two, by=wang.user, text="再问")


def test_two_who_answer_at_once_both_do(sent, officer, dermatologist):
    write(sent, client_id=uuid4(), by=officer, text=ADVICE)
    write(Referral.objects.get(pk=sent.pk), client_id=uuid4(), by=dermatologist, text="来院复查")
    assert list(sent.messages.values_list("kind", flat=True)) == ["question", "answer", "answer"]
    assert Referral.objects.get().state == "answered"


def test_asking_on_waits_for_an_answer_again(answered, wang):
    write(answered, client_id=uuid4(), by=wang.user, text="药在哪里拿")
    assert (Referral.objects.get().state, list(answers_waiting(wang.user))) == ("sent", [])


def test_an_empty_message_is_refused(sent, officer):
    with pytest.raises(ReferralRefused, match="empty"):
        write(sent, client_id=uuid4(), by=officer, text="  ")


def test_an_answer_waits_for_the_cadre_until_the_household_was_told(answered, need, wang, officer, official):
    assert [list(answers_waiting(user)) for user in (wang.user, officer, official)] == [[answered], [], []]
    tell_household(answered, by=wang.user, on=TODAY)
    told = tell_household(answered, by=wang.user, on=TODAY)
    assert (told.state, told.told_on, told.told_by) == ("told", TODAY, wang.user)
    need.refresh_from_db()
    assert (need.state, ADVICE in need.result) == ("closed", False)
    assert list(answers_waiting(wang.user)) == []


def test_told_with_more_to_do_leaves_the_need_open(answered, need, wang):
    tell_household(answered, by=wang.user, on=TODAY, settles=False)
    need.refresh_from_db()
    assert need.state == "in_progress"


def test_nobody_is_told_before_there_is_an_answer(sent, answered, wang):
    with pytest.raises(ReferralRefused, match="told_day"):
        tell_household(answered, by=wang.user, on=TODAY - timedelta(days=1))
    write(answered, client_id=uuid4(), by=wang.user, text="药在哪里拿")
    with pytest.raises(ReferralRefused, match="not_answered"):
        tell_household(answered, by=wang.user, on=TODAY)


def test_the_new_cadre_has_the_answer_the_old_one_not(answered, wang, make_cadre, zhao):
    pairing = zhao.pairings.get()
    pairing.ended_on, pairing.end_reason = TODAY, "调岗"
    pairing.save()
    new = make_cadre("陈接")
    zhao.pairings.create(cadre=new, campaign=pairing.campaign, slot=1, quota=9, starts_on=TODAY)
    assert [list(answers_waiting(again(c.user))) for c in (new, wang)] == [[answered], []]
    assert not Referral.objects.visible_to(again(wang.user)).exists()


def test_without_a_cadre_the_answer_waits_for_the_township(answered, official, zhao):
    pairing = zhao.pairings.get()
    pairing.ended_on, pairing.end_reason = TODAY, "退休"
    pairing.save()
    assert list(answers_waiting(official)) == [answered]


def test_a_deputy_who_takes_the_need_over_has_the_answer(answered, need, liaison):
    assert list(answers_waiting(liaison)) == []
    need.refresh_from_db()
    follow_up(need, owner=liaison, due_on=need.due_on)
    assert list(answers_waiting(again(liaison))) == [answered]


def test_a_closed_household_ends_referrals(answered, need, zhao, officer, wang):
    register.close_household(zhao, on=TODAY, reason="整户迁出")
    answered.refresh_from_db()
    assert (answered.state, answered.end_reason) == ("taken_back", "该户已销户：整户迁出")
    with pytest.raises(ReferralRefused, match="ended"):
        write(answered, client_id=uuid4(), by=wang.user, text="还在吗")


def test_settling_a_need_takes_back_what_is_unanswered_and_keeps_answers(sent, need, wang):
    close_need(need, state="closed", result="已好")
    sent.refresh_from_db()
    assert sent.state == "taken_back"
    with pytest.raises(ReferralRefused, match="need_ended"):
        refer(need, client_id=uuid4(), by=wang.user, unit=sent.unit, text="再问")


def test_taking_back_hides_it_from_whom_it_was_sent_to(sent, need, officer, wang, hospital):
    with pytest.raises(ReferralRefused, match="no_reason"):
        take_back(sent, reason=" ")
    take_back(sent, reason="应转民政")
    assert not Referral.objects.visible_to(officer).exists()
    assert not Household.objects.visible_to(again(officer)).exists()
    need.refresh_from_db()
    assert refer(need, client_id=uuid4(), by=wang.user, unit=hospital, text="再问").state == "sent"


@pytest.mark.parametrize("facts", [{"state": "lost"}, {"state": "told"}, {"told_on": TODAY}])
def test_the_database_refuses_what_no_referral_can_be(need, wang, hospital, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.create(need=need, unit=hospital, sent_by=wang.user, **facts)


def test_the_database_and_the_history_hold_no_word_of_an_illness(answered):
    stored = ReferralMessage.objects.values_list("pk", flat=True)
    assert len(stored) == 2
    with connection.cursor() as cursor:
        for table in ("visits_referralmsg", "visits_referralmsg_hist"):
            cursor.execute(f"SELECT text FROM {table}")  # noqa: S608 names of our own
            assert [text for (text,) in cursor.fetchall() if SECRET in text or ADVICE in text] == []
    for model in (ReferralMessage, Need):
        lines = [line for entry in changelog.entries(model, page=None).object_list for line in entry.lines]
        assert not any(word in cell for line in lines for cell in line for word in (SECRET, ADVICE, "腿疼"))


# --- pages: who reads what


@pytest.mark.parametrize(
    ("who", "status"),
    [("wang", 200), ("official", 200), ("officer", 200), ("dermatologist", 200), ("liaison", 404), ("clerk", 404),
     ("admin", 404), ("inspector", 404), ("forester", 404), ("li", 404), ("auditor", 404)],
)  # fmt: skip
def test_only_those_involved_read_it_and_get_its_pictures(client, answered, who, status, request):
    user = request.getfixturevalue(who)
    client.force_login(getattr(user, "user", user))
    photo = ReferralPhoto.objects.get()
    addresses = (f"/referrals/{answered.pk}/", f"/referrals/photos/{photo.pk}/",
                 f"/referrals/photos/{photo.pk}/?file=1", f"/referrals/photos/{photo.pk}/?thumb=1")  # fmt: skip
    answers = [client.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [status] * 4
    if status == 200:
        assert answers[2].headers["Cache-Control"] == "private, no-store"
        assert ADVICE in answers[0].content.decode()
    for answer in answers:
        answer.close()


@pytest.mark.parametrize("who", ["liaison", "clerk", "admin", "inspector", "forester", "li", "auditor"])
def test_hostile_requests_of_others_change_nothing(client, answered, who, request):
    user = request.getfixturevalue(who)
    user = getattr(user, "user", user)
    before = (answered.state, answered.messages.count())
    for address, data in (
        ("", {"client_id": str(uuid4()), "text": "x"}),
        ("told/", {"on": TODAY.isoformat(), "settles": "on"}),
        ("take-back/", {"reason": "x"}),
    ):
        assert post(client, user, f"/referrals/{answered.pk}/{address}", **data).status_code == 404
    answered.refresh_from_db()
    assert (answered.state, answered.messages.count()) == before


def test_the_one_asked_neither_tells_nor_takes_back(client, answered, officer):
    told = post(client, officer, f"/referrals/{answered.pk}/told/", on=TODAY.isoformat())
    back = post(client, officer, f"/referrals/{answered.pk}/take-back/", reason="不归我们管")
    again = post(client, officer, f"/needs/{answered.need_id}/refer/", client_id=str(uuid4()), to="1", text="x")
    assert [answer.status_code for answer in (told, back, again)] == [403, 403, 403]


@pytest.mark.parametrize("who", ["inspector", "forester", "admin"])
def test_medical_words_stand_on_no_page_of_outsiders(client, answered, need, zhao, who, request):
    user = request.getfixturevalue(who)
    client.force_login(user)
    words = [SECRET, ADVICE] if who == "admin" else [SECRET, ADVICE, "腿疼", "已办好腿"]
    close_need(need, state="closed", result="已办好腿")
    for address in ("/needs/", f"/needs/{need.pk}/", f"/households/{zhao.pk}/", f"/households/{zhao.pk}/history/",
                    "/todo/", "/referrals/", "/visits/"):  # fmt: skip
        page = client.get(address).content.decode()
        assert [word for word in words if word in page] == [], address


def test_who_is_involved_reads_the_need(client, answered, need, officer):
    client.force_login(officer)
    assert "腿疼" in client.get(f"/needs/{need.pk}/").content.decode()


# --- pages: the way there and back


def test_a_picture_goes_out_and_an_answer_comes_back(client, need, wang, hospital, officer, leg, zhao):
    facts = {"client_id": str(uuid4()), "to": str(hospital.pk), "text": SECRET, "photos": [leg]}
    for _twice in (1, 2):
        leg.seek(0)
        answer = post(client, wang.user, f"/needs/{need.pk}/refer/?id={facts['client_id']}", **facts)
    referral = Referral.objects.get()
    assert (answer.headers["Location"], ReferralPhoto.objects.count()) == (f"/referrals/{referral.pk}/", 1)

    client.force_login(officer)
    assert [row.record for row in client.get("/referrals/").context["table"].paginated_rows] == [referral]
    leg.seek(0)
    facts = {"client_id": str(uuid4()), "text": ADVICE, "photos": [leg]}
    assert post(client, officer, f"/referrals/{referral.pk}/", **facts).status_code == 302
    assert ReferralPhoto.objects.count() == 2

    client.force_login(wang.user)
    for address in ("/todo/", f"/households/{zhao.pk}/", f"/visits/new/?household={zhao.pk}"):
        page = client.get(address).content.decode()
        assert (f"/referrals/{referral.pk}/" in page, "区人民医院" in page) == (True, True), address
    facts = {"client_id": str(uuid4()), "visited_on": TODAY.isoformat(), "mode": "home", "answers_told": referral.pk}
    assert post(client, wang.user, f"/visits/new/?household={zhao.pk}", **facts).status_code == 302
    referral.refresh_from_db()
    need.refresh_from_db()
    assert (referral.state, referral.told_on, need.state) == ("told", TODAY, "closed")
    assert client.get("/todo/").context["answers_count"] == 0


def test_who_met_nobody_told_nobody(client, answered, wang, zhao):
    facts = {
        "client_id": str(uuid4()),
        "visited_on": TODAY.isoformat(),
        "mode": "not_home",
        "answers_told": answered.pk,
    }
    answer = post(client, wang.user, f"/visits/new/?household={zhao.pk}", **facts)
    answered.refresh_from_db()
    assert (answer.status_code, answered.state, zhao.visits.count()) == (422, "answered", 0)


def test_an_answer_that_a_colleague_told_meanwhile_does_not_stop_the_visit(client, answered, wang, zhao):
    tell_household(answered, by=wang.user, on=TODAY)
    facts = {"client_id": str(uuid4()), "visited_on": TODAY.isoformat(), "mode": "home", "answers_told": answered.pk}
    assert post(client, wang.user, f"/visits/new/?household={zhao.pk}", **facts).status_code == 302


def test_another_households_answer_cannot_be_told(client, answered, li, sun):
    facts = {"client_id": str(uuid4()), "visited_on": TODAY.isoformat(), "mode": "home", "answers_told": answered.pk}
    assert post(client, li.user, f"/visits/new/?household={sun.pk}", **facts).status_code == 422
    assert Referral.objects.get().state == "answered"


def test_a_need_is_settled_on_the_spot_from_the_visit(client, wang, zhao):
    facts = {"client_id": str(uuid4()), "visited_on": TODAY.isoformat(), "mode": "home", "needs": ["relief", "other"],
             "need_done_relief": "当场送煤", "due_on": TODAY.isoformat()}  # fmt: skip
    post(client, wang.user, f"/visits/new/?household={zhao.pk}", **facts)
    assert sorted(Need.objects.values_list("kind", "state", "result")) == [
        ("other", "open", ""), ("relief", "closed", "当场送煤"),
    ]  # fmt: skip


def test_whom_nobody_reads_stands_apart_and_is_refused(client, need, wang, hospital, officer):
    empty = Unit.objects.create(name="区残联", kind="bureau")
    client.force_login(wang.user)
    choices = client.get(f"/needs/{need.pk}/refer/").context["form"].fields["to"].choices
    assert (str(empty.pk), "区残联") in choices[-1][1]
    facts = {"client_id": str(uuid4()), "to": str(empty.pk), "text": SECRET}
    answer = post(client, wang.user, f"/needs/{need.pk}/refer/", **facts)
    assert (answer.status_code, Referral.objects.count(), SECRET in answer.content.decode()) == (422, 0, True)


def test_what_is_no_picture_is_refused_and_the_text_stays(client, sent, officer):
    page = SimpleUploadedFile("leg.jpg", b"<html><script>1</script></html>", "image/jpeg")
    facts = {"client_id": str(uuid4()), "text": ADVICE, "photos": [page]}
    answer = post(client, officer, f"/referrals/{sent.pk}/", **facts)
    assert (answer.status_code, ADVICE in answer.content.decode(), sent.messages.count()) == (422, True, 1)


def test_the_second_who_answers_is_told_of_the_first(client, answered, dermatologist):
    client.force_login(dermatologist)
    facts = {"client_id": str(uuid4()), "text": "来院复查"}
    page = client.post(f"/referrals/{answered.pk}/", facts, follow=True).content.decode()
    assert ("医院经办人也作了答复" in page, ADVICE in page, "来院复查" in page) == (True, True, True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_nine_queries_however_long_it_is(
    client, count, make_household, wang, hospital, officer, django_assert_num_queries
):
    for slot in range(1, count + 1):
        household = make_household(f"钱{slot}", cadre=wang, slot=slot)
        need = raise_need(household=household, kind="medical", owner=wang.user, raised_on=TODAY)
        refer(need, client_id=uuid4(), by=wang.user, unit=hospital, text=SECRET)
    client.force_login(officer)
    with django_assert_num_queries(9):
        answer = client.get("/referrals/")
    assert len(answer.context["table"].paginated_rows) == count


def test_the_page_of_a_referral_asks_as_often_for_many_messages(client, answered, wang, django_assert_max_num_queries):
    client.force_login(wang.user)
    with django_assert_max_num_queries(16) as one:
        client.get(f"/referrals/{answered.pk}/")
    for number in range(3):
        write(answered, client_id=uuid4(), by=wang.user, text=f"再问{number}")
    with django_assert_max_num_queries(16) as more:
        client.get(f"/referrals/{answered.pk}/")
    assert len(more) == len(one)


def test_what_waits_for_an_answer_stands_in_the_officers_to_do(client, sent, officer, wang):
    client.force_login(officer)
    page = client.get("/todo/")
    assert (page.context["asked"], f"/referrals/{sent.pk}/" in page.content.decode()) == ([sent], True)
    write(sent, client_id=uuid4(), by=officer, text=ADVICE)
    assert client.get("/todo/").context["asked_count"] == 0


def test_referrals_are_narrowed_by_state_kind_township_and_words(client, answered, officer, zhao):
    client.force_login(officer)
    town = zhao.village.parent_id
    found = {
        query: len(client.get(f"/referrals/?{query}").context["table"].paginated_rows)
        for query in (
            "",
            "state=answered",
            "state=sent",
            "kind=medical",
            "kind=other",
            f"township={town}",
            "q=赵三",
            "q=孙",
        )
    }
    assert list(found.values()) == [1, 1, 0, 1, 0, 1, 1, 0]
