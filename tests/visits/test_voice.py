"""The household's own voice on a visit: confirmation and satisfaction, who reads it; cards and their codes."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import Role
from core.history import HistoryBypassed
from visits.cards import household_with, make_cards
from visits.logging import correct_visit
from visits.models import HouseholdCard, HouseholdVoice, VisitConfirmation
from visits.voice import say


@pytest.fixture(autouse=True)
def nobody_has_tried_yet():
    cache.clear()
    yield
    cache.clear()


def confirmed(client, visit, **typed):
    return client.post(f"/visits/{visit.pk}/voice/", {"what": "confirm", "client_id": str(uuid4()), **typed})


def said(client, visit, **typed):
    sent = {"what": "say", "client_id": str(uuid4()), "satisfaction": "unsatisfied", "words": "房子漏雨", **typed}
    return client.post(f"/visits/{visit.pk}/voice/", sent)


@pytest.fixture
def card(zhao, official):
    """The code of the card that the Zhao family holds."""
    return make_cards([zhao], by=official)[0][1]


def test_a_saved_visit_leads_to_the_page_and_can_be_confirmed_by_name_or_card(client, log, wang, card, inspector):
    client.force_login(wang.user)
    by_name, by_card = log(), log()
    assert f'href="/visits/{by_name.pk}/voice/"' in client.get(f"/visits/{by_name.pk}/").content.decode()
    confirmed(client, by_name, name="赵三田")
    confirmed(client, by_card, card_code=f"{card[:5]} {card[5:]}")
    rows = VisitConfirmation.objects.values_list("visit", "how", "name", "entered_by")
    assert list(rows) == [(by_name.pk, "name", "赵三田", wang.user.pk), (by_card.pk, "card", "", wang.user.pk)]
    assert "签名确认 · 赵三田" in client.get(f"/visits/{by_name.pk}/voice/").content.decode()
    client.force_login(inspector)
    page = client.get(f"/visits/{by_name.pk}/").content.decode()
    assert ("签名确认 赵*田" in page, "赵三田" in page) == (True, False)


def test_another_households_code_or_nothing_confirms_nothing(client, log, wang, sun, official):
    client.force_login(wang.user)
    visit, code = log(), make_cards([sun], by=official)[0][1]
    for typed in ({"card_code": code}, {"card_code": "1"}, {}, {"name": "名" * 41}):
        assert confirmed(client, visit, **typed).status_code == 422
    assert VisitConfirmation.objects.count() == 0


def test_codes_cannot_be_tried_without_end_on_a_visit(client, log, wang):
    client.force_login(wang.user)
    visit = log()
    pages = [confirmed(client, visit, card_code=str(n)).content.decode() for n in range(31)]
    assert ["次数过多" in page for page in pages] == [False] * 30 + [True]
    assert confirmed(client, visit, name="赵三田").status_code == 302


def test_a_confirmation_stays_with_the_visit_when_it_is_corrected_and_is_never_changed(client, log, wang):
    client.force_login(wang.user)
    visit = log()
    corrected = correct_visit(visit, client_id=uuid4(), by=wang.user, visited_on=visit.visited_on, mode="phone")
    confirmed(client, corrected, name="赵三田")
    row = VisitConfirmation.objects.get()
    assert row.visit == visit
    with pytest.raises(HistoryBypassed):
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        VisitConfirmation.objects.create(visit=visit, how="name", name="", entered_by=wang.user)


def test_satisfaction_is_read_by_the_township_and_the_district_alone(
    client, log, wang, liaison, clerk, official, admin, officer, inspector, auditor
):
    client.force_login(wang.user)
    visit = log()
    answer = said(client, visit)
    assert (answer.url, HouseholdVoice.objects.get().words) == (f"/visits/{visit.pk}/", "房子漏雨")
    readers = [wang.user, liaison, clerk, official, admin, officer, inspector, auditor]
    seen = [str(u) for u in readers if HouseholdVoice.objects.visible_to(User.objects.get(pk=u.pk)).exists()]
    assert seen == ["乡镇工作人员", "区级管理员"]
    for address in (f"/visits/{visit.pk}/", f"/visits/{visit.pk}/voice/", f"/households/{visit.household_id}/",
                    f"/households/{visit.household_id}/history/", "/visits/", "/"):  # fmt: skip
        page = client.get(address).content.decode()
        assert [word in page for word in ("房子漏雨", '"unsatisfied" checked')] == [False, False], address
    client.force_login(auditor)
    assert "房子漏雨" not in client.get("/audit/history/?kind=householdvoice").content.decode()


@pytest.mark.both_engines
def test_an_official_who_is_the_cadre_too_does_not_read_it(log, zhao, wang, villages, official):
    wang.user.grants.create(
        role=Role.TOWNSHIP_OFFICIAL, division=villages["东山前村"].parent, starts_on=log().visited_on
    )
    say(zhao, client_id=uuid4(), satisfaction="so_so")
    seen = [HouseholdVoice.objects.visible_to(User.objects.get(pk=u.pk)).count() for u in (wang.user, official)]
    assert seen == [0, 1]


def test_the_list_names_no_cadre_and_asks_as_often_for_three_rows_as_for_one(
    client, zhao, make_household, wang, official, log, django_assert_max_num_queries
):
    client.force_login(official)
    visit, asked = log(), []
    others = [make_household(f"钱{slot}", cadre=wang, slot=slot) for slot in (2, 3)]
    for households in ([zhao], others):
        for household in households:
            say(household, client_id=uuid4(), satisfaction="satisfied", words="常来", visit=visit)
        with django_assert_max_num_queries(12) as queries:
            page = client.get("/voices/")
        asked.append(len(queries))
    assert (asked[0], len(page.context["table"].rows)) == (asked[1], 3)
    assert "王林" not in page.content.decode()
    assert len(client.get("/voices/", {"satisfaction": "unsatisfied"}).context["table"].rows) == 0


@pytest.mark.both_engines
def test_the_cards_of_a_village_are_printed_once_with_codes_that_are_not_kept(client, zhao, make_household, official):
    client.force_login(official)
    other = make_household("钱二")
    page = client.post(f"/cards/village/{zhao.village_id}/", {"make": "1"})
    codes = ["".join(code.split()) for code in re.findall(r"data-code>([\d ]+)<", page.content.decode())]
    assert [household_with(code) for code in codes] == [zhao, other]
    assert ("/say/card/" in page.content.decode(), page["Cache-Control"]) == (True, "no-store")
    assert HouseholdCard.objects.filter(code_hash__in=codes).count() == 0
    again = client.post(f"/cards/village/{zhao.village_id}/", {"make": "1"})  # who has one keeps it
    assert (again.context["cards"], household_with(codes[0])) == ([], zhao)
    client.post(f"/cards/village/{zhao.village_id}/", {"anew": "on"})
    assert [household_with(code) for code in codes] == [None, None]
    listed = [row.record for row in client.get("/cards/", {"q": "前村"}).context["table"].rows]
    assert [(village, village.homes, village.held) for village in listed] == [(zhao.village, 2, 2)]


def test_the_list_of_villages_asks_as_often_for_two_as_for_one(
    client, zhao, make_household, official, django_assert_max_num_queries
):
    client.force_login(official)
    asked = []
    for village in (None, "东山后村"):
        if village:
            make_household("钱二", village=village)
        with django_assert_max_num_queries(12) as queries:
            page = client.get("/cards/")
        asked.append((len(queries), len(page.context["table"].rows)))
    assert asked == [(asked[0][0], 1), (asked[0][0], 2)]


def test_a_new_card_ends_the_lost_one_and_there_is_one_in_use(client, zhao, official, card):
    client.force_login(official)
    page = client.post(f"/cards/{zhao.pk}/")
    ((_household, code),) = page.context["cards"]
    assert (household_with(card), household_with(code)) == (None, zhao)
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdCard.objects.create(household=zhao, code_hash="0", made_by=official)


def test_only_villages_of_the_own_place_get_cards(client, zhao, sun, official):
    client.force_login(official)
    assert client.post(f"/cards/village/{sun.village_id}/", {"anew": "on"}).status_code == 404
    assert HouseholdCard.objects.count() == 0


def test_a_closed_household_has_no_voice_by_card(client, zhao, official, card):
    zhao.closed_on, zhao.closed_reason = zhao.enrolments.get().entered_on, "迁出"
    zhao.save()
    client.force_login(official)
    client.post(f"/cards/{zhao.pk}/")
    assert (household_with(card), HouseholdCard.objects.count()) == (None, 1)
