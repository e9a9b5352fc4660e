"""Pictures of the running demo: `python -m tools.screenshots [--base URL] [--out DIR] [role:/path/ …]`.

Without pages: those of the README. Each is taken on a phone (390×844) and a desktop (1440×900), as WebP.
Needs the demo running (bin/demo) and the packages of bin/test.
"""

import argparse
import io
import json
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync",
            "--disable-component-update"]  # fmt: skip
DEVICES = {"phone": (390, 844), "desktop": (1440, 900)}
README_PAGES = ["cadre:/", "township_official:/", "district_admin:/households/", "district_admin:/households/growth/"]


def main(words: list[str]) -> int:
    """Sign in once for each role and device, and keep a picture of each page."""
    parser = argparse.ArgumentParser(description="Pictures of the running demo.")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--full", action="store_true", help="the whole page, not the screen alone")
    parser.add_argument("--png", action="store_true")
    parser.add_argument("pages", nargs="*", default=README_PAGES)
    options = parser.parse_args(words)
    options.out.mkdir(parents=True, exist_ok=True)
    by_role: dict[str, list[str]] = {}
    for page in options.pages:
        role, _, path = page.partition(":")
        by_role.setdefault(role, []).append(path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        for role, paths in by_role.items():
            for device in DEVICES:
                take(browser, options, role, device, paths)
        browser.close()
    return 0


def take(browser: Browser, options: argparse.Namespace, role: str, device: str, paths: list[str]) -> None:
    """The pages of one role on one device."""
    width, height = DEVICES[device]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    sign_in(page, options.base, role)
    for path in paths:
        page.goto(options.base + path, wait_until="networkidle")
        name = f"{role}-{path.strip('/').replace('/', '-').replace('?', '-') or 'home'}-{device}"
        picture = page.screenshot(full_page=options.full, animations="disabled")
        if options.png:
            (options.out / f"{name}.png").write_bytes(picture)
        else:
            Image.open(io.BytesIO(picture)).save(options.out / f"{name}.webp", quality=80, method=6)
        print(name)
    context.close()


def sign_in(page: Page, base: str, role: str) -> None:
    """Sign in with the demo's account of this role."""
    output = subprocess.run(
        [sys.executable, "manage.py", "demo_accounts", "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    account = next(a for a in json.loads(output) if a["role"] == role)
    page.goto(f"{base}/sign-in/")
    page.fill("input[name=login]", account["username"])
    page.fill("input[name=password]", account["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
