"""The campaign's policy by year. Whether the user may is asked by name of the action, since roles live above."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import changelog
from district import register
from district.forms import PolicyForm, QuotaForm
from district.models import Campaign, CampaignYear, RankQuota
from district.policy import PolicyMissing, current_campaign


def campaign(request: HttpRequest) -> HttpResponse:
    """The policy of each year and the quotas, with their history."""
    found = _campaign(request)
    quotas = RankQuota.objects.filter(campaign=found)
    forms = [QuotaForm(request.POST or None, instance=quota, prefix=quota.rank) for quota in quotas]
    if request.method == "POST" and all(form.is_valid() for form in forms):
        for form in forms:
            if form.has_changed():
                register.set_quota(form.instance, form.cleaned_data["households"])
        messages.success(request, _("Saved. The quotas hold for pairings made from now on."))
        return redirect("district:campaign")
    years = CampaignYear.objects.filter(campaign=found)
    log = changelog.entries(RankQuota, page=None, per_page=10)
    return render(request, "district/campaign.html", {"campaign": found, "years": years, "forms": forms, "log": log})


def campaign_year(request: HttpRequest, year: int) -> HttpResponse:
    """Change the policy of one year; other years stay as they are."""
    policy = get_object_or_404(CampaignYear, campaign=_campaign(request), year=year)
    form = PolicyForm(request.POST or None, instance=policy)
    if request.method == "POST" and form.is_valid():
        register.set_policy(policy, **form.facts())
        messages.success(
            request,
            _("Saved for %(year)s. Growth flags of this year follow with the next assessment.") % {"year": year},
        )
        return redirect("district:campaign_year", year)
    rows = CampaignYear.history.filter(id=policy.pk).select_related("history_user").order_by("-history_id")[:20]  # type: ignore[attr-defined]
    before = changelog.predecessors(CampaignYear, rows)
    log = [changelog.entry(CampaignYear, row, before, what=str(year)) for row in rows]
    status = 422 if form.errors else 200
    return render(request, "district/campaign_year.html", {"policy": policy, "form": form, "log": log}, status=status)


@require_POST
def year_new(request: HttpRequest) -> HttpResponse:
    """Add the next income year with the policy of the last."""
    policy = register.add_year(_campaign(request))
    return redirect("district:campaign_year", policy.year)


def _campaign(request: HttpRequest) -> Campaign:
    user: Any = request.user
    if "district_admin" not in user.roles:
        raise PermissionDenied
    try:
        return current_campaign()
    except PolicyMissing as error:
        raise Http404 from error
