"""Write a fictitious roster. Needs no loaded database: the same seed gives the same file."""

import csv
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from xlsxwriter.exceptions import FileCreateError

from core.commands import DistrictCommand, Refused
from district.policy import PolicyMissing, campaign_of, policy_for
from district.register import FIRST_POLICY, FIXTURE
from households.roster.sample import District, Home, Village
from households.roster.sample_file import LAYOUTS, write_roster

EARLIEST_YEAR = 2000  # as in an import
AGES_OF = 2016  # the people are born as for this year where no campaign holds the year of their incomes
FIRST_CAMPAIGN = range(2016, 2021)  # the years of a new installation
MOST_HOUSEHOLDS = 300_000  # whose members fit on one sheet
RURAL = range(100, 400)  # digits 7 to 9 of towns and rural townships, not of sub-districts and zones


class Command(DistrictCommand):
    help = str(gettext_lazy("Write a fictitious roster (xlsx)."))

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--households", type=int, default=3270)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--year", type=int, default=2016)
        parser.add_argument("--layout", choices=LAYOUTS, default="plain")
        parser.add_argument("--errors", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        out, year, seed = options["out"], options["year"], options["seed"]
        if problem := wrong_usage(out, year, households=options["households"], errors=options["errors"]):
            raise Refused(problem)
        homes = homes_of(year, households=options["households"], seed=seed)
        try:
            spoiled = write_roster(out, homes, year=year, layout=options["layout"], errors=options["errors"], seed=seed)
        except (OSError, FileCreateError) as error:
            raise Refused(_("The file %(path)s cannot be written.") % {"path": out}) from error
        text = ngettext(
            "%(count)d household written to %(file)s.", "%(count)d households written to %(file)s.", len(homes)
        )
        self.stdout.write(text % {"count": len(homes), "file": out})
        if options["errors"]:
            self.stdout.write(told_of_errors(len(spoiled), asked=options["errors"]))
        for code, kind in spoiled:
            self.stdout.write(f"{code} {kind}")


def wrong_usage(out: Path, year: int, *, households: int, errors: int) -> str:
    """What is wrong with the options; "" if nothing is."""
    if not out.parent.is_dir():
        return _("The folder %(folder)s does not exist.") % {"folder": out.parent}
    this_year = timezone.localdate().year
    if not EARLIEST_YEAR <= year <= this_year:
        return _("--year %(year)s: choose a year from %(first)s to %(last)s.") % {
            "year": year, "first": EARLIEST_YEAR, "last": this_year,
        }  # fmt: skip
    if not 1 <= households <= MOST_HOUSEHOLDS:
        return _("--households %(count)s: choose a number from 1 to %(most)s.") % {
            "count": households, "most": MOST_HOUSEHOLDS,
        }  # fmt: skip
    if errors < 0:
        return _("--errors %(count)s: choose 0 or more.") % {"count": errors}
    return ""


def told_of_errors(written: int, *, asked: int) -> str:
    """How many errors stand in the file, and why not as many as were asked for."""
    if written == asked:
        return ngettext("%(count)d error written:", "%(count)d errors written:", written) % {"count": written}
    return _(
        "%(count)s of %(asked)s errors written; there is one for a household, with two or more members and an income:"
    ) % {"count": written, "asked": asked}


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


def homes_of(year: int, *, households: int, seed: int) -> list[Home]:
    """The people are those of the seed in every year of a campaign; their incomes grow from its first year."""
    started = first_year(year)
    first = started or year
    district = District(rural_villages(), seed=seed, year=started or AGES_OF, line=income_line(first))
    return district.same_people_later(district.first_year(households), year - first)


def first_year(year: int) -> int | None:
    """The first year of the campaign that holds this one, as in a new installation where there is none; else None."""
    try:
        found = campaign_of(year).years.aggregate(first=Min("year"))["first"]  # type: ignore[attr-defined]
    except (PolicyMissing, DatabaseError):
        found = FIRST_CAMPAIGN[0] if year in FIRST_CAMPAIGN else None
    return found


def income_line(year: int) -> Decimal:
    """The year's income line in yuan; that of a new installation where there is no policy yet."""
    try:
        return policy_for(year).income_line
    except (PolicyMissing, DatabaseError):
        return Decimal(str(FIRST_POLICY["income_line"]))
