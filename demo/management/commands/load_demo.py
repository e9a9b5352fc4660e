"""Load the fictitious district: `load_demo [--households N] [--seed 1] [--as-of DATE]`."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.commands import DistrictCommand, Refused
from demo.loading import DemoRefused, load
from demo.management.commands.demo_accounts import told
from demo.people import HOUSEHOLDS


class Command(DistrictCommand):
    help = "Load a fictitious district through import and pairing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--households", type=int, default=HOUSEHOLDS)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="the day on which the demo lives; today by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = options["as_of"] or timezone.localdate()
        if as_of > timezone.localdate():
            raise Refused(_("The day of the demo lies in the future."))
        if options["households"] < 3:
            raise Refused(_("The demo needs at least three households."))
        try:
            sign_ins = load(households=options["households"], seed=options["seed"], as_of=as_of, say=self.stdout.write)
        except DemoRefused as error:
            raise CommandError(_("The database already holds households. Load the demo into an empty one.")) from error
        for sign_in in sign_ins:
            self.stdout.write(told(sign_in.role, sign_in.username, sign_in.password))
