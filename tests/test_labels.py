"""The history speaks in words: every field has a label, and no code, True, number of a row stands for a value."""

from types import SimpleNamespace

import pytest
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import override

from core import changelog
from tests.factories.accounts import SINCE
from visits.models import OutboxItem, Referral, ReferralMessage, Visit

TRACKED = changelog.tracked_models()
FIELDS = [
    pytest.param(model, model._meta.get_field(field.name), id=f"{model.__name__}.{field.name}")
    for model in TRACKED.values()
    for field in model.history.model.tracked_fields
    if field.name not in changelog.HIDDEN
]

LISTS_OF_NAMES = {"Division.aliases"}  # what people typed, no codes


def fields(wanted):
    return pytest.mark.parametrize(("model", "field"), [case for case in FIELDS if wanted(case.values[1])])


def name_of(field):
    return f"{field.model.__name__}.{field.name}"


def is_chinese(text):
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def told(model, **facts):
    """What the history says of a new row with these facts: {label: value}."""
    row = model.history.model(history_type="+", history_date=timezone.now(), **facts)
    with override("zh-hans"):
        lines = changelog.entry(model, row, {}, what="", added_too=True).lines
    return {label: after for label, _before, after in lines}


def shown(model, field, value):
    """How the history shows this value of this field."""
    with override("zh-hans"):
        label = changelog._label(model, field.name)
    return told(model, **{field.name: value})[label]


def test_there_is_something_to_look_at():
    names = {case.id for case in FIELDS}
    assert {"Household.attribute", "Member.active", "Visit.changes", "Pairing.cadre", "Division.parent"} <= names


@fields(lambda field: True)
def test_a_field_has_a_label_of_its_own(model, field):
    assert isinstance(field.verbose_name, Promise), f'{name_of(field)} needs verbose_name=_("…")'


@pytest.mark.parametrize("model", TRACKED.values(), ids=TRACKED.keys())
def test_no_two_fields_of_a_row_are_called_the_same(model):
    with override("zh-hans"):
        labels = [changelog._label(model, case.values[1].name) for case in FIELDS if case.values[0] is model]
    assert sorted(labels) == sorted(set(labels))


@fields(lambda field: field.choices)
def test_a_code_is_shown_in_words(model, field):
    codes = [code for code, _label in field.flatchoices if code]
    words = [shown(model, field, code) for code in codes]
    assert [word for word in words if not is_chinese(word)] == []
    assert len(set(words)) == len(codes)


@fields(lambda field: isinstance(field, models.BooleanField))
def test_yes_and_no_are_shown_in_words(model, field):
    assert [shown(model, field, value) for value in (True, False)] == ["是", "否"]


@fields(lambda field: isinstance(field, models.JSONField))
def test_a_list_of_codes_is_shown_in_words(model, field):
    if name_of(field) in LISTS_OF_NAMES:
        assert shown(model, field, ["东山", "前村"]) == "东山、前村"
        return
    codes = model.code_lists[field.name]
    with override("zh-hans"):
        assert shown(model, field, codes.values) == "、".join(str(label) for label in codes.labels)
    assert [code for code in codes.values if code in shown(model, field, codes.values)] == []


@fields(lambda field: isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField))
def test_a_day_is_shown_as_people_write_it(model, field):
    assert shown(model, field, SINCE) == "2016年1月1日"


@pytest.fixture
def led_to(zhao, small_district, people):
    """What a relation may lead to, and how it is called."""
    cadre = zhao.pairings.get().cadre
    visit = Visit.objects.create(
        household=zhao, visitor=cadre, visited_on=SINCE, mode="home", reached=True, changes=["family", "income"],
        entered_by=people.cadre,
    )  # fmt: skip
    people.cadre.display_name = "王林"
    item = OutboxItem(household=zhao, by=people.cadre, kind="visit", written_on=SINCE, state="saved", visit=visit)
    item.client_id = visit.client_id
    item.save()
    need = zhao.needs.get()
    need.raised_on = SINCE
    referral = Referral(pk=5, need=need, unit=cadre.unit, sent_by=people.cadre)
    question = ReferralMessage(pk=7, referral=referral, kind="question", author=people.cadre)
    return SimpleNamespace(
        Household=(zhao, "赵有田 (9900000001)"), Campaign=(small_district.campaign, "帮扶攻坚行动"),
        Division=(zhao.village, "东山前村"), Unit=(cadre.unit, "区林业局"), User=(people.cadre, "王林"),
        Cadre=(cadre, "王林"), Visit=(visit, "2016-01-01 入户走访"),
        Member=(zhao.members.first(), zhao.members.first().name),
        Need=(need, "助学 2016-01-01"), Referral=(referral, "区林业局"), ReferralMessage=(question, "咨询 7"),
        OutboxItem=(item, "走访 2016-01-01"),
    )  # fmt: skip


@fields(lambda field: field.is_relation)
def test_a_relation_is_shown_by_name(model, field, led_to):
    row, name = getattr(led_to, field.related_model.__name__)
    assert shown(model, field, row) == name


def test_a_visit_of_the_database_is_told_in_words(led_to):
    with override("zh-hans"):
        (entry,) = changelog.entries(Visit, page=None)
    words = [after for _label, _before, after in entry.lines]
    assert words[:5] == ["赵*田 (9900000001)", "王林", "2016年1月1日", "入户走访", "是"]
    assert words[5] == "家庭成员、收入"
    assert words[-1] == "否"
