"""A form that was left open while somebody else changed what it is about: said, and nothing done."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.households.test_edit_pages import act, facts_of, sign_in

__all__ = ["act", "sign_in"]
MEANWHILE = "Somebody has changed this since you opened the page."


@pytest.fixture
def opened(sign_in):
    """Open the page of a row as somebody; gives what its form sends along unseen."""

    def open_page(user, name, row):
        page = sign_in(user).get(reverse(f"households:{name}", args=[row.pk])).content.decode()
        return {"seen": re.search(r'name="seen" value="([0-9a-f]+)"', page)[1]}

    return open_page


@pytest.fixture
def draft(act, people, zhao):
    """A draft of the village clerk."""
    act(people.village_clerk, "statement_new", zhao, year="2017", people="2", definition="disposable", wage="1000")
    return zhao.statements.get()


def refused(answer):
    return answer.status_code == 422 and MEANWHILE in answer.content.decode()


def test_to_confirm_twice_does_not_make_final(act, opened, people, draft):
    seen = opened(people.township_official, "statement_check", draft)
    assert act(people.township_official, "statement_check", draft, **seen).status_code == 302
    assert refused(act(people.township_official, "statement_check", draft, **seen))
    draft.refresh_from_db()
    assert draft.state == "checked"


def test_nobody_confirms_figures_that_were_not_on_the_page(act, opened, people, draft):
    seen = opened(people.district_admin, "statement_check", draft)
    act(people.township_official, "statement_edit", draft, people="2", definition="disposable", wage="99999")
    answer = act(people.district_admin, "statement_check", draft, **seen)
    assert (refused(answer), "99,999.00" in answer.content.decode()) == (True, True)
    draft.refresh_from_db()
    assert (draft.state, draft.wage) == ("draft", Decimal(99_999))
    again = {"seen": answer.context["seen"]}
    assert act(people.district_admin, "statement_check", draft, **again).status_code == 302


def test_an_edit_does_not_write_over_another_one(act, opened, people, zhao):
    seen = opened(people.township_official, "edit", zhao)
    act(people.district_admin, "edit", zhao, **facts_of(zhao, address="三组八号"))
    assert refused(act(people.township_official, "edit", zhao, **facts_of(zhao, address="一组一号"), **seen))
    zhao.refresh_from_db()
    assert zhao.address == "三组八号"


def test_a_change_between_reading_and_writing_is_seen_without_the_pages_help(act, people, draft, monkeypatch):
    from households.views import acting

    hold = acting._hold

    def slow(*rows):
        draft.wage = Decimal(5_000)
        draft.save()  # somebody else is faster
        hold(*rows)

    monkeypatch.setattr(acting, "_hold", slow)
    assert refused(act(people.district_admin, "statement_check", draft))
    draft.refresh_from_db()
    assert draft.state == "draft"
