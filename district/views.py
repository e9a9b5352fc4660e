"""The campaign's policy by year. Whether the user may is asked by name of the action, since roles live above."""

import re
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import changelog
from district import register
from district.forms import PolicyForm, QuotaForm
from district.models import Campaign, CampaignYear, RankQuota
from district.policy import PolicyMissing, current_campaign

YEAR = re.compile(r"[0-9]{4}")


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
    years = list(CampaignYear.objects.filter(campaign=found))
    log = _log(request, RankQuota, {quota.pk: quota.get_rank_display() for quota in quotas})
    context = {"campaign": found, "years": years, "forms": forms, "log": log, "next_year": register.next_year(years)}
    return render(request, "district/campaign.html", context, status=422 if any(f.errors for f in forms) else 200)


def campaign_year(request: HttpRequest, year: int) -> HttpResponse:
    """Change the policy of one year; other years stay as they are."""
    policy = get_object_or_404(CampaignYear, campaign=_campaign(request), year=year)
    form = PolicyForm(request.POST or None, instance=policy)
    if request.method == "POST" and form.is_valid():
        changed = register.set_policy(policy, **form.facts())
        _say(request, year, changed)
        return redirect("district:campaign_year", year)
    log = _log(request, CampaignYear, {policy.pk: str(year)})
    context = {"policy": policy, "form": form, "log": log, "year": year}
    return render(request, "district/campaign_year.html", context, status=422 if form.errors else 200)


@require_POST
def year_new(request: HttpRequest) -> HttpResponse:
    """Add the income year that the form names with the policy of the last; a year already there stays as it is."""
    asked = request.POST.get("year", "")
    year = int(asked) if YEAR.fullmatch(asked) else 0
    try:
        register.add_year(_campaign(request), year)
    except register.YearRefused as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("district:campaign")
    messages.success(request, _("%(year)s has been added with the policy of the year before.") % {"year": year})
    return redirect("district:campaign_year", year)


def _log(request: HttpRequest, model: Any, names: dict[int, str]) -> Page:
    """The changes of these rows, by the names that people know them by."""
    asked = changelog.Asked(numbers=list(names))
    log = changelog.entries(model, page=request.GET.get("page"), per_page=10, asked=asked)
    log.object_list = [replace(entry, what=names[entry.number]) for entry in log.object_list]
    return log


def _say(request: HttpRequest, year: int, changed: set[str]) -> None:
    if not changed:
        messages.info(request, _("Nothing was changed."))
    elif changed & register.ASSESSED_BY:
        messages.success(request, _("Saved for %(year)s. Its growth flags are being assessed again.") % {"year": year})
    else:
        messages.success(
            request, _("Saved for %(year)s. Lists and figures of this year follow at once.") % {"year": year}
        )


def _campaign(request: HttpRequest) -> Campaign:
    user: Any = request.user
    if "district_admin" not in user.roles:
        raise PermissionDenied
    try:
        return current_campaign()
    except PolicyMissing as error:
        raise Http404 from error
