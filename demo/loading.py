"""The district of the article, brought in through the product's own import and pairing."""

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from cadres.matching.proposal import pair_all
from cadres.models import Cadre
from core.history import through
from demo import planned
from demo.fieldwork import Fieldwork
from demo.people import SignIn, make_accounts, make_cadres
from demo.referred import Referred, make_officers
from demo.told import tell
from demo.voices import Voices
from district.models import Campaign, Division, Level
from district.policy import policy_for
from district.register import load_divisions, move_campaign, open_campaign
from households.growth import assess
from households.management.commands.import_roster import counts_in_words
from households.models import Household, Verdict
from households.roster.loading import check_bytes, commit_bytes
from households.roster.sample import District, Home
from households.roster.sample_file import write_roster
from visits.rising import raise_overdue

Say = Callable[[str], None]


class DemoRefused(Exception):
    """The database already holds households: the demo would mix with them."""


def load(*, households: int, seed: int, as_of: date, say: Say) -> list[SignIn]:
    """Load the demo; DemoRefused unless the district is empty. Deterministic by seed and date (but passwords)."""
    if Household.objects.exists():
        raise DemoRefused
    first_year = as_of.year - 2
    with through("load_demo"):
        load_divisions()
        campaign = open_campaign()
        if campaign.years.order_by("year").values_list("year", flat=True).first() != first_year:  # type: ignore[attr-defined]
            move_campaign(campaign, first_year)
        villages = [
            (d.parent.name, d.name, d.code)
            for d in Division.objects.filter(level=Level.VILLAGE).select_related("parent")
            if d.parent and 100 <= int(d.code[6:9]) < 400
        ]
        district = District(villages, seed=seed, year=first_year, line=policy_for(first_year).income_line)
        homes = district.first_year(households)
        _import(homes, first_year, campaign, say)
        _import(district.next_year(homes), first_year + 1, campaign, say)
        since = max(campaign.starts_on, date(first_year + 1, 1, 15))
        cadres = make_cadres(households, since=since, seed=seed)
        proposal = pair_all(campaign, starts_on=since)
        say(_("%(cadres)s cadres, %(pairings)s pairings") % {"cadres": len(cadres), "pairings": len(proposal.pairs)})
        say(_("%(visits)s visits, %(needs)s needs, %(measures)s measures") % Fieldwork(as_of=as_of, seed=seed).write())
        for year in (first_year, first_year + 1):
            verdicts = assess(year).verdicts
            counts = ", ".join(f"{verdict.label} {verdicts[verdict]}" for verdict in Verdict if verdicts[verdict])
            say(_("growth of %(year)s: %(verdicts)s") % {"year": year, "verdicts": counts})
        sign_ins = make_accounts(cadres, since=since)
        tell(as_of=as_of, seed=seed)
        make_officers(since=since)
        referred = Referred(as_of=as_of, seed=seed).write(User.objects.get(username="cadre"))
        raise_overdue(as_of)
        say(_("%(referrals)s referrals") % {"referrals": referred})
        say(_("%(complaints)s complaints and suggestions, %(cards)s cards") % Voices(as_of=as_of, seed=seed).write())
        shown = Cadre.objects.select_related("unit").get(user__username=sign_ins[0].username)
        say(_("%(plans)s visits planned") % {"plans": planned.write(shown, as_of=as_of, seed=seed)})
        return sign_ins


def _import(homes: list[Home], year: int, campaign: Campaign, say: Say) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{campaign.name}花名册{year}.xlsx"
        write_roster(path, homes, year=year)
        data = path.read_bytes()
        checked = check_bytes(data, path.name, campaign=campaign, year=year)
        document: dict[str, Any] = commit_bytes(data, checked, campaign=campaign, year=year)
    say(f"{path.name}: {counts_in_words(document)}")
