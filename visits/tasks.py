"""Work in the background: call the verb."""

from celery import shared_task
from django.utils import timezone

from visits import rising


@shared_task(name="visits.raise_overdue_needs")
def raise_overdue_needs() -> int:
    """Nightly: overdue needs rise by one level. Returns how many."""
    return rising.raise_overdue(timezone.localdate())
