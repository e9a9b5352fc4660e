"""Verb on the two no-worries and four guarantees."""

from datetime import date

from households.codes import GuaranteeState
from households.models import GuaranteeStatus, Household
from households.register import must_be_open, must_not_be_ahead


def set_guarantee(household: Household, *, item: str, state: str, as_of: date, evidence: str = "") -> GuaranteeStatus:
    """Say how one item stands as of a day; nothing is written if nothing changes."""
    must_be_open(household)
    must_not_be_ahead(as_of)
    status = GuaranteeStatus.objects.filter(household=household, item=item).first()
    if status is None:
        status = GuaranteeStatus(household=household, item=item, as_of=as_of)
        if state == GuaranteeState.UNVERIFIED and not evidence:
            return status
    elif (status.state, status.evidence) == (state, evidence):
        return status
    status.state, status.as_of, status.evidence = state, as_of, evidence
    status.save()
    return status
