"""A small district and small rosters, written by openpyxl (not by the product's own writer)."""

import io
from datetime import date
from typing import Any

import openpyxl

from households.id_numbers import with_check_digit
from households.roster.places import Place, Places
from households.roster.reading import read
from households.roster.rows import Reading

TODAY = date(2018, 3, 1)
HEADERS = (
    "乡(镇)", "行政村", "户编号", "姓名", "证件号码", "与户主关系", "性别", "出生日期", "健康状况", "人数",
    "主要致贫原因", "户联系电话", "年度", "工资性收入", "生产经营性收入", "生产经营性支出", "财产性收入",
    "转移性收入", "家庭纯收入",
)  # fmt: skip

PLACES = Places(
    [
        Place("120119106000", "别山镇"),
        Place("120119122000", "穿芳峪镇", ("穿芳峪乡",)),
        Place("120119203000", "孙各庄满族乡"),
    ],
    [
        Place("120119106211", "西九户村", ("西九户村委会",), "120119106000"),
        Place("120119106212", "东山村", (), "120119106000"),
        Place("120119122212", "东山村", (), "120119122000"),
        Place("120119122225", "小辛庄村", (), "120119122000"),
        Place("120119203213", "马家庄村", (), "120119203000"),
    ],
)

HEAD_ID = with_check_digit("12999919650315301")
WIFE_ID = with_check_digit("12999919670820202")
SON_ID = with_check_digit("12999919900101103")
OTHER_ID = with_check_digit("12999919550505505")


def row(**cells: Any) -> dict[str, Any]:
    """A sound row of a head; the cells given replace its own."""
    return {
        "乡(镇)": "别山镇", "行政村": "西九户村", "户编号": "9900100001", "姓名": "李三丰", "证件号码": HEAD_ID,
        "与户主关系": "户主", "性别": "男", "出生日期": "1965-03-15", "健康状况": "健康", "人数": 2,
        "主要致贫原因": "因病", "户联系电话": "14000000001", "年度": 2016, "工资性收入": 5000, "生产经营性收入": 3000,
        "生产经营性支出": 1000, "财产性收入": 0, "转移性收入": 2000, "家庭纯收入": 9000,
    } | cells  # fmt: skip


def wife(**cells: Any) -> dict[str, Any]:
    """A sound row of the head's wife."""
    own = {"姓名": "王美", "证件号码": WIFE_ID, "与户主关系": "配偶", "性别": "女", "出生日期": "1967-08-20"}
    return row() | own | cells


def other_head(**cells: Any) -> dict[str, Any]:
    """A sound household of one."""
    own = {"户编号": "9900100002", "姓名": "赵六一", "证件号码": OTHER_ID, "出生日期": "1955-05-05", "人数": 1}
    return row() | own | cells


def workbook(*rows: dict[str, Any], headers: tuple[str, ...] = HEADERS) -> bytes:
    """An xlsx with one header row."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "花名册"
    sheet.append(headers)
    for cells in rows:
        sheet.append([cells.get(h) for h in headers])
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def reading(data: bytes, **options: Any) -> Reading:
    return read(data, "花名册.xlsx", places=PLACES, today=TODAY, **options)


def found(result: Reading) -> list[tuple[int | None, str, str]]:
    """(row, field, code) of all findings; what was filled down is said apart."""
    return [(f.row, f.field, f.code) for f in result.findings if f.code != "filled_down"]
