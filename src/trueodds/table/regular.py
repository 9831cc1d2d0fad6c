"""Regular delimited text: quotes well placed, records of one width; polars parses it.

`looked_over` finds with NumPy whether text is regular, without taking it apart.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

_NEWLINE, _RETURN, _QUOTE = ord("\n"), ord("\r"), ord('"')


@dataclass(frozen=True, eq=False)
class Records:
    """Delimited text taken apart: header cells, columns of text, each record's first line."""

    headers: list[str]
    columns: pl.DataFrame
    """All text, named by position."""
    lines: NDArray[np.int64]
    notes: tuple[str, ...] = ()
    delimiter: str = ""


@dataclass(frozen=True, eq=False)
class Regular:
    """Where the records of regular text stand; the first that is not blank is the header."""

    width: int
    """Cells of every record."""
    height: int
    """Records, blank ones too."""
    filled: NDArray[np.int64]
    """Numbers of the records that are not blank, from 0."""
    lines: NDArray[np.int64]
    """Lines that they start in, from 1."""


def looked_over(raw: bytes, delimiter: str) -> Regular | None:
    """Where the records of text stand; None for text that is not regular.

    ``raw`` is UTF-8 and holds more than blank lines.
    """
    data = np.frombuffer(raw, np.uint8)
    quotes = np.flatnonzero(data == _QUOTE) if b'"' in raw else np.zeros(0, np.int64)
    if quotes.size % 2 or not _well_placed(data, quotes, ord(delimiter)):
        return None

    def outside(positions: NDArray[np.int64]) -> NDArray[np.int64]:
        return positions[np.searchsorted(quotes, positions) % 2 == 0] if quotes.size else positions

    newlines = np.flatnonzero(data == _NEWLINE)
    ends = outside(newlines)
    if not ends.size or ends[-1] != data.size - 1:
        ends = np.append(ends, data.size)
    starts = np.concatenate([[0], ends[:-1] + 1])
    blank = ends == starts
    if b"\r" in raw:
        last = data[np.maximum(ends - 1, 0)] == _RETURN
        if int(last.sum()) != outside(np.flatnonzero(data == _RETURN)).size:
            return None  # a carriage return alone ends a line for the csv module, not for polars
        blank = (ends - starts) == last
    separators = outside(np.flatnonzero(data == ord(delimiter)))
    widths = np.diff(np.searchsorted(separators, ends), prepend=0) + 1
    filled = np.flatnonzero(~blank)
    width = int(widths[filled[0]])
    if not (widths[filled] == width).all():
        return None
    lines = filled + 1
    # A quoted cell may span lines, so a record's line counts every line end before it.
    if ends.size != newlines.size + (data[-1] != _NEWLINE):
        lines = np.searchsorted(newlines, starts[filled]) + 1
    return Regular(width, ends.size, filled, lines.astype(np.int64))


def parsed(raw: bytes, delimiter: str, found: Regular) -> Records | None:
    """Take text apart that `looked_over` has found regular; None if polars sees it otherwise."""
    try:
        frame = pl.read_csv(
            raw,
            has_header=False,
            separator=delimiter,
            infer_schema=False,
            schema={f"{i}": pl.String for i in range(found.width)},
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != found.height:
        return None
    frame = frame.with_columns(pl.all().fill_null(""))
    headers = [str(cell) for cell in frame.row(int(found.filled[0]))]
    if found.width == 1 and headers[0] and not headers[0].strip():
        return None  # the csv module cannot tell a quoted blank from a blank line: one rule
    body = found.filled[1:]
    columns = frame.slice(1) if body.size == frame.height - 1 else frame[body]
    return Records(headers, columns, found.lines[1:])


def read_regular(text: str, delimiter: str) -> Records | None:
    """Read text whose quotes are all well placed and whose records agree; None for any other."""
    raw = text.encode()
    found = looked_over(raw, delimiter)
    return None if found is None else parsed(raw, delimiter, found)


def _well_placed(data: NDArray[np.uint8], quotes: NDArray[np.int64], separator: int) -> bool:
    """Whether every quote opens a cell, closes one, or is half of a doubled one inside a cell."""
    if not quotes.size:
        return True
    edges = np.zeros(256, dtype=np.bool_)
    edges[[separator, _NEWLINE, _RETURN, _QUOTE]] = True
    opening, closing = quotes[::2], quotes[1::2]
    before = edges[data[opening[opening > 0] - 1]]
    after = edges[data[closing[closing < data.size - 1] + 1]]
    return bool(before.all() and after.all())
