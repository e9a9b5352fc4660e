"""An import marks a statement as checked only if all that then counts comes from the file."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from district.models import Campaign
from households.models import IncomeStatement

from .conftest import HEADER, counts, line, run

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("campaign")]
Roster = Callable[..., Path]
TOTALS = [h for h in HEADER if h not in ("工资性收入", "转移性收入")] + ["家庭可支配收入"]


def change(**facts: Any) -> None:
    row = IncomeStatement.objects.get()
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()


@pytest.fixture
def total(roster: Roster) -> Callable[..., Path]:
    """A file of household 1001 with a total and no source."""
    own = line("1001", "赵一", "户主")[:-2]
    return lambda amount, header=TOTALS: roster([*own, amount], header=header)


@pytest.fixture(autouse=True)
def stored(campaign: Campaign, roster: Roster) -> None:
    run(roster(line("1001", "赵一", "户主", wage=4000, transfer="")))
    change(state="draft")


def said(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(f["code"], f["severity"], f["value"]) for f in document["findings"]]


def statement() -> tuple[str, Decimal | None, Decimal | None]:
    row = IncomeStatement.objects.get()
    return row.state, row.stated_total, row.disposable_total


def test_a_total_beside_other_sources_leaves_a_draft_a_draft(total: Callable[..., Path]) -> None:
    preview = run(total(9100), commit=False)
    assert said(preview) == [("income_sum", "warning", "9,100.00")]
    assert all(words in preview["findings"][0]["message"] for words in ("9,100.00", "4,000.00"))
    assert statement() == ("draft", None, Decimal(4000))
    document = run(total(9100))
    assert (document["counts"], said(document)) == (preview["counts"], said(preview))
    assert statement() == ("draft", Decimal(9100), Decimal(4000))


def test_the_same_file_again_changes_nothing_and_says_it_again(total: Callable[..., Path]) -> None:
    first = run(total(9100))
    again = run(total(9100))
    assert (again["counts"]["households"], said(again)) == (counts(unchanged=1), said(first))


def test_a_checked_statement_stays_checked_and_it_is_said(total: Callable[..., Path]) -> None:
    change(state="checked")
    assert said(run(total(9100))) == [("income_sum", "warning", "9,100.00")]
    assert statement() == ("checked", Decimal(9100), Decimal(4000))


@pytest.mark.parametrize("amount", [4000, 4001, 3999])
def test_a_total_that_agrees_to_a_yuan_checks_it(total: Callable[..., Path], amount: int) -> None:
    assert said(run(total(amount))) == []
    assert statement() == ("checked", Decimal(amount), Decimal(4000))


def test_a_source_of_the_file_beside_one_typed_by_hand_leaves_a_draft(roster: Roster) -> None:
    change(transfer=Decimal(1500))
    document = run(roster(line("1001", "赵一", "户主", wage=5000, transfer="")))
    assert said(document) == [("income_sum", "warning", "5,000.00")]
    assert statement() == ("draft", None, Decimal(6500))


def test_all_that_counts_from_the_file_checks_it(roster: Roster) -> None:
    change(transfer=Decimal(1500))
    assert said(run(roster(line("1001", "赵一", "户主", wage=5000, transfer=800)))) == []
    assert statement() == ("checked", None, Decimal(5800))


def test_a_net_total_does_not_check_a_disposable_one(total: Callable[..., Path]) -> None:
    change(wage=None, stated_total=Decimal(4000))
    document = run(total(9100, header=[*TOTALS[:-1], "家庭纯收入"]))
    assert said(document) == [("income_sum", "warning", "9,100.00")]
    assert statement() == ("draft", Decimal(4000), Decimal(4000))


def test_a_draft_of_a_total_alone_takes_that_of_the_file(total: Callable[..., Path]) -> None:
    change(wage=None, stated_total=Decimal(4000))
    assert said(run(total(9100))) == []
    assert statement() == ("checked", Decimal(9100), Decimal(9100))
