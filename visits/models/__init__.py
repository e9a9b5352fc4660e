"""The app's tables, by theme."""

from visits.models.need import Need, NeedQuerySet, Referral, ReferralQuerySet
from visits.models.phone import OutboxItem, ParkedPhoto
from visits.models.referral import ReferralMessage, ReferralPhoto
from visits.models.told import VisitFact
from visits.models.visit import AppendOnly, Visit, VisitPhoto

__all__ = [
    "AppendOnly",
    "Need",
    "NeedQuerySet",
    "OutboxItem",
    "ParkedPhoto",
    "Referral",
    "ReferralMessage",
    "ReferralPhoto",
    "ReferralQuerySet",
    "Visit",
    "VisitFact",
    "VisitPhoto",
]
