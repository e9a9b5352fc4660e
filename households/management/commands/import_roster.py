"""Check rosters, or load them with --commit. Options and the JSON document: docs/commands.md."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from district.models import Campaign
from district.policy import PolicyMissing, campaign_of, current_campaign
from households.roster.loading import check_bytes, commit_bytes


class Command(BaseCommand):
    help = "Check rosters; with --commit load every household that has no error."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--year", type=int, help="income year of files without such a column")
        parser.add_argument("--campaign", help="slug; by default the campaign that holds the year")
        parser.add_argument("--accept-proposed", action="store_true", help="take headers that are a near miss")
        parser.add_argument("--commit", action="store_true", help="write; without it nothing is written")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        translation.activate(translation.get_language() or "zh-hans")
        campaign = _campaign(options["campaign"], options["year"])
        paths = [Path(name) for name in options["files"]]
        for path in paths:
            if not path.is_file():
                raise CommandError(_("There is no file %(path)s.") % {"path": path}, returncode=2)
        documents = [self._one(path, campaign, options) for path in paths]
        if options["json"]:
            self.stdout.write(json.dumps({"version": 1, "files": documents}, ensure_ascii=False, indent=1))
        else:
            for document in documents:
                self._print(document)
        if any(d["state"] == "refused" for d in documents):
            sys.exit(1)

    def _one(self, path: Path, campaign: Campaign, options: dict[str, Any]) -> dict[str, Any]:
        data, year = path.read_bytes(), options["year"]
        for _attempt in range(3):
            checked = check_bytes(
                data, path.name, campaign=campaign, year=year, accept_proposed=options["accept_proposed"]
            )
            if checked.plan is None or not options["commit"]:
                return checked.document("checked" if checked.plan else "refused")
            try:
                return commit_bytes(data, checked, campaign=campaign, year=year)
            except IntegrityError:  # somebody entered one of these people meanwhile: compare again
                continue
        raise CommandError(_("The households are being changed by somebody else. Please try again."), returncode=1)

    def _print(self, document: dict[str, Any]) -> None:
        self.stdout.write(document["file"])
        if document["refusal"]:
            self.stdout.write("  " + document["refusal"]["message"])
        counts = document["counts"]["households"]
        self.stdout.write(
            "  "
            + _(
                "created %(created)s, updated %(updated)s, unchanged %(unchanged)s, rejected %(rejected)s, "
                "awaiting decision %(pending)s"
            )
            % counts
        )
        for finding in document["findings"]:
            place = f"{finding['sheet']}!{finding['column']} {finding['row'] or ''}"
            self.stdout.write(f"  {finding['severity']} {place} {finding['value']}: {finding['message']}")
        if document["state"] == "checked":
            self.stdout.write("  " + _("Nothing was written. Add --commit to load the households without an error."))


def _campaign(slug: str | None, year: int | None) -> Campaign:
    """The campaign named, else the one that holds the year, else the current one; status 2 if there is none."""
    try:
        if slug:
            return Campaign.objects.get(slug=slug)
        return campaign_of(year) if year is not None else current_campaign()
    except (Campaign.DoesNotExist, PolicyMissing) as error:
        today = timezone.localdate()
        raise CommandError(
            _("There is no such campaign (%(today)s). Run manage.py load_district first.") % {"today": today},
            returncode=2,
        ) from error
