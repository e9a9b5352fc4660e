"""Load the places and the campaign with its policy: the state of a new installation. Idempotent."""

from typing import Any

from django.core.management.base import BaseCommand

from core.history import through
from district.register import load_divisions, open_campaign


class Command(BaseCommand):
    help = "Load the district's townships and villages and the campaign with its policy (2016-2020)."

    def handle(self, *args: Any, **options: Any) -> None:
        with through("load_district"):
            changed = load_divisions()
            campaign = open_campaign()
        self.stdout.write(f"{campaign}: {changed} places changed")
