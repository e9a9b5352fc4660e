"""Create the first system administrator; asks for the password, or reads ADMIN_PASSWORD."""

import getpass
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import RoleGrant, User
from accounts.roles import Role
from core.commands import DistrictCommand
from core.history import through


class Command(DistrictCommand):
    help = "Create a system administrator. Everybody else is made on the pages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User(username=options["username"], display_name=options["name"])
        password = os.environ.get("ADMIN_PASSWORD") or getpass.getpass()
        try:
            user.set_password(password)
            user.full_clean()
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with transaction.atomic(), through("create_admin"):
            user.save()
            RoleGrant.objects.create(
                user=user, role=Role.SYSTEM_ADMIN, reason="create_admin", starts_on=timezone.localdate()
            )
        self.stdout.write(_("%(user)s can sign in now.") % {"user": user.username})
