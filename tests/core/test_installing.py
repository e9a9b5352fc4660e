"""What a phone installs: the manifest, the service worker, the page for no network."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from PIL import Image

from core import installing

pytestmark = pytest.mark.django_db


def test_the_manifest_makes_an_app_of_it_in_both_languages(client):
    answer = client.get("/manifest.webmanifest")
    known = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (known["short_name"], known["display"], known["start_url"]) == ("帮扶通", "standalone", "/")
    client.cookies["django_language"] = "en"
    assert client.get("/manifest.webmanifest").json()["short_name"] == "Bangfu"


@pytest.mark.parametrize("size", installing.ICONS)
def test_icons_are_of_the_size_that_the_manifest_says(size):
    icons = [icon for icon in installing.manifest()["icons"] if icon["sizes"] == f"{size}x{size}"]
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    file = finders.find(f"img/icon-{size}.png")
    with Image.open(file) as picture:
        assert picture.size == (size, size)
    assert Path(file).stat().st_size < 20_000


def test_every_page_names_the_manifest(client):
    page = client.get(reverse("account_login")).content.decode()
    assert 'rel="manifest" href="/manifest.webmanifest"' in page


def test_the_worker_is_asked_for_anew_and_answers_for_all_pages(client):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    config = json.loads(re.search(r"^const config = (.*);$", answer.content.decode(), re.MULTILINE)[1])
    assert all(finders.find(url.removeprefix("/static/")) for url in [*config["files"], *config["scripts"]])
    for address in ("nothing", "signIn", "signOut"):
        assert client.get(config[address]).status_code in (200, 302)


def test_another_file_makes_another_worker(monkeypatch, tmp_path):
    before = installing.version()
    changed = tmp_path / "changed.css"
    changed.write_text("body { color: red }")
    found = installing._path
    monkeypatch.setattr(installing, "_path", lambda name: changed if name == "css/bangfu.css" else found(name))
    installing.version.cache_clear()
    try:
        assert installing.version() != before
    finally:
        installing.version.cache_clear()


def test_the_worker_keeps_what_the_pages_need(client):
    """Each script and style of a page without network is among the worker's files; else it would be drawn bare."""
    page = client.get(reverse("core:offline_nothing")).content.decode()
    needed = set(re.findall(r'(?:src|href)="/static/([^"#]+)', page))
    assert needed <= set(installing.FILES)
    assert "csrf" not in page.lower()
