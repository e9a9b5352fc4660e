"""A member without an ID number is entered by hand with a reason; the number comes later, and the reason goes."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from households.codes import NoIdReason
from households.members import add_member, change_member
from households.register import RegisterRefused
from tests.factories.households import id_number


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def send(client, people):
    """Send the form of a member as the clerk of the village."""

    def sent(name, pk, /, **data):
        client.force_login(people.village_clerk, backend="accounts.backends.NameOrPhoneBackend")
        client.cookies["django_language"] = "en"
        return client.post(reverse(f"households:{name}", args=[pk]), data)

    return sent


@pytest.fixture
def baby(zhao):
    return add_member(
        zhao, name="赵小宝", relation="grandson", no_id_reason="newborn", sex="male", birth_date=date(2018, 1, 9)
    )


def why(act):
    with pytest.raises(RegisterRefused) as refusal:
        act()
    return str(refusal.value)


def known(member):
    member.refresh_from_db()
    return member.id_no, member.id_no_hash, member.no_id_reason


def errors(answer):
    assert answer.status_code == 422
    form = answer.context["form"]
    return [str(error) for found in form.errors.values() for error in found]


BOTH = "Give either the ID number or the reason why there is none, not both."
NEITHER = "Enter the ID number, or choose why there is none."


def test_a_newborn_is_entered_with_a_reason_and_what_no_number_says(send, zhao):
    answer = send(
        "member_new", zhao.pk, name="赵小宝", relation="grandson", no_id_reason="newborn", sex="male",
        birth_date="2018-01-09",
    )  # fmt: skip
    assert answer.status_code == 302
    baby = zhao.members.get(name="赵小宝")
    assert (*known(baby), baby.sex, baby.birth_date) == ("", None, "newborn", "male", date(2018, 1, 9))


def test_the_case_file_says_why_there_is_no_number_and_offers_none_to_show(client, people, zhao, baby):
    client.force_login(people.township_official)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("households:detail", args=[zhao.pk])).content.decode()
    assert "none: Newborn" in page
    assert f"what=id_no&amp;member={baby.pk}" not in page
    client.cookies["django_language"] = "zh-hans"
    assert "新生儿" in client.get(reverse("households:detail", args=[zhao.pk])).content.decode()


def test_the_number_is_filled_in_later_and_the_reason_goes(send, baby):
    number = id_number(46, born="20180109")
    assert send("member_edit", baby.pk, name="赵小宝", relation="grandson", id_no=number).status_code == 302
    assert known(baby)[::2] == (number, "")
    assert (baby.birth_date, baby.sex) == (date(2018, 1, 9), "female")  # the number's word counts


def test_the_history_tells_the_reason_and_that_it_went(client, people, zhao, baby):
    change_member(baby, id_no=id_number(42, born="20180109"))
    client.force_login(people.district_admin)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("households:history", args=[zhao.pk])).content.decode()
    assert ("Why without ID number" in page, "Newborn" in page) == (True, True)


def test_another_reason_and_other_facts_of_who_has_no_number(send, baby):
    facts = {"name": "赵小宝", "relation": "grandson"}
    send("member_edit", baby.pk, **facts, no_id_reason="registering", sex="female", birth_date="2018-01-10")
    assert (known(baby)[2], baby.sex, baby.birth_date) == ("registering", "female", date(2018, 1, 10))
    send("member_edit", baby.pk, **facts, education="preschool", sex="female", birth_date="2018-01-10")
    assert (known(baby)[2], baby.education) == ("registering", "preschool")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"id_no": id_number(43), "no_id_reason": "newborn"}, [BOTH]),
        ({}, [NEITHER]),
        ({"no_id_reason": "roster"}, ["Select a valid choice. roster is not one of the available choices."]),
        ({"no_id_reason": "because"}, ["Select a valid choice. because is not one of the available choices."]),
        ({"no_id_reason": "newborn", "birth_date": "2999-01-01"}, None),
    ],
    ids=["both", "neither", "a reason of the roster", "no reason of ours", "a birth to come"],
)
def test_a_new_member_has_a_number_or_a_reason_and_not_both(send, zhao, facts, said):
    found = errors(send("member_new", zhao.pk, name="赵小宝", relation="grandson", **facts))
    assert found == said or (said is None and "Enter a date from" in found[0])
    assert zhao.members.count() == 2


def test_both_are_refused_on_a_change_too(send, zhao, baby):
    facts = {"name": "赵小宝", "relation": "grandson", "no_id_reason": "newborn"}
    assert errors(send("member_edit", baby.pk, **facts, id_no=id_number(44))) == [BOTH]
    assert known(baby) == ("", None, "newborn")
    son = zhao.members.get(relation="son")
    before = known(son)
    assert errors(send("member_edit", son.pk, name=son.name, relation="son", no_id_reason="newborn")) == [BOTH]
    assert (known(son), before[2]) == (before, "")


def test_the_verbs_refuse_what_the_form_does(zhao, baby):
    son = zhao.members.get(relation="son")
    assert [
        why(lambda: add_member(zhao, name="赵二宝", relation="grandson")),
        why(lambda: add_member(zhao, name="赵二宝", relation="grandson", id_no=id_number(45), no_id_reason="other")),
        why(lambda: add_member(zhao, name="赵二宝", relation="grandson", no_id_reason="roster")),
        why(lambda: change_member(son, no_id_reason="newborn")),
        why(lambda: change_member(baby, no_id_reason="because")),
    ] == [NEITHER, BOTH, "Choose from the list why there is no ID number.", BOTH,
          "Choose from the list why there is no ID number."]  # fmt: skip


def test_a_form_that_is_sent_twice_makes_one_person(send, zhao, baby):
    again = send("member_new", zhao.pk, name="赵小宝", relation="grandson", no_id_reason="newborn")
    assert errors(again) == ["A person of this name without an ID number is in this household already."]
    assert zhao.members.filter(name="赵小宝").count() == 1


def test_the_number_of_somebody_else_is_no_number_of_the_newborn(baby, qian):
    number = qian.members.get().id_no
    assert why(lambda: change_member(baby, id_no=number)).startswith("This person is registered in another household")
    assert known(baby) == ("", None, "newborn")


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("number_hash", "reason"), [("h", "newborn"), (None, ""), (None, "because"), ("", ""), ("", "newborn")]
)
def test_the_database_takes_exactly_one_of_them(zhao, number_hash, reason):
    son = zhao.members.get(relation="son")
    son.id_no_hash, son.no_id_reason = number_hash, reason
    with pytest.raises(IntegrityError), transaction.atomic():
        son.save()


def test_who_has_a_number_is_not_asked_for_a_reason(client, people, zhao, baby):
    client.force_login(people.village_clerk)
    forms = [
        client.get(reverse("households:member_edit", args=[pk])).context["form"]
        for pk in (zhao.members.get(relation="son").pk, baby.pk)
    ]
    assert [[name in form.fields for name in ("no_id_reason", "sex", "birth_date")] for form in forms] == [
        [False] * 3, [True] * 3,
    ]  # fmt: skip
    assert [value for value, _label in forms[1].fields["no_id_reason"].choices] == [
        "", "newborn", "registering", "other",
    ]  # fmt: skip
    assert "roster" in NoIdReason.values
