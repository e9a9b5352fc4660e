"""Where a finding stands: its column among those of the file, and the person whom that column holds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from .rows import Column, Family

Document = Mapping[str, Any]


def column_document(column: Column) -> dict[str, Any]:
    """A column as the JSON report has it, and what pages need besides to tell one of several of a field."""
    return {
        "sheet": column.sheet, "column": column.letter, "header": column.header, "field": column.field,
        "how": column.how, "label": column.label, "part": column.part, "target": column.target, "known": column.known,
        "year": column.year,
    }  # fmt: skip


class Spots:
    """Finds the column of a finding by its sheet, its field and the header that it names."""

    def __init__(self, columns: Iterable[Document]) -> None:
        self.by_field: dict[tuple[str, str], list[Document]] = defaultdict(list)
        self.by_label: dict[tuple[str, str], list[Document]] = defaultdict(list)
        for column in columns:
            if column["field"]:
                for field in {column["field"], column.get("target")} - {None, ""}:
                    self.by_field[column["sheet"], field].append(column)
                self.by_label[column["sheet"], _label(column)].append(column)

    def column(self, sheet: str, field: str, label: str) -> Document | None:
        """The one column that it can be; None where several feed the field and the header tells none of them."""
        if not field:
            return None
        fitting = self.by_field.get((sheet, field), [])
        own = [c for c in fitting if _label(c) == label] or fitting or self.by_label.get((sheet, label), [])
        return own[0] if len(own) == 1 else None

    def letter(self, sheet: str, field: str, label: str) -> str:
        """Its letter, "" if it has none."""
        found = self.column(sheet, field, label)
        return found["column"] if found else ""


class People:
    """Names of the people of a file by where they stand."""

    def __init__(self, columns: Iterable[Column], families: Iterable[Family]) -> None:
        families = list(families)
        self.spots = Spots(map(column_document, columns))
        self.names = {(m.sheet, m.row, m.part): m.name for f in families for m in f.members}
        self.heads = {f.key: f.head.name if f.head else f.head_name for f in families}

    def named(self, sheet: str, row: int | None, field: str, label: str, household: str) -> str:
        """The person whose cell it is, else the head of the household; "" for a member without a name."""
        column = self.spots.column(sheet, field, label)
        part = column["part"] if column else 0
        name = self.names.get((sheet, row or 0, part), "")
        return name or ("" if part else self.heads.get(household, ""))


def _label(column: Document) -> str:
    return str(column.get("label") or column["header"])
