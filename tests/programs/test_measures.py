"""Measures: recorded, delivered, withdrawn; who may."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from programs.measures import MeasureRefused, change_state, record_measure
from programs.models import Measure

TODAY = timezone.localdate()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def record(zhao):
    def recorded(**facts):
        given = {
            "household": zhao,
            "kind": "gift",
            "source": "unit",
            "starts_on": TODAY,
            "yuan": Decimal("500"),
            **facts,
        }
        return record_measure(**given)

    return recorded


def test_a_gift_is_recorded_as_delivered_and_is_no_income(record, zhao):
    measure = record(note=" 春节慰问 ", quantity=2)
    assert (measure.yuan, measure.quantity, measure.note, measure.state) == (Decimal("500.00"), 2, "春节慰问", "done")
    assert zhao.statements.count() == 0


def test_the_same_form_makes_one_measure_and_serves_one_household(record, qian):
    client_id = uuid4()
    assert record(client_id=client_id) == record(client_id=client_id)
    with pytest.raises(MeasureRefused, match="client_id_of_another"):
        record(client_id=client_id, household=qian)


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"yuan": None}, "empty"), ({"yuan": None, "note": "  "}, "empty"), ({"quantity": 3}, "unnamed_quantity"),
     ({"yuan": Decimal(0)}, "negative"), ({"ends_on": TODAY - timedelta(days=1)}, "ends_before_start"),
     ({"starts_on": TOMORROW}, "future_delivery"), ({"starts_on": date.min}, "starts"),
     ({"starts_on": date.max, "state": "planned"}, "starts"), ({"ends_on": date.max}, "ends")],
)  # fmt: skip
def test_what_no_measure_can_be_is_refused(record, facts, code):
    with pytest.raises(MeasureRefused, match=code):
        record(**facts)
    assert Measure.objects.count() == 0


def test_a_plan_may_lie_ahead_but_not_be_delivered_before_its_day(record):
    measure = record(starts_on=TOMORROW, state="planned")
    with pytest.raises(MeasureRefused, match="future_delivery"):
        change_state(measure, state="done")
    measure.refresh_from_db()
    assert measure.state == "planned"


def test_a_closed_household_gets_no_measure(record, zhao):
    zhao.closed_on, zhao.closed_reason = TODAY, "整户迁出"
    zhao.save()
    with pytest.raises(MeasureRefused, match="closed"):
        record()


def test_the_aid_of_a_closed_household_stays_as_it_is(record, zhao):
    measure = record(state="running")
    zhao.closed_on, zhao.closed_reason = TODAY, "整户迁出"
    zhao.save()
    with pytest.raises(MeasureRefused, match="closed"):
        change_state(Measure.objects.get(pk=measure.pk), state="planned")


def test_withdrawing_needs_a_reason_and_keeps_the_row(record):
    measure = record(note="春节慰问")
    with pytest.raises(MeasureRefused, match="no_reason"):
        change_state(measure, state="cancelled", note=" ")
    change_state(measure, state="cancelled", note="重复登记")
    assert (measure.state, measure.note) == ("cancelled", "春节慰问；重复登记")
    assert (Measure.objects.count(), Measure.objects.standing().count(), measure.history.count()) == (1, 0, 2)


def test_to_take_a_withdrawal_back_needs_a_reason_too(record):
    measure = change_state(record(note="春节慰问"), state="cancelled", note="重复登记")
    with pytest.raises(MeasureRefused, match="no_reason_back"):
        change_state(measure, state="done")
    assert measure.state == "cancelled"
    change_state(measure, state="done", note="并非重复")
    assert (measure.state, measure.note) == ("done", "春节慰问；重复登记；并非重复")


def test_the_reason_stays_whole_however_long_the_note_was(record):
    measure = record(note="米" * 200)
    with pytest.raises(MeasureRefused, match="long_reason"):
        change_state(measure, state="cancelled", note="重" * 101)
    change_state(measure, state="cancelled", note="重" * 100)
    assert measure.note == "米" * 98 + "…；" + "重" * 100
    assert [row.note for row in measure.history.order_by("history_id")] == ["米" * 200, measure.note]


def test_an_old_measure_with_an_impossible_date_can_be_withdrawn(record):
    measure = record()
    measure.starts_on = date.min
    measure.save()
    assert change_state(measure, state="cancelled", note="日期有误").state == "cancelled"


@pytest.mark.parametrize(
    "facts", [{"kind": "loan"}, {"source": "sky"}, {"state": "lost"}, {"yuan": Decimal(0)}, {"ends_on": "2001-01-01"}]
)
def test_the_database_refuses_what_no_measure_can_be(zhao, facts):
    row = {"kind": "gift", "source": "unit", "starts_on": TODAY, **facts}
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.create(household=zhao, **row)


# --- pages


def form(**facts):
    return {
        "client_id": str(uuid4()), "kind": "health", "source": "fiscal", "starts_on": TODAY.isoformat(),
        "note": "住院费用减免", "state": "done", **facts,
    }  # fmt: skip


def test_aid_is_recorded_from_the_case_file_and_seen_there(client, zhao, people):
    client.force_login(people.cadre)
    answer = client.post(f"/programs/measures/new/?household={zhao.pk}", form(yuan="1200.50"), follow=True)
    assert answer.redirect_chain == [(f"/households/{zhao.pk}/", 302)]
    assert ("1,200.50" in answer.content.decode(), Measure.objects.get().yuan) == (True, Decimal("1200.50"))


def test_a_department_officers_measure_is_the_own_departments_by_default(client, zhao, people):
    client.force_login(people.department_officer)
    page = client.get(f"/programs/measures/new/?household={zhao.pk}")
    assert page.context["form"]["department"].value() in (people.units["区教育局"], people.units["区教育局"].pk)


def test_the_form_of_a_closed_household_is_not_shown(client, zhao, people):
    zhao.closed_on, zhao.closed_reason = TODAY, "整户迁出"
    zhao.save()
    client.force_login(people.township_official)
    page = f"/programs/measures/new/?household={zhao.pk}"
    answer = client.get(page)
    assert (answer.status_code, answer.url) == (302, f"/households/{zhao.pk}/")
    assert (client.post(page, form()).status_code, Measure.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "facts",
    [
        {"note": ""},
        {"yuan": "1.005"},
        {"starts_on": TOMORROW.isoformat()},
        {"kind": ""},
        {"starts_on": "0001-01-01"},
        {"starts_on": "9999-12-31", "state": "planned"},
        {"ends_on": "9999-12-31"},
    ],
)
def test_what_is_wrong_is_said_on_the_form(client, zhao, people, facts):
    client.force_login(people.cadre)
    answer = client.post(f"/programs/measures/new/?household={zhao.pk}", form(**facts))
    assert (bool(answer.context["form"].errors), Measure.objects.count()) == (True, 0)


def test_a_measure_is_withdrawn_on_its_page(client, record, people):
    measure = record()
    client.force_login(people.cadre)
    bad = client.post(f"/programs/measures/{measure.pk}/", {"state": "cancelled"})
    assert list(bad.context["form"].errors) == ["note"]
    client.post(f"/programs/measures/{measure.pk}/", {"state": "cancelled", "note": "重复登记"})
    measure.refresh_from_db()
    assert measure.state == "cancelled"


@pytest.mark.parametrize(
    ("who", "read", "new", "write"),
    [("cadre", 200, 200, 302), ("unit_liaison", 200, 200, 302), ("township_official", 200, 200, 302),
     ("department_officer", 200, 200, 302), ("district_admin", 200, 200, 302), ("village_clerk", 200, 403, 403),
     ("inspector", 200, 403, 403), ("log_auditor", 404, 404, 404), ("system_admin", 404, 404, 404),
     ("stranger", 404, 404, 404), ("two_hats", 404, 404, 404)],
)  # fmt: skip
def test_who_reads_and_records_measures(client, record, zhao, people, who, read, new, write):
    measure = record()
    client.force_login(getattr(people, who))
    page = f"/programs/measures/{measure.pk}/"
    asked = [client.get(page), client.get(f"/programs/measures/new/?household={zhao.pk}")]
    asked.append(client.post(page, {"state": "running"}))
    assert [answer.status_code for answer in asked] == [read, new, write]


def test_measures_are_narrowed_by_kind_source_state_and_words(client, record, people):
    gift = record()
    plan = record(kind="health", source="fiscal", state="planned", starts_on=TODAY)
    client.force_login(people.cadre)
    found = [
        [row.record for row in client.get(f"/programs/measures/?{query}").context["table"].paginated_rows]
        for query in ("kind=gift", "source=fiscal", "state=planned", "q=钱", "q=赵有田&kind=health")
    ]
    assert found == [[gift], [plan], [plan], [], [plan]]
