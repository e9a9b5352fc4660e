"""Cells read once: most columns of a large roster hold few different ones, each thousands of times."""

from collections.abc import Callable, Mapping

from .cells import Cell
from .ooxml import ERROR_WORDS, Problem


class Once(dict[object, Cell]):
    """A column's cells → what they mean, found out once for equal texts."""

    def __init__(self, parse: Callable[[object], Cell], *, most: int = 20_000) -> None:
        """`most`: how many different ones are kept; 0 for a column that hardly repeats."""
        self.parse, self.most = parse, most

    def __missing__(self, text: object) -> Cell:
        cell = Cell(None, "cell_error") if text in ERROR_WORDS else self.parse(text)
        if len(self) < self.most:
            self[text] = cell
        return cell

    def only(self, known: Mapping[str, Cell]) -> None:
        """Know these in place of what was known."""
        self.clear()
        self.update(known)

    def of(self, value: object) -> Cell:
        """What a cell means; one that can't be read says so itself."""
        if type(value) is str or type(value) is float:  # others are equal to one of these and mean something else
            return self[value]
        return Cell(None, value.code) if isinstance(value, Problem) else self.parse(value)
