"""The ten longest modules and functions: `python -m tools.longest`. Nothing fails here; long tails are for reading."""

import ast
from collections.abc import Iterator
from pathlib import Path

from config.processes import APPS
from tools.steps import ROOT

SHOWN = 10


def modules() -> Iterator[Path]:
    """Our own modules, without migrations."""
    for package in (*APPS, "config", "tools"):
        yield from (path for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and name of each function, docstring included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (
                (node.end_lineno or node.lineno) - node.lineno + 1,
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}",
            )


def main() -> None:
    """Print both lists."""
    files = sorted((len(p.read_text(encoding="utf-8").splitlines()), str(p.relative_to(ROOT))) for p in modules())
    longest = sorted(entry for path in modules() for entry in functions(path))
    for title, entries in (("longest modules", files), ("longest functions", longest)):
        print(f"{title}:")
        for lines, name in reversed(entries[-SHOWN:]):
            print(f"{lines:6} {name}")


if __name__ == "__main__":
    main()
