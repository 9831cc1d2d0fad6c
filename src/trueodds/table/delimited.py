"""Delimited text (CSV and its kin): guess the delimiter, check the shape, keep cells as text.

Two readers give the same table. The fast one looks at every quote, delimiter and line end with
NumPy, and hands regular text to polars; text with quotes in odd places goes to Python's csv
module, which reads what spreadsheets read.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from trueodds.errors import TableError
from trueodds.table.regular import Records, read_regular
from trueodds.table.shape import Shape

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARACTERS = 1 << 18
_SAMPLE_RECORDS = 200
_LONGEST_CELL = 1 << 27
_ESCAPED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
_EXCEL_HINT = re.compile(r"sep=[,;|\t]\r?\n", re.IGNORECASE)


def read_delimited(text: str, source: str, delimiter: str | None = None) -> Records:
    r"""Take delimited text apart, cells untouched.

    Quotes (``"``, doubled inside) may hold delimiters and line ends; blank lines are skipped; a
    header with one cell less than every record gets an empty first cell, if the first cells can be
    row names as R writes them (`RowNames`); ``\"`` stands for a quote where only that makes sense
    of the text; Excel's line ``sep=;`` is obeyed. Raises TableError naming the source and line for
    text that is empty, only a header, or ragged.
    """
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    if not text or text.isspace():
        raise TableError(f"{source} is empty: a table needs a header line and rows.")
    if excel_hint(text):
        delimiter, text = text[4], text[5:]  # Excel's first line "sep=;" becomes a blank one
    if delimiter is None:
        delimiter = guess_delimiter(text)
    records = read_regular(text, delimiter) or _read_any(text, source, delimiter)
    if not records.lines.size:
        raise TableError(f"{source} has a header line but no rows: nothing to read.")
    return replace(records, delimiter=delimiter)


def excel_hint(text: str) -> bool:
    """Whether text begins with Excel's line ``sep=;``."""
    return _EXCEL_HINT.match(text) is not None


def guess_delimiter(text: str) -> str:
    """Return the delimiter under which most records have as many cells as the header, or one more.

    Looks at up to 200 records. Ties go to the delimiter that gives more cells, then to the order
    of ``DELIMITERS``; text that no delimiter divides is one column, delimiter comma.
    """
    sample = text[:SAMPLE_CHARACTERS]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        if delimiter not in sample:
            continue
        widths = _widths(sample, delimiter, cut=len(text) > len(sample))
        if not widths or widths[0] < 2:
            continue
        body = Counter(widths[1:] or widths)
        agreeing = max(body[widths[0]], body[widths[0] + 1] if len(body) == 1 else 0)
        score = (agreeing / body.total(), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(sample: str, delimiter: str, cut: bool) -> list[int]:
    widths: list[int] = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) > _SAMPLE_RECORDS:
                return widths
    except csv.Error:
        return widths
    return widths[:-1] if cut and len(widths) > 1 else widths


def _read_any(text: str, source: str, delimiter: str) -> Records:
    """Read with the csv module, record by record, and name the line that does not fit."""

    def numbered(dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
        return number_records(io.StringIO(text, newline=""), source, delimiter, dialect)

    dialect, shape = settle_dialect(
        numbered, spaced=delimiter + ' "' in text, escaped='\\"' in text
    )
    headers, notes = shape.settle(source, delimiter, text.count('"') % 2 == 1)
    return as_records(headers, list(numbered(dialect))[1:], notes)


@dataclass(frozen=True)
class Dialect:
    """How quotes are to be taken."""

    spaced: bool = False
    """Blanks before a quote do not belong to the cell."""
    escaped: bool = False
    """A backslash before a quote makes it a character of the cell."""
    strict: bool = False
    """A quote in an odd place is an error."""


def settle_dialect(
    numbered: Callable[[Dialect], Iterable[tuple[int, list[str]]]], *, spaced: bool, escaped: bool
) -> tuple[Dialect, Shape]:
    """Find out how quotes are to be taken, and the shape of the records then.

    Parameters
    ----------
    numbered
        Reads the records anew in a dialect.
    spaced, escaped
        Whether the text has a blank between delimiter and quote; a backslash before a quote.
    """
    plain = Dialect()
    if escaped and _strict(numbered, Dialect(strict=True)) is None:
        # Quotes in odd places, and none left when a backslash escapes them.
        shape = _strict(numbered, Dialect(strict=True, escaped=True))
        if shape is not None and (shape.even or shape.one_more):
            return Dialect(escaped=True), shape
    shape = Shape.of(numbered(plain))
    if spaced and not shape.even:
        return Dialect(spaced=True), Shape.of(numbered(Dialect(spaced=True)))
    return plain, shape


def _strict(
    numbered: Callable[[Dialect], Iterable[tuple[int, list[str]]]], dialect: Dialect
) -> Shape | None:
    """Shape of the records, None where a quote stands in an odd place."""
    try:
        return Shape.of(numbered(dialect))
    except TableError:
        return None


def as_records(
    headers: list[str], body: list[tuple[int, list[str]]], notes: tuple[str, ...] = ()
) -> Records:
    """Columns of numbered rows that are as wide as the headers."""
    cells = [list(column) for column in zip(*(row for _, row in body), strict=True)]
    columns = pl.DataFrame(
        cells or [[] for _ in headers], schema={f"{i}": pl.String for i in range(len(headers))}
    )
    return Records(headers, columns, np.array([n for n, _ in body], dtype=np.int64), notes)


def number_records(
    lines: Iterable[str], source: str, delimiter: str, dialect: Dialect = Dialect()
) -> Iterator[tuple[int, list[str]]]:
    """Read the records that are not blank, each with the line it starts in."""
    csv.field_size_limit(_LONGEST_CELL)
    if dialect.escaped:
        lines = (_ESCAPED.sub(r'\1""', line) for line in lines)
    reader = csv.reader(
        lines, delimiter=delimiter, skipinitialspace=dialect.spaced, strict=dialect.strict
    )
    line, width = 1, 0
    try:
        for cells in reader:
            blank = not cells or (len(cells) == 1 and not cells[0].strip())
            # A table of one column may hold quoted empty cells; an empty line is never a row.
            single = width == 1 if width else cells == [""]
            if not blank or (cells and single):
                width = width or len(cells)
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(f"{source}, line {line}: {error}; check the quotes there.") from None
