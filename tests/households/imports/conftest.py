"""A district with all its places, and rosters written by hand as xlsx."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import call_command

from district.models import Campaign
from district.register import load_divisions, open_campaign

HEADER = [
    "乡(镇)", "行政村", "户编号", "姓名", "证件号码", "与户主关系", "户联系电话", "收入登记表年度", "工资性收入",
    "转移性收入",
]  # fmt: skip
ZHAO, LI, WANG, SUN, ZHOU = (
    "129999196001011019", "129999196203041028", "129999199005060030", "129999195512120041", "129999195801010052",
)  # fmt: skip


def _checked(number: str) -> str:
    weights, digits = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
    return number[:17] + digits[sum(int(d) * w for d, w in zip(number[:17], weights, strict=True)) % 11]


PEOPLE = {name: _checked(number) for name, number in {
    "赵一": ZHAO, "李二": LI, "王三": WANG, "孙四": SUN, "周五": ZHOU,
}.items()}  # fmt: skip


def run(*paths: Path, commit: bool = True, **options: Any) -> dict[str, Any]:
    """import_roster of these files; the document of the first."""
    out = io.StringIO()
    call_command("import_roster", *map(str, paths), json=True, commit=commit, stdout=out, **options)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document["files"][0]


def counts(**given: int) -> dict[str, int]:
    """Households of a document: all 0 but these."""
    return dict.fromkeys(("created", "updated", "unchanged", "rejected", "pending"), 0) | given


@pytest.fixture
def campaign(db: None) -> Campaign:
    load_divisions()
    return open_campaign()


def line(
    code: str, name: str, relation: str, *, village: str = "小辛庄村", wage: object = 5000, transfer: object = 1000,
    year: object = 2016, phone: str = "",
) -> list[object]:  # fmt: skip
    """One row of a roster; income on the head's row alone."""
    income = [wage, transfer] if relation == "户主" else ["", ""]
    return ["穿芳峪镇", village, code, name, PEOPLE.get(name, ""), relation, phone, year, *income]


@pytest.fixture
def roster(tmp_path: Path) -> Callable[..., Path]:
    """Write rows under the usual header; returns the file."""

    def write(*rows: list[object], name: str = "花名册.xlsx", header: list[str] = HEADER) -> Path:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"strings_to_formulas": False})
        sheet = book.add_worksheet("花名册")
        for number, row in enumerate([header, *rows]):
            for place, value in enumerate(row):
                if value != "":
                    sheet.write(number, place, value)
        book.close()
        path = tmp_path / name
        path.write_bytes(out.getvalue())
        return path

    return write
