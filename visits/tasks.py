"""Work in the background: fetch, call the verb."""

import logging
from datetime import date
from smtplib import SMTPException

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from accounts.roles import ACTIONS
from core.jobs import Run, handles, start, start_once
from visits import reminders, rising
from visits.choices import mail_is_set_up
from visits.models import Digest

log = logging.getLogger(__name__)
MAKE, MAIL = "make_digests", "mail_digests"


@shared_task(name="visits.remind")
def remind() -> None:
    """Each night: the digests of the day."""
    today = timezone.localdate().isoformat()
    start_once(MAKE, today, args={"day": today})


@handles(MAKE, title=gettext_lazy("Daily reminders"), roles=ACTIONS["import_roster"])
def make_digests(run: Run) -> None:
    """Write a digest for each user of whom something waits. Run again it adds only what is missing; on a later day
    it does nothing: what was missed does not pile up."""
    day = date.fromisoformat(run.args["day"])
    if day != timezone.localdate():
        return
    run.progress(0, 1, gettext_noop("Counting what waits."))
    digests = reminders.digests_for(day)
    with run.effect():
        reminders.write(digests)
        run.result = {"users": len(digests), "removed": reminders.forget_old(day)}
        if mail_is_set_up() and reminders.to_mail(day).exists():
            start(MAIL, args={"day": day.isoformat()})


@handles(MAIL, title=gettext_lazy("Reminders by e-mail"), roles=ACTIONS["import_roster"])
def mail_digests(run: Run) -> None:
    """Send to those who chose it: how much waits, and where to look."""
    day = date.fromisoformat(run.args["day"])
    if day != timezone.localdate() or not mail_is_set_up():
        return
    digests = list(reminders.to_mail(day))
    connection: BaseEmailBackend = get_connection()
    sent = 0
    for number, digest in enumerate(digests):
        run.progress(number, len(digests), gettext_noop("Sending e-mails."))
        if reminders.take_for_mail(digest):
            sent += _send(digest, connection)
    connection.close()
    run.result = {"sent": sent, "failed": len(digests) - sent}


def _send(digest: Digest, connection: BaseEmailBackend) -> bool:
    """A count and a link, nothing of a household; False if the mail server refused."""
    with translation.override(settings.LANGUAGE_CODE):
        waits = ngettext("%(n)d thing waits for you today.", "%(n)d things wait for you today.", digest.total)
        address = settings.PUBLIC_URL.rstrip("/")
        lines = [
            waits % {"n": digest.total},
            f"{address}{reverse('visits:todo')}",
            "",
            _("Pause or end these e-mails: %(address)s") % {"address": f"{address}{reverse('visits:reminders')}"},
        ]
        to = digest.user.reminder_choices.email  # type: ignore[attr-defined]
        mail = EmailMessage(_("Reminder"), "\n".join(lines), to=[to], connection=connection)
    try:
        return bool(mail.send())
    except (SMTPException, OSError) as error:
        log.warning("reminder of user %s not sent: %s", digest.user_id, type(error).__name__)
        return False


@shared_task(name="visits.raise_overdue_needs")
def raise_overdue_needs() -> int:
    """Nightly: overdue needs rise by one level. Returns how many."""
    return rising.raise_overdue(timezone.localdate())
