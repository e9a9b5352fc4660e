"""The scheduler's memory of what ran when: a file that a kill or a full disk has damaged is begun anew."""

from celery.beat import PersistentScheduler


class Schedule(PersistentScheduler):
    """Celery's own, which opens most damaged files anew but ends at some: then nothing would be scheduled any more."""

    def _create_schedule(self) -> None:
        try:
            super()._create_schedule()
        except Exception as error:  # what unpickling raises depends on where the file breaks off
            self._store = self._destroy_open_corrupted_schedule(error)
            super()._create_schedule()
