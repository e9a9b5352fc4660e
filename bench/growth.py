"""How long the growth of a district takes: python bench/growth.py [--households 3270] [--url DATABASE_URL]

Makes its own data in a database of its own: a new SQLite file, or on PostgreSQL a new database that is dropped at the
end (`--url` names a server where one may be created). Prints machine, command, size and seconds for: the first run
(every flag new), a second one (nothing changes), and a third after a tenth of the statements were corrected.
"""

import argparse
import datetime as dt
import os
import platform
import random
import shlex
import statistics
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
TARGET_SECONDS = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=3270)
    parser.add_argument("--url", default="", help="DATABASE_URL of a PostgreSQL server; SQLite without it")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAR_DIR"] = folder
        if options.url:
            os.environ["DATABASE_URL"] = options.url
        else:
            os.environ.pop("DATABASE_URL", None)
        return measure(options.households, "postgresql" if options.url else "sqlite")


def measure(households: int, engine: str) -> int:
    import django

    django.setup()
    from django.db import connection, transaction

    from households import growth

    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = (
        f"{os.environ['VAR_DIR']}/bench" if engine == "sqlite" else "bangfu_bench"
    )
    made = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with transaction.atomic():
            make_district(households)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        seconds = {
            "first run, every flag new": timed(lambda: growth.assess(2017)),
            "again, nothing changes": statistics.median(timed(lambda: growth.assess(2017)) for _run in range(RUNS)),
        }
        with transaction.atomic():
            correct_a_tenth()
        seconds["after a tenth of the statements changed"] = timed(lambda: growth.assess(2017))
        some = growth.GrowthAssessment.objects.order_by("?").first().household_id
        seconds["one household"] = statistics.median(
            timed(lambda: growth.assess(2017, household_ids=[some])) for _run in range(RUNS)
        )
        version = connection.pg_version if engine == "postgresql" else connection.Database.sqlite_version
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"command: {shlex.join(['python', 'bench/growth.py', '--households', str(households)])} ({engine} {version})")
    print(f"size: {households:,} households, {2 * households:,} statements, database {made!r} of its own")
    for label, taken in seconds.items():
        print(f"  {label}: {taken:.3f} s")
    return 0 if max(seconds.values()) <= TARGET_SECONDS * max(1, households / 3270) else 1


def timed(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def make_district(households: int) -> None:
    """Households of 1 to 6 people in 200 villages, two years by source; 3 % lack the second year."""
    from core import bulk
    from district.models import Campaign, CampaignYear, Division, Level, LineBasis
    from households.models import Enrolment, Household, IncomeStatement, StatementState

    chance = random.Random(1)
    campaign = Campaign.objects.create(
        slug="bench", name="bench", starts_on=dt.date(2016, 1, 1), ends_on=dt.date(2020, 12, 31), base_year=2016
    )
    CampaignYear.objects.create(
        campaign=campaign, year=2017, income_line=Decimal(12600), line_basis=LineBasis.HOUSEHOLD,
        growth_target_bp=1000, visit_interval_days=30, statements_due_on=dt.date(2018, 3, 31),
    )  # fmt: skip
    district = Division.objects.create(code="990000000000", level=Level.DISTRICT, name="bench")
    township = Division.objects.create(code="990001000000", level=Level.TOWNSHIP, name="bench", parent=district)
    villages = [
        Division.objects.create(code=f"990001{number:03}000", level=Level.VILLAGE, name=str(number), parent=township)
        for number in range(1, 201)
    ]
    rows = [
        Household(code=f"9900{number:08}", village=chance.choice(villages), head_name="安多福")
        for number in range(households)
    ]
    bulk.insert(rows)
    bulk.insert(
        [Enrolment(household=r, campaign=campaign, entry_year=2016, entered_on=dt.date(2016, 6, 1)) for r in rows]
    )
    statements = []
    for household in rows:
        people, wage = chance.randint(1, 6), chance.randint(0, 20_000)
        for year in (2016, 2017):
            if year == 2017 and chance.random() < 0.03:
                continue
            wage = wage if year == 2016 else wage * chance.randint(95, 130) // 100
            statements.append(
                IncomeStatement(
                    household=household, year=year, people=people, wage=Decimal(wage), business=Decimal(5000),
                    business_cost=Decimal(chance.randint(0, 2000)), transfer=Decimal(chance.randint(500, 4000)),
                    state=StatementState.CHECKED,
                )
            )  # fmt: skip
    bulk.insert(statements)


def correct_a_tenth() -> None:
    from core import bulk
    from households.models import IncomeStatement

    some = list(IncomeStatement.objects.filter(year=2017, household__code__endswith="7"))
    for statement in some:
        statement.wage += 100
    bulk.change(some, ["wage"])


if __name__ == "__main__":
    sys.exit(main())
