"""Check rosters, or load them with --commit. Options and the JSON document: docs/commands.md."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.commands import DistrictCommand, Refused
from core.jobs import JobRefused
from district.models import Campaign
from district.policy import PolicyMissing, campaign_of, current_campaign
from households.roster.by_command import save
from households.roster.codes import FINDINGS
from households.roster.loading import DataBusy, check_bytes, limits
from households.roster.rows import ERROR, Answers

EARLIEST_YEAR = 2000  # as in a file's income-year column


class Command(DistrictCommand):
    help = "Check rosters; with --commit load every household that has no error."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--year", type=int, help="income year of files without such a column")
        parser.add_argument("--campaign", help="slug; by default the campaign that holds the year")
        parser.add_argument("--accept-proposed", action="store_true", help="take headers that are a near miss")
        parser.add_argument("--commit", action="store_true", help="write; without it nothing is written")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        files = [(_readable(Path(name).name), _bytes(Path(name))) for name in options["files"]]
        campaign = _campaign(options["campaign"], options["year"])
        documents = [self._one(name, data, campaign, options) for name, data in files]
        if options["json"]:
            self.stdout.write(json.dumps({"version": 1, "files": documents}, ensure_ascii=False, indent=1))
        else:
            for document in documents:
                self._print(document)
        if any(d["state"] == "refused" for d in documents):
            sys.exit(1)

    def _one(self, name: str, data: bytes, campaign: Campaign | None, options: dict[str, Any]) -> dict[str, Any]:
        given = {
            "campaign": campaign,
            "year": options["year"],
            "answers": Answers(accept_proposed=options["accept_proposed"]),
        }
        try:
            checked = check_bytes(data, name, **given)
            if checked.plan is not None and options["commit"]:
                return save(data, checked, **given)
            return checked.document("checked")
        except PolicyMissing as error:
            raise Refused(_("The campaign has no policy for any year.")) from error
        except JobRefused as error:
            raise CommandError(_(error.message), returncode=1) from error
        except DataBusy as error:
            message = _("Other people were changing households again and again. Please try again.")
            raise CommandError(message, returncode=1) from error

    def _print(self, document: dict[str, Any]) -> None:
        self.stdout.write(document["file"])
        if document["refusal"]:
            self.stdout.write("  " + document["refusal"]["message"])
        else:
            self.stdout.write("  " + counts_in_words(document))
        words = {ERROR: pgettext("severity", "Error")}
        for finding in document["findings"]:
            severity = words.get(finding["severity"], pgettext("severity", "Warning"))
            place = " ".join(str(finding[part]) for part in ("sheet", "row", "column", "value") if finding[part])
            said = f"{place}: {finding['message']}" if place else finding["message"]
            self.stdout.write(f"  [{severity}] {said}")
        if document["state"] == "checked":
            self.stdout.write("  " + _("Nothing was written. Add --commit to load the households without an error."))


def counts_in_words(document: dict[str, Any]) -> str:
    """What became, or would become, of the households of a file."""
    text = _(
        "created %(created)s, updated %(updated)s, unchanged %(unchanged)s, rejected %(rejected)s, "
        "awaiting decision %(pending)s"
    )
    found: str = text % document["counts"]["households"]
    return found


def _readable(name: str) -> str:
    """A file's name; one that a Chinese Windows wrote into an archive is unpacked as bytes of GB18030."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", errors="replace")
    return name


def _bytes(path: Path) -> bytes:
    """The file's bytes, of one too large only so many that this shows; status 2 if there is none to read."""
    try:
        with path.open("rb") as file:
            return file.read(limits().file_bytes + 1)
    except OSError as error:
        raise Refused(_("The file %(path)s cannot be read.") % {"path": _readable(str(path))}) from error


def _campaign(slug: str | None, year: int | None) -> Campaign | None:
    """The campaign named, else the one of the year; None: the file's year decides. Status 2 if there is none."""
    try:
        named = Campaign.objects.get(slug=slug) if slug else None
        current_campaign()
    except (Campaign.DoesNotExist, PolicyMissing) as error:
        raise Refused(_("There is no such campaign. Run manage.py load_district, or look at the settings.")) from error
    of_year = None if year is None else _of_year(year)
    return named or of_year


def _of_year(year: int) -> Campaign:
    """The campaign whose policy holds the year."""
    try:
        if EARLIEST_YEAR <= year <= timezone.localdate().year:
            return campaign_of(year)
    except PolicyMissing as error:
        raise Refused(
            _("--year %(year)s: no campaign has a policy for this year. Enter one first.") % {"year": year}
        ) from error
    raise Refused(f"--year {year}: {FINDINGS['year_invalid'].sentence}")
