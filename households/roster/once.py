"""Cells read once: most columns of a large roster hold few different ones, each thousands of times."""

from collections.abc import Callable

from .cells import Cell
from .ooxml import Problem


class Once(dict[object, Cell]):
    """A column's cells → what they mean, found out once for equal texts."""

    MOST = 4_000  # of a column that never repeats no more are kept

    def __init__(self, parse: Callable[[object], Cell]) -> None:
        self.parse = parse

    def __missing__(self, text: object) -> Cell:
        cell = self.parse(text)
        if len(self) < self.MOST:
            self[text] = cell
        return cell

    def of(self, value: object) -> Cell:
        """What a cell means; one that can't be read says so itself."""
        if type(value) is str:
            return self[value]
        return Cell(None, value.code) if isinstance(value, Problem) else self.parse(value)
