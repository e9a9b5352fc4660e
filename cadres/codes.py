"""Why a pairing or a change of the cadres' register is refused: closed list of codes with their sentences."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Problem(models.TextChoices):
    ALREADY_PAIRED = "already_paired", _("This household has a cadre already.")
    SLOT_TAKEN = "slot_taken", _("Somebody else took this place just now. Please try again.")
    QUOTA_FULL = "quota_full", _("This cadre has no place left.")
    QUOTA_MISSING = "quota_missing", _("The campaign says no quota for this rank. Set it on the policy page first.")
    CADRE_INACTIVE = "cadre_inactive", _("This cadre is not active.")
    HOUSEHOLD_PENDING = "household_pending", _("This household still awaits a decision.")
    HOUSEHOLD_CLOSED = "household_closed", _("This household is closed.")
    NOT_ENROLLED = "not_enrolled", _("This household is not in the campaign.")
    SAME_CADRE = "same_cadre", _("The household is already with this cadre. Choose another one.")
    ENDED = "ended", _("This pairing has ended already.")
    FUTURE = "future", _("The date lies in the future.")
    BEFORE_START = "before_start", _("The date lies before the pairing began.")
    OVERLAPS = "overlaps", _("The household was with another cadre until after this date.")
    NO_REASON = "no_reason", _("Please give a reason.")
    STILL_PAIRED = "still_paired", _("Say for each household who takes over, or that the pairing ends.")
    BEFORE_ACTIVE = "before_active", _("The date lies before the cadre began.")
    AFTER_END = "after_end", _("The first day lies after the last one.")
    DAY = "day", _("The first day of a cadre lies between %(first)s and %(last)s.")
    PHONE = "phone", _("Enter one phone number: 11 digits, or 0xx-xxxxxxx.")
    INACTIVE_ALREADY = "inactive_already", _("This cadre is not active any more.")
    PHONE_TAKEN = "phone_taken", _("Another cadre has this phone number.")
    ACCOUNT_TAKEN = "account_taken", _("This account belongs to another cadre.")
    LEAVE_DAYS = "leave_days", _("A leave lies between %(first)s and %(last)s, its last day not before its first.")
    LEAVE_OVERLAPS = "leave_overlaps", _("There is a leave already on some of these days. End that one first.")
    LEAVE_OVER = "leave_over", _("This leave is over already.")
    DEPUTY = "deputy", _("The deputy is a cadre with an account, of the same unit or of a unit of the same place.")
    UNIT_EXISTS = "unit_exists", _("There is a unit with this name already.")


class Refused(Exception):
    """An act on cadres or pairings that a rule forbids; the code is one of Problem."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        sentence = str(Problem(self.code).label)
        return sentence % self.params if self.params else sentence


class PairingRefused(Refused):
    """A pairing that cannot begin, end or move."""


class HandoverRefused(PairingRefused):
    """What becomes of one household when its cadre goes cannot be so; says which household, and who was to take it."""

    def __init__(self, why: Refused, *, pairing: int, household: str, to: str) -> None:
        super().__init__(why.code, **why.params)
        self.pairing, self.household, self.to = pairing, household, to

    @property
    def sentence(self) -> str:
        """Why, with both names."""
        names = {"household": self.household, "cadre": self.to, "why": super().sentence}
        text = _("%(household)s to %(cadre)s: %(why)s") if self.to else _("%(household)s: %(why)s")
        return str(text) % names


class RegisterRefused(Refused):
    """A cadre or a unit that cannot be written so."""


class LeaveRefused(Refused):
    """A leave that cannot be entered or ended so."""
