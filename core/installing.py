"""What makes the site an app on a phone: the manifest, and what the service worker keeps to draw pages offline."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

PINE, PAPER = "#164c39", "#faf8f4"
ICONS = (192, 512)
WORKER = "js/sw.js"
FILES = (  # all that a kept page needs; nothing of a person
    "vendor/bootstrap.min.css", "css/bangfu.css", "css/visits.css", "css/dashboards.css",
    "django_htmx/htmx-2.min.js", "js/bangfu.js", "js/visits.js",
    "vendor/idb.js", "js/store.js", "js/sender.js", "js/outbox.js", "js/drafts.js", "js/keep.js", "js/signout.js",
    "js/signin.js", "js/offline.js",
    "vendor/icons.svg", "img/favicon.svg", "img/hills.svg", "img/icon-192.png",
)  # fmt: skip


def manifest() -> dict[str, Any]:
    """The web app manifest, in the active language."""
    return {
        "id": "/",
        "name": _("Bangfu · paired assistance"),
        "short_name": _("Bangfu"),
        "lang": "zh-Hans" if get_language() == "zh-hans" else "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": PINE,
        "background_color": PAPER,
        "icons": [
            {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size in ICONS
            for purpose in ("any", "maskable")
        ],
    }


def worker() -> str:
    """The service worker: its source behind what it has to know of this release."""
    known = {
        "version": version(),
        "files": [static(name) for name in FILES],
        "scripts": [static(name) for name in ("vendor/idb.js", "js/store.js", "js/sender.js")],
        "nothing": reverse("core:offline_nothing"),
        "signIn": reverse("account_login"),
        "signOut": reverse("account_logout"),
    }
    return f'"use strict";\nconst config = {json.dumps(known)};\n{_source(WORKER)}'


@cache
def version() -> str:
    """A short hash over all files that the worker keeps: another one with any change of any of them."""
    digest = hashlib.sha256()
    for name in (WORKER, *FILES):
        digest.update(f"{name} {_path(name).stat().st_size}\n".encode() + _path(name).read_bytes())
    return digest.hexdigest()[:12]


@cache
def _source(name: str) -> str:
    return _path(name).read_text(encoding="utf-8")


def _path(name: str) -> Path:
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(f"static file {name}: did bin/setup run?")
    return Path(found)
