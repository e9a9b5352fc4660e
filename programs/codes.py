"""Code lists of aid: stable English values, labels by translation."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MeasureKind(models.TextChoices):
    GIFT = "gift", _("Condolence visit and gift")
    RELIEF = "relief", _("Hardship relief")
    INDUSTRY = "industry", _("Industry support")
    EMPLOYMENT = "employment", _("Employment support")
    POST = "post", _("Public-welfare post")
    EDUCATION = "education", _("Education support")
    HEALTH = "health", _("Health support")
    FEE_RELIEF = "fee_relief", _("Fee relief")
    HOUSING = "housing", _("Housing support")
    FINANCE = "finance", _("Finance support")
    OTHER = "other", pgettext_lazy("measure", "Other")


class MeasureSource(models.TextChoices):
    """Who gives it."""

    FISCAL = "fiscal", _("Public funds")
    UNIT = "unit", _("Helping unit")
    CADRE = "cadre", _("The cadre's own pocket")
    SOCIETY = "society", _("Donations")
    OTHER = "other", pgettext_lazy("measure source", "Other")


class MeasureState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", pgettext_lazy("measure", "In progress")
    DONE = "done", pgettext_lazy("measure", "Delivered")
    CANCELLED = "cancelled", pgettext_lazy("measure", "Withdrawn")


class MeasureProblem(models.TextChoices):
    """Why a measure is refused."""

    EMPTY = "empty", _("Enter an amount, a quantity or a note: what was given?")
    UNNAMED_QUANTITY = "unnamed_quantity", _("Write in the note what the quantity counts, such as bags of rice.")
    NEGATIVE = "negative", _("The amount must be more than 0.")
    ENDS_BEFORE_START = "ends_before_start", _("The end lies before the start.")
    FUTURE_DELIVERY = (
        "future_delivery",
        _("What is dated in the future cannot have been delivered yet: choose “planned”."),
    )
    CLOSED = "closed", _("This household is closed; nothing more is recorded for it.")
    STARTS = "starts", _("The date of a measure lies between %(first)s and %(last)s.")
    ENDS = "ends", _("The end lies between %(first)s and %(last)s.")
    NO_REASON = "no_reason", _("Say why it is withdrawn.")
    NO_REASON_BACK = "no_reason_back", _("It was withdrawn: say why that no longer holds.")
    LONG_REASON = "long_reason", _("The reason has at most %(limit)s characters.")
    CLIENT_ID = "client_id_of_another", _("This form was already used for another household. Open it again.")
