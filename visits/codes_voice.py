"""Code lists of complaints and of the household's own voice."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Subject(models.TextChoices):
    """What a complaint or suggestion is about."""

    SUGGESTION = "suggestion", _("A suggestion")
    AID = "aid", _("Aid, money or goods")
    CADRE = "cadre", _("The helping cadre")
    OFFICIAL = "official", _("Staff of the township or village")
    BURDEN = "burden", _("Forms, or this website")
    OTHER = "other", pgettext_lazy("complaint", "Something else")


class Level(models.TextChoices):
    """With whom a complaint lies."""

    TOWNSHIP = "township", _("With the township")
    DISTRICT = "district", _("With the district")


class ComplaintState(models.TextChoices):
    NEW = "new", pgettext_lazy("complaint", "New")
    TAKEN = "taken", pgettext_lazy("complaint", "Being handled")
    ANSWERED = "answered", pgettext_lazy("complaint", "Answered")
    CLOSED = "closed", pgettext_lazy("complaint", "Closed")


WAITING = (ComplaintState.NEW, ComplaintState.TAKEN)
ANSWERABLE = (ComplaintState.NEW, ComplaintState.TAKEN, ComplaintState.ANSWERED)


class Satisfaction(models.TextChoices):
    SATISFIED = "satisfied", _("Satisfied")
    SO_SO = "so_so", _("So-so")
    UNSATISFIED = "unsatisfied", _("Not satisfied")


class How(models.TextChoices):
    """How a household confirmed a visit."""

    NAME = "name", _("By name")
    CARD = "card", _("By the code on its card")


class ComplaintProblem(models.TextChoices):
    """Why an act on a complaint is refused."""

    NOT_YOURS = "not_yours", _("This complaint is handled by somebody else.")
    STATE = "state", _("Somebody else has dealt with it meanwhile. Look at the page again.")
    NO_ANSWER = "no_answer", _("Write the answer first.")
    AT_DISTRICT = "at_district", _("It already lies with the district.")


class CardProblem(models.TextChoices):
    """Why a code from a card is refused."""

    UNKNOWN = "unknown", _("This code belongs to no card in use. Compare it with the newest card.")
    OTHER_HOUSEHOLD = "other_household", _("This is not the code of this household's card. The newest card counts.")
