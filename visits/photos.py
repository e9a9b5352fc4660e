"""Photos: what comes in is read by content, within limits, and encoded anew: upright, smaller, without metadata."""

import io
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from PIL import ExifTags, Image, UnidentifiedImageError
from pillow_heif import register_heif_opener

from visits.codes import PhotoProblem
from visits.models import ParkedPhoto, ReferralMessage, ReferralPhoto, Visit, VisitPhoto

Photo = TypeVar("Photo", VisitPhoto, ParkedPhoto, ReferralPhoto)
register_heif_opener()
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
LONGEST_EDGE = 1600
THUMBNAIL_EDGE = 320
QUALITY = 82
TURNS = {  # EXIF's orientation; (ImageOps.exif_transpose writes all metadata anew, and fails where some is odd)
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PhotoRefused(Exception):
    """A file that is not kept; the code is one of PhotoProblem."""

    def __init__(self, code: str, *, name: str = "", limit: int = 0) -> None:
        super().__init__(code)
        self.code, self.name, self.limit = code, name, limit

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        return str(PhotoProblem(self.code).label) % {"name": self.name, "limit": self.limit}


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it will be stored: two JPEGs."""

    full: bytes
    thumbnail: bytes
    width: int
    height: int


def read_all(files: Iterable[UploadedFile]) -> list[Picture]:
    """Encode the files anew; PhotoRefused for the first that cannot be taken, or for too many of them."""
    files = list(files)
    if len(files) > settings.PHOTO_MAX_COUNT:
        raise PhotoRefused(PhotoProblem.TOO_MANY, limit=settings.PHOTO_MAX_COUNT)
    return [read(file, name=file.name or "", size=file.size or 0) for file in files]


def read(file: io.BufferedIOBase | UploadedFile, *, name: str, size: int) -> Picture:
    """Encode one file anew. Its name and declared type are not believed. PhotoRefused with the reason."""
    if size > settings.PHOTO_MAX_BYTES:
        raise PhotoRefused(PhotoProblem.TOO_LARGE, name=name, limit=settings.PHOTO_MAX_BYTES // 1024**2)
    too_many = PhotoRefused(PhotoProblem.TOO_MANY_PIXELS, name=name, limit=settings.PHOTO_MAX_PIXELS // 1_000_000)
    try:
        image = Image.open(file, formats=FORMATS)  # type: ignore[arg-type]
    except BOMB as error:
        raise too_many from error
    except (UnidentifiedImageError, *BROKEN) as error:
        raise PhotoRefused(PhotoProblem.NOT_A_PICTURE, name=name) from error
    if image.width * image.height > settings.PHOTO_MAX_PIXELS:  # known from the header, before any memory is spent
        raise too_many
    try:
        return _encode(image)
    except BOMB as error:
        raise too_many from error
    except BROKEN as error:
        raise PhotoRefused(PhotoProblem.TRUNCATED, name=name) from error


def _encode(image: Image.Image) -> Picture:
    image.draft("RGB", (2 * LONGEST_EDGE, 2 * LONGEST_EDGE))  # JPEG alone: decodes at a smaller scale
    turn = image.getexif().get(ExifTags.Base.Orientation)
    upright = image.transpose(TURNS[turn]) if turn in TURNS else image.copy()
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    clean = Image.new("RGB", upright.size, "white")  # a new picture: nothing of the old one's metadata comes along
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        shown = upright.convert("RGBA")
        clean.paste(shown, mask=shown.getchannel("A"))
    else:
        clean.paste(upright.convert("RGB"))
    small = clean.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return Picture(full=_jpeg(clean), thumbnail=_jpeg(small), width=clean.width, height=clean.height)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def store(visit: Visit, pictures: Iterable[Picture]) -> list[VisitPhoto]:
    """Keep pictures of a visit under random names. Call inside the visit's transaction; on an error no file stays."""
    with _files() as written:
        return [_store_one(VisitPhoto(visit=visit), picture, written) for picture in pictures]


def store_with(message: ReferralMessage, pictures: Iterable[Picture]) -> list[ReferralPhoto]:
    """As store(), with a question or an answer."""
    with _files() as written:
        return [_store_one(ReferralPhoto(message=message), picture, written) for picture in pictures]


def store_as(photo: Photo, picture: Picture) -> Photo:
    """Keep one picture as this photo, of a visit or a parked item; on an error, as of a double, no file stays."""
    with _files() as written:
        return _store_one(photo, picture, written)


@contextmanager
def _files() -> Iterator[list[str]]:
    written: list[str] = []
    try:
        yield written
    except BaseException:
        for name in written:
            default_storage.delete(name)
        raise


def _store_one(photo: Photo, picture: Picture, written: list[str]) -> Photo:
    stem = f"photos/{timezone.localdate():%Y/%m}/{uuid4().hex}"
    photo.file = default_storage.save(f"{stem}.jpg", ContentFile(picture.full))
    written.append(photo.file.name)
    photo.thumbnail = default_storage.save(f"{stem}-s.jpg", ContentFile(picture.thumbnail))
    written.append(photo.thumbnail.name)
    photo.width, photo.height = picture.width, picture.height
    photo.save(force_insert=True)
    return photo
