"""Rosters for the browser: one with every kind of finding that a file can have, a sound one, one that is refused."""

from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from households.id_numbers import with_check_digit

Row = dict[str, Any]

MEMBER = ("姓名", "证件号码", "与户主关系", "性别", "出生日期")
COLUMNS = (
    "乡(镇)", "行政村", "户编号", *MEMBER, "户主姓名", "户主证件号码", "人数", "主要致贫原因", "户联系电话",
    "银行卡号", "家庭住址", "年度", "工资性收入", "生产经营性收入", "生产经营性支出", "财产性收入", "转移性收入",
    "家庭纯收入", "备用信息",
)  # fmt: skip
NO_CODE = tuple(c for c in COLUMNS if c not in ("乡(镇)", "行政村", "户编号"))
ID_NO = "证件号码"
INCOME = ("工资性收入", "生产经营性收入", "生产经营性支出", "财产性收入", "转移性收入", "家庭纯收入")
LONG = "王" * 41
WHO, CODE, RELATION, TOWNSHIP, VILLAGE = "姓名", "户编号", "与户主关系", "乡(镇)", "行政村"

OF_WIFE: dict[str, Row] = {
    "id_missing": {ID_NO: None},
    "id_length": {ID_NO: "12999919670820"},
    "id_15_digit": {ID_NO: "129999670820202"},
    "id_chars": {ID_NO: "12999919670820A02X"},
    "id_date": {ID_NO: with_check_digit("12999919671320202")},
    "id_precision_lost": {ID_NO: 129999196708202020},
    "id_birth_conflict": {"出生日期": "1967-08-21"},
    "id_sex_conflict": {"性别": "男"},
    "head_two": {RELATION: "户主"},
    "name_missing": {WHO: None},
    "name_chars": {WHO: "王美1"},
    "name_length": {WHO: "王"},
    "name_too_long": {WHO: LONG},
    "encoding_lost": {WHO: "王?"},
    "date_invalid": {"出生日期": "不详"},
    "date_future": {"出生日期": "2090-01-01"},
    "date_ambiguous": {"出生日期": "3/4/1967"},
    "relation_unknown": {RELATION: "邻居"},
    "filled_down": {TOWNSHIP: None, VILLAGE: None},
    "household_conflict": {"主要致贫原因": "因学"},
    "several_years": {ID_NO: "the head's", "年度": 2016},
}
OF_HOUSEHOLD: dict[str, Row] = {
    "head_name_conflict": {"户主姓名": "孙另"},
    "head_id_conflict": {"户主证件号码": with_check_digit("12999919550505505")},
    "size_mismatch": {"人数": 5},
    "income_sum": {"家庭纯收入": 123},
    "money_negative": {"工资性收入": -5},
    "money_not_number": {"工资性收入": "约五千"},
    "money_unit": {"工资性收入": "0.5万元"},
    "money_decimals": {"工资性收入": 1.234},
    "money_too_large": {"工资性收入": 10**9},
    "not_eligible": {"工资性收入": 30_000, "家庭纯收入": 31_000},
    "township_unknown": {TOWNSHIP: "无名镇"},
    "village_unknown": {VILLAGE: "无名村"},
    "village_not_in_township": {VILLAGE: "小辛庄村"},
    "township_from_village": {TOWNSHIP: None},
    "text_too_long": {"家庭住址": "长" * 101},
    "year_invalid": {"年度": "2090"},
    "income_missing": dict.fromkeys(INCOME),
    "code_unknown": {"主要致贫原因": "因忧"},
    "phone_invalid": {"户联系电话": "123"},
    "card_invalid": {"银行卡号": "12"},
    "card_checksum": {"银行卡号": "6222020200000000001"},
    "people_invalid": {"人数": "两三"},
    "household_no_missing": {CODE: None},
    "household_no_invalid": {CODE: "户-1"},
    "formula_no_value": {"工资性收入": "=1+1"},
    "cell_error": {"工资性收入": "#REF!"},
    "column_unused": {"备用信息": "甲"},
}
BY_OTHERS = (
    "head_missing",
    "id_checksum",
    "id_duplicate",
    "person_two_households",
    "household_no_shared",
    "hidden_data",
)
BY_THE_SYSTEM = (
    "household_closed",
    "matched_by_head",
    "matched_by_members",
    "statement_final",
    "id_conflict",
    "head_namesake",
)  # about households of the sound file
OF_THE_FILE = ("not_in_file", "place_proposed")
OF_THE_REFUSED = ("income_is_per_head",)


class Rosters:
    """The three files for one block of codes, so that several tests can use one product; `unknown` heads the IDs."""

    def __init__(self, folder: Path, *, block: int, year: int, unknown: str) -> None:
        self.folder, self.block, self.year, self.unknown = folder, block, year, unknown
        self.made = 0

    def sound(self, known: int = 5) -> tuple[Path, list[list[Row]]]:
        """Households without a finding that only the system's state later gives one."""
        families = [self._family() for _ in range(known)]
        families.append([self._family(**{TOWNSHIP: "穿芳峪镇", VILLAGE: "小辛庄村"})[0] | {"人数": 1}])
        return self._saved("别山镇.xlsx", [("花名册", COLUMNS, families)]), families

    def refused(self) -> Path:
        """Income per head alone: a column is missing."""
        columns = (*(c for c in COLUMNS if "收入" not in c and "支出" not in c), "人均纯收入")
        return self._saved("人均.xlsx", [("花名册", columns, [self._family(人均纯收入=3000)])])

    def every(self, known: list[list[Row]]) -> tuple[Path, set[str]]:
        """Every kind of finding: its path, and the codes. `known` are the households that the system knows."""
        families = [self._family(self.changed(code), self.own(code)) for code in (*OF_WIFE, *OF_HOUSEHOLD)]
        families += [*self._between(), *self._of_the_system(known), self._family()]
        placed = [self._family(), self._of_a_new_head(known[3]), self._of_one_name(known[5])]
        told = {*OF_WIFE, *OF_HOUSEHOLD, *BY_OTHERS, *BY_THE_SYSTEM, *OF_THE_FILE}
        sheets = [("花名册", COLUMNS, families), ("穿芳峪镇小辛庄村", NO_CODE, placed)]
        return self._saved("各乡镇汇总.xlsx", sheets, rename={ID_NO: self.unknown}), told

    def changed(self, code: str) -> Row:
        return OF_HOUSEHOLD.get(code, {})

    def own(self, code: str) -> Row:
        return OF_WIFE.get(code, {})

    def _between(self) -> list[list[Row]]:
        """Findings between rows."""
        headless = self._family()
        headless[0][RELATION] = "其他"
        mistyped = self._family()
        mistyped[1][ID_NO] = mistyped[1][ID_NO][:17] + ("1" if mistyped[1][ID_NO][17] != "1" else "2")
        twice = self._family()
        twice[1] |= {ID_NO: twice[0][ID_NO], "性别": "男", "出生日期": None}
        one, two = self._family(), self._family()
        two[1] |= {ID_NO: one[1][ID_NO], WHO: one[1][WHO]}
        first, second = self._family(), self._family()
        for row in second:
            row[CODE] = first[0][CODE]
        hidden = self._family()
        hidden[1]["hidden"] = True
        return [headless, mistyped, twice, one, two, first, hidden, second]

    def _of_the_system(self, known: list[list[Row]]) -> list[list[Row]]:
        closed, renamed, final, other = ([dict(row) for row in family] for family in (*known[:3], known[4]))
        for row in renamed:
            row[CODE] = self._code(999)
        for row in final:
            row |= {"工资性收入": 7000, "家庭纯收入": 8000}
        other[1] |= {ID_NO: self._family()[1][ID_NO]}
        return [closed, renamed, final, other]

    def _of_a_new_head(self, known: list[Row]) -> list[Row]:
        """The wife is head now, and another man is with her."""
        husband = self._family()[0] | {RELATION: "配偶"}
        return [known[1] | {RELATION: "户主"}, husband]

    def _of_one_name(self, known: list[Row]) -> list[Row]:
        """A head of the same name, with another number."""
        head, wife = self._family()
        return [head | {WHO: known[0][WHO]}, wife]

    def _code(self, number: int) -> str:
        return f"997{self.block}{number:06d}"

    def _family(self, changed: Row | None = None, own: Row | None = None, **more: Any) -> list[Row]:
        """A head and a wife; `changed` on both rows, `own` on hers."""
        self.made += 1
        name, number = f"{'赵钱孙李周吴郑王'[self.made % 8]}{'甲乙丙丁戊己庚辛壬癸'[self.made // 8 % 10]}", self.made
        shared: Row = {
            TOWNSHIP: "别山镇", VILLAGE: "西九户村", CODE: self._code(number), "人数": 2, "主要致贫原因": "因病",
            "户联系电话": "14000000001", "家庭住址": "一组", "年度": self.year, "工资性收入": 5000,
            "生产经营性收入": 0, "生产经营性支出": 0, "财产性收入": 0, "转移性收入": 1000, "家庭纯收入": 6000,
        }  # fmt: skip
        people = (("一", "户主", "男", "19650315", 1), ("二", "配偶", "女", "19670820", 0))
        rows = []
        for ending, relation, sex, born, odd in people:
            id_no = with_check_digit(f"129999{born}{(self.block * 200 + 2 * number) % 998 + odd:03d}")
            birth = f"{born[:4]}-{born[4:6]}-{born[6:]}"
            person = {WHO: name + ending, ID_NO: id_no, RELATION: relation, "性别": sex, "出生日期": birth}
            rows.append(shared | person | (changed or {}) | more)
        rows[1] |= own or {}
        if rows[1][ID_NO] == "the head's":
            rows[1] = rows[0] | rows[1] | {k: rows[0][k] for k in MEMBER}
        return rows

    def _saved(
        self,
        name: str,
        sheets: list[tuple[str, tuple[str, ...], list[list[Row]]]],
        rename: dict[str, str] | None = None,
    ) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title, columns, families in sheets:
            sheet = book.create_sheet(title)
            sheet.append([(rename or {}).get(c, c) for c in columns])
            for row in (row for family in families for row in family):
                _append(sheet, [row.get(c) for c in columns], hidden="hidden" in row)
        path = self.folder / name
        book.save(path)
        return path


def _append(sheet: Worksheet, values: list[Any], *, hidden: bool) -> None:
    sheet.append(values)
    if hidden:
        sheet.row_dimensions[sheet.max_row].hidden = True
