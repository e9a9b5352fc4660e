"""Three families of 东山镇, whose incomes the official enters."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from households.income_sheet.write import make_sheet
from tests.factories.households import HouseholdFactory, StatementFactory

from .sheets import LI, SUN, ZHAO


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def place(small_district):
    return small_district.places["东山镇"]


@pytest.fixture
def official(people):
    return people.township_official


@pytest.fixture
def families(zhao, small_district):
    """Three households of 东山镇 by code: Zhao has a statement of 2016, Sun of both years, Li of none."""
    village = small_district.places["东山后村"]
    found = {ZHAO: zhao}
    for code, name in ((SUN, "孙大力"), (LI, "=李(1)")):
        found[code] = HouseholdFactory(
            code=code, village=village, head_name=name, campaign=small_district.campaign, head=True
        )
    StatementFactory(household=zhao, year=2016, people=2, wage=Decimal("12000.10"), definition="net")
    StatementFactory(household=found[SUN], year=2016)
    StatementFactory(household=found[SUN], year=2017, wage=Decimal("13000.00"), transfer=Decimal("100.00"))
    return found


@pytest.fixture
def sheet(place, official, families):
    return make_sheet(place, year=2017, by=official)[1]


@pytest.fixture
def pages(client, official):
    client.force_login(official)
    client.cookies["django_language"] = "en"
    return SimpleNamespace(
        download=lambda **form: client.post(reverse("households:income_sheet_make"), form),
        upload=lambda data, **form: client.post(
            reverse("households:income_sheet_upload"), form | {"file": SimpleUploadedFile("收入.xlsx", data)}
        ),
        get=lambda name, *args: client.get(reverse(f"households:{name}", args=args)),
        post=lambda name, *args: client.post(reverse(f"households:{name}", args=args)),
        client=client,
    )
