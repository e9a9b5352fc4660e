"""Income columns whose headers name their year: 2016年家庭纯收入, or 工资性收入 under a group 2016年."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .headers import INCOME_TOTALS, MONEY_FIELDS, Header, fold, plain_field
from .rows import Column

OF_A_YEAR = (*MONEY_FIELDS, "member_count")


@dataclass(frozen=True, slots=True)
class OfYear:
    """A header with the income columns of one year; `year` is what they name, `asked` the years to choose from."""

    header: Header
    year: int = 0
    asked: tuple[int, ...] = ()
    is_choice: bool = False  # of several


def of_year(header: Header, chosen: int | None) -> OfYear:
    """The income columns of the chosen year, where they name several; of those that others go without a year for,
    the ones that say it themselves are not used.
    """
    incomes = [c for c in header.columns if c.field in INCOME_TOTALS]
    years = sorted({c.year for c in incomes} - {0})
    if not years:
        return OfYear(header)
    if not all(c.year for c in incomes):
        return OfYear(_without(header, filter(_says_itself, header.columns), known=False))
    if len(years) > 1:
        if chosen not in years:
            return OfYear(header, asked=tuple(years))
        other = (c for c in header.columns if c.field in OF_A_YEAR and c.year not in (0, chosen))
        return OfYear(_without(header, other), chosen or 0, is_choice=True)
    return OfYear(header, years[0])


def _says_itself(column: Column) -> bool:
    """Whether the year stands in the column's own header, not in a group's."""
    return bool(column.year and column.field in OF_A_YEAR and not plain_field(fold(column.label)))


def _without(header: Header, columns: Iterable[Column], *, known: bool = True) -> Header:
    """The header in which these columns feed nothing; what is not `known` is named among the unused ones."""
    left = {c.index for c in columns}
    columns = (
        replace(c, field=None, how="unused", known=c.known if known else "") if c.index in left else c
        for c in header.columns
    )
    return replace(header, columns=tuple(columns))
