"""Load the places and the campaign with its policy: the state of a new installation. Idempotent."""

from typing import Any

from django.utils.translation import ngettext

from core.commands import DistrictCommand
from core.history import through
from district.register import load_divisions, open_campaign


class Command(DistrictCommand):
    help = "Load the district's townships and villages and the campaign with its policy (2016-2020)."

    def handle(self, *args: Any, **options: Any) -> None:
        with through("load_district"):
            changed = load_divisions()
            campaign = open_campaign()
        text = ngettext("%(campaign)s: %(count)d place changed", "%(campaign)s: %(count)d places changed", changed)
        self.stdout.write(text % {"campaign": campaign, "count": changed})
