"""Ten and more layouts of real-life rosters, written by openpyxl and csv: not by the product's writer.

Households are laid out as a grid that remembers whose each cell is; so a test can spoil one cell and say which
household that concerns.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from tests.households.roster import real_old_formats
from tests.households.roster.real_life import INCOME, OF_PERSON, House, amount, value

TEXTS = ("gb18030", "utf-16")
Column = tuple[str, tuple[str, ...]]  # the field, and its header from the top row down


def columns(text: str) -> tuple[Column, ...]:
    """ "field=group/header …" → columns."""
    pairs = (one.split("=", 1) for one in text.split())
    return tuple(
        (name, tuple(h.replace("␣", " ").replace("↵", "\n") for h in header.split("/"))) for name, header in pairs
    )


@dataclass(frozen=True)
class Layout:
    """How a township lays its roster out.

    `below`: household cells under a household's first row are "given" again, "blank" or "merged". `per` a "member",
    a "household", or "side": members side by side in a household's row. `pages`: "one" sheet, or one for each
    "township" or "village"; `told`: the place stands in no column. `kind`: how it is written; only xlsx keeps merged
    cells. `guide` adds a sheet of instructions and a hidden one. `head_again`: the head is also the first of the
    members side by side.
    """

    columns: tuple[Column, ...]
    above: tuple[str, ...] = ()
    foot: tuple[tuple[str | None, ...], ...] = ()
    total: bool = False
    below: str = "given"
    per: str = "member"
    pages: str = "one"
    told: bool = False
    kind: str = "xlsx"
    member_headers: tuple[Column, ...] = ()
    guide: bool = False
    head_again: bool = False

    @property
    def fields(self) -> set[str]:
        return {name for name, _ in (*self.columns, *self.member_headers)}


@dataclass
class Page:
    """One sheet as a grid; `merged` as (top, left, bottom, right) from 0."""

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    state: str = "visible"


@dataclass(frozen=True)
class Spot:
    """Whose a cell is: field, household and person by their place in the list."""

    page: int
    row: int
    column: int
    field: str
    house: int
    person: int


@dataclass
class Roster:
    """A laid-out roster, ready to be spoiled or written."""

    layout: Layout
    pages: list[Page]
    spots: list[Spot]

    @property
    def file_name(self) -> str:
        return "花名册." + {"gb18030": "csv", "utf-16": "txt"}.get(self.layout.kind, self.layout.kind)

    def rows_of(self, house: int) -> set[tuple[str, int]]:
        """(sheet, row as shown) of a household."""
        name = "csv" if self.layout.kind in TEXTS else ""
        return {(name or self.pages[s.page].name, s.row + 1) for s in self.spots if s.house == house}

    def put(self, spot: Spot, value: object) -> None:
        self.pages[spot.page].rows[spot.row][spot.column] = value

    def get(self, spot: Spot) -> Any:
        return self.pages[spot.page].rows[spot.row][spot.column]

    def data(self) -> bytes:
        """The bytes of the file."""
        kind, rows = self.layout.kind, self.pages[0].rows
        if kind in TEXTS:
            return _text(rows, kind)
        if kind == "xlsx":
            return _workbook(self.pages)
        return real_old_formats.xls(rows) if kind == "xls" else real_old_formats.ods(rows)


def laid_out(layout: Layout, houses: Iterable[House]) -> Roster:
    """The households in this layout."""
    by_page: dict[str, list[tuple[int, House]]] = {}
    for i, house in enumerate(houses):
        name = {"one": "Sheet1", "township": house.township, "village": house.village}[layout.pages]
        by_page.setdefault(name, []).append((i, house))
    roster = Roster(layout, [], [])
    if layout.guide:
        lines = ("填表说明", "一、每户户主写在第一行。", "二、身份证号码按文本格式填写。", "三、收入单位为元。")
        roster.pages.append(Page("填表说明", [[line] for line in lines]))
    for name, own in by_page.items():
        _lay_page(roster, name, own)
    if layout.guide:
        before = laid_out(replace(layout, guide=False, pages="one"), [h for own in by_page.values() for _, h in own])
        roster.pages.append(Page("去年", before.pages[0].rows, state="hidden"))
    return roster


def _lay_page(roster: Roster, name: str, own: list[tuple[int, House]]) -> None:
    layout = roster.layout
    wide = max(len(h.people) for _, h in own) - (not layout.head_again) if layout.per == "side" else 0
    more = [
        (f, tuple(h.replace("#", str(n)) for h in head))
        for n in range(1, wide + 1)
        for f, head in layout.member_headers
    ]
    page, cols = Page(name), [*layout.columns, *more]
    house = own[0][1]
    for line in layout.above:
        page.rows.append([line.format(township=house.township, village=house.village), *[None] * (len(cols) - 1)])
        page.merged.append((len(page.rows) - 1, 0, len(page.rows) - 1, len(cols) - 1))
    _lay_header(page, [header for _, header in cols])
    first = len(page.rows)
    for number, (i, one) in enumerate(own, 1):
        _lay_house(roster, page, cols, (number, i, one))
    if layout.total:
        sums = {f: sum(amount(h, f) for _, h in own) / 100 for f in INCOME}
        page.rows.append(["合计", *(sums.get(f) for f, _ in cols[1:])])
    page.rows += [[*line, *[None] * (len(cols) - len(line))] for line in layout.foot]
    assert first < len(page.rows)
    roster.pages.append(page)


def _lay_header(page: Page, headers: list[tuple[str, ...]]) -> None:
    depth, top = max(map(len, headers)), len(page.rows)
    full = [h + ("",) * (depth - len(h)) for h in headers]
    for level in range(depth):
        starts = [i for i, h in enumerate(full) if h[level] and (i == 0 or full[i - 1][: level + 1] != h[: level + 1])]
        page.rows.append([h[level] if i in starts else None for i, h in enumerate(full)])
        for i in starts:
            right = i
            while right + 1 < len(full) and full[right + 1][: level + 1] == full[i][: level + 1] and level < depth - 1:
                right += 1
            bottom = depth - 1 if len(headers[i]) == level + 1 else level
            if right > i or bottom > level:
                page.merged.append((top + level, i, top + bottom, right))


def _lay_house(roster: Roster, page: Page, cols: list[Column], numbered: tuple[int, int, House]) -> None:
    number, i, house = numbered
    layout, top = roster.layout, len(page.rows)
    for p in range(len(house.people) if layout.per == "member" else 1):
        cells: list[Any] = []
        seen: dict[str, int] = {}
        for c, (name, _) in enumerate(cols):
            of_person = name in OF_PERSON
            who = p
            if layout.per == "side" and of_person:
                who = seen.setdefault(name, int(not layout.head_again))
                seen[name] += 1
            again = p and not of_person and name != "no" and layout.below == "blank"
            hidden = p and not of_person and layout.below == "merged"
            if who >= len(house.people) or again or hidden:
                cells.append(None)
                continue
            cells.append(number if name == "seq" else value(name, house, house.people[who], top + p))
            roster.spots.append(Spot(len(roster.pages), top + p, c, name, i, who))
        page.rows.append(cells)
    if layout.below == "merged" and len(house.people) > 1:
        for c, (name, _) in enumerate(cols):
            if name not in OF_PERSON:
                page.merged.append((top, c, top + len(house.people) - 1, c))


def _workbook(pages: list[Page]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for page in pages:
        sheet = book.create_sheet(page.name)
        sheet.sheet_state = page.state
        for row in page.rows:
            sheet.append(row)
        for top, left, bottom, right in page.merged:
            sheet.merged_cells.add(f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(rows: list[list[Any]], encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t" if encoding == "utf-16" else ",").writerows(rows)
    return out.getvalue().encode(encoding)


# the layouts

PLACE = "county=县(市、区、旗) township=乡(镇) village=行政村 "
WHO = "name=姓名 number=证件号码 people=人数 relation=与户主关系 nation=民族 education=文化程度 student=在校生状况 "
SOUND = "health=健康状况 labour=劳动技能 "
SIGNED = (("填表人：张明", None, "审核人：李芳"), ("村委会（盖章）", None, None, "2018年3月1日"))
MONEY = "wage=工资性收入（元） business=生产经营性收入 cost=生产经营性支出 property=财产性收入 transfer=转移性收入 "
LEDGER = columns(
    "seq=序号 township=乡镇 village=村 head_name=户主 head_number=户主身份证号 people=家庭人口（人） able=劳动力人数 "
    "phone=联系电话 gross=家庭年收入（元） year=年度 note=备注"
)
PLAIN = columns(
    "seq=序号 period=数据日期 " + PLACE + "no=户编号 " + WHO + SOUND + "yes=是否参加大病保险 cause=致贫原因1 "
    "yes=是否解决安全饮用水 per_head=人均纯收入 net=家庭纯收入 year=年度 phone=户联系电话 member_phone=人联系电话 "
    "attribute=户属性"
)
TITLED = columns(
    "seq=序号 township=所在镇 village=村名 no=户号 name=成员↵姓名 number=身份证号码 relation=与户主␣关系 sex=性␣别 "
    "born=出生年月日 health=身体状况 people=家庭人口数 cause=主要致贫原因 " + MONEY + "net=家庭年纯收入（元） "
    "phone=联系电话 year=年度"
)
TWO_ROWS = columns(
    "seq=序号 township=户基本情况/乡镇 village=户基本情况/行政村 no=户基本情况/户编号 attribute=户基本情况/户属性 "
    "name=家庭成员情况/姓名 number=家庭成员情况/身份证号 relation=家庭成员情况/与户主关系 sex=家庭成员情况/性别 "
    "education=家庭成员情况/文化程度 member_phone=家庭成员情况/联系电话 year=收入情况（元）/年度 "
    "wage=收入情况（元）/工资性收入 business=收入情况（元）/生产经营性收入 cost=收入情况（元）/生产经营性支出 "
    "property=收入情况（元）/财产性收入 transfer=收入情况（元）/转移性收入 net=收入情况（元）/家庭纯收入"
)
PAIRED = columns(
    "seq=序号 township=结对帮扶对象/所属镇 village=结对帮扶对象/村名 head_name=结对帮扶对象/户主/姓名 "
    "head_number=结对帮扶对象/户主/身份证号 people=结对帮扶对象/家庭人数 able=结对帮扶对象/劳动力人数 "
    "phone=结对帮扶对象/联系电话 year=结对帮扶对象/收入/年度 gross=结对帮扶对象/收入/家庭总收入 "
    "unit=结对帮扶干部/工作单位 helper=结对帮扶干部/姓名 post=结对帮扶干部/职务 helper_phone=结对帮扶干部/联系电话"
)
LED = (*PAIRED, *columns("leader=分管领导（联系人）/姓名 leader_phone=分管领导（联系人）/联系电话"))
THREE_ROWS = columns(
    "seq=序号 township=基本信息/所在地/乡镇 village=基本信息/所在地/村 address=基本信息/所在地/家庭住址 "
    "no=基本信息/户编号 name=成员/身份/姓名 number=成员/身份/公民身份号码 relation=成员/与户主关系 "
    "health=成员/状况/健康状况 labour=成员/状况/劳动能力 year=收入/年度 wage=收入/其中/工资性收入 "
    "business=收入/其中/经营性收入 cost=收入/其中/经营支出 property=收入/其中/财产性收入 transfer=收入/其中/转移性收入 "
    "net=收入/家庭纯收入"
)
SIDE_MEMBERS = columns("name=成员#姓名 number=成员#身份证号 relation=成员#关系")
GROUPED_MEMBERS = columns("name=家庭成员#/姓名 number=家庭成员#/身份证号码 relation=家庭成员#/与户主关系")
TITLE = ("{township}2016年低收入户花名册", "单位：元、人")


def _without(cols: tuple[Column, ...], *names: str) -> tuple[Column, ...]:
    return tuple(c for c in cols if c[0] not in names)


LAYOUTS = {
    "plain": Layout(PLAIN),
    "titled": Layout(TITLED, above=TITLE, foot=SIGNED, total=True),
    "two_rows": Layout(TWO_ROWS, above=("低收入户花名册",)),
    "three_rows": Layout(THREE_ROWS, above=("低收入户花名册",), foot=SIGNED),
    "merged": Layout(TITLED, above=TITLE, total=True, below="merged"),
    "merged_groups": Layout(TWO_ROWS, below="merged"),
    "blank_below": Layout(TITLED, above=("花名册",), foot=SIGNED, below="blank"),
    "ledger": Layout(LEDGER, above=TITLE, foot=SIGNED, total=True, per="household"),
    "side": Layout(LEDGER, above=("低收入户台账",), per="side", member_headers=SIDE_MEMBERS),
    "side_head_again": Layout(LEDGER, per="side", member_headers=SIDE_MEMBERS, head_again=True),
    "side_groups": Layout(LEDGER, per="side", member_headers=GROUPED_MEMBERS, total=True),
    "townships": Layout(TITLED, above=TITLE, foot=SIGNED, pages="township", guide=True, total=True),
    "gb18030": Layout(PLAIN, kind="gb18030"),
    "gb18030_titled": Layout(TITLED, kind="gb18030", above=("低收入户花名册",), foot=SIGNED, total=True),
    "utf16_tab": Layout(PLAIN, kind="utf-16"),
    "no_code": Layout(_without(PLAIN, "no")),
    "no_code_merged": Layout(_without(TITLED, "no"), total=True, below="merged"),
    "no_code_blank": Layout(_without(TITLED, "no"), below="blank", foot=SIGNED),
    "township_told": Layout(_without(TITLED, "township"), above=TITLE, pages="township", told=True),
    "village_told": Layout(
        _without(TITLED, "township", "village"), above=TITLE[:1], pages="village", told=True, total=True
    ),
    "date_under_numbers": Layout(columns("township=乡镇 village=村") + TITLED[4:], foot=SIGNED),
    "xls": Layout(TITLED, above=TITLE, foot=SIGNED, total=True, kind="xls"),
    "ods": Layout(LEDGER, above=TITLE, kind="ods", per="household"),
    "helpers": Layout(
        (*TITLED, *columns("helper=帮扶责任人 unit=帮扶单位 post=帮扶人职务 helper_phone=帮扶责任人联系电话")),
        below="merged",
    ),
    "helpers_groups": Layout(PAIRED, above=("结对帮扶花名册",), per="household"),
    "helpers_and_leaders": Layout(LED, per="household", total=True),
}
