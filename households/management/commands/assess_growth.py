"""Compare an income year with the year before it. The JSON document: docs/commands.md."""

import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from core.commands import DistrictCommand, Refused
from core.history import through
from district.policy import PolicyMissing
from households import growth
from households.models import Verdict


class Command(DistrictCommand):
    help = "Assess the growth of a year for all active households."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="the income year")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"]
        try:
            with through("command assess_growth"):
                result = growth.assess(year)
        except PolicyMissing as missing:
            raise Refused(_("There is no policy for %(year)s.") % {"year": year}) from missing
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json()))
            return
        self.stdout.write(
            _("%(year)s: %(households)s households assessed, %(changed)s flags changed, %(seconds)s s")
            % {"year": year, "households": result.households, "changed": result.changed, "seconds": result.seconds}
        )
        for verdict in Verdict:
            self.stdout.write(f"  {verdict.label}: {result.verdicts[verdict]}")
