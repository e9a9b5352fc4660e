"""Work in the background: fetch, call the verb."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.roles import ACTIONS
from cadres.codes import PairingRefused
from cadres.from_roster import Accepted, accept, confirmed, proposals
from cadres.matching.proposal import prepare, propose_pairings, write
from core.jobs import JobRefused, Run, handles
from core.models import Job
from district.policy import PolicyMissing, current_campaign
from households.models import RosterImport

PROPOSE, APPLY, FROM_ROSTER = "propose_pairings", "apply_pairings", "pair_from_roster"
AT_ONCE = 10  # households between two looks at a cancel


def _page(job: Job) -> str:
    return reverse("cadres:proposal", args=[job.args.get("proposal", job.pk)])


@handles(PROPOSE, title=_("Propose pairings"), address=_page, roles=ACTIONS["pair"])
def propose_all(run: Run) -> None:
    """Find a cadre for each unpaired household; the result is the preview, nothing is written."""
    run.progress(0, 2, gettext_noop("Looking for cadres near the households."))
    try:
        proposal = propose_pairings(current_campaign())
    except PolicyMissing as error:
        raise JobRefused(gettext_noop("There is no campaign yet.")) from error
    run.progress(1, 2, gettext_noop("Writing the preview."))
    run.result = {"pairs": proposal.pairs, "unpaired": proposal.unpaired, "places": proposal.places}
    with run.effect():
        pass  # the preview and `done` are the whole effect


@handles(APPLY, title=_("Pair as proposed"), address=_page, roles=ACTIONS["pair"])
def apply_all(run: Run) -> None:
    """Write a proposal whole, or refuse it whole if the district has changed since."""
    proposal = Job.objects.get(pk=run.args["proposal"], kind=PROPOSE)
    pairs = [(household, cadre) for household, cadre in (proposal.result or {}).get("pairs", [])]
    run.progress(0, len(pairs), gettext_noop("Pairing %(n)s households."), n=len(pairs))
    campaign = current_campaign()
    try:
        rows = prepare(pairs, campaign, starts_on=timezone.localdate())
        run.result = {"paired": len(rows)}
        with run.effect():
            write(rows, campaign)
    except PairingRefused as error:
        raise JobRefused(
            gettext_noop("Households or cadres have changed since this proposal. Nothing was paired. Propose again.")
        ) from error


def _roster_page(job: Job) -> str:
    return reverse("cadres:from_roster", args=[job.args["import"]])


@handles(FROM_ROSTER, title=_("Pair as the roster names"), address=_roster_page, roles=ACTIONS["pair"])
def pair_from_roster(run: Run) -> None:
    """Pair the households and cadres that an admin confirmed, one in a transaction; what a rule forbids is kept.

    Tried again, it counts what stands already and does the rest.
    """
    by = run.job.started_by
    named = proposals(RosterImport.objects.defer("report").get(pk=run.args["import"]), by=by)
    rows = confirmed(named, [(household, cadre) for household, cadre in run.args["pairs"]])
    total = Accepted()
    for done, row in enumerate(rows):
        if done % AT_ONCE == 0:
            run.progress(done, len(rows), gettext_noop("Pairing %(n)s households."), n=len(rows))
        with run.part():
            one = accept([row], by=by)
        total.paired += one.paired
        total.refused += one.refused
    run.result = {"paired": total.paired, "refused": [[row.household, row.problem] for row in total.refused]}
