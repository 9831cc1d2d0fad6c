"""Cells as numbers and codes: what the encoder works on, the same for a row in any batch."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.columns.date_text import no_date
from trueodds.columns.dates import order_of, parse_any_date, parse_by_order, parse_dates, seconds
from trueodds.columns.labels import bare
from trueodds.columns.numeric import (
    as_float64,
    is_numeric,
    no_number,
    numbers_from_text,
    numbers_from_typed,
)
from trueodds.columns.schema import Column, Schema
from trueodds.columns.spellings import TRUTH
from trueodds.columns.words import WordCells, read_words
from trueodds.errors import TableError
from trueodds.table.cells import MISSING_MARKERS, is_missing, parse_number, text_of
from trueodds.table.forked import require_threads
from trueodds.table.frame import Frame

_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
MISSING = -1
UNSEEN = -2


@dataclass(frozen=True)
class OddCells:
    """Cells of a column of numbers or dates that are neither that nor missing."""

    column: str
    dates: bool
    count: int
    example: str
    place: str
    """Where the first of them is."""

    def plus(self, later: "OddCells") -> "OddCells":
        """These and those of later rows."""
        return replace(self, count=self.count + later.count)

    def message(self) -> str:
        """One sentence for the user."""
        what = "dates" if self.dates else "numbers"
        one = self.count == 1
        verb = f"cell is no {what[:-1]} and counts" if one else f"cells are no {what} and count"
        return (
            f'column "{self.column}": {self.count:,} {verb} as missing, such as '
            f'"{self.example}" ({self.place})'
        )


@dataclass(frozen=True, eq=False)
class Values:
    """The used columns of some rows, read by a schema."""

    rows: int
    numbers: dict[str, NDArray[np.float64]]
    """Number and date columns, shape (rows,); NaN is missing, infinities are kept."""
    codes: dict[str, NDArray[np.int32]]
    """Category, yes/no and text columns, shape (rows,): position in the column's levels, -1
    missing, -2 a level that the training table did not have. Text has no levels."""
    odd: tuple["OddCells", ...] = ()
    """Cells that could not be read and count as missing, one entry a column."""
    remarks: tuple[str, ...] = ()
    """How the columns were found, where not by their names."""
    absent: tuple[str, ...] = ()
    """Columns that no row has, so that all their cells are missing."""
    words: dict[str, WordCells] = field(default_factory=dict)
    """Columns with words, which are among ``codes`` too: the words of each cell."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How columns were found, and cells that could not be read, one sentence a column."""
        return (*self.remarks, *(cells.message() for cells in self.odd))

    def between(self, start: int, stop: int) -> "Values":
        """Return the rows from start to stop, as views."""
        return Values(
            stop - start,
            {name: column[start:stop] for name, column in self.numbers.items()},
            {name: column[start:stop] for name, column in self.codes.items()},
            words={name: column.between(start, stop) for name, column in self.words.items()},
        )

    def take(self, rows: NDArray[np.int64]) -> "Values":
        """Return some rows, by their numbers."""
        return Values(
            len(rows),
            {name: column[rows] for name, column in self.numbers.items()},
            {name: column[rows] for name, column in self.codes.items()},
            words={name: column.take(rows) for name, column in self.words.items()},
        )


def to_values(frame: Frame, schema: Schema) -> Values:
    """Read the schema's used columns from a table, wherever they stand in it.

    Other columns are not looked at. A cell's value depends on the cell and the schema alone, never
    on the other rows.

    Raises
    ------
    TableError
        When a used column is not there; names it and its likeliest misspellings.
    """
    lacking = [column.name for column in schema.used if column.name not in frame]
    if len(lacking) > 1:
        shown = ", ".join(f'"{name}"' for name in lacking[:8]) + (", …" if lacking[8:] else "")
        raise TableError(f"{frame.source} lacks {len(lacking)} columns that are needed: {shown}.")
    numbers: dict[str, NDArray[np.float64]] = {}
    codes: dict[str, NDArray[np.int32]] = {}
    words: dict[str, WordCells] = {}
    found: list[OddCells] = []
    for column in schema.used:
        # polars would take a name such as "^a$" for a pattern.
        cells = frame.column(column.name).alias("cells")
        if column.coded:
            codes[column.name] = read_codes(cells, column)
            if column.words:
                missing = codes[column.name] == MISSING
                words[column.name] = read_words(text_of(cells), missing, column.words)
            continue
        values, odd = read_numbers(cells, column)
        numbers[column.name] = values
        if odd.any():
            row = int(np.argmax(odd))
            dates, count = column.kind == "date", int(odd.sum())
            found.append(OddCells(column.name, dates, count, str(cells[row]), frame.place(row)))
    return Values(frame.rows, numbers, codes, tuple(found), words=words)


def read_numbers(cells: pl.Series, column: Column) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read a number or date column, and say which cells are neither that nor missing."""
    require_threads()
    if column.kind == "date":
        return _read_dates(cells, column)
    if is_numeric(cells.dtype) or cells.dtype == pl.Boolean:
        values = numbers_from_typed(cells)
        return as_float64(values), np.zeros(len(cells), dtype=np.bool_)
    if cells.dtype.is_temporal():
        moments = seconds(cells)
        return np.full(len(cells), np.nan), ~np.isnan(moments)
    text = text_of(cells)
    values, odd = numbers_from_text(text, column.number_style, column.unit)
    if odd.any():
        # A column of numbers reads booleans as 1 and 0, written out as well as typed.
        truth = text.str.to_lowercase().replace_strict(
            ["true", "false"], [1.0, 0.0], default=None, return_dtype=pl.Float64
        )
        values, odd = values.fill_null(truth), odd & truth.is_null()
    return as_float64(values), _mask(odd)


def _read_dates(cells: pl.Series, column: Column) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if cells.dtype in (pl.Date, pl.Datetime):
        return seconds(cells), np.zeros(len(cells), dtype=np.bool_)
    text = text_of(cells)
    moments = read_dates(text, column)
    odd = moments.is_null() & text.is_not_null()
    if odd.any():
        unread = text.filter(odd).unique().to_list()
        words = [word for word in unread if not no_number(word) and not no_date(word)]
        odd = odd & text.is_in(words)
    return seconds(moments), _mask(odd)


def read_dates(text: pl.Series, column: Column) -> pl.Series:
    """Moments of a stripped text column, null where it has none.

    A column with a pattern, or a typed one, reads by the pattern, then by ISO's (typed dates mixed
    with text arrive written so), then cell by cell in the pattern's order, years of two digits
    left out.
    """
    if column.date_order:
        return parse_by_order(text, column.date_order, column.century)
    moments = parse_dates(text, column.date_format or "%Y-%m-%d")
    if moments.null_count() > text.null_count():
        moments = moments.fill_null(parse_any_date(text))
    if moments.null_count() > text.null_count():
        rest = text.set(moments.is_not_null(), None)
        moments = moments.fill_null(parse_by_order(rest, order_of(column.date_format), 0))
    return moments


def read_codes(cells: pl.Series, column: Column) -> NDArray[np.int32]:
    """Read a category or yes/no column as positions in its levels.

    A cell is compared by its text without outer blanks; failing that by its number (``1.0`` is
    level ``1``), unless all levels are codes of several widths (``010`` and ``0010``); and in a
    yes/no column also without regard to case and quotes, and by meaning (``yes`` is ``true``).
    """
    require_threads()
    text = text_of(cells)
    if column.kind == "text":
        return np.where(_mask(is_missing(text)), MISSING, UNSEEN).astype(np.int32)
    if column.levels:
        known = pl.Series(column.levels, dtype=pl.String)
        places = pl.Series(np.arange(len(known), dtype=np.int32))
        found = text.replace_strict(known, places, default=UNSEEN, return_dtype=pl.Int32)
        codes = np.array(found.to_numpy(), dtype=np.int32)
    else:
        codes = np.full(len(text), UNSEEN, dtype=np.int32)
    unseen = codes == UNSEEN
    if unseen.any():
        rest = text.filter(pl.Series(unseen))
        second = _second_look(rest.drop_nulls().unique().to_list(), column)
        # Null is missing as any marker is.
        words, meant = [None, *second], [MISSING, *second.values()]
        codes[unseen] = rest.replace_strict(
            pl.Series(words, dtype=pl.String),
            pl.Series(meant, dtype=pl.Int32),
            default=UNSEEN,
            return_dtype=pl.Int32,
        ).to_numpy()
    return codes


def _second_look(words: list[str], column: Column) -> dict[str, int]:
    """Codes of words that are not written as a level but mean one, or mean "missing"."""
    found = dict.fromkeys((word for word in words if word in MISSING_MARKERS), MISSING)
    keys: list[Callable[[str], object]] = []
    if not _codes_of_several_widths(column.levels):
        keys.append(exact_number)
    if column.kind == "yesno":
        keys += [bare, _truth]
    for key in keys:
        meant = {word: key(word) for word in words if word not in found}
        if all(value is None for value in meant.values()):
            continue
        table: dict[object, int] = {}
        for code, level in enumerate(column.levels):
            table.setdefault(key(level), code)
        # Levels that differ only in case have no second reading.
        if key is exact_number or len(table) == len(column.levels):
            found |= {w: table[v] for w, v in meant.items() if v is not None and v in table}
    return found


def exact_number(word: str) -> int | float | None:
    """Number of a word, a whole one with all its digits; None for any other word."""
    if _INTEGER.fullmatch(word):
        return int(word)
    return parse_number(word)


def _truth(word: str) -> object:
    known = TRUTH.get(bare(word))
    return bare(word) if known is None else known


def _codes_of_several_widths(levels: tuple[str, ...]) -> bool:
    """Whether the levels are codes such as 010 and 0010, which differ in leading zeros."""
    padded = any(len(level) > 1 and level[0] == "0" for level in levels)
    return padded and all(map(_DIGITS.fullmatch, levels)) and len(set(map(len, levels))) > 1


def _mask(column: pl.Series) -> NDArray[np.bool_]:
    return np.array(column.to_numpy(), dtype=np.bool_)
