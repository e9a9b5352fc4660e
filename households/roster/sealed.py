"""The reading of a check, kept sealed beside the uploaded file until its import ends: a commit need not read again.

It is taken only for what it was made of, to the letter: file, answers, remembered headers, places, limits, day, code.
Otherwise, or if it is damaged or gone, the file is read again; nothing depends on it but time.
"""

import hashlib
import logging
from collections.abc import Mapping as MappingOf
from dataclasses import fields
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.crypto import SealBroken, seal_file, unseal_file
from households.models import ImportState, RosterImport

from .places import Places
from .rows import Answers, Limits, Mapping, Reading

FOLDER = "imports"
ENDING = ".reading"
WAITING = (ImportState.CHECKING, ImportState.CHECKED, ImportState.COMMITTING)  # a commit may still need it
CODE = ("*.py", "*.csv", "../codes.py", "../id_numbers.py", "../../core/masking.py")  # what a reading is made by
READERS = ("python-calamine", "python-stdnum", "rapidfuzz", "msgspec")

log = logging.getLogger(__name__)


class Kept(msgspec.Struct, array_like=True):
    """What stands in the file."""

    made_of: str
    reading: Reading


def made_of(
    roster_import: RosterImport, *, answers: Answers, mapping: Mapping, places: Places, limits: Limits, today: date
) -> str:  # fmt: skip
    """A fingerprint of all that a reading depends on."""
    told = (
        _code(), roster_import.sha256, roster_import.file_name, roster_import.year, today, limits,
        [_ordered(getattr(answers, f.name)) for f in fields(answers)], _ordered(mapping.by_fingerprint),
        list(places.townships), list(places.villages),
    )  # fmt: skip
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _ordered(value: Any) -> Any:
    """The same as lists, in an order of their own where they have none."""
    if isinstance(value, MappingOf):
        return sorted(([key, _ordered(one)] for key, one in value.items()), key=repr)
    return sorted(value, key=repr) if isinstance(value, frozenset) else value


def keep(roster_import: RosterImport, reading: Reading, made_of: str) -> None:
    """Keep it in place of an earlier one."""
    path = path_of(roster_import.file_path)
    sealed = seal_file(_encoder.encode(Kept(made_of, reading)))
    default_storage.delete(path)
    stored = default_storage.save(path, ContentFile(sealed))
    if stored != path:  # another attempt keeps its own at this very moment
        default_storage.delete(stored)


def take(roster_import: RosterImport, made_of: str) -> Reading | None:
    """The reading that was kept if it was made of the same, else None."""
    try:
        with default_storage.open(path_of(roster_import.file_path)) as file:
            kept = _decoder.decode(unseal_file(file.read()))
    except FileNotFoundError:
        return None
    except (OSError, SealBroken, msgspec.MsgspecError) as error:
        log.warning("import %s is read again: %s", roster_import.pk, type(error).__name__)
        return None
    return kept.reading if kept.made_of == made_of else None


def drop(file_path: str) -> None:
    """Nobody needs it any longer."""
    default_storage.delete(path_of(file_path))


def drop_ended() -> None:
    """Those of imports that have ended, which a crash left behind. One query."""
    if not default_storage.exists(FOLDER):
        return
    paths = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1] if name.endswith(ENDING)]
    waiting = RosterImport.objects.filter(state__in=WAITING).values_list("file_path", flat=True) if paths else ()
    for path in set(paths) - set(map(path_of, waiting)):
        default_storage.delete(path)


def path_of(file_path: str) -> str:
    """Where the reading of an uploaded file is kept."""
    return str(PurePosixPath(file_path).with_suffix(ENDING))


@cache
def _code() -> str:
    """A fingerprint of the code that reads; asked once in a process."""
    here = Path(__file__).parent
    found = hashlib.sha256(" ".join(map(version, READERS)).encode())
    for path in sorted(path for pattern in CODE for path in here.glob(pattern)):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, MappingOf):  # a finding's parameters may be a read-only view
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a reading")


_encoder = msgspec.msgpack.Encoder(enc_hook=_plain)
_decoder = msgspec.msgpack.Decoder(Kept)
