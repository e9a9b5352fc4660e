"""Places and the campaign."""

from datetime import date
from decimal import Decimal

import factory

from district.models import Campaign, CampaignYear, Division, Level, LineBasis, Rank, RankQuota

FIRST_DAY, LAST_DAY = date(2016, 1, 1), date(2020, 12, 31)


class DistrictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Division
        django_get_or_create = ("code",)

    code = "129999000000"
    level = Level.DISTRICT
    name = "试验区"


class TownshipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Division

    code = factory.Sequence(lambda n: f"129999{n % 900 + 100}000")
    level = Level.TOWNSHIP
    name = factory.Sequence(lambda n: f"第{n}镇")
    parent = factory.SubFactory(DistrictFactory)


class VillageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Division

    parent = factory.SubFactory(TownshipFactory)
    code = factory.LazyAttributeSequence(lambda village, n: f"{village.parent.code[:9]}{n % 900 + 100}")
    level = Level.VILLAGE
    name = factory.Sequence(lambda n: f"第{n}村")


class CampaignFactory(factory.django.DjangoModelFactory):
    """2016–2020 with the article's policy for each year and both quotas."""

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"campaign-{n}")
    name = "帮扶攻坚行动"
    starts_on = FIRST_DAY
    ends_on = LAST_DAY
    base_year = 2016

    @factory.post_generation
    def policy(campaign, create, extracted, **facts):
        for year in range(campaign.starts_on.year, campaign.ends_on.year + 1):
            CampaignYearFactory(campaign=campaign, year=year, **facts)
        for rank, households in [(Rank.DISTRICT_LEADER, 5), (Rank.DIVISION_LEVEL, 3)]:
            RankQuota.objects.create(campaign=campaign, rank=rank, households=households)


class CampaignYearFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CampaignYear

    campaign = factory.SubFactory(CampaignFactory)
    year = 2016
    income_line = Decimal("12600.00")
    line_basis = LineBasis.HOUSEHOLD
    line_included = False
    growth_target_bp = 1000
    visit_interval_days = 60
    statements_due_on = factory.LazyAttribute(lambda policy: date(policy.year + 1, 3, 31))
