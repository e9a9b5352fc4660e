"""Pages with visits at two sizes: python bench/visits.py [--households 1000] [--visits 160000]

Loads the demo into a new SQLite file, asks the pages on which visits stand, then adds copies of its visits (other days,
same households) up to --visits, and asks again. Exit status 1 if a page then takes more than 150 ms (median), or both
more than 20 ms and more than half longer than before.
"""

import argparse
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SLOWER, NOTICED = 1.5, 20  # times and milliseconds
PAGES = [
    ("cadre", "/"),
    ("cadre", "/todo/"),
    ("cadre", "/visits/"),
    ("cadre", "/visits/new/?household={household}"),
    ("cadre", "/visits/{visit}/"),
    ("cadre", "/households/{household}/"),
    ("clerk", "/todo/"),
    ("township", "/visits/"),
    ("township", "/visits/?to_decide=yes"),
    ("admin", "/visits/"),
    ("admin", "/visits/?page=40"),
    ("admin", "/visits/?mode=phone&reached=no"),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=1000)
    parser.add_argument("--visits", type=int, default=160_000)
    options = parser.parse_args()
    sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAR_DIR"] = folder
        return measure(options.households, options.visits)


def measure(households: int, visits: int) -> int:
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)
    import pages
    from django.conf import settings
    from django.db import connection

    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    connection.settings_dict["TEST"]["NAME"] = f"{os.environ['VAR_DIR']}/bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    sizes = pages.load(households)
    names = numbers()
    before = {page: ask(pages, page, names) for page in PAGES}
    total = grow(visits)
    after = {page: ask(pages, page, names) for page in PAGES}
    print(f"{households:,} households; {sizes} at first, then {total:,} visits")
    print("   before     after  queries  page")
    slow = 0
    for page in PAGES:
        (_status, few, _worst, asked, _size), (status, many, *_rest) = before[page], after[page]
        slow += status != 200 or many > pages.TARGET_MS or (many > SLOWER * few and many - few > NOTICED)
        print(f"{few:6.1f} ms {many:6.1f} ms {asked:8}  {page[0]} {page[1]}  {'' if status == 200 else status}")
    return 1 if slow else 0


def numbers() -> dict[str, int]:
    """A household of the demo's cadre, and its last visit."""
    from cadres.models import Pairing

    pairing = Pairing.objects.active().filter(cadre__user__username="cadre").first()
    household = pairing.household
    return {"household": household.pk, "visit": household.visits.standing().first().pk}


def ask(pages, page: tuple[str, str], names: dict[str, int]) -> tuple:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return pages.ask(page[0], page[1].format(**names))


def grow(wanted: int) -> int:
    """Copies of the visits, each some days earlier, until there are so many."""
    from itertools import count, islice
    from uuid import uuid4

    from core.history import history_written_by_caller
    from visits.models import Visit

    known = list(Visit.objects.all())
    missing = wanted - len(known)

    def copies():
        for round_ in count(1):
            for row in known:
                yield Visit(
                    client_id=uuid4(), household_id=row.household_id, visitor_id=row.visitor_id, mode=row.mode,
                    visited_on=row.visited_on - timedelta(days=3 * round_), reached=row.reached, changes=row.changes,
                    text=row.text, entered_at=row.entered_at, entered_by_id=row.entered_by_id,
                )  # fmt: skip

    with history_written_by_caller():
        Visit.objects.bulk_create(islice(copies(), max(0, missing)), batch_size=5000)
    return Visit.objects.count()


if __name__ == "__main__":
    sys.exit(main())
