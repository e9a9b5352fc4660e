"""Growth flags: the list with reasons, and the run."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from accounts.roles import may
from core.models import Job
from core.pages import paged
from district.models import CampaignYear
from district.policy import current_campaign, default_of, policies_now
from households import growth
from households.filters import villages_seen
from households.filters_growth import UNKNOWN_GROUP, GrowthFilter
from households.models import UNKNOWN, GrowthAssessment, Verdict
from households.tables_growth import GrowthTable


def flags(request: HttpRequest) -> HttpResponse:
    """The flags of a year in sight: figures by verdict, filters, the sum behind each. 11 queries at most."""
    if not may(request.user, "see_households"):
        raise PermissionDenied
    policies = policies_now()
    policy = _chosen(policies, request.GET.get("year", ""))
    if policy is None:
        return render(request, "households/growth.html", {"policy": None, "policies": policies})
    seen = GrowthAssessment.objects.visible_to(request.user).filter(year=policy.year)
    rows = seen.with_masking(request.user).select_related("household__village__parent")
    chosen = GrowthFilter(request.GET, queryset=growth.in_order_of_attention(rows), places=villages_seen(request.user))
    table = paged(request, GrowthTable(chosen.qs))
    page = [row.record for row in table.paginated_rows]
    for flag, explanation in zip(page, growth.explain(page, policies), strict=True):
        flag.explanation = explanation
    context = {"policy": policy, "table": table, "filter": chosen}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "households/_growth_table.html", context)
    return render(request, "households/growth.html", context | _around(request, policy, seen) | {"policies": policies})


@require_POST
def growth_run(request: HttpRequest) -> HttpResponse:
    """Start an assessment of the year, or show the one under way; by htmx its progress, else back to the list."""
    if not may(request.user, "run_growth"):
        raise PermissionDenied
    year = request.POST.get("year", "")
    policy = get_object_or_404(CampaignYear, campaign=current_campaign(), year=year if year.isdecimal() else 0)
    job, new = growth.start_by_hand(policy.year, by=request.user)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "households/_growth_run.html", {"job": job, "already": not new})
    if not new:
        messages.info(request, _("The year is being assessed already."))
    return redirect(_address(policy))


def _chosen(policies: list[CampaignYear], year: str) -> CampaignYear | None:
    wanted = year or str(default_of(policies))
    found = next((policy for policy in policies if str(policy.year) == wanted), None)
    if found is None and year:
        raise Http404
    return found


def _around(request: HttpRequest, policy: CampaignYear, seen: Any) -> dict[str, Any]:
    """What stands above the list: figures by verdict, and the last run for those who may start one."""
    counts = seen.order_by().aggregate(**{name: Count("pk", filter=Q(verdict=name)) for name in Verdict.values})
    unknown = {name: counts[name] for name in UNKNOWN if counts[name]}
    may_run = may(request.user, "run_growth")
    job = growth.latest_run(policy.year) if may_run else None
    return {
        "figures": [
            _figure(_("Assessed"), sum(counts.values()), policy),
            _figure(_("Target met"), counts[Verdict.MET], policy, Verdict.MET),
            _figure(_("Target missed"), counts[Verdict.MISSED], policy, Verdict.MISSED, hot=True),
            _figure(_("Unknown"), sum(unknown.values()), policy, UNKNOWN_GROUP)
            | {"note": " · ".join(f"{Verdict(name).label} {count:,}" for name, count in unknown.items())},
        ],
        "assessed": sum(counts.values()),
        "target_rate": growth.target_label(policy.growth_target_bp),
        "base_year": policy.year - 1,
        "reset_url": _address(policy),
        "may_run": may_run,
        "job": job,
        "changes": _changes(job),
        **_empty(policy, may_run=may_run),
    }


def _empty(policy: CampaignYear, *, may_run: bool) -> dict[str, str]:
    due = {"day": date_format(policy.statements_due_on, "DATE_FORMAT")}
    if may_run:
        hint = _("Press “Assess now” to compare it with the year before.")
    else:
        hint = _("It is assessed every night once statements are due, from %(day)s on.") % due
    return {
        "empty_sentence": _("No household in your sight has been assessed for %(year)s.") % {"year": policy.year},
        "empty_hint": hint,
    }


def _changes(job: Job | None) -> list[dict[str, Any]]:
    """What a run changed, verdicts in words ('' for none)."""
    labels = {"": "", **dict(Verdict.choices)}
    rows = (job.result or {}).get("transitions", []) if job else []
    return [row | {"before": labels[row["before"]], "after": labels[row["after"]]} for row in rows]


def _address(policy: CampaignYear, verdict: str = "") -> str:
    return f"{reverse('households:growth')}?year={policy.year}" + (f"&verdict={verdict}" if verdict else "")


def _figure(label: str, value: int, policy: CampaignYear, verdict: str = "", *, hot: bool = False) -> dict[str, Any]:
    unit = pgettext("counted", "households")
    return {"label": label, "value": value, "unit": unit, "url": _address(policy, verdict), "hot": hot}
