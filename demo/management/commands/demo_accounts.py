"""Print the sign-ins of a demo installation, one for each role: `demo_accounts [--json]`."""

import json
from typing import Any

from django.core.management.base import CommandParser

from accounts.roles import Role
from core.commands import DistrictCommand
from demo.people import kept_accounts


class Command(DistrictCommand):
    help = "Print one sign-in for each role of a demo installation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = kept_accounts()
        if options["json"]:
            self.stdout.write(json.dumps(accounts, ensure_ascii=False))
            return
        for account in accounts:
            self.stdout.write(told(account["role"], account["username"], account["password"]))


def told(role: str, username: str, password: str) -> str:
    """A sign-in for people; the role stands last, since Chinese characters are two columns wide."""
    return f"{username:<12} {password}  {Role(role).label}"
