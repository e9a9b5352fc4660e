"""A small district with every edge that a figure can trip over, and one person for each role that looks at it."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from accounts.models import RoleGrant, Unit, User
from cadres.models import Cadre
from district.models import Campaign, CampaignYear, Division
from households.models import Enrolment, GuaranteeStatus, Household, Member
from tests.dashboards.facts import BEGAN, TODAY, YEAR, assess, need, pair, state_income, visit


@pytest.fixture
def places(db):
    """东山镇 with two villages, 西河镇 with one, and a row that only statistics know."""
    district = Division.objects.create(code="129999000000", level="district", name="试验区")
    found = {"试验区": district}
    for code, name, villages in [
        ("001", "东山镇", ["前村", "后村"]),
        ("002", "西河镇", ["河口村"]),
        ("401", "统计区", []),
    ]:
        town = Division.objects.create(code=f"129999{code}000", level="township", name=name, parent=district)
        found[name] = town
        for number, village in enumerate(villages, 1):
            found[village] = Division.objects.create(
                code=f"129999{code}{number:03}", level="village", name=village, parent=town
            )
    return found


@pytest.fixture
def campaign(db):
    campaign = Campaign.objects.create(
        slug="trial", name="试点帮扶", starts_on=BEGAN, ends_on=date(2099, 12, 31), base_year=2024
    )
    for year in (2024, YEAR):
        CampaignYear.objects.create(
            campaign=campaign, year=year, income_line=Decimal(12600), line_basis="household", growth_target_bp=1000,
            visit_interval_days=30, statements_due_on=date(year + 1, 3, 31),
        )  # fmt: skip
    return campaign


@pytest.fixture
def units(db):
    return {name: Unit.objects.create(name=name) for name in ("区林业局", "区教育局")}


@pytest.fixture
def make_user(db):
    def make(username, *grants):
        user = User.objects.create_user(username, display_name=username)
        for role, facts in grants:
            RoleGrant.objects.create(user=user, role=role, starts_on=BEGAN, reason="督查", **facts)
        return user

    return make


@pytest.fixture
def cast(make_user, places, units):
    """One person for each role; 村干部 helps a household elsewhere and is clerk of 后村."""
    until = {"ends_on": TODAY + timedelta(days=30)}
    return {
        "admin": make_user("admin", ("district_admin", {})),
        "inspector": make_user("inspector", ("inspector", until)),
        "official": make_user("official", ("township_official", {"division": places["东山镇"]})),
        "clerk": make_user("clerk", ("village_clerk", {"division": places["前村"]})),
        "cadre": make_user("cadre", ("cadre", {})),
        "cadre_clerk": make_user("cadre_clerk", ("cadre", {}), ("village_clerk", {"division": places["后村"]})),
        "liaison": make_user("liaison", ("unit_liaison", {"unit": units["区林业局"]})),
        "department": make_user("department", ("department_officer", {"unit": units["区教育局"]})),
        "auditor": make_user("auditor", ("log_auditor", {})),
        "sysadmin": make_user("sysadmin", ("system_admin", {})),
        "nobody": make_user("nobody"),
    }


@pytest.fixture
def make_household(campaign, places):
    def make(name, village, *, state="active", people=2, **facts):
        number = Household.objects.count() + 1
        household = Household.objects.create(
            code=f"99{number:08}", village=places[village], head_name=name, phone="13900000000", phone_hash="x", **facts
        )
        ended = {"ended_on": TODAY, "reason": "已搬离"} if state in ("refused", "exited") else {}
        Enrolment.objects.create(
            household=household, campaign=campaign, state=state, entry_year=2024, entered_on=BEGAN, **ended
        )
        for person in range(people):
            Member.objects.create(
                household=household, name=f"{name}{person}", id_no="", id_no_hash=f"{number}-{person}",
                relation="head" if person == 0 else "son",
            )  # fmt: skip
        return household

    return make


@pytest.fixture
def cadres(cast, units):
    def make(name, user):
        return Cadre.objects.create(
            name=name, user=user, unit=units["区林业局"], rank="division_level", active_from=BEGAN
        )

    return {"王林": make("王林", cast["cadre"]), "李岭": make("李岭", cast["cadre_clerk"])}


@pytest.fixture
def district(cast, cadres, campaign, units, make_household):
    """Households by name; what is odd about each stands beside it."""
    wang, li = cadres["王林"], cadres["李岭"]
    two_needs = make_household("赵二求", "前村", main_cause="illness", people=3)  # two needs: counted once
    pair(two_needs, wang, campaign)
    need(two_needs, due=-5, department=units["区教育局"])
    need(two_needs, due=5)
    visit(two_needs, wang, 10)
    visit(two_needs, wang, 90)
    state_income(two_needs, 11000)
    assess(two_needs, "met", base=10000, result=11000)

    ended = make_household("钱断续", "前村", main_cause="illness")  # its only pairing has ended
    pair(ended, wang, campaign, slot=2, ended=True)
    state_income(ended, 12600)  # at the line is not below it
    assess(ended, "missed", "wage", base=12000, result=12600)
    GuaranteeStatus.objects.create(household=ended, item="housing", state="gap", as_of=TODAY)
    GuaranteeStatus.objects.create(household=ended, item="medical", state="not_applicable", as_of=TODAY)

    closed = make_household("孙已销", "后村", state="exited", closed_on=TODAY, closed_reason="已搬离")
    assess(closed, "missed", "business")
    need(closed, due=-1)

    pending = make_household("李待定", "后村", state="pending")
    state_income(pending, 30000)

    corrected = make_household("周更正", "河口村", main_cause="labour")  # the last contact was taken back
    pair(corrected, li, campaign)
    first = visit(corrected, li, 3)
    visit(corrected, li, 3, reached=False, corrects=first)
    visit(corrected, li, 200)
    assess(corrected, "no_statement")

    draft = make_household("吴草稿", "河口村")  # a draft counts as no income, and nobody has assessed it
    state_income(draft, 9000, state="draft")
    need(draft, due=30, state="closed")

    behind = make_household("郑后村", "后村", main_cause="")
    pair(behind, li, campaign, slot=2)
    assess(behind, "no_base", "first_year", result=8000)
    state_income(behind, 8000)
    return SimpleNamespace(
        two_needs=two_needs, ended=ended, closed=closed, pending=pending, corrected=corrected, draft=draft,
        behind=behind,
    )  # fmt: skip
