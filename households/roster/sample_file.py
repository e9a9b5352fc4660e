"""Fictitious households → a roster xlsx, in the layouts that offices use, with or without planted errors."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any, Literal

import xlsxwriter

from households.codes import spelling_of
from households.id_numbers import with_check_digit

from .sample import Home, Person

Layout = Literal["plain", "merged", "two_row_header", "per_township"]
LAYOUTS: tuple[Layout, ...] = ("plain", "merged", "two_row_header", "per_township")
Row = dict[str, Any]

PLACE = ("乡(镇)", "行政村", "户编号")
MEMBER = (
    "姓名", "证件号码", "与户主关系", "性别", "出生日期", "文化程度", "在校生状况", "健康状况", "劳动技能",
)  # fmt: skip
HOUSEHOLD = ("人数", "贫困户属性", "主要致贫原因", "户联系电话", "家庭住址", "收入登记表年度")
INCOME = ("工资性收入", "生产经营性收入", "生产经营性支出", "财产性收入", "转移性收入", "家庭纯收入")
GUARANTEES = ("吃饭是否有保障", "穿衣是否有保障", "教育保障", "医疗保障", "住房保障", "养老保障")
COLUMNS = ("序号", *PLACE, *MEMBER, *HOUSEHOLD, *INCOME, *GUARANTEES)
GROUPS = {"家庭基本情况": HOUSEHOLD, "家庭收入（元）": INCOME, "两不愁四保障": GUARANTEES}
OF_HOUSEHOLD = frozenset((*PLACE, *HOUSEHOLD, *INCOME, *GUARANTEES))
TITLE = "低收入户花名册（虚构数据）"
_PARTS = ("wage", "business", "business_cost", "property", "transfer")


def write_roster(
    path: Path, homes: Sequence[Home], *, year: int, layout: Layout = "plain", errors: int = 0, seed: int = 1
) -> list[tuple[str, str]]:
    """Write the file; returns (户编号, kind of error) of the households that were spoiled on purpose."""
    blocks = [_rows(home, year) for home in homes]
    spoiled = _spoil(blocks, errors, seed)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for name, part in _sheets(blocks, layout):
            _write_sheet(book, name, part, layout)
    return spoiled


def _rows(home: Home, year: int) -> list[Row]:
    """One row per member; the household's columns are on each of them."""
    income: Row = dict.fromkeys(INCOME)
    if home.parts:
        income = {h: float(home.parts[p]) for h, p in zip(INCOME, _PARTS, strict=False)} | {
            "家庭纯收入": float(home.total)
        }
    shared: Row = dict(zip(PLACE, (home.township, home.village, home.code), strict=True))
    shared |= {
        "人数": len(home.people),
        "贫困户属性": spelling_of("attribute", home.attribute),
        "主要致贫原因": spelling_of("main_cause", home.cause),
        "户联系电话": home.phone,
        "家庭住址": home.address,
        "收入登记表年度": year,
    }
    states = {h: spelling_of("guarantee", s) for h, s in zip(GUARANTEES, home.guarantees, strict=True)}
    return [shared | _member(p) | income | states for p in home.people]


def _member(person: Person) -> Row:
    values = (
        person.name,
        person.id_no,
        spelling_of("relation", person.relation),
        spelling_of("sex", person.sex),
        person.born.isoformat(),
        spelling_of("education", person.education),
        spelling_of("student_status", person.student),
        "、".join(spelling_of("health", h) for h in person.health),
        spelling_of("labour", person.labour),
    )
    return dict(zip(MEMBER, values, strict=True))


def _sheets(blocks: list[list[Row]], layout: Layout) -> list[tuple[str, list[list[Row]]]]:
    if layout != "per_township":
        return [("花名册", blocks)]
    by_place = sorted(blocks, key=lambda b: str(b[0]["乡(镇)"]))
    return [(name[:31], list(part)) for name, part in groupby(by_place, key=lambda b: str(b[0]["乡(镇)"]))]


def _write_sheet(book: xlsxwriter.Workbook, name: str, blocks: list[list[Row]], layout: Layout) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1})
    texts = book.add_format({"num_format": "@"})
    middle = book.add_format({"valign": "vcenter"})
    sheet.set_column(0, len(COLUMNS) - 1, 12)
    for header in ("户编号", "证件号码", "户联系电话"):
        sheet.set_column(COLUMNS.index(header), COLUMNS.index(header), 20, texts)
    top = _write_header(sheet, layout, bold)
    sheet.freeze_panes(top, 0)
    number = 0
    for block in blocks:
        for row in block:
            number += 1
            values = ["" if v is None else v for v in (row.get(h) for h in COLUMNS)]
            values[0] = number
            sheet.write_row(top + number - 1, 0, values)
        if layout == "merged" and len(block) > 1:
            _merge(sheet, block, top + number - len(block), middle)


def _write_header(sheet: Any, layout: Layout, bold: Any) -> int:
    """Write the header; returns the first row of data."""
    last = len(COLUMNS) - 1
    if layout in ("plain", "per_township"):
        sheet.write_row(0, 0, COLUMNS, bold)
        return 1
    sheet.merge_range(0, 0, 0, last, TITLE, bold)
    if layout == "merged":
        sheet.write_row(1, 0, COLUMNS, bold)
        return 2
    sheet.merge_range(1, 0, 1, last, "单位：元、人", bold)
    grouped = {h for headers in GROUPS.values() for h in headers}
    for i, header in enumerate(COLUMNS):
        if header in grouped:
            sheet.write(3, i, header, bold)
        else:
            sheet.merge_range(2, i, 3, i, header, bold)
    for group, headers in GROUPS.items():
        sheet.merge_range(2, COLUMNS.index(headers[0]), 2, COLUMNS.index(headers[-1]), group, bold)
    return 4


def _merge(sheet: Any, block: list[Row], first: int, middle: Any) -> None:
    """Merge the household's columns over its rows, as offices do."""
    last = first + len(block) - 1
    for i, header in enumerate(COLUMNS):
        value = block[0].get(header)
        if header in OF_HOUSEHOLD and all(row.get(header) == value for row in block):
            sheet.merge_range(first, i, last, i, "" if value is None else value, middle)


# errors


def _spoil(blocks: list[list[Row]], errors: int, seed: int) -> list[tuple[str, str]]:
    """Plant one error in each of some households; the kinds take turns."""
    random = Random(seed)  # noqa: S311
    several = [b for b in blocks if len(b) > 1 and b[0]["工资性收入"] is not None]
    chosen = random.sample(several, min(errors, len(several)))
    spoiled = []
    for i, block in enumerate(chosen):
        kind = list(_KINDS)[i % len(_KINDS)]
        spoiled.append((str(block[0]["户编号"]), kind))
        _KINDS[kind](block)
    return spoiled


def _everywhere(block: list[Row], header: str, value: object) -> None:
    for row in block:
        row[header] = value


def _wrong_digit(block: list[Row]) -> None:
    right = block[0]["证件号码"]
    block[0]["证件号码"] = right[:17] + ("1" if right[17] != "1" else "2")


def _numeric_id(block: list[Row]) -> None:
    block[0]["证件号码"] = int(block[0]["证件号码"][:17] + "0")


def _two_heads(block: list[Row]) -> None:
    block[1]["与户主关系"] = "户主"


def _no_head(block: list[Row]) -> None:
    block[0]["与户主关系"] = "其他"


def _same_person(block: list[Row]) -> None:
    block[1]["证件号码"] = block[0]["证件号码"]


def _no_such_day(block: list[Row]) -> None:
    block[0]["证件号码"] = with_check_digit(block[0]["证件号码"][:10] + "0230" + block[0]["证件号码"][14:17])


_KINDS = {
    "id_checksum": _wrong_digit,
    "money_negative": lambda b: _everywhere(b, "工资性收入", -500),
    "village_unknown": lambda b: _everywhere(b, "行政村", "无此村名"),
    "head_two": _two_heads,
    "id_precision_lost": _numeric_id,
    "money_not_number": lambda b: _everywhere(b, "转移性收入", "约三千"),
    "head_missing": _no_head,
    "id_duplicate": _same_person,
    "township_unknown": lambda b: _everywhere(b, "乡(镇)", "某某镇"),
    "id_length": lambda b: b[0].update(证件号码=b[0]["证件号码"][:17]),
    "year_invalid": lambda b: _everywhere(b, "收入登记表年度", "去年"),
    "name_missing": lambda b: b[-1].update(姓名=""),
    "money_decimals": lambda b: _everywhere(b, "财产性收入", "10.125"),
    "id_date": _no_such_day,
    "name_chars": lambda b: b[0].update(姓名="=HYPERLINK(1)"),
    "household_conflict": lambda b: b[-1].update(主要致贫原因="因婚"),
}
