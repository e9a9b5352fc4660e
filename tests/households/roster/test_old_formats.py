"""xls and ods: what calamine does not tell of them is looked up in the file itself."""

from typing import Any

import pytest

from households.roster.rows import Reading

from .makers import HEADERS, found, other_head, reading, row, wife
from .real_old_formats import ERROR, HIDDEN, NO_RESULT, ods, xls

KINDS = pytest.mark.parametrize("kind", [xls, ods])


def told(kind: Any, *rows: dict[str, Any], hidden: int = 0) -> Reading:
    cells = [[r.get(h) for h in HEADERS] for r in rows]
    if hidden:
        cells[hidden - 2].insert(0, HIDDEN)
    return reading(kind([list(HEADERS), *cells]))


@KINDS
@pytest.mark.parametrize("households", [1, 60])  # a small stream lies elsewhere in an xls than a large one
def test_an_error_value_is_said(kind: Any, households: int) -> None:
    more = [other_head(户编号=f"99002{n:05d}", 证件号码=None, 姓名="孙无") for n in range(households)]
    result = told(kind, row(工资性收入=ERROR), wife(工资性收入=None), other_head(出生日期=ERROR), *more)
    assert [f for f in found(result) if f[2] != "id_missing"] == [
        (2, "wage", "cell_error"), (4, "birth_date", "cell_error"),
    ]  # fmt: skip


def test_a_formula_without_a_result_is_said() -> None:
    assert found(told(ods, row(财产性收入=NO_RESULT), wife())) == [(2, "property", "formula_no_value")]


@KINDS
def test_a_hidden_row_is_said(kind: Any) -> None:
    assert found(told(kind, row(), wife(), other_head(), hidden=3)) == [(3, "", "hidden_data")]


def test_repeated_cells_and_rows_count_as_many_as_they_are() -> None:
    blank: list[Any] = [None] * len(HEADERS)
    data = ods([list(HEADERS), *([r.get(h) for h in HEADERS] for r in (row(工资性收入=ERROR), wife())), blank],
               repeated=900_000)  # fmt: skip
    assert found(reading(data)) == [(2, "wage", "cell_error")]


@KINDS
def test_an_error_value_as_text_is_one(kind: Any) -> None:
    result = told(kind, row(工资性收入="#N/A"), wife(出生日期="#VALUE!"), other_head(年度="#REF!"))
    assert found(result) == [
        (2, "wage", "cell_error"), (3, "birth_date", "cell_error"), (4, "income_year", "cell_error"),
    ]  # fmt: skip
