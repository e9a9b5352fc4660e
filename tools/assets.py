"""Copies the front-end files from node_modules into static/vendor: no CDN, nothing third-party in git.

`python -m tools.assets`. htmx is not among them: django_htmx brings it as a static file of its own.
"""

import re
import shutil
from pathlib import Path

from tools.steps import ROOT, StepFailed

MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
ICON_LIST = ROOT / "static" / "icons.txt"
FILES = [
    "bootstrap/dist/css/bootstrap.min.css",
    "echarts/dist/echarts.common.min.js",
    "idb/build/umd.js",
]
RENAMED = {"idb/build/umd.js": "idb.js"}
LICENCES = {  # name in static/vendor/licences → file of the package
    "bootstrap.txt": "bootstrap/LICENSE",
    "bootstrap-icons.txt": "bootstrap-icons/LICENSE",
    "echarts.txt": "echarts/LICENSE",
    "idb.txt": "idb/LICENSE",
    "echarts-notice.txt": "echarts/NOTICE",
    "zrender.txt": "zrender/LICENSE",  # inside echarts, as is tslib
    "tslib.txt": "tslib/LICENSE.txt",
}
SOURCE_MAP = re.compile(r"^\s*(/\*|//)# sourceMappingURL=.*$", re.MULTILINE)
SVG = re.compile(r"<svg[^>]*\bviewBox=\"(?P<box>[^\"]+)\"[^>]*>(?P<shapes>.*)</svg>", re.DOTALL)


def copy_assets() -> None:
    """Write static/vendor anew; StepFailed names what a package no longer holds."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "licences").mkdir(parents=True)
    for name in FILES:
        # The maps are not served, and the hashed storage would look for them.
        (VENDOR / RENAMED.get(name, Path(name).name)).write_text(
            SOURCE_MAP.sub("", _package_file(name)), encoding="utf-8"
        )
    for name, source in LICENCES.items():
        (VENDOR / "licences" / name).write_text(_package_file(source), encoding="utf-8")
    names = ICON_LIST.read_text(encoding="utf-8").split()
    (VENDOR / "icons.svg").write_text(sprite(names), encoding="utf-8")


def sprite(names: list[str]) -> str:
    """One SVG with a symbol per icon: `<use href="…/icons.svg#house">`."""
    symbols = []
    for name in names:
        icon = SVG.search(_package_file(f"bootstrap-icons/icons/{name}.svg"))
        if icon is None:
            raise StepFailed(f"bootstrap-icons/icons/{name}.svg is not what static/icons.txt expects")
        shapes = " ".join(icon["shapes"].split())
        symbols.append(f'<symbol id="{name}" viewBox="{icon["box"]}">{shapes}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n' + "\n".join(symbols) + "\n</svg>\n"


def _package_file(name: str) -> str:
    try:
        return (MODULES / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StepFailed(f"node_modules/{name} is missing: is it still in that package, and did npm ci run?") from None


if __name__ == "__main__":
    copy_assets()
