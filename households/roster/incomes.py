"""A household's income of one year, from the money columns of its rows."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from .headers import TRANSFER_PARTS
from .rows import Income

SOURCES = ("wage", "business", "property", "transfer")
TOLERANCE = Decimal(1)  # yuan: offices round

_ZERO = Decimal()

Amounts = Mapping[str, Decimal | None]


def income_of(amounts: Amounts) -> Income | None:
    """The income, or None if neither a source nor a total is given. A stated transfer counts before its parts."""
    transfer = amounts.get("transfer")
    if transfer is None:
        transfer = _sum(amounts, TRANSFER_PARTS)
    disposable, net, gross = map(amounts.get, ("disposable", "net", "gross"))
    totals = [t for t in (disposable, net, gross) if t is not None]
    sources = (amounts.get("wage"), amounts.get("business"), amounts.get("property"), transfer)
    has_source = any(s is not None for s in sources)
    if not totals and not has_source:
        return None
    return Income(
        wage=sources[0],
        business=sources[1],
        business_cost=amounts.get("business_cost") if has_source else None,  # alone it would be a loss
        property_income=sources[2],
        transfer=transfer,
        stated_total=totals[0] if totals else None,
        stated_other=totals[1] if len(totals) > 1 else None,
        medical_refund=amounts.get("medical_refund"),
        definition="net" if not has_source and totals == [net] else "disposable",
    )


def disagreements(amounts: Amounts, columns: set[str]) -> Iterator[tuple[str, Decimal]]:
    """(field, sum of its parts) of each stated total more than a yuan off; only where all parts have columns."""
    transfer = amounts.get("transfer")
    if transfer is not None and "t_other" in columns:
        parts = _sum(amounts, TRANSFER_PARTS)
        if parts is not None and abs(transfer - parts) > TOLERANCE:
            yield "transfer", parts
    gross = _sum(amounts, SOURCES) if columns.issuperset(SOURCES) else None
    if gross is None:
        return
    cost = amounts.get("business_cost") or Decimal()
    for field, total in (("gross", gross), ("net", gross - cost), ("disposable", gross - cost)):
        stated = amounts.get(field)
        if stated is not None and abs(stated - total) > TOLERANCE:
            yield field, total


def _sum(amounts: Amounts, fields: tuple[str, ...]) -> Decimal | None:
    given = [a for a in map(amounts.get, fields) if a is not None]
    return sum(given, _ZERO) if given else None
