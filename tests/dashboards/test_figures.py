"""Each figure counts exactly the list that it opens, for each role that looks at it."""

from itertools import chain
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboards import pages
from dashboards.figures import KIND, Question, ask
from dashboards.places import Place, district_place, place_of
from households.conditions import frame_of

pytestmark = pytest.mark.both_engines
LOOKERS = ["admin", "inspector", "official", "clerk", "cadre_clerk"]
OWN = {"official": "东山镇", "clerk": "前村", "cadre_clerk": "后村"}


def question_of(user, place, **narrow):
    return Question(user, frame_of(2025), place, **narrow)


def place_for(name, cast, places):
    user = cast[name]
    return place_of(user, places[OWN[name]].code) if name in OWN else district_place(user)


def counts(answer, *keys):
    return {key: answer.total.counts[key] for key in keys}


def test_an_admin_counts_active_households_once_each(district, cast, places):
    answer = ask(question_of(cast["admin"], place_for("admin", cast, places)))
    assert {key: answer.total.counts[key] for key in KIND} == {
        "households": 5,  # neither closed nor pending
        "missed": 1,
        "met": 1,
        "growth_unknown": 3,  # no statement, no base, and one that nobody has assessed
        "below": 2,
        "above": 1,  # at the line
        "income_unknown": 2,  # a draft is no income
        "no_statement": 1,
        "paired": 3,
        "unpaired": 2,  # an ended pairing is none
        "contacted": 1,
        "not_contacted": 4,  # what was taken back is no contact
        "never_contacted": 3,
        "with_needs": 1,  # two needs, one household
        "with_overdue": 1,
        "pending": 1,
    }
    assert answer.people == 11
    assert answer.causes == {"illness": 2, "labour": 1, "": 2}
    assert answer.reasons == {"wage": 1}
    assert answer.gaps == {"housing": 1}
    assert {key: answer.needs[key] for key in ("open", "overdue", "days")} == {"open": 3, "overdue": 2, "days": 5}


@pytest.mark.parametrize(
    ("name", "households"), [("admin", 5), ("inspector", 5), ("official", 3), ("clerk", 2), ("cadre_clerk", 1)]
)
def test_each_sees_the_own_place_alone(name, households, district, cast, places):
    answer = ask(question_of(cast[name], place_for(name, cast, places)))
    assert answer.total.counts["households"] == households


@pytest.mark.parametrize("name", LOOKERS)
def test_every_figure_and_every_cell_is_as_long_as_its_list(name, client, district, cast, places):
    place = place_for(name, cast, places)
    question = question_of(cast[name], place)
    board = pages.context(question, ask(question), place)
    client.force_login(cast[name])
    assert [(figure.url, length_of(client, figure.url)) for figure in drawn(board)] == [
        (figure.url, figure.value) for figure in drawn(board)
    ]


@pytest.mark.parametrize("cause", ["illness", "none"])
def test_a_cause_narrows_figures_and_lists_alike(cause, client, district, cast, places):
    place = place_for("admin", cast, places)
    question = question_of(cast["admin"], place, cause=cause)
    board = pages.context(question, ask(question), place)
    client.force_login(cast["admin"])
    for figure in drawn(board):
        assert (figure.url, length_of(client, figure.url)) == (figure.url, figure.value)
    assert board["households"] == 2


@pytest.mark.parametrize("name", LOOKERS)
def test_the_condition_of_every_figure_counts_what_the_aggregate_counts(name, district, cast, places):
    place = place_for(name, cast, places)
    question = question_of(cast[name], place)
    answer = ask(question)
    assert {key: question.households(question.asked(kind)).count() for key, kind in KIND.items()} == {
        key: answer.total.counts[key] for key in KIND
    }


def drawn(board):
    """All figures of a page that open a list, those in tables and bars too."""
    figures = [*chain(board["attention"], *board["standing"], board["causes"], board["reasons"], board["gaps"])]
    figures += [board["pending"], *chain.from_iterable(row.figures for row in [*board["rows"], board["sum"]])]
    return [figure for figure in figures if figure.url]


def length_of(client, url):
    """How many rows the list at this address has."""
    response = client.get(url)
    assert response.status_code == 200, url
    return response.context["table"].paginator.count


def test_places_add_up_to_the_whole_and_stand_by_code(district, cast, places):
    place = place_for("admin", cast, places)
    question = question_of(cast["admin"], place)
    board = pages.context(question, ask(question), place)
    assert [row.name for row in board["rows"]] == ["东山镇", "西河镇"]  # the row of statistics is empty
    assert [[cell.value for cell in row.figures] for row in board["rows"]] == [
        [3, 1, 1, 1, 1, 2, 2, 1],
        [2, 1, 0, 0, 2, 0, 2, 0],
    ]
    assert [cell.value for cell in board["sum"].figures] == [5, 2, 1, 1, 3, 2, 4, 1]


def test_growth_of_a_place_is_cut_and_compares_only_what_can_be_compared(district, cast, places):
    answer = ask(question_of(cast["admin"], place_for("admin", cast, places)))
    assert answer.total.growth.bp == 727  # 23,600 over 22,000: 7.27…%
    assert answer.total.growth.per_head == 5266  # 31,600 yuan over 6 people, also of who has no base


def test_a_village_narrows_the_page_of_its_township(district, cast, places):
    village = Place(places["前村"])
    answer = ask(question_of(cast["admin"], village))
    assert counts(answer, "households", "missed", "pending") == {"households": 2, "missed": 1, "pending": 0}


def test_a_place_without_households_has_figures_of_nothing(cast, places, campaign):
    place = place_for("admin", cast, places)
    question = question_of(cast["admin"], place)
    board = pages.context(question, ask(question), place)
    assert {figure.value for figure in board["attention"]} == {0}
    assert (board["causes"], board["reasons"], board["people"]) == ([], [], 0)


def test_before_the_first_policy_the_line_is_unknown(cast, places):
    question = Question(cast["admin"], frame_of(None), district_place(cast["admin"]))
    assert ask(question).total.counts["households"] == 0


def test_the_address_asks_what_the_figure_counts(district, cast, places):
    question = question_of(cast["official"], place_for("official", cast, places))
    missed = pages.figure(question, ask(question), "missed")
    asked = dict(parse_qsl(urlsplit(missed.url).query))
    assert asked == {"state": "active", "township": places["东山镇"].code, "growth": "missed", "year": "2025"}
    assert question.households({k: v for k, v in asked.items() if k != "year"}).count() == missed.value
