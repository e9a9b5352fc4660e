"""Photos: read by content, within limits, encoded anew, served in scope."""

import io
import re
import struct
import zlib
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from visits import photos
from visits.logging import correct_visit
from visits.models import VisitPhoto
from visits.photos import PhotoRefused


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(kind="JPEG", size=(2400, 1200), colour=(40, 120, 80), **options):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def read(data, name="门前.jpg"):
    return photos.read(io.BytesIO(data), name=name, size=len(data))


def with_exif():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "PhoneMaker"
    exif[0x8825] = {1: "N", 2: (39.0, 43.0, 12.0)}
    return picture(exif=exif, comment=b"a secret remark")


def test_a_photo_is_turned_upright_made_smaller_and_stripped_of_metadata():
    kept = read(with_exif())
    image = Image.open(io.BytesIO(kept.full))
    assert (image.size, image.format, dict(image.getexif())) == ((800, 1600), "JPEG", {})
    assert not [word for word in (b"PhoneMaker", b"secret", b"Exif", b"GPS") if word in kept.full + kept.thumbnail]
    assert (kept.width, kept.height) == (800, 1600)
    assert Image.open(io.BytesIO(kept.thumbnail)).size == (160, 320)


@pytest.mark.parametrize("turn", range(1, 9))
def test_each_orientation_of_a_camera_is_turned_upright(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    corner = Image.new("RGB", (600, 400), "white")
    corner.paste("black", (0, 0, 150, 100))
    opposite = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn]  # Image.Transpose: how the camera lay
    out = io.BytesIO()
    (corner if opposite is None else corner.transpose(Image.Transpose(opposite))).save(out, "JPEG", exif=exif)
    image = Image.open(io.BytesIO(read(out.getvalue()).full))
    assert (image.size, image.getpixel((20, 20))[0] < 60, image.getpixel((580, 380))[0] > 200) == (
        (600, 400),
        True,
        True,
    )


def entry(tag, kind, count, value):
    """A line of EXIF: two bytes of tag and of type, four of count, the value."""
    return struct.pack(">HHI", tag, kind, count) + value


ORIENTATION = entry(0x0112, 3, 1, b"\0\6\0\0")
GPS_AFTER_IT = entry(0x8825, 4, 1, struct.pack(">I", 8 + 2 + 24 + 4))


@pytest.mark.parametrize(
    "lines",
    [
        ORIENTATION + entry(0x010E, 11, 1, struct.pack(">f", 1.5)) + b"\0\0\0\0",  # a description that is a number
        ORIENTATION + GPS_AFTER_IT + b"\0\0\0\0\0\1" + entry(0, 2, 2, b"2\0\0\0") + b"\0\0\0\0",  # a version in words
    ],
    ids=["description", "GPS version"],
)
def test_odd_metadata_is_no_reason_to_lose_a_photo(lines):
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\2" + lines
    kept = read(picture(exif=exif))
    assert Image.open(io.BytesIO(kept.full)).size == (800, 1600)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_other_formats_of_phones_become_jpeg(kind):
    assert Image.open(io.BytesIO(read(picture(kind, (640, 480))).full)).format == "JPEG"


def test_a_transparent_picture_is_laid_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(read(out.getvalue()).full)).getpixel((5, 5)) == (255, 255, 255)


def refusal(data, name="门前.jpg"):
    with pytest.raises(PhotoRefused) as caught:
        read(data, name)
    return caught.value.code


def png_header(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data", [b"", b"<script>alert(1)</script>", b"%PDF-1.7 ...", b"GIF89a" + b"\0" * 40, b"<svg xmlns='...'/>"]
)
def test_what_is_no_photo_is_refused_by_content_whatever_its_name(data):
    assert refusal(data) == "not_a_picture"


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_a_bomb_is_refused_from_its_header(side):
    assert refusal(png_header(side, side)) == "too_many_pixels"


def test_a_truncated_photo_is_refused():
    assert refusal(picture()[:-2000]) == "truncated"
    assert refusal(picture("PNG", (600, 600))[:-900]) == "truncated"


def test_a_file_over_the_limit_is_refused_before_it_is_read(settings):
    settings.PHOTO_MAX_BYTES = 1024**2
    with pytest.raises(PhotoRefused) as caught:
        photos.read(io.BytesIO(b""), name="大图.jpg", size=1024**2 + 1)
    assert (caught.value.code, caught.value.limit) == ("too_large", 1)
    assert "大图.jpg" in caught.value.sentence


def test_too_many_photos_are_refused(settings):
    settings.PHOTO_MAX_COUNT = 1
    with pytest.raises(PhotoRefused, match="too_many"):
        photos.read_all([SimpleUploadedFile("a.jpg", picture()), SimpleUploadedFile("b.jpg", picture())])


def test_photos_get_random_names_and_stay_with_the_visit(log, media):
    visit = log(photos=[read(picture())])
    names = sorted(str(path.relative_to(media)) for path in media.rglob("*.jpg"))
    stem = re.fullmatch(r"photos/\d{4}/\d\d/([0-9a-f]{32})-s\.jpg", names[0])
    assert stem
    assert names[1] == names[0].replace("-s", "")
    assert visit.photos.get().file.name == names[1]


def test_files_go_when_the_visit_cannot_be_kept(log, media, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(VisitPhoto, "save", full)
    with pytest.raises(OSError, match="disk full"):
        log(photos=[read(picture())])
    assert list(media.rglob("*.jpg")) == []


@pytest.fixture
def photo(log):
    return log(photos=[read(picture())]).photos.get()


def test_a_photo_is_served_to_those_who_see_the_household(client, photo, wang):
    client.force_login(wang.user)
    answers = [client.get(f"/visits/photos/{photo.pk}/{query}") for query in ("?file=1", "?thumb=1")]
    assert [Image.open(io.BytesIO(b"".join(a.streaming_content))).size for a in answers] == [(1600, 800), (320, 160)]
    headers = answers[0].headers
    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("who", "status"),
    [("liaison", 200), ("clerk", 200), ("official", 200), ("admin", 200), ("inspector", 200), ("officer", 404),
     ("auditor", 404)],
)  # fmt: skip
def test_a_photo_is_served_in_scope_alone(client, photo, who, status, request):
    client.force_login(request.getfixturevalue(who))
    answers = [client.get(f"/visits/photos/{photo.pk}/{query}") for query in ("", "?file=1", "?thumb=1")]
    for answer in answers:
        answer.close()
    assert [answer.status_code for answer in answers] == [status] * 3


def test_another_cadre_and_a_stranger_get_no_photo(client, photo, li):
    assert client.get(f"/visits/photos/{photo.pk}/").status_code == 302
    client.force_login(li.user)
    assert client.get(f"/visits/photos/{photo.pk}/").status_code == 404


def test_a_lost_file_is_a_missing_page(client, photo, wang):
    photo.file.storage.delete(photo.file.name)
    client.force_login(wang.user)
    assert client.get(f"/visits/photos/{photo.pk}/?file=1").status_code == 404


def test_the_page_of_a_photo_leads_back_to_the_last_version_of_its_visit(client, photo, wang, inspector):
    day = timezone.localdate()
    last = correct_visit(photo.visit, client_id=uuid4(), by=wang.user, visited_on=day, mode="phone")
    client.force_login(inspector)
    answer = client.get(f"/visits/photos/{photo.pk}/")
    page = answer.content.decode()
    assert (answer.context["visit"], f'href="/visits/{last.pk}/"' in page) == (last, True)
    assert ("赵三田" in page, "赵*田" in page) == (False, True)


def test_a_file_under_media_root_has_no_address_of_its_own(client, photo, wang):
    client.force_login(wang.user)
    assert client.get(photo.file.url).status_code == 404
