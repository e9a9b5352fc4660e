"""What all our commands share: a refusal is one sentence, so is a database that fails, and `| head` is no error."""

import os
import sys
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper, SystemCheckError
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.translation import gettext as _

from core.health import database_answers, is_migrated


class Refused(CommandError):
    """Wrong usage, or an installation that is not ready: a sentence, exit status 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=2)


class DistrictCommand(BaseCommand):
    """A command on the district's data. Refused, instead of a traceback, where database or tables are not there."""

    def run_from_argv(self, argv: list[str]) -> None:
        """As called in a shell: the work goes on to its end though nobody reads what is printed."""
        self.stdout, self.stderr = Output(sys.stdout), Output(sys.stderr)
        self.stderr.style_func = self.style.ERROR
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; in a shell a refusal is printed without the name of its class, which says nothing to an office."""
        try:
            return self._executed(*args, **options)
        except CommandError as refused:
            in_shell = self._called_from_command_line and not options["traceback"]  # type: ignore[attr-defined]
            if not in_shell or isinstance(refused, SystemCheckError):
                raise
            self.stderr.write(str(refused))
            sys.exit(refused.returncode)

    def _executed(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (DatabaseError, InterfaceError) as error:
            sentence = _state_of_database(error)
            if not sentence:
                raise
            raise Refused(sentence) from error


class Output(OutputWrapper):
    """Falls silent where its reader has gone (`… | head`)."""

    def write(self, msg: str = "", style_func: Any = None, ending: str | None = None) -> None:  # type: ignore[override]
        """Write through: a reader who has gone is noticed here, not when Python ends."""
        try:
            super().write(msg, style_func, ending)
            self.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            with suppress(BrokenPipeError):
                self.flush()


def _state_of_database(error: Exception) -> str:
    """What the database lacks; "" if the error is not about its state."""
    try:
        if database_answers() and not is_migrated():
            return _("The database has no tables yet, or old ones. Run manage.py migrate, then try again.")
    except (DatabaseError, InterfaceError, OSError) as reason:
        return _unusable(reason)
    return _unusable(error) if isinstance(error, OperationalError) else ""


def _unusable(error: Exception) -> str:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return _("The database cannot be used: %(reason)s") % {"reason": reason}
