"""Code lists of visits and needs: stable English values, labels by translation."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.codes import GuaranteeItem


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


class Fact(models.TextChoices):
    """What was told on a visit and changes the case at once. Guarantees have the codes of their items besides."""

    PHONE = "phone", _("Phone")
    BIRTH = "birth", _("Birth")
    LEFT = "left", pgettext_lazy("change", "A member left")
    HEAD = "head", pgettext_lazy("change", "New head of household")
    HEALTH = "health", pgettext_lazy("change", "Health")
    DISEASE = "disease", _("Disease")
    STUDENT = "student", _("At school")
    SCHOOL = "school", pgettext_lazy("change", "Name of the school")
    JOB = "job", pgettext_lazy("change", "Job")
    REPAIR = "repair", _("Completed repair")
    INCOME = "income", pgettext_lazy("change", "Income")


FACTS: list[tuple[str, object]] = [*Fact.choices, *GuaranteeItem.choices]


class FactState(models.TextChoices):
    """What became of it. Open: somebody else had changed the same meanwhile; a person decides."""

    APPLIED = "applied", pgettext_lazy("change", "Applied")
    OPEN = "open", _("To be decided")
    TAKEN = "taken", _("Decided: as told on the visit")
    KEPT = "kept", _("Decided: as it stood")
    UNDONE = "undone", pgettext_lazy("change", "Taken back")


HOLDING = (FactState.APPLIED, FactState.TAKEN)


class LeaveReason(models.TextChoices):
    DIED = "died", _("Died")
    MARRIED = "married", _("Married out")
    MOVED = "moved", _("Moved away")
    OTHER = "other", pgettext_lazy("leave reason", "Other")


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


class NeedLevel(models.TextChoices):
    """Who has an overdue need before his eyes, beside those who follow it up."""

    OWNER = "owner", pgettext_lazy("level", "Who follows it up")
    TOWNSHIP = "township", pgettext_lazy("level", "The township")
    DISTRICT = "district", pgettext_lazy("level", "The district")


class ReferralState(models.TextChoices):
    SENT = "sent", pgettext_lazy("referral", "Waiting for an answer")
    ANSWERED = "answered", pgettext_lazy("referral", "Answered")
    TOLD = "told", pgettext_lazy("referral", "The household was told")
    TAKEN_BACK = "taken_back", pgettext_lazy("referral", "Taken back")


LIVE = (ReferralState.SENT, ReferralState.ANSWERED)


class MessageKind(models.TextChoices):
    QUESTION = "question", pgettext_lazy("referral", "Question")
    ANSWER = "answer", pgettext_lazy("referral", "Answer")


class VisitProblem(models.TextChoices):
    """Why a visit is refused."""

    CLIENT_ID = (
        "client_id_of_another",
        _("This form was already used for another visit. Open it again from the household."),
    )
    FUTURE = "future", _("The date of the visit lies in the future.")
    DAY = "day", _("The date of a visit lies between %(first)s and %(last)s.")
    CLOSED = "closed", _("This household was closed on %(day)s: only visits up to that day are still recorded.")
    CLOSED_EXTRAS = (
        "closed_extras",
        _("This household is closed: a visit is recorded without needs, aid and changes of the case file."),
    )
    DECIDED = "decided", _("This has been decided already.")
    CHANGED_AGAIN = "changed_again", _("It was changed once more since you opened the page. Look again, then decide.")
    NOT_LAST = "not_last", _("It was changed again later. Correct it in the case file.")
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


class ReferralProblem(models.TextChoices):
    """Why a referral, a message or its end is refused."""

    CLIENT_ID = "client_id_of_another", _("This form was already used for something else. Open it again.")
    NEED_ENDED = "need_ended", _("This need is already settled: take it up again before you pass it on.")
    CLOSED_HOUSEHOLD = "closed_household", _("This household is closed; its needs stay as they are.")
    NOBODY = (
        "nobody",
        _("Nobody of %(unit)s has an account: nobody would read this. Choose another, or ask them by phone."),
    )
    NOT_THERE = "not_there", _("%(name)s no longer answers for %(unit)s. Choose another.")
    ALREADY = "already", _("This need already lies with %(unit)s. Take it back there before you pass it on anew.")
    EMPTY = "empty", _("Write something or add a photo.")
    ENDED = "ended", _("This referral has ended meanwhile; nothing can be added.")
    NOT_ANSWERED = "not_answered", _("There is no answer yet that the household could be told.")
    TOLD_DAY = "told_day", _("The household was told between the answer of %(first)s and today.")
    MET_NOBODY = "met_nobody", _("Nobody was met on this visit, so the household was not told the answer.")
    NO_REASON = "no_reason", _("Say in a few words why it is taken back.")


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


class ItemKind(models.TextChoices):
    """What a phone's outbox sends."""

    VISIT = "visit", pgettext_lazy("outbox", "Visit")
    NEED = "need", pgettext_lazy("outbox", "Need")
    CORRECTION = "correction", pgettext_lazy("outbox", "Correction of a visit")


class ItemState(models.TextChoices):
    """What became of it on the server. Parked: it waits for the township to place it."""

    SAVED = "saved", pgettext_lazy("outbox", "Saved")
    PARKED = "parked", pgettext_lazy("outbox", "To be placed")
    PLACED = "placed", pgettext_lazy("outbox", "Placed")
    REFUSED = "refused", pgettext_lazy("outbox", "Not taken")


class ItemProblem(models.TextChoices):
    """Why the outbox's endpoints take something not."""

    UNREADABLE = "unreadable", _("This record cannot be read. Open the form again and write it once more.")
    NOT_OWN = "not_own", _("Your role has nothing to do with this household. Ask the township to look into it.")
    NO_VISIT = "no_visit", _("The visit that this corrects was not found, or is not yours to correct.")
    ANOTHERS = "anothers", _("This record was already used by somebody else. Open the form again.")
    DECIDED = "decided", _("Somebody else has decided on it meanwhile.")
    NO_PHOTOS_HERE = "no_photos_here", _("Photos belong to a visit; this record is none.")
