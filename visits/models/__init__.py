"""The app's tables, by theme."""

from visits.models.need import Need, NeedQuerySet, Referral, ReferralQuerySet
from visits.models.phone import OutboxItem, ParkedPhoto
from visits.models.plan import PlannedVisit
from visits.models.referral import ReferralMessage, ReferralPhoto
from visits.models.reminder import Digest, ReminderChoices
from visits.models.told import VisitFact
from visits.models.visit import Visit, VisitPhoto
from visits.models.voice import Complaint, HouseholdCard, HouseholdVoice, VisitConfirmation

__all__ = [
    "Complaint",
    "Digest",
    "HouseholdCard",
    "HouseholdVoice",
    "Need",
    "NeedQuerySet",
    "OutboxItem",
    "ParkedPhoto",
    "PlannedVisit",
    "Referral",
    "ReferralMessage",
    "ReferralPhoto",
    "ReferralQuerySet",
    "ReminderChoices",
    "Visit",
    "VisitConfirmation",
    "VisitFact",
    "VisitPhoto",
]
