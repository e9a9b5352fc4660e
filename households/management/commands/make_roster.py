"""Write a fictitious roster. Needs no loaded database: the same seed gives the same file."""

import csv
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from district.policy import PolicyMissing, policy_for
from district.register import FIRST_POLICY, FIXTURE
from households.roster.sample import District, Village
from households.roster.sample_file import LAYOUTS, write_roster

RURAL = range(100, 400)  # digits 7 to 9 of towns and rural townships, not of sub-districts and zones


class Command(BaseCommand):
    help = str(gettext_lazy("Write a fictitious roster (xlsx)."))

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--households", type=int, default=3270)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--year", type=int, default=2016)
        parser.add_argument("--layout", choices=LAYOUTS, default="plain")
        parser.add_argument("--errors", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        if options["households"] < 1 or options["errors"] < 0:
            raise CommandError(_("At least one household is needed."))
        if not out.parent.is_dir():
            raise CommandError(_("The folder %(folder)s does not exist.") % {"folder": out.parent})
        district = District(
            rural_villages(), seed=options["seed"], year=options["year"], line=income_line(options["year"])
        )
        homes = district.first_year(options["households"])
        spoiled = write_roster(
            out, homes, year=options["year"], layout=options["layout"], errors=options["errors"], seed=options["seed"]
        )
        text = ngettext(
            "%(count)d household written to %(file)s.", "%(count)d households written to %(file)s.", len(homes)
        )
        self.stdout.write(text % {"count": len(homes), "file": out})
        for code, kind in spoiled:
            self.stdout.write(f"{code} {kind}")


def rural_villages() -> list[Village]:
    """(township, village, code) of all villages of the district's towns."""
    with FIXTURE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["code"]: row["name"] for row in rows}
    return [
        (names[row["parent_code"]], row["name"], row["code"])
        for row in rows
        if row["level"] == "village" and int(row["code"][6:9]) in RURAL
    ]


def income_line(year: int) -> Decimal:
    """The year's income line in yuan; that of a new installation where there is no policy yet."""
    try:
        return policy_for(year).income_line
    except (PolicyMissing, DatabaseError):
        return Decimal(str(FIRST_POLICY["income_line"]))
