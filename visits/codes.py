"""Code lists of visits and needs: stable English values, labels by translation."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Mode(models.TextChoices):
    """How the visit was made. Not to have met anybody is an honest answer."""

    HOME = "home", _("At home")
    PHONE = "phone", _("By phone")
    NOT_HOME = "not_home", _("Nobody at home")
    MESSAGE = "message", _("By message")
    OTHER = "other", pgettext_lazy("visit mode", "Other way")


REACHING = (Mode.HOME, Mode.PHONE)  # contact: somebody was reached, at home or by phone


class Change(models.TextChoices):
    """What has changed in the household since the last visit."""

    FAMILY = "family", _("Family members")
    INCOME = "income", pgettext_lazy("change", "Income")
    HEALTH = "health", pgettext_lazy("change", "Health")
    HOUSING = "housing", pgettext_lazy("change", "Housing")
    SCHOOL = "school", pgettext_lazy("change", "School")
    JOB = "job", pgettext_lazy("change", "Job")


class NeedKind(models.TextChoices):
    RELIEF = "relief", pgettext_lazy("need", "Relief")
    BUSINESS = "business", pgettext_lazy("need", "Livelihood")
    EDUCATION = "education", pgettext_lazy("need", "Schooling")
    MEDICAL = "medical", pgettext_lazy("need", "Medical")
    OTHER = "other", pgettext_lazy("need", "Other")


class NeedState(models.TextChoices):
    OPEN = "open", pgettext_lazy("need", "To be dealt with")
    IN_PROGRESS = "in_progress", pgettext_lazy("need", "Being dealt with")
    CLOSED = "closed", pgettext_lazy("need", "Settled")
    IMPOSSIBLE = "impossible", pgettext_lazy("need", "Cannot be settled")


PENDING = (NeedState.OPEN, NeedState.IN_PROGRESS)


class VisitProblem(models.TextChoices):
    """Why a visit is refused."""

    CLIENT_ID = (
        "client_id_of_another",
        _("This form was already used for another visit. Open it again from the household."),
    )
    FUTURE = "future", _("The date of the visit lies in the future.")
    DAY = "day", _("The date of a visit lies between %(first)s and %(last)s.")
    CLOSED = "closed", _("This household was closed on %(day)s: only visits up to that day are still recorded.")
    CLOSED_EXTRAS = "closed_extras", _("This household is closed: a visit is recorded without needs and aid.")
    BEFORE_PAIRING = "before_pairing", _("On that date the household was not yet paired with this cadre.")
    AFTER_PAIRING = "after_pairing", _("On that date the household was no longer paired with this cadre.")
    NOT_PAIRED = "not_paired", _("On that date the household was paired with no cadre.")
    NOT_OWN = "not_own", _("Your role does not record visits to this household.")
    CORRECTED = "corrected", _("This visit has already been corrected: correct the newest version.")


class NeedProblem(models.TextChoices):
    """Why a change of a need is refused."""

    ENDED = "ended", _("This need is already settled.")
    NO_RESULT = "no_result", _("Write in a few words what came of it.")
    DUE_BEFORE_RAISED = "due_before_raised", _("The due date lies before the day on which the need was raised.")
    DUE = "due", _("The due date lies between %(first)s and %(last)s.")
    CLOSED_STAYS = "closed_stays", _("This household is closed; its needs stay as they are.")
    CLOSED_HOUSEHOLD = "closed_household", _("This household is closed; no need can be added.")
    CLIENT_ID = "client_id_of_another", _("This form was already used for another household. Open it again.")


class PlanProblem(models.TextChoices):
    """Why a visit cannot be planned so."""

    DAY = "day", _("A visit is planned for a day between %(first)s and %(last)s.")
    CLOSED = "closed", _("This household is closed; no visit is planned any more.")
    DONE = "done", _("This visit has been made already; plan the next one.")
    DROPPED = "dropped", _("This plan was dropped. Take it up again first.")
    CLIENT_ID = "client_id_of_another", _("This form was already used for another plan. Open it again.")


class ChoiceProblem(models.TextChoices):
    """Why a choice about reminders is refused."""

    PAUSE = "pause", _("A pause lasts at most until %(last)s.")
    NO_ADDRESS = "no_address", _("Enter the address that reminders are sent to.")


class PhotoProblem(models.TextChoices):
    """Why a photo is refused. %(name)s is the file's name, %(limit)s the limit."""

    NOT_A_PICTURE = "not_a_picture", _("%(name)s is not a photo that can be read (JPEG, PNG, WebP or HEIC).")
    TOO_LARGE = "too_large", _("%(name)s is larger than %(limit)s MB.")
    TOO_MANY_PIXELS = "too_many_pixels", _("%(name)s has more than %(limit)s million pixels.")
    TRUNCATED = "truncated", _("%(name)s is incomplete or damaged. Take or choose it again.")
    TOO_MANY = "too_many", _("At most %(limit)s photos can be added to one visit.")
