"""Rows of this app."""

from households.models.growth import UNKNOWN, GrowthAssessment, Reason, Verdict
from households.models.household import Enrolment, EnrolmentState, GuaranteeStatus, Household
from households.models.income_sheet import IncomeSheet, IncomeUpload, UploadState
from households.models.member import Member
from households.models.roster import (
    HeaderMapping,
    ImportState,
    LeftoverState,
    RosterFinding,
    RosterImport,
    RosterLeftover,
    RosterMend,
)
from households.models.statement import COUNTED, SOURCES, Definition, IncomeStatement, StatementState

__all__ = [
    "COUNTED",
    "SOURCES",
    "UNKNOWN",
    "Definition",
    "Enrolment",
    "EnrolmentState",
    "GrowthAssessment",
    "GuaranteeStatus",
    "HeaderMapping",
    "Household",
    "ImportState",
    "IncomeSheet",
    "IncomeStatement",
    "IncomeUpload",
    "LeftoverState",
    "Member",
    "Reason",
    "RosterFinding",
    "RosterImport",
    "RosterLeftover",
    "RosterMend",
    "StatementState",
    "UploadState",
    "Verdict",
]
