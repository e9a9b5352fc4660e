"""Print the sign-ins of a demo installation, one for each role: `demo_accounts [--json]`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from demo.people import kept_accounts


class Command(BaseCommand):
    help = "Print one sign-in for each role of a demo installation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = kept_accounts()
        if options["json"]:
            self.stdout.write(json.dumps(accounts, ensure_ascii=False))
            return
        for account in accounts:
            self.stdout.write(f"{account['role']:<20} {account['username']:<12} {account['password']}")
