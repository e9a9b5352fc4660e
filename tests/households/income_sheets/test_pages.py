"""From the download to the check, by the pages."""

import pytest
from django.urls import reverse

from accounts.models import AccessLog
from core.jobs import run_job
from households.income_sheet.codes import OWN
from households.income_sheet.write import make_sheet
from households.models import IncomeSheet, IncomeUpload, Member
from tests.factories.accounts import GrantFactory, UserFactory
from tests.factories.households import HouseholdFactory

from .sheets import SUN, ZHAO, filled, sent, statement


def test_from_the_download_to_the_check(pages, families, place, people):
    form = {"place": place.pk, "year": 2017}
    got = pages.download(**form)
    assert (got.status_code, got["Cache-Control"], AccessLog.objects.get(kind="export").label) == (
        200, "no-store", "东山镇 2017",
    )  # fmt: skip
    answer = pages.upload(filled(got.content, {ZHAO: {"wage": 13000.5}, SUN: {"wage": -1}}), **form)
    upload = IncomeUpload.objects.get()
    assert answer["Location"] == reverse("households:income_sheet", args=[upload.pk])
    page = pages.get("income_sheet", upload.pk).content.decode()
    assert all(
        words in page for words in ("13,000.50", "赵有田", "The amount is negative", "Save the income of 1 household")
    )
    pages.post("income_sheet_save", upload.pk)
    upload.refresh_from_db()
    assert "data-reload-when-done" in pages.get("income_sheet", upload.pk).content.decode()
    run_job(upload.job_id)
    assert "1 statement is a draft" in pages.get("income_sheet", upload.pk).content.decode()
    pages.client.force_login(people.district_admin)
    assert "Confirm all drafts" in pages.get("income_sheet", upload.pk).content.decode()
    pages.post("income_sheet_check", upload.pk)
    assert statement(families[ZHAO]).state == "checked"
    assert "收入.xlsx" in pages.get("income_sheets").content.decode()


def test_a_refused_file_is_said_in_one_sentence(pages, sheet, place, small_district):
    village = small_district.places["东山前村"]
    answer = pages.upload(sheet, place=village.pk, year=2017)
    assert answer.status_code == 422
    assert (
        "The sheet is of 东山镇, but 东山镇 东山前村 was chosen. Choose the place or the file anew."
        in answer.content.decode()
    )
    answer = pages.upload(b"%PDF-1.4", place=place.pk, year=2017)
    assert "This is no xlsx file. Upload the sheet as it was downloaded, filled in." in answer.content.decode()


def test_a_place_or_year_that_is_not_offered(pages, small_district, families):
    west = small_district.places["西河镇"]
    assert pages.download(place=west.pk, year=2017).status_code == 422
    assert pages.download(place=small_district.places["东山镇"].pk, year=1999).status_code == 422
    assert IncomeSheet.objects.count() == 0


def test_a_clerk_sees_the_own_village_alone(pages, people, small_district):
    pages.client.force_login(people.village_clerk)
    form = pages.get("income_sheets").context["download"]
    assert form.fields["place"].choices == [("东山镇", [(small_district.places["东山前村"].pk, "东山前村")])]


def test_before_the_first_campaign(client, db):
    admin = UserFactory()
    GrantFactory(user=admin, role="district_admin")
    client.force_login(admin)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("households:income_sheets"))
    assert "There is no income sheet to download yet." in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(count, pages, sheet, place, official, django_assert_num_queries):
    for _n in range(count):
        sent(filled(sheet, {}), place, official)
    pages.get("income_sheets")
    with django_assert_num_queries(11):
        page = pages.get("income_sheets")
    assert page.content.decode().count("收入.xlsx") == count


def test_the_work_does_not_grow_with_the_households(
    families, place, official, small_district, django_assert_num_queries
):
    for number in range(20):
        HouseholdFactory(village=small_district.places["东山后村"], campaign=small_district.campaign, head=True,
                         code=f"98{number:08}")  # fmt: skip
    with django_assert_num_queries(8):
        _sheet, data = make_sheet(place, year=2017, by=official)
    data = filled(data, {f"98{number:08}": {"wage": number} for number in range(20)})
    with django_assert_num_queries(11):
        upload = sent(data, place, official)
    assert upload.counts["new"] == 20
    assert Member.objects.count() >= 20


def test_every_sentence_of_ours_stands_without_its_figures():
    assert all(str(text) for text in OWN.values())
