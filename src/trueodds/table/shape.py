"""What the records of delimited text show before any record becomes a row."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from trueodds.errors import TableError

MOST_NAMES = 1 << 20
"""So many row names are compared with each other."""
_DECIMAL = re.compile(r"[+-]?\d*[.,]\d*", re.ASCII)


@dataclass
class RowNames:
    """Whether the first cells of all records can be names of rows: no two are the same.

    Names are whole numbers or words, but no decimal numbers, which measure something. Numbers that
    count up are followed without memory, other names up to `MOST_NAMES`.
    """

    possible: bool = True
    repeated: str = ""
    """The first cell that is no row name …"""
    lines: tuple[int, int] = (0, 0)
    """… and the lines that have it."""
    _last: int | None = None
    _known: dict[str, int] = field(default_factory=dict)

    def take(self, cell: str, line: int) -> None:
        """Take the first cell of the next record."""
        if not self.possible:
            return
        cell = cell.strip()
        if _DECIMAL.fullmatch(cell) or not cell:
            self._refuse(cell, line, line)
        elif cell in self._known:
            self._refuse(cell, self._known[cell], line)
        elif cell.isdecimal() and (self._last is None or int(cell[:20]) == self._last + 1):
            self._last = int(cell[:20])
            if not self._known:
                self._known[cell] = line
        elif len(self._known) < MOST_NAMES:
            self._known[cell] = line

    def _refuse(self, cell: str, first: int, line: int) -> None:
        self.possible, self.repeated, self.lines = False, cell, (first, line)


@dataclass
class Shape:
    """What the records of a text show before any record becomes a row."""

    headers: list[str] | None = None
    rows: int = 0
    one_more: bool = True
    """Every row has one cell more than the header."""
    last_blank: bool = True
    """Every row ends with a blank cell."""
    names: RowNames = field(default_factory=RowNames)
    even: bool = True
    """All records have one width."""
    odd_line: int = 0
    """First line of the first row that is wider or narrower than the header …"""
    odd_width: int = 0
    """… and its cells."""
    last_line: int = 0
    last_spans: bool = False
    """The last cell holds a line end."""

    @classmethod
    def of(cls, numbered: Iterable[tuple[int, list[str]]]) -> "Shape":
        """Look at all records, the header first."""
        shape = cls()
        for number, cells in numbered:
            shape.last_line, shape.last_spans = number, "\n" in cells[-1]
            if shape.headers is None:
                shape.headers = cells
                continue
            shape.rows += 1
            width = len(shape.headers)
            if len(cells) != width:
                shape.even = False
                if not shape.odd_line:
                    shape.odd_line, shape.odd_width = number, len(cells)
            shape.one_more &= len(cells) == width + 1
            if shape.one_more:
                shape.names.take(cells[0], number)
            shape.last_blank &= not cells[-1].strip()
        return shape

    def settle(
        self, source: str, delimiter: str, unpaired: bool
    ) -> tuple[list[str], tuple[str, ...]]:
        """Headers for all cells, and what to note; raises TableError for records that do not fit.

        ``unpaired`` says that the text has an odd number of quotes.
        """
        headers = self.headers
        if headers is None:
            raise TableError(f"{source} is empty: a table needs a header line and rows.")
        if unpaired and self.last_spans:
            raise TableError(
                f"{source}, line {self.last_line}: a quote is opened and never closed, and takes "
                f"in the rest of the file."
            )
        if self.rows and self.one_more:
            if self.last_blank:
                note = "every row ends with a delimiter, the header does not: one empty column"
                return [*headers, ""], (note,)
            if not self.names.possible:
                raise TableError(self._shifted(source, delimiter, len(headers)))
            note = "the header has one cell less than the rows: the first column holds row names"
            return ["", *headers], (note,)
        if self.odd_line:
            raise TableError(
                f"{source}, line {self.odd_line}: {_cells(self.odd_width)} where the header has "
                f"{len(headers)} ({_spoken(delimiter)} between cells); check for a missing quote "
                f"or a stray delimiter."
            )
        return headers, ()

    def _shifted(self, source: str, delimiter: str, width: int) -> str:
        """Sentence for rows that all have one cell more than the header."""
        names, (first, again) = self.names, self.names.lines
        why = f'"{names.repeated}" is no name'
        if again > first:
            why = f'"{names.repeated}" stands in lines {first} and {again}'
        mark = _spoken(delimiter)
        return (
            f"{source}, line {self.odd_line}: {_cells(self.odd_width)} where the header has "
            f"{width} ({mark} between cells), as in all rows; the first column does not hold row "
            f"names ({why}): quote cells that hold a {mark}, or give every column a header."
        )


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _spoken(delimiter: str) -> str:
    return {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}.get(delimiter, delimiter)
