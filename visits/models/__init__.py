"""The app's tables, by theme."""

from visits.models.need import Need
from visits.models.phone import OutboxItem, ParkedPhoto
from visits.models.told import VisitFact
from visits.models.visit import AppendOnly, Visit, VisitPhoto

__all__ = ["AppendOnly", "Need", "OutboxItem", "ParkedPhoto", "Visit", "VisitFact", "VisitPhoto"]
